"""A bounded reader of ELF files, which reads what the dynamic loader reads, in the same way.

Only program headers and PT_DYNAMIC, by address like ld.so: section headers may be missing or wrong,
and so may PT_DYNAMIC's file offset. pyelftools is the reference (tests compare both); this reader
exists because pyelftools takes more than a millisecond a file and has no bounds. Specification:
https://gabi.xinuos.com/elf/08-dynamic.html
"""

from __future__ import annotations

import os
import stat
import struct
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import msgspec

# https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md#the-pointer
_LFS = b"version https://git-lfs.github.com/spec/v1\n"
_HEAD = 4096  # bytes; holds the file header and normally the program headers
_PROGRAM_HEADERS = 512
_DYNAMIC_BYTES = 1 << 20
_NAME_BYTES = 4096
_NEEDED = 4096
_STRINGS_AT_ONCE = 1 << 16
_PIECE, _OVERLAP = 1 << 20, 256

_PT_LOAD, _PT_DYNAMIC, _PT_INTERP = 1, 2, 3
_PF_X, _PF_W = 1, 2
_DT_NEEDED, _DT_STRTAB, _DT_STRSZ = 1, 5, 10
_DT_SONAME, _DT_RPATH, _DT_RUNPATH, _DT_FLAGS_1 = 14, 15, 29, 0x6FFFFFFB
_DF_1_NODEFLIB = 0x800


class ImageError(Exception):
    """The file is not a loadable ELF file; ``str()`` is the reason in a few words."""


