"""A release: its files on disk or on an index, how they are read in few bytes, and a cache."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache, partial
from pathlib import Path
from typing import IO, TypeVar

import msgspec
from packaging.tags import Tag
from packaging.utils import (
    BuildTag,
    InvalidSdistFilename,
    InvalidWheelFilename,
    canonicalize_name,
    parse_sdist_filename,
    parse_wheel_filename,
)

from native_skew import __version__
from native_skew.audit.errors import FileRefusedError, IndexRefusedError
from native_skew.audit.facts import Contents, Zip, metadata_of
from native_skew.audit.ranges import RangeFile
from native_skew.audit.resolver_metadata import ResolverMetadata
from native_skew.audit.transport import Digest, Transport
from native_skew.distributions import SourceTexts, sdists
from native_skew.findings import Location

_T = TypeVar("_T")
_SMALL, _LARGE = 4 * 1024, 64 * 1024


class File(msgspec.Struct, frozen=True, kw_only=True):
    """A distribution file, on disk (``path``) or on an index (``url``)."""

    filename: str
    name: str
    version: str
    path: str = ""
    url: str = ""
    size: int | None = None
    hashes: dict[str, str] = {}
    # Hashes of the METADATA file beside it (PEP 658); None if there is none.
    sidecar: dict[str, str] | None = None
    requires_python: str = ""
    uploaded: str = ""  # when, in ISO 8601, as the public index says; empty on others
    yanked: bool = False

    @property
    def is_wheel(self) -> bool:
        """Whether it is a wheel; if not, it is an sdist."""
        return self.filename.endswith(".whl")

    @property
    def is_pure(self) -> bool:
        """Whether it is a wheel for any platform."""
        return self.filename.endswith("-any.whl")

    @property
    def tags(self) -> frozenset[Tag]:
        """A wheel's tags."""
        return _tags(self.filename) if self.is_wheel else frozenset()

    @property
    def build(self) -> BuildTag:
        """A wheel's build number: of two that fit equally well, the higher one is installed."""
        return parse_wheel_filename(self.filename)[2] if self.is_wheel else ()


@lru_cache(maxsize=4096)
def _tags(filename: str) -> frozenset[Tag]:
    return parse_wheel_filename(filename)[3]


class Release(msgspec.Struct, frozen=True, kw_only=True):
    """The files of one version, in the order in which the index lists them."""

    name: str
    version: str
    files: tuple[File, ...]

    @property
    def wheels(self) -> tuple[File, ...]:
        """The wheels."""
        return tuple(each for each in self.files if each.is_wheel)

    @property
    def sdist(self) -> File | None:
        """The sdist, if any."""
        return next((each for each in self.files if not each.is_wheel), None)

    def place(self, filename: str = "") -> Location:
        """The location of a finding: in the release, or in one of its files."""
        return Location(file=filename, distribution=self.name, version=self.version)

    @property
    def first_uploaded(self) -> File | None:
        """The file that was uploaded first to the public index; None on others."""
        dated = [each for each in self.files if each.uploaded]
        return min(dated, key=lambda each: each.uploaded, default=None)

    @property
    def size(self) -> int:
        """The total size, in bytes, of all files whose size is known."""
        return sum(each.size or 0 for each in self.files)


def named(filename: str) -> tuple[str, str]:
    """The canonical name and the version in a file's name; raises ``FileRefusedError``."""
    if not (filename.isascii() and filename.isprintable()):
        raise FileRefusedError(ascii(filename), "its name is not plain ASCII")
    try:
        if filename.endswith(".whl"):
            name, version, _, _ = parse_wheel_filename(filename)
        else:
            plain = filename.removesuffix(".tgz") + ".tar.gz" * filename.endswith(".tgz")
            name, version = parse_sdist_filename(plain)
    except (InvalidWheelFilename, InvalidSdistFilename) as error:
        raise FileRefusedError(filename, str(error)) from error
    return canonicalize_name(name), str(version)


