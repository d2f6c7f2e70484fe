"""A remote file as a seekable stream that fetches only the ranges which are read.

Bounded: a few blocks are kept, none larger than ``BLOCK``. Where the server has no ranges
the whole file is fetched once, to a temporary file, and its hash checked.
https://www.rfc-editor.org/rfc/rfc9110#name-range-requests
"""

from __future__ import annotations

import io
import re
import tempfile
from collections.abc import Mapping
from typing import BinaryIO

from native_skew.audit.errors import FileRefusedError, IndexRefusedError
from native_skew.audit.transport import Answer, Transport

BLOCK = 32 * 1024 * 1024  # bytes; the most that one read may ask for, and that is kept
_KEPT = 4
_CONTENT_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)")


class RangeFile(io.RawIOBase):
    """See the module; an ``AuditError`` where it cannot be fetched, or contradicts its page.

    Args:
        transport: what fetches ``url``.
        url: of the file.
        size: as the page announces it, if it does.
        hashes: likewise; they can be checked only where the whole file is fetched.
        ahead: bytes to fetch at least; doubled up to 1 MiB while reading on and on.
        tail: bytes to fetch first, from the end: a zip's directory is there. 0 for none.

    """

    def __init__(
        self,
        transport: Transport,
        url: str,
        size: int | None,
        hashes: Mapping[str, str],
        ahead: int = 4 * 1024,
        tail: int = 0,
    ) -> None:
        super().__init__()
        self._transport, self._url, self._hashes = transport, url, hashes
        self._announced, self._ahead = size, ahead
        self._position = 0
        self._blocks: list[tuple[int, bytes]] = []
        self._whole: BinaryIO | None = None
        wanted = min(tail or ahead, size) if size else (tail or ahead)
        self._size = 0
        self._first(f"bytes=-{wanted}" if tail else f"bytes=0-{wanted - 1}")

    @property
    def size(self) -> int:
        """In bytes."""
        return self._size

    def prefetch(self, start: int, length: int) -> None:
        """Fetches ``length`` bytes from ``start`` in one request, unless they are there."""
        start = max(0, start)
        stop = min(self._size, start + length)
        if self._whole is None and start < stop and self._cached(start, stop) is None:
            self._fetch(start, stop)

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """The position of the next byte."""
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """See ``io.IOBase.seek``."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        if base + offset < 0:
            raise ValueError("negative seek position")
        self._position = base + offset
        return self._position

    def read(self, size: int | None = -1) -> bytes:
        """See ``io.RawIOBase.read``; no more at once than a sound file needs."""
        left = max(0, self._size - self._position)
        wanted = left if size is None or size < 0 else min(size, left)
        if wanted > BLOCK:
            raise FileRefusedError(self._url, f"one part of it has {wanted} bytes")
        if not wanted:
            return b""
        start, stop = self._position, self._position + wanted
        self._position = stop
        if self._whole is not None:
            self._whole.seek(start)
            return self._whole.read(wanted)
        if (data := self._cached(start, stop)) is None:
            self._fetch(start, min(self._size, max(stop, start + self._ahead)))
            self._ahead = min(2 * self._ahead, 1024 * 1024)
            data = self._cached(start, stop)
        return data or b""

    def close(self) -> None:
        """Removes the temporary file, if any."""
        if self._whole is not None:
            self._whole.close()
        super().close()

    def _cached(self, start: int, stop: int) -> bytes | None:
        for first, data in self._blocks:
            if first <= start and stop <= first + len(data):
                return data[start - first : stop - first]
        return None

    def _first(self, asked: str) -> None:
        answer = self._transport.part(self._url, asked, BLOCK)
        if answer.status != 206:
            self._fetch_whole(answer.status)
            return
        first, total = self._placed(answer)
        if self._announced is not None and total != self._announced:
            reason = f"has {total} bytes, and its page announces {self._announced}"
            raise IndexRefusedError(self._url, reason)
        if total > self._transport.limits.file:
            raise IndexRefusedError(self._url, f"claims to have {total} bytes")
        self._size = total
        self._keep(first, answer.body)

    def _fetch(self, start: int, stop: int) -> None:
        if stop - start > BLOCK:
            raise FileRefusedError(self._url, f"one part of it has {stop - start} bytes")
        answer = self._transport.part(self._url, f"bytes={start}-{stop - 1}", stop - start)
        if answer.status != 206:
            raise IndexRefusedError(self._url, f"answers {answer.status} to a range")
        if self._placed(answer) != (start, self._size) or len(answer.body) != stop - start:
            raise IndexRefusedError(self._url, "sends another range than was asked for")
        self._keep(start, answer.body)

    def _placed(self, answer: Answer) -> tuple[int, int]:
        """Where the part starts, and how large the whole is."""
        found = _CONTENT_RANGE.fullmatch(answer.headers.get("Content-Range", ""))
        if found is None or int(found[2]) - int(found[1]) + 1 != len(answer.body):
            raise IndexRefusedError(self._url, "sends a range that contradicts itself")
        return int(found[1]), int(found[3])

    def _keep(self, start: int, data: bytes) -> None:
        self._blocks.append((start, data))
        while len(self._blocks) > _KEPT or sum(len(each) for _, each in self._blocks) > BLOCK:
            self._blocks.pop(0)

    def _fetch_whole(self, status: int) -> None:
        if status not in (200, 416):  # 416: it is shorter than the range, or knows none
            raise IndexRefusedError(self._url, f"answers {status}")
        self._whole = tempfile.TemporaryFile()  # noqa: SIM115
        self._transport.download(self._url, self._whole, self._announced, self._hashes)
        self._size = self._whole.tell()
