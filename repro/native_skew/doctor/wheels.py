"""Wheels, unpacked as if installed: only what is read of them.

A wheel's metadata and shared objects are written below a private folder, under names that
cannot leave it, as plain files without permission to run. Their size is bounded.
https://packaging.python.org/en/latest/specifications/binary-distribution-format/
"""

from __future__ import annotations

import errno
import re
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from zipfile import ZipInfo

from packaging.utils import parse_wheel_filename

from native_skew.distributions import CarefulZip, library_names
from native_skew.doctor.errors import TemporaryFolderError, WheelError

_MEMBERS = 200_000
_METADATA_BYTES = 32 << 20
_TOTAL_BYTES = 16 << 30
_RATIO = 200  # machine code shrinks to a third; a bomb to a thousandth
_FREE_OF_RATIO = 16 << 20
_METADATA = re.compile(r"^[^/]+\.dist-info/(METADATA|WHEEL|RECORD)$")
# Why a name can be refused: too long, there already, or a file that is to be a folder.
_OF_THE_NAME = (errno.ENAMETOOLONG, errno.EEXIST, errno.ENOTDIR, errno.EISDIR, errno.EILSEQ)
_DATA = re.compile(r"^[^/]+\.data/(purelib|platlib)/")


def lay_out(wheels: Iterable[Path], site: Path) -> None:
    """Writes what is needed of ``wheels`` below ``site``.

    Raises:
        WheelError: one of them is damaged, dangerous, or too large.
        TemporaryFolderError: ``site`` cannot be written to.

    """
    left = _TOTAL_BYTES
    for wheel in wheels:
        left -= _lay_out_one(wheel, site, left)


def _lay_out_one(wheel: Path, site: Path, left: int) -> int:
    """Unpacks one wheel, and returns how many bytes were written."""
    make_error, written = partial(WheelError, wheel), 0
    try:
        parse_wheel_filename(wheel.name)
        with wheel.open("rb") as stream, CarefulZip(stream, make_error, _MEMBERS) as archive:
            for member, name in _wanted(wheel, archive.infos):
                _check_size(wheel, member, left - written)
                _write(site, name, archive.chunks(member, left - written))
                written += member.file_size
    except (OSError, ValueError) as error:  # ValueError: of a name that cannot be one
        raise make_error(getattr(error, "strerror", None) or str(error)) from error
    return written


def _write(site: Path, name: str, content: Iterable[bytes]) -> None:
    """Writes a new file; raises OSError if there can be none with this ``name``."""
    target = site / name
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as out:
            out.writelines(content)
    except OSError as error:
        if error.errno in _OF_THE_NAME:
            raise
        raise TemporaryFolderError(site, error.strerror or str(error)) from error


def _wanted(wheel: Path, members: Iterable[ZipInfo]) -> Iterator[tuple[ZipInfo, str]]:
    seen = set()
    for member in members:
        if not library_names.is_library(member.filename) and not _METADATA.match(member.filename):
            continue
        name = _DATA.sub("", member.filename)
        if name.startswith("/") or "\\" in name:
            raise WheelError(wheel, f"the name {name!r} leads out of the folder")
        if name in seen:
            raise WheelError(wheel, f"{name!r} is there twice")
        seen.add(name)
        yield member, name


def _check_size(wheel: Path, member: ZipInfo, left: int) -> None:
    size = member.file_size
    if _METADATA.match(member.filename) and size > _METADATA_BYTES:
        raise WheelError(wheel, f"{member.filename} has {size} bytes")
    if size > left:
        raise WheelError(wheel, f"unpacked it has more than {_TOTAL_BYTES >> 30} GB")
    if size > _FREE_OF_RATIO and size > _RATIO * member.compress_size:
        raise WheelError(wheel, f"{member.filename} grows from {member.compress_size} to {size}")
