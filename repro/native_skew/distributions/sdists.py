"""Reads PKG-INFO, pyproject.toml and setup.py of untrusted sdists without unpacking them.

https://packaging.python.org/en/latest/specifications/source-distribution-format/
"""

from __future__ import annotations

import gzip
import io
import tarfile
import zlib
from collections.abc import Callable, Iterator
from functools import partial

import msgspec
from packaging.requirements import InvalidRequirement, Requirement

from native_skew.distributions import regular_files
from native_skew.distributions.zips import METADATA_LIMIT, CarefulZip, Seekable
from native_skew.errors import ArchiveError, SkewError

_WANTED = ("PKG-INFO", "pyproject.toml", "setup.py")
_MEMBERS = 100_000
_UNPACKED = 4 * 1024**3  # bytes; of all members together
_ONE_READ = 16 * 1024 * 1024  # bytes that one header may ask for
# PEP 517's default for a pyproject.toml without a build-system table.
_LEGACY = ("setuptools>=40.8.0",)
MakeError = Callable[[str], SkewError]


class SourceTexts(msgspec.Struct, frozen=True, kw_only=True):
    """The files of an sdist that describe it; empty if missing."""

    pkg_info: bytes
    setup_py: str
    build_requires: tuple[str, ...]  # ``build-system.requires``, as written
    backend: str  # ``build-system.build-backend``
    problems: tuple[str, ...] = ()  # what could not be understood

    @property
    def is_built_by_setuptools(self) -> bool:
        """Whether the backend is setuptools, which runs setup.py as it stands."""
        return self.backend.partition(".")[0] == "setuptools"


def read(filename: str, stream: Seekable, make_error: MakeError | None = None) -> SourceTexts:
    """Reads an sdist as far as needed; its ``filename`` tells its format.

    If ``stream`` has a ``prefetch``, that is told what is read next.

    Raises:
        SkewError: made by ``make_error``, by default an ArchiveError: the sdist is malformed,
            hostile, or in an obsolete format.

    """
    make_error = make_error or partial(ArchiveError, filename)
    found: dict[str, bytes] = {}
    if filename.endswith(".zip"):
        with CarefulZip(stream, make_error, _MEMBERS) as archive:
            for info in archive.infos:
                folder, _, name = info.filename.rpartition("/")
                if folder and "/" not in folder and name in _WANTED:
                    found[name] = b"".join(archive.chunks(info, METADATA_LIMIT))
    elif filename.endswith((".tar.gz", ".tgz")):
        for name, data in _members(stream, make_error):
            found[name] = data
            if len(found) == len(_WANTED) or _enough(found):
                break
    else:
        raise make_error("sdists are .tar.gz files (PEP 625)")
    if "PKG-INFO" not in found:
        raise make_error("has no PKG-INFO")
    requires, backend, problems = _build_system(found.get("pyproject.toml"))
    return SourceTexts(
        pkg_info=found["PKG-INFO"],
        setup_py=found.get("setup.py", b"").decode("utf-8", "replace"),
        build_requires=requires,
        backend=backend,
        problems=problems,
    )


def _enough(found: dict[str, bytes]) -> bool:
    """Whether the rest can be skipped: with another backend setup.py does not matter."""
    if "PKG-INFO" not in found or "pyproject.toml" not in found:
        return False
    return "setuptools" not in _build_system(found["pyproject.toml"])[1]


def _build_system(text: bytes | None) -> tuple[tuple[str, ...], str, tuple[str, ...]]:
    default = "setuptools.build_meta:__legacy__"
    if text is None:
        return _LEGACY, default, ()
    try:
        table = regular_files.toml(text).get("build-system", {})
        requires = tuple(table.get("requires", _LEGACY))
        for each in requires:
            Requirement(each)
        return requires, str(table.get("build-backend", default)), ()
    except (ValueError, AttributeError, TypeError, InvalidRequirement, RecursionError) as error:
        return (), default, (f"its pyproject.toml cannot be understood: {error}",)


def _members(stream: Seekable, make_error: MakeError) -> Iterator[tuple[str, bytes]]:
    """The wanted files of the top folder, in the archive's order."""
    unpacked = 0
    try:
        with (
            _Bounded(stream, make_error) as plain,
            tarfile.open(fileobj=plain, mode="r:") as archive,
        ):
            for count, member in enumerate(archive):
                unpacked += max(0, member.size)
                if count > _MEMBERS or unpacked > _UNPACKED:
                    raise make_error("has too many members, or too large ones")
                parts = member.name.split("/")
                if member.name.startswith("/") or ".." in parts:
                    raise make_error(f"has a member that leaves the archive: {member.name!r}")
                archive.members.clear()  # type: ignore[attr-defined]  # else tarfile keeps them all
                if len(parts) == 2 and parts[1] in _WANTED and member.isfile():
                    if member.size > METADATA_LIMIT:
                        raise make_error(f"{parts[1]} unpacks to {member.size} bytes")
                    content = archive.extractfile(member)
                    yield parts[1], content.read() if content else b""
    except (tarfile.TarError, zlib.error, EOFError, OSError, ValueError, IndexError) as error:
        raise make_error(f"no readable sdist: {error}") from error


class _Bounded(gzip.GzipFile):
    """A compressed stream that only seeks forward and reads no huge block."""

    def __init__(self, stream: Seekable, make_error: MakeError) -> None:
        super().__init__(fileobj=stream, mode="rb")
        self._make_error = make_error

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        here = super().seek(0, io.SEEK_CUR)
        if whence == io.SEEK_CUR and not offset:
            return here  # what ``tell`` asks
        if whence != io.SEEK_SET or offset < here:
            raise ValueError("forward only")
        position = super().seek(offset)
        self._check(position)
        return position

    def read(self, size: int | None = -1) -> bytes:
        if size is None or not 0 <= size <= _ONE_READ:
            raise self._make_error(f"a header asks for {size} bytes at once")
        data = super().read(size)
        self._check(self.tell())
        return data

    def _check(self, position: int) -> None:
        if position > _UNPACKED:
            raise self._make_error(f"unpacks to more than {_UNPACKED} bytes")
