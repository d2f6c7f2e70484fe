"""What is installed in the folders that imports search, and the files that belong to it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from native_skew.distributions import SHARED, Installed, installed

_WALK = 500_000  # entries of a folder without a RECORD


class Distribution(Installed, frozen=True, kw_only=True):
    """One installed distribution; ``files`` are its shared objects, as absolute paths."""

    files: tuple[str, ...] = ()

    @property
    def built_here(self) -> bool:
        """Whether it was built from source on a machine: no index takes a ``linux_`` tag."""
        return any(tag.rpartition("-")[2].startswith("linux_") for tag in self.tags)

    @property
    def title(self) -> str:
        """Name and version."""
        return f"{self.name} {self.version}"


def nameless(files: tuple[str, ...]) -> Distribution:
    """What ``files`` belong to that no distribution lists."""
    return Distribution(
        name="",
        version="",
        requires_dist=(),
        dynamic=(),
        tags=(),
        generator="",
        installer="",
        direct_url="",
        files=files,
    )


def read(sites: Iterable[Path]) -> tuple[Distribution, ...]:
    """The distributions in ``sites``; of two with one name the first counts, as in an import.

    Shared objects that no RECORD lists belong to a nameless distribution, which is there only
    where some distribution has no RECORD.
    """
    found: dict[str, Distribution] = {}
    for site in sites:
        folders = installed.info_folders(site)
        unrecorded = not folders
        for folder in folders:
            one = installed.read_one(f"{site}/{folder}")
            if one is None:
                continue
            if not one.libraries and not _has_record(f"{site}/{folder}"):
                unrecorded = True
            if one.name not in found:
                fields = msgspec.structs.asdict(one)
                found[one.name] = Distribution(**fields, files=tuple(_paths(site, one.libraries)))
        if unrecorded:
            owned = {path for each in found.values() for path in each.files}
            if stray := tuple(path for path in _walk(site) if path not in owned):
                found[""] = nameless(stray)
    return tuple(found.values())


def _has_record(info: str) -> bool:
    try:
        return os.stat(f"{info}/RECORD").st_size > 0  # noqa: PTH116
    except OSError:
        return False


def _paths(site: Path, libraries: Iterable[str]) -> Iterator[str]:
    base = str(site)
    for name in libraries:
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
