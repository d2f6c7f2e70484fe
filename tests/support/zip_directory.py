"""Wheels whose directory is larger than its end says, and one that is large and sound."""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path

_ENTRY = struct.Struct("<4s6H3L5H2L")  # APPNOTE.TXT 4.3.12
_END = struct.Struct("<4s4H2LH")  # 4.3.16
_END64 = struct.Struct("<4sQ2H2L4Q")  # 4.3.14
_LOCATOR64 = struct.Struct("<4sLQL")  # 4.3.15
HOLE = 5 << 30  # bytes: no offset behind them fits a field of 32 bits


def ends(place: int, length: int, entries: int, claimed: tuple[int, int] | None = None) -> bytes:
    """What stands behind a directory of ``length`` bytes that begins at ``place``.

    With ``claimed``, a count and a length, these are in the ordinary end, and the true ones in the
    64-bit end before it.
    """
    if not claimed:
        return _END.pack(b"PK\5\6", 0, 0, entries & 0xFFFF, entries & 0xFFFF, length, place, 0)
    count, size = claimed
    return (
        _END64.pack(b"PK\6\6", _END64.size - 12, 45, 45, 0, 0, entries, entries, length, place)
        + _LOCATOR64.pack(b"PK\6\7", 0, place + length, 1)
        + _END.pack(b"PK\5\6", 0, 0, count, count, size, place, 0)
    )


def sparse(path: Path, length: int) -> Path:
    """A file with a directory of ``length`` bytes, all a hole; its ordinary end says 100."""
    with path.open("wb") as file:
        file.seek(length)
        file.write(ends(0, length, length // 46, claimed=(1, 100)))
    return path


def crowded(path: Path, members: int, *, wide: bool) -> Path:
    """``members`` empty ones, of which the end counts one; ``wide``, the 64-bit end does too."""
    directory = b"".join(
        _ENTRY.pack(b"PK\1\2", *(20, 20, *(0,) * 4), *(0,) * 3, 7, *(0,) * 4, *(0,) * 2)
        + b"%07d" % number
        for number in range(members)
    )
    size = len(directory)
    path.write_bytes(directory + ends(0, size, 1, claimed=(1, size) if wide else None))
    return path


def behind_a_hole(path: Path, content: bytes) -> Path:
    """The wheel ``content``, moved behind ``HOLE``: the 64-bit end is needed, as in a large one."""
    path.write_bytes(content)
    with zipfile.ZipFile(path) as archive:
        members = {info.filename: archive.read(info) for info in archive.infolist()}
    with path.open("wb") as file:
        file.truncate(HOLE)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path
