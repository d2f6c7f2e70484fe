"""Symbols that a file needs and those that it gives, by way of the GNU hash table.

A large library is asked for single names: a bit in the Bloom filter, a bucket, a chain. A
small one is read at once. https://flapenguin.me/elf-dt-gnu-hash tells the layout.
"""

from __future__ import annotations

import os
import struct
import sys
from collections.abc import Iterable
from functools import lru_cache
from operator import mul

from repro.doctor.image import Image, ImageError

_DT_HASH, _DT_STRTAB, _DT_SYMTAB, _DT_STRSZ, _DT_GNU_HASH = 4, 5, 6, 10, 0x6FFFFEF5
_GLOBAL = 1  # STB_GLOBAL
_TABLE_BYTES = 1 << 24  # of undefined symbols, or of a small library's names
_BYTES_FOR_ONE = 700  # of a string table read whole cost as much as one lookup; measured
_CHAIN = 4096  # entries of one chain
_MASK = 0xFFFFFFFF
_NAME = 4096  # bytes; a longer one is not looked for
_POWERS = tuple(pow(33, exponent, _MASK + 1) for exponent in range(_NAME, -1, -1))


def needed(image: Image) -> frozenset[bytes]:
    """The names that ``image`` must be given: undefined, and not weak.

    Raises:
        ImageError: its tables lie outside of the file.

    """
    tags = image.header.tags
    if _DT_SYMTAB not in tags:
        return frozenset()
    # What is not hashed comes first, and only what is defined is hashed.
    count = _unhashed(image)
    return _names(image, 1, count, defined=False)


def given(image: Image, names: Iterable[bytes]) -> frozenset[bytes]:
    """Those of ``names`` that ``image`` defines.

    Raises:
        ImageError: its tables lie outside of the file.

    """
    if _DT_GNU_HASH not in image.header.tags:
        return frozenset(names) & all_given(image)
    table = _GnuHash(image)
    return frozenset(name for name in names if table.index(name))


def all_given(image: Image) -> frozenset[bytes]:
    """Every name that ``image`` defines.

    Raises:
        ImageError: its tables lie outside of the file, or are too large to be read at once.

    """
    if _DT_SYMTAB not in image.header.tags:
        return frozenset()
    if _DT_GNU_HASH in image.header.tags:
        table = _GnuHash(image)
        return _names(image, table.first, table.count(), defined=True)
    return _names(image, 1, _unhashed(image), defined=True)


def place(image: Image, name: bytes) -> tuple[int, int]:
    """Address and size of what ``name`` stands for; zeros where it is not defined.

    Raises:
        ImageError: the tables lie outside of the file.

    """
    if _DT_GNU_HASH not in image.header.tags or name not in _strings(image):
        return 0, 0
    if not (index := _GnuHash(image).index(name)):
        return 0, 0
    order = _order(image)
    if image.header.bits == 64:
        at = image.header.tags[_DT_SYMTAB] + index * 24 + 8
        address, size = _unpack(image, order + "QQ", at)
    else:
        at = image.header.tags[_DT_SYMTAB] + index * 16 + 4
        address, size = _unpack(image, order + "II", at)
    return address, size


def worth_reading(image: Image) -> float:
    """How many names may be asked for before reading all of them costs less."""
    size = image.header.tags.get(_DT_STRSZ, 0)
    return size / _BYTES_FOR_ONE if size <= _TABLE_BYTES else float("inf")


