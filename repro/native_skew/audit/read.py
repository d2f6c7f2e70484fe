"""Reads what is needed to judge a release: all files' metadata, and a few wheels' contents."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

import msgspec
from packaging.utils import BuildTag

from native_skew.audit import facts
from native_skew.audit.errors import AuditError
from native_skew.audit.facts import Contents
from native_skew.audit.release import File, Reader, Release
from native_skew.audit.resolver_metadata import ResolverMetadata
from native_skew.audit.targets import ChosenFiles, TargetPython, choose, targets
from native_skew.audit.transport import CONNECTIONS
from native_skew.distributions import SourceTexts

_MEGABYTE = 1024 * 1024
_SHARE = 100  # of further wheels, one byte in so many of a release may be read as shared objects
_LEAST, _MOST = 8 * _MEGABYTE, 16 * _MEGABYTE
_ON_DISK = 1024 * _MEGABYTE
_PLATFORM = re.compile(r"-(any|manylinux|musllinux|linux|macosx|win)[0-9_]*(\w*?)(?=[.])")
_T = TypeVar("_T")
Step = Callable[[], object]


class Examined(msgspec.Struct, frozen=True, kw_only=True):
    """A release, with what was read of it."""

    release: Release
    metadata: dict[str, ResolverMetadata]  # by file name, the sdist's PKG-INFO among them
    source: SourceTexts | None  # the sdist's texts; None if there is none, or it cannot be read
    # By file name: of every wheel on disk; on an index, by default, of one wheel for each platform
    # and each different metadata.
    contents: dict[str, Contents]
    unopened: int  # how many wheels were not opened
    targets: tuple[TargetPython, ...]
    errors: tuple[AuditError, ...]  # what could not be examined

    @property
    def choices(self) -> tuple[ChosenFiles, ...]:
        """What each target installs and reads, if there is anything for it."""
        found = (choose(self.release, each) for each in self.targets)
        return tuple(each for each in found if each.installed)

    @property
    def source_metadata(self) -> ResolverMetadata | None:
        """What the sdist says."""
        sdist = self.release.sdist
        return self.metadata.get(sdist.filename) if sdist else None

    def groups(self) -> tuple[tuple[ResolverMetadata, tuple[str, ...]], ...]:
        """The files, grouped by what they say, the largest group first."""
        by_words: dict[object, list[str]] = {}
        for filename, each in self.metadata.items():
            by_words.setdefault(words(each), []).append(filename)
        ordered = sorted(by_words.values(), key=lambda names: (-len(names), names))
        return tuple((self.metadata[names[0]], tuple(names)) for names in ordered)


def words(metadata: ResolverMetadata) -> tuple[object, ...]:
    """The part of a metadata in which files can disagree."""
    return metadata.requires_dist, metadata.requires_python, metadata.extras


def examine(
    release: Release, reader: Reader, step: Step = lambda: None, thorough: bool = False
) -> Examined:
    """Reads ``release``, four files at a time; raises ``AuditError`` if nothing can be read.

    ``step`` is called after each file; with ``thorough``, every wheel is read completely.
    """
    errors: list[AuditError] = []
    metadata: dict[str, ResolverMetadata] = {}
    source = None
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        asked = {each.filename: pool.submit(reader.metadata, each) for each in release.wheels}
        sdist = release.sdist
        source_asked = pool.submit(read_sdist, reader, sdist) if sdist else None
        for filename, future in asked.items():
            if (read := _result(future, errors)) is not None:
                metadata[filename] = read
            step()
        if sdist and source_asked and (found := _result(source_asked, errors)):
            source, metadata[sdist.filename] = found
        if not metadata:
            raise errors[0]
        chosen = _representatives(release, metadata, thorough)
        reading = {
            each.filename: pool.submit(
                reader.contents, each, _budget(release, each, number, thorough)
            )
            for number, each in enumerate(chosen)
        }
        contents = {
            filename: held
            for filename, future in reading.items()
            if (held := _result(future, errors))
        }
    pythons = {each.requires_python for each in metadata.values()}
    meant = {each.title: each for python in sorted(pythons) for each in targets(release, python)}
    return Examined(
        release=release,
        metadata=metadata,
        source=source,
        contents=contents,
        unopened=len(metadata.keys() & {each.filename for each in release.wheels}) - len(contents),
        targets=tuple(meant.values()),
        errors=tuple(errors),
    )


def read_sdist(reader: Reader, sdist: File) -> tuple[SourceTexts, ResolverMetadata]:
    """What an sdist says; raises ``AuditError`` if it cannot be read."""
    source = reader.source(sdist)
    return source, facts.metadata_of(sdist.filename, source.pkg_info)


def _result(future: Future[_T], errors: list[AuditError]) -> _T | None:
    try:
        return future.result()
    except AuditError as error:
        errors.append(error)
        return None


def _representatives(
    release: Release, metadata: dict[str, ResolverMetadata], thorough: bool
) -> list[File]:
    """The wheels whose modules are read: all on disk, or one for each platform and metadata."""
    wheels = sorted(release.wheels, key=_eagerness, reverse=True)
    known = [each for each in wheels if each.filename in metadata]
    if thorough:
        return known
    chosen: dict[object, File] = {}
    for each in known:
        key = each.filename if each.path else (_platform(each), words(metadata[each.filename]))
        chosen.setdefault(key, each)
    return list(chosen.values())


def _platform(file: File) -> str:
    """A wheel's platform without its version: ``manylinux x86_64``, ``macosx arm64``, ``win``."""
    found = _PLATFORM.search(file.filename)
    return f"{found[1]} {found[2]}" if found else ""


def linux_wheels(release: Release) -> tuple[File, ...]:
    """The wheels for Linux: x86-64 first, the newest Python first."""
    wheels = (each for each in release.wheels if "linux" in each.filename)
    return tuple(sorted(wheels, key=_eagerness, reverse=True))


def _eagerness(file: File) -> tuple[bool, bool, int, BuildTag]:
    pythons = [int(t.interpreter[3:] or 0) for t in file.tags if t.interpreter[2:].isdigit()]
    linux = "linux" in file.filename and "x86_64" in file.filename
    return linux, "manylinux" in file.filename, max(pythons, default=0), file.build


def _budget(release: Release, file: File, number: int, thorough: bool) -> int:
    """The bytes of shared objects to read of a wheel: most of the first, which tells most."""
    if thorough or all(each.path for each in release.files):
        return _ON_DISK
    if number and (file.size or _MOST) > _LEAST:
        return min(_MOST, max(_LEAST, release.size // _SHARE)) // 4
    return _MOST
