"""What is installed in a site-packages folder, read from its ``.dist-info`` folders.

Files are read only as far as they matter, and no FIFO blocks: a large environment has a megabyte of
RECORD, and an untrusted one may hold anything.
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
from urllib.parse import unquote, urlsplit

import msgspec
from msgspec.structs import replace
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from native_skew.distributions import metadata, regular_files
from native_skew.distributions.library_names import is_library

_WORDS = (b".so", b".dylib", b".pyd", b".dll", b".framework/")  # of libraries' names
_RECORD_BYTES = 32 << 20
_METADATA_BYTES = 1 << 20
_SMALL_BYTES = 1 << 16
_HASHED_BYTES = 256 << 20  # of one file: larger ones are not held in memory
_SHOWN_OF_VERSION = 60  # characters
# Those that ``site`` reads, except the ones of old namespace packages, needless since PEP 420.
_PTH = re.compile(rb"^([^/\0,\"\r\n]+(?<!-nspkg)\.pth),", re.MULTILINE)
_PYTHON = re.compile(rb'^([^",/\n][^",\n]*\.py),', re.MULTILINE)
_DOT = re.compile(r"\.")
_TESTS = re.compile(r"(?:^|/)tests?/")
_REPAIRED = re.compile(r"\.libs/[^/]+-[0-9a-f]{8}\.so")
_OF_PYTORCH = ("torch", "torchaudio", "torchdata", "torchtext", "torchvision")


class _Folder(msgspec.Struct, frozen=True):
    editable: bool = False


class _Origin(msgspec.Struct, frozen=True):
    """https://packaging.python.org/en/latest/specifications/direct-url/ ."""

    url: str = ""
    dir_info: _Folder = _Folder()


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