def local(path: Path) -> File:
    """A file on disk; see ``named``."""
    name, version = named(path.name)
    return File(
        filename=path.name, name=name, version=version, path=str(path), size=path.stat().st_size
    )


class Cache:
    """What was read from files on an index, kept in a folder, if one is given.

    Safe for runs at the same time. A published file never changes. Only what was understood is
    kept, a few kilobytes for each file; index pages are fetched each time.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def get(self, file: File, what: str, kind: type[_T], read: Callable[[], _T]) -> _T:
        """What is kept about ``file``, or else what ``read`` returns.

        A file without an announced hash is read each time, as it may have changed.
        """
        path = self._path(file, what)
        if path is None:
            return read()
        try:
            return msgspec.json.decode(path.read_bytes(), type=kind)
        except (OSError, ValueError, RecursionError):
            value = read()  # not there, or damaged
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as part:
                part.write(msgspec.json.encode(value))
            Path(part.name).replace(path)  # whole, or not at all
        except OSError:  # a full or read-only disk is no reason to say nothing
            return value
        return value

    def _path(self, file: File, what: str) -> Path | None:
        if self._folder is None or not file.url or not file.hashes:
            return None
        hashes = sorted({**file.hashes, **(file.sidecar or {})}.items())
        key = repr((__version__, file.url, hashes, sorted((file.sidecar or {}).items()), what))
        digest = hashlib.sha256(key.encode()).hexdigest()
        return self._folder / digest[:2] / f"{digest[2:]}.json"


class Reader:
    """Reads files; raises ``AuditError`` if one cannot be read. Safe to use from several threads.

    Without ``transport``, all are on disk.
    """

    def __init__(self, transport: Transport | None, cache: Cache) -> None:
        self._transport, self._cache = transport, cache

    def metadata(self, file: File) -> ResolverMetadata:
        """A wheel's metadata, from its sidecar or else from the wheel."""
        return self._cache.get(file, "metadata", ResolverMetadata, lambda: self._metadata(file))

    def source(self, file: File) -> SourceTexts:
        """What an sdist says."""

        def read() -> SourceTexts:
            make_error = partial(FileRefusedError, file.filename)
            with self._open(file, tail=0, ahead=_LARGE) as stream:
                return sdists.read(file.filename, stream, make_error)

        return self._cache.get(file, "source", SourceTexts, read)

    def contents(self, file: File, budget: int, python: int = 0) -> Contents:
        """What a wheel holds; see ``Zip.contents``."""

        def read() -> Contents:
            with self._wheel(file) as archive:
                return archive.contents(file.name, budget, python)

        return self._cache.get(file, f"modules-{budget}-{python}", Contents, read)

    def members(self, file: File) -> tuple[str, ...]:
        """The names of a wheel's members; only its directory is read."""

        def read() -> tuple[str, ...]:
            with self._wheel(file) as archive:
                return tuple(archive.members)

        return self._cache.get(file, "members", tuple[str, ...], read)

    def _metadata(self, file: File) -> ResolverMetadata:
        if file.sidecar is not None and self._transport:
            answer = self._transport.get(f"{file.url}.metadata")
            if answer.status != 200:
                raise IndexRefusedError(answer.url, f"announced, and answers {answer.status}")
            digest = Digest(file.sidecar)
            digest.update(answer.body)
            digest.check(answer.url)
            return metadata_of(file.filename, answer.body)
        with self._wheel(file) as archive:
            return archive.metadata(file.name)

    @contextmanager
    def _wheel(self, file: File) -> Iterator[Zip]:
        tail = min(_LARGE, max(_SMALL, (file.size or 0) // 64))  # its directory grows with it
        with self._open(file, tail) as stream, Zip(file.filename, stream) as archive:
            yield archive

    @contextmanager
    def _open(self, file: File, tail: int, ahead: int = _SMALL) -> Iterator[IO[bytes] | RangeFile]:
        if file.path:
            with Path(file.path).open("rb") as stream:
                yield stream
        elif self._transport:
            remote = RangeFile(self._transport, file.url, file.size, file.hashes, ahead, tail)
            with remote:
                yield remote
