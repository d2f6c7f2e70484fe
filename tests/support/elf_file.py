"""Places in a 64-bit ELF file of this machine, for tests that change one."""

from __future__ import annotations

import struct

DYNAMIC, RPATH, RUNPATH = 2, 15, 29  # PT_DYNAMIC, DT_RPATH, DT_RUNPATH


def segment(data: bytes, kind: int) -> int:
    """The offset of the program header of that kind."""
    start, count = struct.unpack_from("<Q", data, 32)[0], struct.unpack_from("<H", data, 56)[0]
    places = (start + 56 * number for number in range(count))
    return next(p for p in places if struct.unpack_from("<I", data, p)[0] == kind)


def dynamic_entries(data: bytes) -> dict[int, int]:
    """The offsets of the dynamic section's entries, the first of each tag."""
    header = segment(data, DYNAMIC)
    start, size = (struct.unpack_from("<Q", data, header + at)[0] for at in (8, 32))
    found: dict[int, int] = {}
    for at in range(start, start + size, 16):
        found.setdefault(struct.unpack_from("<Q", data, at)[0], at)
    return found


def with_rpath(data: bytes) -> bytearray:
    """A file with a DT_RUNPATH, with an additional DT_RPATH of the same text."""
    entries, changed = dynamic_entries(data), bytearray(data)
    text = data[entries[RUNPATH] + 8 : entries[RUNPATH] + 16]
    # The linker leaves room behind the last entry.
    changed[entries[0] : entries[0] + 16] = struct.pack("<Q", RPATH) + text
    return changed