class Distribution(Installed, frozen=True, kw_only=True):
    """An installed distribution in an untrusted environment."""

    info: str = ""  # its ``.dist-info`` or ``.egg-info``; empty if it has none
    hashes: tuple[str, ...] = ()  # for each library: RECORD's hash, a comma, the size
    path_files: tuple[str, ...] = ()  # the ``.pth`` files that RECORD lists
    top_level: tuple[str, ...] = ()  # names of its packages, if no RECORD lists files
    requires_python: str = ""  # as written in METADATA
    # Why its metadata could not be read: name and version are then taken from the folder's name.
    problem: str = ""
    files: tuple[str, ...] = ()  # its shared objects on disk, as absolute paths

    @property
    def title(self) -> str:
        """Name and version, shortened for people."""
        shown = self.version[:_SHOWN_OF_VERSION]
        return f"{self.name} {shown}{'…' if shown != self.version else ''}".strip()

    @property
    def site(self) -> str:
        """The folder in which it is installed; empty if unknown."""
        return self.info.rpartition("/")[0]

    @property
    def has_valid_names(self) -> bool:
        """Whether name and version are valid, and so safe in a command line."""
        return metadata.is_name(self.name) and metadata.is_version(self.version)

    @property
    def built_here(self) -> bool:
        """Whether it was built from source on this machine: no index accepts a ``linux_`` tag.

        conda's packages have such tags too, and so have the WHEEL files of PyTorch's projects. A
        wheel that auditwheel has repaired was made to be published.
        """
        repaired = any(_REPAIRED.search(path) for path in self.files)
        if self.installer == "conda" or self.name in _OF_PYTORCH or repaired:
            return False
        return any(tag.rpartition("-")[2].startswith("linux_") for tag in self.tags)

    @property
    def of_system(self) -> bool:
        """Whether the system's package manager installed it, and with it what it needs."""
        return self.installer in ("debian", "rpm")

    @property
    def is_of_index(self) -> bool:
        """Whether it came from an index, as far as is recorded: not from a folder or a URL.

        conda's packages record the URL of the folder that they were built in.
        """
        return not self.direct_url or self.installer == "conda"

    @property
    def _origin(self) -> _Origin:
        try:
            return msgspec.json.decode(self.direct_url, type=_Origin)
        except (ValueError, RecursionError):
            return _Origin()

    @property
    def is_editable(self) -> bool:
        """Whether it is an editable install."""
        return "editable" in self.direct_url and self._origin.dir_info.editable

    @property
    def source(self) -> str:
        """The local folder that it was installed from; empty for none."""
        try:
            url = urlsplit(self._origin.url)
        except ValueError:
            return ""
        path = unquote(url.path)
        return path if url.scheme == "file" and "\0" not in path else ""

    @property
    def _record(self) -> bytes:
        return _bytes(f"{self.info}/RECORD", _RECORD_BYTES) if self.info else b""

    def packages(self) -> tuple[str, ...]:
        """The names of the modules and packages that RECORD lists, each below no other of them.

        What it has in a namespace package is below a folder that is none of its own:
        https://packaging.python.org/en/latest/guides/packaging-namespace-packages/
        """
        lines = (os.fsdecode(line) for line in self._record.splitlines() if b".py," in line)
        paths = [_row(line)[0] for line in lines]
        folders = dict.fromkeys(e.rpartition("/")[0] for e in paths if e.endswith("/__init__.py"))
        modules = [each.removesuffix(".py") for each in paths if "/" not in each]
        names = [each.replace("/", ".") for each in (*folders, *modules)]
        known = set(names)
        return tuple(
            each
            for each in dict.fromkeys(names)
            if all(map(str.isidentifier, each.split(".")))
            and known.isdisjoint(each[: match.start()] for match in _DOT.finditer(each))
        )

    def python_files(self) -> list[str]:
        """The Python files that RECORD lists, relative to the site, without tests."""
        found = map(os.fsdecode, _PYTHON.findall(self._record))
        return [each for each in found if ".." not in each and not _TESTS.search(each)]

    def changed_files(self) -> Iterator[str]:
        """The files whose content differs from RECORD's hash; all files are read for that.

        Missing files, and those that are not regular files, are left out.
        https://packaging.python.org/en/latest/specifications/recording-installed-packages/#the-record-file
        """
        for path, hashed in self._inside():
            kind, _, digest = hashed.partition("=")
            try:
                if kind != "sha256" or os.stat(path).st_size > _HASHED_BYTES:  # noqa: PTH116
                    continue
                content = regular_files.content(path, _HASHED_BYTES)
            except OSError:
                continue
            own = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")
            if own != digest:
                yield path

    def gone_files(self) -> Iterator[str]:
        """The Python files that RECORD lists and that do not exist."""
        for path, _ in self._inside():
            if path.endswith(".py") and not os.path.lexists(path):
                yield path

    def _inside(self) -> Iterator[tuple[str, str]]:
        """The path and hash of each file in the site that RECORD lists."""
        for line in self._record.splitlines():
            name, hashed, _ = _row(os.fsdecode(line))
            if not name.startswith(("/", "..")) and "\0" not in name:
                yield f"{self.site}/{name}", hashed


def read(site: Path) -> tuple[Installed, ...]:
    """Every distribution in the site-packages folder ``site``, sorted by folder name.

    A folder without a readable METADATA is skipped, as installers do.
    """
    folders = (each for each in info_folders(site) if each.endswith(".dist-info"))
    found = (read_one(f"{site}/{folder}") for folder in folders)
    return tuple(
        msgspec.convert(each, Installed, from_attributes=True) for each in found if not each.problem
    )


def info_folders(site: Path | str) -> list[str]:
    """The names in ``site`` that describe a distribution; none if it is not a folder.

    First ``.dist-info`` folders, sorted, then the ``.egg-info`` of older tools and of Debian.
    """
    try:
        with os.scandir(site) as entries:
            names = [each.name for each in entries if each.name.endswith("-info")]
    except OSError:
        return []
    return [
        each
        for kind in (".dist-info", ".egg-info")
        for each in sorted(names)
        if each.endswith(kind)
    ]


