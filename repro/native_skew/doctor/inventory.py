"""What is installed in a site-packages folder, and the shared objects that belong to it.

RECORD and METADATA are read as bytes and only as far as they matter: a large environment
has a megabyte of each. https://packaging.python.org/en/latest/specifications/recording-installed-packages/
"""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec
from packaging.utils import canonicalize_name

from native_skew.distributions import SHARED

_RECORD_BYTES = 32 << 20
_METADATA_BYTES = 1 << 20
_SMALL_BYTES = 1 << 16
_WALK = 500_000  # entries of a folder without a RECORD
_FIELDS = re.compile(
    r"^(Name|Version|Requires-Dist|Dynamic):(.*(?:\n[ \t].*)*)", re.MULTILINE | re.IGNORECASE
)


class Distribution(msgspec.Struct, frozen=True, kw_only=True):
    """One installed distribution.

    Attributes:
        requires_dist: as written.
        dynamic: whether it says that Requires-Dist was made at build time.
        tags: of WHEEL.
        installer: INSTALLER's word, e.g. ``uv``.
        files: its shared objects, as absolute paths.

    """

    name: str
    version: str
    requires_dist: tuple[str, ...] = ()
    dynamic: bool = False
    tags: tuple[str, ...] = ()
    generator: str = ""
    installer: str = ""
    files: tuple[str, ...] = ()

    @property
    def built_here(self) -> bool:
        """Whether it was built from source on a machine: no index takes a ``linux_`` tag."""
        return any(tag.rpartition("-")[2].startswith("linux_") for tag in self.tags)

    @property
    def title(self) -> str:
        """Name and version."""
        return f"{self.name} {self.version}"


def read(sites: Iterable[Path]) -> tuple[Distribution, ...]:
    """The distributions in ``sites``; of two with one name the first counts, as in an import.

    Shared objects that no RECORD lists belong to a nameless distribution, which is there only
    where some distribution has no RECORD.
    """
    found: dict[str, Distribution] = {}
    for site in sites:
        unrecorded = False
        folders = sorted(_info_folders(site))
        for folder in folders:
            distribution, recorded = _distribution(site, folder)
            unrecorded = unrecorded or not recorded
            if distribution and distribution.name not in found:
                found[distribution.name] = distribution
        if unrecorded or not folders:
            owned = {path for each in found.values() for path in each.files}
            stray = tuple(path for path in _walk(site) if path not in owned)
            if stray:
                found[""] = Distribution(name="", version="", files=stray)
    return tuple(found.values())


def _info_folders(site: Path) -> Iterator[str]:
    try:
        with os.scandir(site) as entries:
            yield from (each.name for each in entries if each.name.endswith(".dist-info"))
    except OSError:
        return


def _distribution(site: Path, folder: str) -> tuple[Distribution | None, bool]:
    """The distribution, None where it has no readable METADATA; whether it has a RECORD."""
    info = f"{site}/{folder}"
    head = _bytes(f"{info}/METADATA", _METADATA_BYTES).replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    record = _bytes(f"{info}/RECORD", _RECORD_BYTES)
    # Four fields of forty: a parser of whole messages takes longer than all else here.
    fields: dict[str, list[str]] = {}
    for key, value in _FIELDS.findall(head.decode("utf-8", "replace")):
        fields.setdefault(key.lower(), []).append(" ".join(value.split()))
    if "name" not in fields or "version" not in fields:
        return None, True
    wheel = _bytes(f"{info}/WHEEL", _SMALL_BYTES).decode("utf-8", "replace").splitlines()
    return Distribution(
        name=canonicalize_name(fields["name"][0]),
        version=fields["version"][0],
        requires_dist=tuple(fields.get("requires-dist", ())),
        dynamic=any(each.lower() == "requires-dist" for each in fields.get("dynamic", ())),
        tags=tuple(_values(wheel, "Tag")),
        generator="".join(_values(wheel, "Generator")),
        installer=_bytes(f"{info}/INSTALLER", _SMALL_BYTES).decode("utf-8", "replace").strip(),
        files=tuple(_recorded(site, record)),
    ), bool(record)


def _values(lines: list[str], key: str) -> list[str]:
    return [line.partition(":")[2].strip() for line in lines if line.startswith(f"{key}:")]


def _recorded(site: Path, record: bytes) -> Iterator[str]:
    base = str(site)
    at = record.find(b".so")
    while at >= 0:
        start, end = record.rfind(b"\n", 0, at) + 1, record.find(b"\n", at)
        end = end if end >= 0 else len(record)
        line = os.fsdecode(record[start:end].rstrip(b"\r"))
        at = record.find(b".so", end)
        name = next(csv.reader([line]), [""])[0] if line.startswith('"') else line.split(",", 1)[0]
        if SHARED.search(name) and "\0" not in name:
            plain = not name.startswith((".", "/")) and "/." not in name
            yield f"{base}/{name}" if plain else os.path.normpath(os.path.join(base, name))  # noqa: PTH118


def _walk(site: Path) -> Iterator[str]:
    """Shared objects below ``site``; no link to a folder is followed."""
    seen = 0
    for folder, _, names in os.walk(site):
        for name in names:
            seen += 1
            if seen > _WALK:
                return
            if SHARED.search(name):
                yield f"{folder}/{name}"


def _bytes(path: str, limit: int) -> bytes:
    try:
        # Not a FIFO's end that waits for a writer.
        file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError):
        return b""
    try:
        return os.read(file, min(os.fstat(file).st_size, limit))
    except OSError:
        return b""
    finally:
        os.close(file)