class _GnuHash:
    """The hash table of one file."""

    def __init__(self, image: Image) -> None:
        self._image = image
        self._order = _order(image)
        self._word = image.header.bits // 8
        start = image.header.tags[_DT_GNU_HASH]
        fields = _unpack(image, self._order + "IIII", start)
        self._buckets, self.first, self._blooms, self._shift = fields
        if not self._buckets or not self._blooms:
            raise ImageError("a hash table without buckets")
        self._bloom_at = start + 16
        self._buckets_at = self._bloom_at + self._blooms * self._word
        self._chains_at = self._buckets_at + 4 * self._buckets

    def index(self, name: bytes) -> int:
        """The symbol's number; 0 where ``name`` is not defined."""
        if len(name) > _NAME:
            return 0
        wanted, bits = _hash(name), self._image.header.bits
        at = self._bloom_at + (wanted // bits) % self._blooms * self._word
        (bloom,) = _unpack(self._image, self._order + ("Q" if self._word == 8 else "I"), at)
        if not bloom >> (wanted % bits) & bloom >> ((wanted >> self._shift) % bits) & 1:
            return 0
        at = self._buckets_at + 4 * (wanted % self._buckets)
        (index,) = _unpack(self._image, self._order + "I", at)
        if index < self.first:
            return 0
        for _ in range(_CHAIN):
            (found,) = _unpack(
                self._image, self._order + "I", self._chains_at + 4 * (index - self.first)
            )
            if found | 1 == wanted | 1 and self._is(index, name):
                return index
            if found & 1:
                break
            index += 1
        return 0

    def count(self) -> int:
        """How many symbols there are, the unhashed included."""
        raw = self._read(self._buckets_at, 4 * self._buckets)
        last = max(struct.unpack(f"{self._order}{len(raw) // 4}I", raw), default=0)
        if last < self.first:
            return self.first
        chain = self._image.bytes_at(self._chains_at + 4 * (last - self.first), 4 * _CHAIN)
        for (word,) in struct.iter_unpack(self._order + "I", chain[: len(chain) // 4 * 4]):
            last += 1
            if word & 1:
                return last
        raise ImageError("a hash chain that does not end")

    def _read(self, at: int, size: int) -> bytes:
        if size > _TABLE_BYTES:
            raise ImageError(f"a table of {size} bytes")
        raw = self._image.bytes_at(at, size)
        if len(raw) < size:
            raise ImageError("truncated within the hash table")
        return raw

    def _is(self, index: int, name: bytes) -> bool:
        at, kind, section = _symbol(self._image, self._order, index)
        if not (kind and section):
            return False
        text = self._image.header.tags.get(_DT_STRTAB, 0) + at
        return self._image.bytes_at(text, len(name) + 1) == name + b"\0"


@lru_cache(maxsize=1 << 14)  # one name is asked of several libraries
def _hash(name: bytes) -> int:
    """Bernstein's: times 33 plus the next byte, from 5381; as one sum, which is faster."""
    powers = _POWERS[-len(name) - 1 :]
    value: int = 5381 * powers[0] + sum(map(mul, name, powers[1:]))
    return value & _MASK


def _unpack(image: Image, form: str, at: int) -> tuple[int, ...]:
    size = struct.calcsize(form)
    raw = image.bytes_at(at, size)
    if len(raw) < size:
        raise ImageError("truncated within the hash table")
    return struct.unpack(form, raw)


def _symbol(image: Image, order: str, index: int) -> tuple[int, int, int]:
    """Name's place, binding, section of one symbol."""
    wide = image.header.bits == 64
    at = image.header.tags.get(_DT_SYMTAB, 0) + index * (24 if wide else 16)
    if wide:
        name, info, _, section = _unpack(image, order + "IBBH", at)
    else:
        name, _, _, info, _, section = _unpack(image, order + "IIIBBH", at)
    return name, info >> 4, section


def _unhashed(image: Image) -> int:
    """How many symbols the GNU hash table leaves out; of the older table, all there are."""
    tags, order = image.header.tags, _order(image)
    if _DT_GNU_HASH in tags:
        # An empty table has its first symbol past the end, or at 1: then the older table or
        # the string table, which linkers put behind the symbols, tells the number.
        table = _GnuHash(image)
        if table.first > 1:
            return table.first
    if _DT_HASH in tags:
        return _unpack(image, order + "II", tags[_DT_HASH])[1]
    size = 24 if image.header.bits == 64 else 16
    return max(0, (tags.get(_DT_STRTAB, 0) - tags.get(_DT_SYMTAB, 0)) // size)


def _names(image: Image, first: int, count: int, *, defined: bool) -> frozenset[bytes]:
    """The names of the symbols from ``first`` to before ``count``."""
    width = 24 if image.header.bits == 64 else 16
    size = (count - first) * width
    if size > _TABLE_BYTES:
        raise ImageError(f"a symbol table of {size} bytes")
    if size <= 0:
        return frozenset()
    raw = image.bytes_at(image.header.tags[_DT_SYMTAB] + first * width, size)
    places = _places(raw[: len(raw) // width * width], image, defined=defined)
    strings = _strings(image)
    if not strings.endswith(b"\0"):  # too large to be read at once, or damaged
        return frozenset(os.fsencode(image.name_at(at)) for at in places)
    find = strings.find
    return frozenset([strings[at : find(b"\0", at)] for at in places])


def _places(raw: bytes, image: Image, *, defined: bool) -> list[int]:
    """Where the names are of those symbols in ``raw`` that are wanted."""
    if image.header.bits == 64 and image.header.little and sys.byteorder == "little":
        # Half a million symbols in a large environment: by columns, not one by one. The
        # second word holds binding, kind, visibility and, above 16 bits, the section.
        words = memoryview(raw).cast("I")
        rows = zip(words[0::6].tolist(), words[1::6].tolist(), strict=True)
        if defined:
            return [at for at, rest in rows if rest > 0xFFFF and rest & 0xF0]
        return [at for at, rest in rows if rest <= 0xFFFF and rest & 0xF0 == 0x10]
    form = _order(image) + ("IBxH16x" if image.header.bits == 64 else "I8xBxH")
    return [
        at
        for at, info, section in struct.iter_unpack(form, raw)
        if ((section and info >> 4) if defined else (not section and info >> 4 == _GLOBAL))
    ]


def _order(image: Image) -> str:
    return "<" if image.header.little else ">"


def _strings(image: Image) -> bytes:
    """The string table; empty where it is too large to be read at once."""
    if image.strings is None:
        tags = image.header.tags
        size = tags.get(_DT_STRSZ, 0)
        fits = size <= _TABLE_BYTES
        image.strings = image.bytes_at(tags.get(_DT_STRTAB, 0), size) if fits else b""
    return image.strings
