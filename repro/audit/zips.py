"""Wheels and zip sdists, read with care: nothing is unpacked to a name that they choose.

https://packaging.python.org/en/latest/specifications/binary-distribution-format/
"""

from __future__ import annotations

import io
import re
import shutil
import stat
import struct
import tempfile
import zipfile
import zlib
from pathlib import Path
from typing import IO, Any

from packaging.utils import canonicalize_name

from repro.audit.errors import FileRefusedError
from repro.audit.ranges import RangeFile

ENTRIES = 65_535  # what a zip can have without its 64-bit extension; no real wheel comes near
METADATA_LIMIT = 4 * 1024 * 1024  # bytes; the largest on the public index have a tenth
_DIRECTORY_LIMIT = 24 * 1024 * 1024
_END = struct.Struct("<4s4H2LH")  # end of central directory, APPNOTE.TXT 4.3.16
_LOCAL_HEADER = 30 + 512  # and a member's name and extra fields, as a rule
_DRIVE = re.compile(r"^[A-Za-z]:")


class Zip:
    """An open zip file, from disk or an index; a context manager.

    Args:
        filename: for messages.
        stream: seekable.

    Raises:
        FileRefusedError: it is none, has too many members, or one with an unsafe name.

    """

    def __init__(self, filename: str, stream: IO[bytes] | RangeFile) -> None:
        self.filename, self._stream = filename, stream
        self._check_directory()
        try:
            self._zip = zipfile.ZipFile(stream)
        except (zipfile.BadZipFile, ValueError, EOFError, OSError, NotImplementedError) as error:
            raise FileRefusedError(filename, f"no readable zip: {error}") from error
        self.members = {each.filename: each for each in self._zip.infolist()}
        for name in self.members:
            self._check_name(name)

    def __enter__(self) -> Zip:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def dist_info(self, name: str) -> str:
        """The name of the one ``.dist-info`` folder, which must be of distribution ``name``.

        Raises:
            FileRefusedError: there is none, or another one.

        """
        folders = {each.partition("/")[0] for each in self.members if "/" in each}
        found = [each for each in sorted(folders) if each.endswith(".dist-info")]
        fitting = [each for each in found if canonicalize_name(each.partition("-")[0]) == name]
        if len(fitting) != 1:
            said = ", ".join(found) or "none"
            raise FileRefusedError(self.filename, f"one .dist-info of {name} expected, has {said}")
        return fitting[0]

    def read(self, name: str, limit: int = METADATA_LIMIT) -> bytes:
        """A member's content.

        Raises:
            FileRefusedError: it is not there, is damaged, or larger than ``limit`` bytes.

        """
        with io.BytesIO() as buffer:
            self._copy(name, buffer, limit)
            return buffer.getvalue()

    def unpack(self, name: str, folder: Path, limit: int) -> Path:
        """A member's content as a file of our own name in ``folder``.

        Raises:
            FileRefusedError: see ``read``.

        """
        with tempfile.NamedTemporaryFile(dir=folder, suffix=".so", delete=False) as file:
            self._copy(name, file, limit)
        return Path(file.name)

    def _copy(self, name: str, to: IO[bytes], limit: int) -> None:
        info = self.members.get(name)
        if info is None:
            raise FileRefusedError(self.filename, f"has no {name}")
        if info.file_size > limit:
            reason = f"{name} unpacks to {info.file_size} bytes, more than the {limit} of any sound"
            raise FileRefusedError(self.filename, f"{reason} one: a zip bomb?")
        if isinstance(self._stream, RangeFile):
            length = _LOCAL_HEADER + len(info.orig_filename) + info.compress_size
            self._stream.prefetch(info.header_offset, length)
        try:
            with self._zip.open(info) as member:
                shutil.copyfileobj(_Limited(member, self.filename, limit), to)
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            ValueError,
            OSError,
            RuntimeError,  # encrypted
            NotImplementedError,  # a compression that nobody uses
        ) as error:
            raise FileRefusedError(self.filename, f"{name} is damaged: {error}") from error

    def _check_directory(self) -> None:
        """Before zipfile reads the directory into memory."""
        try:
            size = self._stream.seek(0, io.SEEK_END)
            self._stream.seek(max(0, size - 65_535 - _END.size))
            # A comment is rare: look without one first, in the bytes that are fetched anyway.
            self._stream.seek(max(0, size - _END.size))
            tail = self._stream.read(_END.size)
            if not tail.startswith(b"PK\5\6"):
                self._stream.seek(max(0, size - 65_535 - _END.size))
                tail = self._stream.read(65_535 + _END.size)
                tail = tail[max(0, tail.rfind(b"PK\5\6")) :][: _END.size]
            _, _, _, _, entries, length, _, _ = _END.unpack(tail)
        except (struct.error, OSError) as error:
            raise FileRefusedError(self.filename, "no zip file: it has no directory") from error
        if entries >= ENTRIES:
            raise FileRefusedError(self.filename, f"has {ENTRIES} members or more")
        if _DIRECTORY_LIMIT < length < 0xFFFFFFFF:  # that: see the 64-bit extension
            raise FileRefusedError(self.filename, f"its directory has {length} bytes")
        if isinstance(self._stream, RangeFile) and length < _DIRECTORY_LIMIT:
            self._stream.prefetch(size - length - _END.size, length + _END.size)

    def _check_name(self, name: str) -> None:
        parts = name.replace("\\", "/").split("/")
        mode = self.members[name].external_attr >> 16
        if name.startswith(("/", "\\")) or ".." in parts or _DRIVE.match(name):
            raise FileRefusedError(self.filename, f"has a member that leaves the archive: {name!r}")
        if stat.S_ISLNK(mode):
            raise FileRefusedError(self.filename, f"has a symbolic link: {name!r}")


class _Limited(io.RawIOBase):
    """Ends with an error where the content is larger than its header says."""

    def __init__(self, stream: IO[bytes], filename: str, limit: int) -> None:
        super().__init__()
        self._stream, self._filename, self._left = stream, filename, limit

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._stream.read(min(len(buffer), 256 * 1024))
        self._left -= len(data)
        if self._left < 0:
            raise FileRefusedError(self._filename, "a member is larger than its header says")
        buffer[: len(data)] = data
        return len(data)
