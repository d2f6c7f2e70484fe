"""Untrusted zip files: wheels, and old sdists.

Member names are checked and memory is bounded here. Nothing is unpacked to a name that the file
chooses.
https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
"""

from __future__ import annotations

import io
import re
import stat
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, Protocol

from native_skew.errors import SkewError

METADATA_LIMIT = 4 * 1024 * 1024  # bytes; ten times the largest on the public index
_MANY = 65_535  # the most that the end of the directory can count without its 64-bit extension
_ENTRY_BYTES = 384  # of the directory per member, on average: 46 and a long path
_END = struct.Struct("<4s4H2LH")  # end of central directory, APPNOTE.TXT 4.3.16
_COMMENT = 65_535  # bytes after it at most; Python 3.14.10 searches all of them at once
_END_SIGNATURE = b"PK\5\6"
_MEMBER = b"PK\1\2"  # the signature of its entry
_MEMBER_BYTES = 46  # of the directory per member, at least: APPNOTE.TXT 4.3.12
_LOCAL_HEADER = 30 + 512  # the header, and room for a member's name and extra fields
_CHUNK = 256 * 1024
_DRIVE = re.compile(r"^[A-Za-z]:")
# zipfile decompresses a block of any other at once: 462 bytes of bzip2 take 800 MB.
_COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_DAMAGES = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    ValueError,
    OSError,
    RuntimeError,  # encrypted
    NotImplementedError,  # of a version to come
)


class Seekable(Protocol):
    """A stream that a zip file can be read from."""

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Moves to ``offset``; returns the new position."""

    def tell(self) -> int:
        """The current position."""

    def seekable(self) -> bool:
        """Whether it can ``seek``."""

    def read(self, size: int = -1, /) -> bytes:
        """Reads up to ``size`` bytes."""


class CarefulZip:
    """An open zip file; a context manager. ``infos`` are its members, perhaps with duplicates.

    If ``stream`` has a ``prefetch``, as a remote one does, that is told the position and length of
    what is read next.

    Raises:
        SkewError: made by ``make_error``: it is not a zip file, has ``limit`` members or more, or
            has a symbolic link or a member whose name leads out of the folder.

    """

    def __init__(
        self, stream: Seekable, make_error: Callable[[str], SkewError], limit: int
    ) -> None:
        self._stream, self._make_error = stream, make_error
        self._prefetch: Callable[[int, int], None] = getattr(stream, "prefetch", lambda *_: None)
        self._check_directory(limit)
        try:
            self._zip = zipfile.ZipFile(_Bounded(stream, make_error, limit))
        except _DAMAGES as error:
            raise make_error(f"no readable zip: {error}") from error
        self.infos = self._zip.infolist()
        self._at = Counter(info.header_offset for info in self.infos)
        for info in self.infos:
            self._check_member(info)

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def chunks(self, info: zipfile.ZipInfo, limit: int) -> Iterator[bytes]:
        """A member's content, in chunks of at most 256 KiB.

        Raises the error if it is damaged, larger than ``limit``, at another member's place, or
        cannot be decompressed in chunks.
        """
        name = info.filename
        if info.file_size > limit:
            reason = f"{name} unpacks to {info.file_size} bytes, more than the {limit} of any sound"
            raise self._make_error(f"{reason} one: a zip bomb?")
        # zipfile itself reads such members, and from Python 3.14 on warns of them.
        if self._at[info.header_offset] > 1:
            raise self._make_error(f"{name} is where another member is: a zip bomb?")
        if info.compress_type not in _COMPRESSIONS:
            raise self._make_error(f"{name} is neither stored nor deflated")
        self._prefetch(
            info.header_offset, _LOCAL_HEADER + len(info.orig_filename) + info.compress_size
        )
        try:
            with self._zip.open(info) as member:
                while data := member.read(_CHUNK):  # zipfile stops at the size in the header
                    yield data
        except _DAMAGES as error:
            raise self._make_error(f"{name} is damaged: {error}") from error

    def _check_directory(self, limit: int) -> None:
        """Checks the end of the directory before any of the directory is fetched."""
        try:
            size = self._stream.seek(0, io.SEEK_END)
            # A comment is rare: look where the end is without one first.
            tail = self._tail(size, _END.size)
            if not tail.startswith(_END_SIGNATURE):
                tail = self._tail(size, _MANY + _END.size)
                tail = tail[tail.rindex(_END_SIGNATURE) :][: _END.size]
            _, _, _, _, entries, length, _, _ = _END.unpack(tail)
        except (struct.error, OSError, ValueError) as error:
            raise self._make_error("no zip file: it has no directory") from error
        if entries >= limit:
            raise self._make_error(_too_many(limit))
        # If the counts do not fit, a 64-bit end precedes this one: see _Bounded.
        if length < _bound(limit):
            self._prefetch(size - length - _END.size, length + _END.size)

    def _tail(self, size: int, length: int) -> bytes:
        self._stream.seek(max(0, size - length))
        return self._stream.read(length)

    def _check_member(self, info: zipfile.ZipInfo) -> None:
        name = info.filename
        parts = name.replace("\\", "/").split("/")
        if name.startswith(("/", "\\")) or ".." in parts or _DRIVE.match(name):
            raise self._make_error(
                f"has a member that leaves the archive: {name!r} leads out of the folder"
            )
        if stat.S_ISLNK(info.external_attr >> 16):
            raise self._make_error(f"has a symbolic link: {name!r}")


class _Bounded:
    """A stream that bounds the directory that zipfile reads.

    A directory may have two ends. zipfile trusts the 64-bit one, which its releases look for in
    different places, and ignores the member count of both. So this bounds what is read, not what
    the file claims. https://github.com/python/cpython/issues/139700
    """

    def __init__(
        self, stream: Seekable, make_error: Callable[[str], SkewError], limit: int
    ) -> None:
        self._stream, self._make_error, self._limit = stream, make_error, limit
        self.seek, self.tell, self.seekable = stream.seek, stream.tell, stream.seekable

    def read(self, size: int = -1, /) -> bytes:
        """See ``Seekable``. zipfile reads the directory at once, and everything else in chunks."""
        if size > max(_bound(self._limit), _END.size + _COMMENT):
            raise self._make_error(f"its directory has {size} bytes")
        data = self._stream.read(size)
        if len(data) >= self._limit * _MEMBER_BYTES and data.count(_MEMBER) >= self._limit:
            raise self._make_error(_too_many(self._limit))
        return data


def _bound(limit: int) -> int:
    return limit * _ENTRY_BYTES


def _too_many(limit: int) -> str:
    return f"has {limit} members or more"
