"""What is installed in a site-packages folder, as its ``.dist-info`` folders tell.

Files are read no further than they matter, and nothing waits for a FIFO: a large environment
has a megabyte of RECORD, and a stranger's may have anything.
https://packaging.python.org/en/latest/specifications/recording-installed-packages/
"""

from __future__ import annotations

import base64
import csv
import hashlib
import os
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from native_skew.distributions import metadata, regular_files
from native_skew.distributions.library_names import is_library

_WORDS = (b".so", b".dylib", b".pyd", b".dll", b".framework/")  # of libraries' names
_RECORD_BYTES = 32 << 20
_METADATA_BYTES = 1 << 20
_SMALL_BYTES = 1 << 16
_HASHED_BYTES = 256 << 20  # of one file: larger ones are not held in memory
# What ``site`` reads: of old namespace packages' own, none is needed since PEP 420.
_PTH = re.compile(rb"^([^/\0,\"\r\n]+(?<!-nspkg)\.pth),", re.MULTILINE)
_PYTHON = re.compile(rb'^([^",/\n][^",\n]*\.py),', re.MULTILINE)
_TESTS = re.compile(r"(?:^|/)tests?/")
_NO_NAME = "its Name is none that the specifications allow"


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


class Listed(Installed, frozen=True, kw_only=True):
    """An installed distribution, with what matters where nobody vouches for it.

    Attributes:
        hashes: what RECORD says of the content of each library, in their order; or empty. That is
            its hash, a comma, and its size.
        path_files: the ``.pth`` files that RECORD lists.
        top_level: names of its packages, where no RECORD lists files.
        requires_python: as written in METADATA; empty where it says nothing.
        problem: why its metadata is not read; empty where it is. Name and version are then those
            of the folder's name.

    """

    hashes: tuple[str, ...] = ()
    path_files: tuple[str, ...] = ()
    top_level: tuple[str, ...] = ()
    requires_python: str = ""
    problem: str = ""

    @property
    def has_valid_names(self) -> bool:
        """Whether name and version are what the specifications allow: fit for a command line."""
        return metadata.is_name(self.name) and metadata.is_version(self.version)


def read(site: Path) -> tuple[Installed, ...]:
    """Every distribution in the site-packages folder ``site``, by the names of the folders.

    A folder without a readable METADATA is passed over, as installers do.
    """
    found = (read_one(f"{site}/{folder}") for folder in info_folders(site))
    fields = Installed.__struct_fields__
    return tuple(
        Installed(**{name: getattr(each, name) for name in fields})
        for each in found
        if not each.problem
    )


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """The names in a site-packages folder that tell what is installed, sorted.

    Attributes:
        infos: ``.dist-info`` folders.
        eggs: ``.egg-info`` folders or files, of older tools and of Debian.

    """

    infos: tuple[str, ...] = ()
    eggs: tuple[str, ...] = ()


def listing(site: Path | str) -> Listing:
    """What lies in ``site``; nothing where it is no folder."""
    try:
        with os.scandir(site) as entries:
            names = sorted([each.name for each in entries if each.name.endswith("-info")])
    except OSError:
        return Listing()
    return Listing(
        infos=tuple(each for each in names if each.endswith(".dist-info")),
        eggs=tuple(each for each in names if each.endswith(".egg-info")),
    )


def info_folders(site: Path) -> list[str]:
    """The names of the ``.dist-info`` folders, sorted; none where ``site`` is no folder."""
    return list(listing(site).infos)


def read_egg(info: str) -> Listed:
    """The distribution of one ``.egg-info``, a folder or a single file, as far as it tells.

    https://setuptools.pypa.io/en/latest/deprecated/python_eggs.html
    """
    is_file, problem = not os.path.isdir(info), ""  # noqa: PTH112
    try:
        path = info if is_file else f"{info}/PKG-INFO"
        core = metadata.parse(regular_files.content(path, _METADATA_BYTES))
        if not metadata.is_name(core.name):
            raise ValueError(_NO_NAME)
    except (OSError, ValueError) as error:
        problem = getattr(error, "strerror", None) or str(error)
        core = _of_folder(info, ".egg-info")
    requires = core.requires_dist
    if not requires and not is_file:
        requires = tuple(_plain_requirements(_text(f"{info}/requires.txt")))
    tops = [] if is_file else _text(f"{info}/top_level.txt").split()
    return Listed(
        name=canonicalize_name(core.name),
        version=core.version,
        requires_dist=requires,
        dynamic=core.dynamic,
        tags=(),
        generator="",
        installer="",
        direct_url="",
        top_level=(*tops, core.name.replace("-", "_")),
        problem=problem,
    )


def _of_folder(info: str, suffix: str) -> metadata.CoreMetadata:
    """Name and version as a folder's name has them; nothing where that is no valid name."""
    name, _, version = info.rpartition("/")[2].removesuffix(suffix).partition("-")
    return metadata.CoreMetadata(name=name if metadata.is_name(name) else "", version=version)


def _plain_requirements(text: str) -> Iterator[str]:
    """The lines of requires.txt before its first section: sections are extras and markers."""
    for line in text.splitlines():
        if line.startswith("["):
            return
        if line.strip():
            yield line.strip()


