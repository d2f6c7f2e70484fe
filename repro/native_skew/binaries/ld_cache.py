"""/etc/ld.so.cache: the system's libraries by name.

The format since glibc 2.2, alone or after the older one, as in glibc's ``dl-cache.h``:
https://sourceware.org/git/?p=glibc.git;a=blob;f=sysdeps/generic/dl-cache.h
"""

from __future__ import annotations

import os
import struct
from pathlib import Path

from native_skew.distributions import regular_files

PATH = Path("/etc/ld.so.cache")

_MAGIC = b"glibc-ld.so.cache1.1"
_OLD_MAGIC = b"ld.so-1.7.0"
_HEADER, _ENTRY = 48, 24
_LIMIT = 16 << 20  # bytes; a cache of 2,000 libraries has 0.2 MB
_NAME = 4096


def read(path: Path = PATH) -> dict[str, tuple[str, ...]]:
    """The files for each name, in the cache's order; empty if there is no valid cache."""
    try:
        data = regular_files.content(str(path), _LIMIT)
    except OSError:
        return {}
    start = _start(data)
    if start is None or len(data) < start + _HEADER:
        return {}
    count = struct.unpack_from("=I", data, start + len(_MAGIC))[0]
    table = data[start + _HEADER : start + _HEADER + count * _ENTRY]
    found: dict[str, list[str]] = {}
    for _flags, key, value in struct.iter_unpack("=iII12x", table[: len(table) // 24 * 24]):
        name, file = _text(data, start + key), _text(data, start + value)
        if name and file:
            found.setdefault(name, []).append(file)
    return {name: tuple(files) for name, files in found.items()}


def _start(data: bytes) -> int | None:
    """Where the newer format starts, from which its offsets count; None if it is missing."""
    if data.startswith(_MAGIC):
        return 0
    if data.startswith(_OLD_MAGIC) and len(data) >= 16:
        # A header of 16 bytes, entries of 12, then aligned to 8.
        end = 16 + 12 * int(struct.unpack_from("=I", data, 12)[0])
        start = end + -end % 8
        return start if data.startswith(_MAGIC, start) else None
    return None


def _text(data: bytes, at: int) -> str:
    end = data.find(b"\0", at, at + _NAME)
    return os.fsdecode(data[at:end]) if end > at else ""