class Header(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What the loader knows about a file before it searches for its libraries."""

    machine: int  # e_machine; 62 is x86-64
    bits: int  # 32 or 64
    little: bool  # the byte order
    interpreter: str  # PT_INTERP; empty if there is none
    soname: str
    needed: tuple[str, ...]
    rpath: str  # empty if there is a DT_RUNPATH: the loader ignores DT_RPATH then
    runpath: str
    no_default: bool  # DF_1_NODEFLIB: the system's folders are not searched
    tags: dict[int, int]  # the other dynamic tags by number, the last of each

    @property
    def architecture(self) -> tuple[int, int, bool]:
        """What two files in one process must have in common."""
        return self.machine, self.bits, self.little

    @property
    def symbol_size(self) -> int:
        """The size of a symbol table entry in bytes."""
        return 24 if self.bits == 64 else 16

    @property
    def names_size(self) -> int:
        """The size of the dynamic string table in bytes, according to the file."""
        return self.tags.get(_DT_STRSZ, 0)


class Image:
    """An open ELF file, read with ``os.pread``: a file that shrinks meanwhile does no harm.

    Raises:
        ImageError: it is not a regular file, not an ELF file, or damaged.

    """

    def __init__(self, path: str | Path) -> None:
        try:
            # A FIFO would wait for a writer.
            self._file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except (OSError, ValueError) as error:
            raise ImageError(getattr(error, "strerror", None) or "unusable name") from error
        try:
            self.status = os.fstat(self._file)
            if not stat.S_ISREG(self.status.st_mode):
                raise ImageError("not a regular file")
            self.strings: bytes | None = None  # the string table, once it was read completely
            self._loads: list[tuple[int, int, int, int]] = []
            self.header = self._read()
        except (OSError, ImageError) as error:
            os.close(self._file)
            if isinstance(error, ImageError):
                raise
            raise ImageError(error.strerror or "unreadable") from error

    def __enter__(self) -> Image:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._file)

    def bytes_at(self, address: int, size: int) -> bytes:
        """Up to ``size`` bytes from the mapped ``address``; fewer if the file ends before.

        Raises ImageError if no segment holds the address.
        """
        for start, length, offset, _ in self._loads:
            if start <= address < start + length:
                return self._pread(min(size, start + length - address), offset + address - start)
        raise ImageError(f"no segment holds the address {address:#x}")

    def pieces(self, limit: int) -> Iterator[bytes]:
        """The file's mapped data, up to ``limit`` bytes, a megabyte at a time.

        The pieces overlap, so that no short text is cut in two. Code is left out if the linker kept
        it in segments of its own, as ld's ``-z separate-code`` does: they hold no text.
        """
        apart = any(not flags & (_PF_X | _PF_W) for *_, flags in self._loads)
        for _, length, offset, flags in self._loads:
            if apart and flags & _PF_X:
                continue
            for at in range(0, min(length, limit), _PIECE):
                if piece := self._pread(_PIECE + _OVERLAP, offset + at):
                    yield piece
                    limit -= _PIECE

    def name_at(self, index: int) -> str:
        """The text at ``index`` of the dynamic string table; raises ImageError if there is none."""
        return self._name(self.header.tags, index)

    def _name(self, tags: dict[int, int], index: int) -> str:
        strings = self.strings or b""
        if 0 <= index < len(strings) and (stop := strings.find(b"\0", index)) >= 0:
            return _decoded(strings[index:stop])
        size = tags.get(_DT_STRSZ, 0)
        if index >= size:
            raise ImageError(f"a name lies at {index}, past the end of the string table ({size})")
        raw = self.bytes_at(tags.get(_DT_STRTAB, 0) + index, min(_NAME_BYTES, size - index))
        text, end, _ = raw.partition(b"\0")
        if not end:
            raise ImageError("a name does not end")
        return os.fsdecode(text)

    def _pread(self, size: int, offset: int) -> bytes:
        if offset >= self.status.st_size:
            return b""
        return os.pread(self._file, size, offset)

    def _read(self) -> Header:
        head = self._pread(_HEAD, 0)
        if head[:4] != b"\x7fELF":
            if head.startswith(_LFS):
                raise ImageError("its content was not fetched from Git LFS")
            raise ImageError("not an ELF file" if head else "empty")
        if len(head) < 52 or head[4] not in (1, 2) or head[5] not in (1, 2):
            raise ImageError("truncated, or a damaged ELF header")
        wide, order = head[4] == 2, "<" if head[5] == 1 else ">"
        if wide and len(head) < 64:
            raise ImageError("truncated within the ELF header")
        (machine,) = struct.unpack_from(order + "H", head, 18)
        at = struct.unpack_from(order + ("Q" if wide else "I"), head, 32 if wide else 28)[0]
        size, count = struct.unpack_from(order + "HH", head, 54 if wide else 42)
        if size != (56 if wide else 32) or not 0 < count <= _PROGRAM_HEADERS:
            raise ImageError("no program headers, or none of a known kind")
        inside = at + size * count <= len(head)
        table = head[at : at + size * count] if inside else self._pread(size * count, at)
        if len(table) < size * count:
            raise ImageError("truncated within the program headers")
        dynamic, interpreter = self._segments(table, order, wide)
        if dynamic is None:
            raise ImageError("not dynamically linked")
        tags, named = self._dynamic(dynamic, order, wide)
        runpath = "".join(named[_DT_RUNPATH])
        return Header(
            machine=machine,
            bits=64 if wide else 32,
            little=order == "<",
            interpreter=interpreter,
            soname="".join(named[_DT_SONAME]),
            needed=named[_DT_NEEDED],
            rpath="" if runpath else "".join(named[_DT_RPATH]),
            runpath=runpath,
            no_default=bool(tags.get(_DT_FLAGS_1, 0) & _DF_1_NODEFLIB),
            tags=tags,
        )

    def _segments(self, table: bytes, order: str, wide: bool) -> tuple[tuple[int, int] | None, str]:
        """Stores the loaded segments; returns address and size of PT_DYNAMIC, and PT_INTERP."""
        dynamic, interpreter = None, ""
        for fields in struct.iter_unpack(order + ("IIQQQQQQ" if wide else "8I"), table):
            kind = fields[0]
            flags, offset, address, size = (
                (fields[1], fields[2], fields[3], fields[5])
                if wide
                else (fields[6], fields[1], fields[2], fields[4])
            )
            if kind == _PT_LOAD:
                if offset + size > self.status.st_size:  # touching the missing part is a SIGBUS
                    raise ImageError("truncated: a segment ends behind the end of the file")
                self._loads.append((address, size, offset, flags))
            elif kind == _PT_DYNAMIC:
                dynamic = (address, size)
            elif kind == _PT_INTERP:
                raw = self._pread(min(size, _NAME_BYTES), offset)
                interpreter = os.fsdecode(raw.partition(b"\0")[0])
        return dynamic, interpreter

    def _dynamic(
        self, where: tuple[int, int], order: str, wide: bool
    ) -> tuple[dict[int, int], dict[int, tuple[str, ...]]]:
        """The tags by number, and the texts of those tags that refer to one."""
        width = 16 if wide else 8
        raw = self.bytes_at(where[0], min(where[1], _DYNAMIC_BYTES))
        raw = raw[: len(raw) // width * width]
        tags: dict[int, int] = {}
        lists: dict[int, list[int]] = {
            kind: [] for kind in (_DT_NEEDED, _DT_SONAME, _DT_RPATH, _DT_RUNPATH)
        }
        for tag, value in struct.iter_unpack(order + ("QQ" if wide else "II"), raw):
            if not tag:
                break
            if tag in lists:
                lists[tag].append(value)
            else:
                tags[tag] = value
        if not tags:
            raise ImageError("truncated: the dynamic section is not in the file")
        size = tags.get(_DT_STRSZ, 0)
        if size <= _STRINGS_AT_ONCE and any(lists.values()):
            self.strings = self.bytes_at(tags.get(_DT_STRTAB, 0), size)
        found: dict[int, tuple[str, ...]] = {}
        for kind, indexes in lists.items():
            if len(indexes) > _NEEDED:
                raise ImageError(f"more than {_NEEDED} names")
            # Of the other kinds, the loader takes the last.
            wanted = indexes if kind == _DT_NEEDED else indexes[-1:]
            found[kind] = tuple([self._name(tags, index) for index in wanted])
        return tags, found


_decoded = lru_cache(maxsize=256)(os.fsdecode)  # hundreds of files need libc.so.6
