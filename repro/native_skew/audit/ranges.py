"""A remote file as a seekable stream that fetches only the ranges that are read.

They are stored in a sparse temporary file. If the server does not support ranges, the whole
file is fetched once, and its hash is checked.
https://www.rfc-editor.org/rfc/rfc9110#name-range-requests
"""

from __future__ import annotations

import io
import re
import tempfile
from collections.abc import Mapping

from native_skew.audit.errors import FileRefusedError, IndexRefusedError
from native_skew.audit.transport import Answer, Transport

BLOCK = 32 * 1024 * 1024  # bytes; the most that one read may ask for
_CONTENT_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)")


class RangeFile(io.RawIOBase):
    """See the module; raises ``AuditError`` if the file cannot be fetched or contradicts its page.

    Args:
        size: as announced by the page, if it is.
        hashes: likewise; they can be checked only if the whole file is fetched.
        ahead: bytes to fetch at least; doubled up to 1 MiB while reading continues.
        tail: bytes to fetch first, from the end, where a zip has its directory; 0 for none.

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
        self._transport, self._url, self._ahead = transport, url, ahead
        self._content = tempfile.TemporaryFile()  # noqa: SIM115
        self._fetched: list[tuple[int, int]] = []
        self._position = 0
        wanted = min(tail or ahead, size) if size else (tail or ahead)
        answer = transport.part(url, f"bytes=-{wanted}" if tail else f"bytes=0-{wanted - 1}", BLOCK)
        if answer.status == 206:
            first, self._size = self._placed(answer)
            if size is not None and self._size != size:
                reason = f"has {self._size} bytes, and its page announces {size}"
                raise IndexRefusedError(url, reason)
            if self._size > transport.limits.file:
                raise IndexRefusedError(url, f"claims to have {self._size} bytes")
            self._keep(first, answer.body)
        elif answer.status in (200, 416):  # 416: it is shorter than the range, or knows none
            transport.download(url, self._content, size, hashes)
            self._size = self._content.tell()
            self._fetched.append((0, self._size))
        else:
            raise IndexRefusedError(url, f"answers {answer.status}")

    @property
    def size(self) -> int:
        """In bytes."""
        return self._size

    def prefetch(self, start: int, length: int) -> None:
        """Fetches ``length`` bytes from ``start`` in one request, unless they are there."""
        start, stop = max(0, start), min(self._size, start + length)
        if start < stop and not self._has(start, stop):
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
        """See ``io.RawIOBase.read``; raises for more at once than a sound file needs."""
        left = max(0, self._size - self._position)
        wanted = left if size is None or size < 0 else min(size, left)
        if wanted > BLOCK:
            raise FileRefusedError(self._url, f"one part of it has {wanted} bytes")
        start, stop = self._position, self._position + wanted
        if wanted and not self._has(start, stop):
            self._fetch(start, min(self._size, max(stop, start + self._ahead)))
            self._ahead = min(2 * self._ahead, 1024 * 1024)
        self._position = stop
        self._content.seek(start)
        return self._content.read(wanted)

    def close(self) -> None:
        """Removes the temporary file."""
        self._content.close()
        super().close()

    def _has(self, start: int, stop: int) -> bool:
        return any(first <= start and stop <= last for first, last in self._fetched)

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
        """The offset of the part, and the size of the whole."""
        found = _CONTENT_RANGE.fullmatch(answer.headers.get("Content-Range", ""))
        if found is None or int(found[2]) - int(found[1]) + 1 != len(answer.body):
            raise IndexRefusedError(self._url, "sends a range that contradicts itself")
        return int(found[1]), int(found[3])

    def _keep(self, start: int, data: bytes) -> None:
        self._content.seek(start)
        self._content.write(data)
        self._fetched.append((start, start + len(data)))