def read_one(info: str) -> Listed:
    """The distribution of one ``.dist-info`` folder; ``problem`` says what is wrong with it."""
    problem = ""
    try:
        core = metadata.parse(regular_files.content(f"{info}/METADATA", _METADATA_BYTES))
        if not metadata.is_name(core.name):
            raise ValueError(_NO_NAME)
    except (OSError, ValueError) as error:
        problem = getattr(error, "strerror", None) or str(error)
        core = _of_folder(info, ".dist-info")
    wheel = _bytes(f"{info}/WHEEL", _SMALL_BYTES)
    record = _bytes(f"{info}/RECORD", _RECORD_BYTES)
    recorded = dict(sorted(_recorded(record)))
    tops = () if record else (*_text(f"{info}/top_level.txt").split(), core.name.replace("-", "_"))
    return Listed(
        name=canonicalize_name(core.name),
        version=core.version,
        requires_dist=core.requires_dist,
        dynamic=core.dynamic,
        tags=metadata.wheel_values(wheel, "Tag"),
        generator="".join(metadata.wheel_values(wheel, "Generator")),
        installer=_text(f"{info}/INSTALLER"),
        direct_url=_text(f"{info}/direct_url.json"),
        libraries=tuple(recorded),
        hashes=tuple(recorded.values()),
        path_files=tuple(os.fsdecode(each) for each in _PTH.findall(record)),
        top_level=tops,
        requires_python=core.requires_python,
        problem=problem,
    )


def top_level(info: str) -> tuple[str, ...]:
    """The names of the modules and packages at the top that the RECORD of ``info`` lists."""
    lines = _bytes(f"{info}/RECORD", _RECORD_BYTES).splitlines()
    paths = (_row(os.fsdecode(line))[0].partition("/") for line in lines if b".py," in line)
    names = (
        top if rest else top.removesuffix(".py")
        for top, _, rest in paths
        if rest == "__init__.py" or (not rest and top.endswith(".py"))
    )
    return tuple(dict.fromkeys(name for name in names if name.isidentifier()))


def python_files(info: str) -> list[str]:
    """The files of Python code that the RECORD of ``info`` lists, its tests left out."""
    found = map(os.fsdecode, _PYTHON.findall(_bytes(f"{info}/RECORD", _RECORD_BYTES)))
    return [each for each in found if ".." not in each and not _TESTS.search(each)]


def changed(site: Path | str, info: str) -> tuple[str, ...]:
    """The files below ``site`` whose content is another than the RECORD of ``info`` lists.

    What is not there, and what is no regular file, is not among them.
    https://packaging.python.org/en/latest/specifications/recording-installed-packages/#the-record-file
    """
    found = []
    for line in _bytes(f"{site}/{info}/RECORD", _RECORD_BYTES).splitlines():
        name, hashed, _ = _row(os.fsdecode(line))
        kind, _, digest = hashed.partition("=")
        if kind != "sha256" or name.startswith(("/", "..")) or "\0" in name:
            continue
        try:
            if os.stat(f"{site}/{name}").st_size > _HASHED_BYTES:  # noqa: PTH116
                continue
            content = regular_files.content(f"{site}/{name}", _HASHED_BYTES)
        except OSError:
            continue
        own = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")
        if own != digest:
            found.append(name)
    return tuple(found)


def gone(site: Path | str, info: str) -> tuple[str, ...]:
    """The Python files below ``site`` that the RECORD of ``info`` lists and that are not there."""
    lines = _bytes(f"{site}/{info}/RECORD", _RECORD_BYTES).splitlines()
    names = (_row(os.fsdecode(line))[0] for line in lines if b".py," in line)
    return tuple(
        name
        for name in names
        if not name.startswith(("/", ".."))
        and "\0" not in name
        and not os.path.lexists(f"{site}/{name}")
    )


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
    if requirement.specifier.contains(versions[name]):
        return None
    return (
        f"{holder.name} {holder.version} requires {text}, but {name} {versions[name]} is installed"
    )


def _recorded(record: bytes) -> Iterator[tuple[str, str]]:
    """The names and hashes of libraries in RECORD, found by a search: most lines are of others."""
    for word in _WORDS:
        at = record.find(word)
        while at >= 0:
            start, end = record.rfind(b"\n", 0, at) + 1, record.find(b"\n", at)
            end = end if end >= 0 else len(record)
            line = os.fsdecode(record[start:end].rstrip(b"\r"))
            at = record.find(word, end)
            name, hashed, size = _row(line)
            if is_library(name) and "\0" not in name:
                yield name, f"{hashed},{size}"


def _row(line: str) -> tuple[str, str, str]:
    """Name, hash and size of one line of RECORD; nothing of one that is none."""
    try:
        fields = next(csv.reader([line]), []) if line.startswith('"') else line.split(",")
    except csv.Error:
        fields = []
    name, hashed, size, *_ = [*fields, "", "", ""]
    return name, hashed, size


def _text(path: str) -> str:
    return _bytes(path, _SMALL_BYTES).decode("utf-8", "replace").strip()


def _bytes(path: str, limit: int) -> bytes:
    """Up to ``limit`` bytes of a file; none where it cannot be read."""
    try:
        return regular_files.content(path, limit)
    except OSError:
        return b""
