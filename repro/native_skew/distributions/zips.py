"""Untrusted zip files: wheels, and sdists of old.

The names that members may have, and the memory that reading one may take, are bounded here.
Nothing is unpacked to a name that the file chooses.
https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
"""

from __future__ import annotations

import io
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import Any, Protocol

from native_skew.errors import SkewError

METADATA_LIMIT = 4 * 1024 * 1024  # bytes; the largest on the public index have a tenth
_MANY = 65_535  # what the directory's end can count to without its 64-bit extension
_ENTRY_BYTES = 384  # of the directory a member, on average: 46 and a long path
_END = struct.Struct("<4s4H2LH")  # end of central directory, APPNOTE.TXT 4.3.16
_COMMENT = 65_535  # bytes behind it at the most; Python 3.14.10 looks for it in all at once
_END_SIGNATURE = b"PK\5\6"
_MEMBER = b"PK\1\2"  # the signature of its entry
_MEMBER_BYTES = 46  # of the directory a member, at the least: APPNOTE.TXT 4.3.12
_LOCAL_HEADER = 30 + 512  # and a member's name and extra fields, as a rule
_CHUNK = 256 * 1024
_DRIVE = re.compile(r"^[A-Za-z]:")
# zipfile unpacks a block of any other as a whole: 462 bytes of bzip2 take 800 MB.
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
    """What a zip file is read from."""

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Moves to ``offset``; returns where that is."""

    def tell(self) -> int:
        """Where it is."""

    def seekable(self) -> bool:
        """Whether it can ``seek``."""

    def read(self, size: int = -1, /) -> bytes:
        """Reads up to ``size`` bytes."""


class CarefulZip:
    """An open zip file; a context manager. ``infos`` are its members, some perhaps twice.

    A ``stream`` with a ``prefetch``, as a remote one, is told the place and length of what is
    read next.

    Raises:
        SkewError: ``make_error``'s; it is no zip file, has ``limit`` members or more, or one
            with a name that leads elsewhere, or a symbolic link.

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
        for info in self.infos:
            self._check_member(info)

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def chunks(self, info: zipfile.ZipInfo, limit: int) -> Iterator[bytes]:
        """A member's content, 256 KiB at the most at once.

        The error where it is damaged, larger than ``limit``, or cannot be unpacked bit by bit.
        """
        name = info.filename
        if info.file_size > limit:
            reason = f"{name} unpacks to {info.file_size} bytes, more than the {limit} of any sound"
            raise self._make_error(f"{reason} one: a zip bomb?")
        if info.compress_type not in _COMPRESSIONS:
            raise self._make_error(f"{name} is neither stored nor deflated")
        self._prefetch(
            info.header_offset, _LOCAL_HEADER + len(info.orig_filename) + info.compress_size
        )
        try:
            with self._zip.open(info) as member:
                while data := member.read(_CHUNK):  # zipfile gives no more than the header says
                    yield data
        except _DAMAGES as error:
            raise self._make_error(f"{name} is damaged: {error}") from error

    def _check_directory(self, limit: int) -> None:
        """What the directory's end says of it, before anything of it is fetched."""
        try:
            size = self._stream.seek(0, io.SEEK_END)
            # A comment is rare: look without one first, in the bytes that are fetched anyway.
            tail = self._tail(size, _END.size)
            if not tail.startswith(_END_SIGNATURE):
                tail = self._tail(size, _MANY + _END.size)
                tail = tail[tail.rindex(_END_SIGNATURE) :][: _END.size]
            _, _, _, _, entries, length, _, _ = _END.unpack(tail)
        except (struct.error, OSError, ValueError) as error:
            raise self._make_error("no zip file: it has no directory") from error
        if entries >= limit:
            raise self._make_error(_too_many(limit))
        # An end that is too small for it has a 64-bit one before it: see _Bounded.
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
    """A stream from which zipfile gets no larger directory than a sound one.

    A directory may have two ends. zipfile believes the 64-bit one, which its releases look for
    in different places, and neither's count of members. So what it reads is bounded, instead of
    what the file says of itself. https://github.com/python/cpython/issues/139700
    """

    def __init__(
        self, stream: Seekable, make_error: Callable[[str], SkewError], limit: int
    ) -> None:
        self._stream, self._make_error, self._limit = stream, make_error, limit
        self.seek, self.tell, self.seekable = stream.seek, stream.tell, stream.seekable

    def read(self, size: int = -1, /) -> bytes:
        """See ``Seekable``. zipfile reads a directory at once, and anything else in bits."""
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
