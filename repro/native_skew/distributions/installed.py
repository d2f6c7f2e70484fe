"""What is installed in a site-packages folder, as its ``.dist-info`` folders tell.

Files are read no further than they matter, and nothing waits for a FIFO: a large environment
has a megabyte of RECORD, and a stranger's may have anything.
https://packaging.python.org/en/latest/specifications/recording-installed-packages/
"""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from native_skew.distributions import metadata

# A shared object's name in RECORD or in an archive, with or without a version behind it.
SHARED = re.compile(r"\.so(\.[^/]*)?$")

_RECORD_BYTES = 32 << 20
_METADATA_BYTES = 1 << 20
_SMALL_BYTES = 1 << 16


class Installed(msgspec.Struct, frozen=True, kw_only=True):
    """One installed distribution, as its ``.dist-info`` folder tells.

    Attributes:
        requires_dist: as written in METADATA, in its order.
        dynamic: the values of Dynamic, in their own spelling.
        tags: the Tag lines of WHEEL.
        generator: WHEEL's Generator, e.g. ``setuptools (84.2.1)``.
        installer: the INSTALLER file's word, e.g. ``uv``.
        direct_url: direct_url.json's text, empty where there is none.
        libraries: the shared objects that RECORD lists, relative to site-packages.

    """

    name: str
    version: str
    requires_dist: tuple[str, ...]
    dynamic: tuple[str, ...]
    tags: tuple[str, ...]
    generator: str
    installer: str
    direct_url: str
    libraries: tuple[str, ...] = ()


def read(site: Path) -> tuple[Installed, ...]:
    """Every distribution in the site-packages folder ``site``, by the names of the folders.

    A folder without a readable METADATA is passed over, as installers do.
    """
    found = (read_one(f"{site}/{folder}") for folder in info_folders(site))
    return tuple(each for each in found if each)


def info_folders(site: Path) -> list[str]:
    """The names of the ``.dist-info`` folders, sorted; none where ``site`` is no folder."""
    try:
        with os.scandir(site) as entries:
            return sorted(each.name for each in entries if each.name.endswith(".dist-info"))
    except OSError:
        return []


def read_one(info: str) -> Installed | None:
    """The distribution of one ``.dist-info`` folder; None where it has no readable METADATA."""
    try:
        core = metadata.parse(_bytes(f"{info}/METADATA", _METADATA_BYTES))
    except ValueError:
        return None
    wheel = _bytes(f"{info}/WHEEL", _SMALL_BYTES)
    return Installed(
        name=canonicalize_name(core.name),
        version=core.version,
        requires_dist=core.requires_dist,
        dynamic=core.dynamic,
        tags=metadata.wheel_values(wheel, "Tag"),
        generator="".join(metadata.wheel_values(wheel, "Generator")),
        installer=_text(f"{info}/INSTALLER"),
        direct_url=_text(f"{info}/direct_url.json"),
        libraries=tuple(sorted(_recorded(_bytes(f"{info}/RECORD", _RECORD_BYTES)))),
    )


def stem(library: str) -> str:
    """``libfoo`` of ``libfoo.so.1.2``."""
    return library.partition(".so")[0]


def violations(installed: tuple[Installed, ...]) -> tuple[str, ...]:
    """Each Requires-Dist that the installed set does not satisfy, as a sentence."""
    versions = {each.name: each.version for each in installed}
    return tuple(
        sentence
        for each in installed
        for text in each.requires_dist
        if (sentence := _violation(each, text, versions))
    )


def _violation(holder: Installed, text: str, versions: dict[str, str]) -> str | None:
    try:
        requirement = Requirement(text)
    except InvalidRequirement:
        return f"{holder.name} {holder.version} has an unreadable requirement: {text}"
    if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
        return None
    name = canonicalize_name(requirement.name)
    if name not in versions:
        return f"{holder.name} {holder.version} requires {text}, which is not installed"
    if requirement.specifier.contains(versions[name], prereleases=True):
        return None
    return (
        f"{holder.name} {holder.version} requires {text}, but {name} {versions[name]} is installed"
    )


def _recorded(record: bytes) -> Iterator[str]:
    """The names of shared objects in RECORD, found by a search: most lines are of other files."""
    at = record.find(b".so")
    while at >= 0:
        start, end = record.rfind(b"\n", 0, at) + 1, record.find(b"\n", at)
        end = end if end >= 0 else len(record)
        line = os.fsdecode(record[start:end].rstrip(b"\r"))
        at = record.find(b".so", end)
        name = next(csv.reader([line]), [""])[0] if line.startswith('"') else line.split(",", 1)[0]
        if SHARED.search(name) and "\0" not in name:
            yield name


def _text(path: str) -> str:
    return _bytes(path, _SMALL_BYTES).decode("utf-8", "replace").strip()


def _bytes(path: str, limit: int) -> bytes:
    """Up to ``limit`` bytes of a file; none where it cannot be read."""
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
