"""Wheels, laid out as if installed: what is read of them, and nothing else.

A wheel's metadata and shared objects are written below a private folder, under names that
cannot leave it, as plain files that nobody may run. What they may take is bounded.
https://packaging.python.org/en/latest/specifications/binary-distribution-format/
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from packaging.utils import InvalidWheelFilename, parse_wheel_filename

from repro.doctor.errors import WheelError
from repro.doctor.inventory import SHARED

_MEMBERS = 200_000
_METADATA_BYTES = 32 << 20
_TOTAL_BYTES = 16 << 30
_RATIO = 200  # machine code shrinks to a third; a bomb to a thousandth
_FREE_OF_RATIO = 16 << 20
_CHUNK = 1 << 20
_METADATA = re.compile(r"^[^/]+\.dist-info/(METADATA|WHEEL|RECORD)$")
_DATA = re.compile(r"^[^/]+\.data/(purelib|platlib)/")


def lay_out(wheels: Iterable[Path], site: Path) -> None:
    """Writes what matters of ``wheels`` below ``site``.

    Raises:
        WheelError: one of them is damaged, dangerous, or too large.

    """
    left = _TOTAL_BYTES
    for wheel in wheels:
        left -= _lay_out_one(wheel, site, left)


def _lay_out_one(wheel: Path, site: Path, left: int) -> int:
    """Returns how many bytes were written."""
    try:
        parse_wheel_filename(wheel.name)
    except InvalidWheelFilename as error:
        raise WheelError(wheel, str(error)) from error
    written = 0
    try:
        with wheel.open("rb") as stream, zipfile.ZipFile(stream) as archive:
            for member, name in _wanted(wheel, archive):
                target = site / name
                target.parent.mkdir(parents=True, exist_ok=True)
                written += _write(wheel, archive, member, target, left - written)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
        RuntimeError,
        ValueError,
    ) as error:
        raise WheelError(wheel, str(error) or type(error).__name__) from error
    except OSError as error:
        raise WheelError(wheel, error.strerror or str(error)) from error
    return written


def _wanted(wheel: Path, archive: zipfile.ZipFile) -> Iterator[tuple[zipfile.ZipInfo, str]]:
    members = archive.infolist()
    if len(members) > _MEMBERS:
        raise WheelError(wheel, f"it has {len(members)} members, more than {_MEMBERS}")
    seen = set()
    for member in members:
        if not SHARED.search(member.filename) and not _METADATA.match(member.filename):
            continue
        name = _DATA.sub("", member.filename)
        parts = PurePosixPath(name).parts
        if ".." in parts or name.startswith("/") or "\\" in name or "\0" in name:
            raise WheelError(wheel, f"the name {name!r} leads out of the folder")
        if member.is_dir() or name in seen:
            raise WheelError(wheel, f"{name!r} is there twice, or is a folder")
        seen.add(name)
        yield member, name


def _write(
    wheel: Path, archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, left: int
) -> int:
    size = member.file_size
    if _METADATA.match(member.filename) and size > _METADATA_BYTES:
        raise WheelError(wheel, f"{member.filename} has {size} bytes")
    if size > left:
        raise WheelError(wheel, f"unpacked it has more than {_TOTAL_BYTES >> 30} GB")
    if size > _FREE_OF_RATIO and size > _RATIO * member.compress_size:
        raise WheelError(wheel, f"{member.filename} grows from {member.compress_size} to {size}")
    written = 0
    with archive.open(member) as source, target.open("xb") as out:
        # zipfile stops at the size that is declared, and checks the sum.
        while chunk := source.read(_CHUNK):
            written += len(chunk)
            out.write(chunk)
    return written