def read_one(info: str) -> Distribution:
    """The distribution of one ``.dist-info`` folder; ``problem`` says what is wrong with it.

    Or of an ``.egg-info``, which is a folder or a single file and says less:
    https://setuptools.pypa.io/en/latest/deprecated/python_eggs.html
    """
    is_egg, problem = info.endswith(".egg-info"), ""
    path = f"{info}/{'PKG-INFO' if is_egg else 'METADATA'}"
    try:
        is_file = is_egg and not os.path.isdir(info)  # noqa: PTH112
        core = metadata.parse(regular_files.content(info if is_file else path, _METADATA_BYTES))
        if not metadata.is_name(core.name):
            raise ValueError("its Name is none that the specifications allow")
    except (OSError, ValueError) as error:
        problem = getattr(error, "strerror", None) or str(error)
        name, _, version = info.rpartition("/")[2].rpartition(".")[0].partition("-")
        name = name if metadata.is_name(name) else ""
        core = metadata.CoreMetadata(name=name, version=version)
    requires = core.requires_dist
    if is_egg and not requires:
        requires = tuple(_plain_requirements(_text(f"{info}/requires.txt")))
    wheel = _bytes(f"{info}/WHEEL", _SMALL_BYTES)
    record = _bytes(f"{info}/RECORD", _RECORD_BYTES)
    recorded = dict(sorted(_recorded(record)))
    tops = () if record else (*_text(f"{info}/top_level.txt").split(), core.name.replace("-", "_"))
    return Distribution(
        name=canonicalize_name(core.name),
        version=core.version,
        requires_dist=requires,
        dynamic=core.dynamic,
        tags=metadata.wheel_values(wheel, "Tag"),
        generator="".join(metadata.wheel_values(wheel, "Generator")),
        installer=_text(f"{info}/INSTALLER"),
        direct_url=_text(f"{info}/direct_url.json"),
        libraries=tuple(recorded),
        info=info,
        hashes=tuple(recorded.values()),
        path_files=tuple(os.fsdecode(each) for each in _PTH.findall(record)),
        top_level=tops,
        requires_python=core.requires_python,
        problem=problem,
    )


def nameless(files: tuple[str, ...] = (), **known: str) -> Distribution:
    """The distribution of ``files`` without metadata, with the fields that are ``known``."""
    empty = Distribution(
        name="", version="", requires_dist=(), dynamic=(), tags=(), generator="", installer="",
        direct_url="", files=files,
    )  # fmt: skip
    return replace(empty, **known)


def _plain_requirements(text: str) -> Iterator[str]:
    """The requirements in requires.txt before its sections, which are extras and markers."""
    for line in text.splitlines():
        if line.startswith("["):
            return
        if line.strip():
            yield line.strip()


def violations(installed: tuple[Installed, ...]) -> tuple[str, ...]:
    """Each Requires-Dist that the installed set does not satisfy, as a sentence."""
    versions = {each.name: each.version for each in installed}
    return tuple(
        f"{each.name} {each.version} {why}"
        for each in installed
        for text in each.requires_dist
        if (why := _violation(text, versions))
    )


def _violation(text: str, versions: dict[str, str]) -> str:
    try:
        requirement = Requirement(text)
    except InvalidRequirement:
        return f"has an unreadable requirement: {text}"
    if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
        return ""
    name = canonicalize_name(requirement.name)
    if name not in versions:
        return f"requires {text}, which is not installed"
    if requirement.specifier.contains(versions[name]):
        return ""
    return f"requires {text}, but {name} {versions[name]} is installed"


def _recorded(record: bytes) -> Iterator[tuple[str, str]]:
    """The names and hashes of libraries in RECORD, found by searching: most lines are others'."""
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
    """Name, hash and size in one line of RECORD; empty strings if it is invalid."""
    try:
        fields = next(csv.reader([line]), []) if line.startswith('"') else line.split(",")
    except csv.Error:
        fields = []
    name, hashed, size, *_ = [*fields, "", "", ""]
    return name, hashed, size


def _text(path: str) -> str:
    return _bytes(path, _SMALL_BYTES).decode("utf-8", "replace").strip()


def _bytes(path: str, limit: int) -> bytes:
    """Up to ``limit`` bytes of a file; none if it cannot be read."""
    try:
        return regular_files.content(path, limit)
    except OSError:
        return b""
