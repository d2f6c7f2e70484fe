"""The GNU hash table of a file: finds a symbol by name, and counts symbols.

Bloom filter, buckets, chains: https://flapenguin.me/elf-dt-gnu-hash describes the layout. Filter
and buckets are read completely when they are first needed.
"""

from __future__ import annotations

import struct
import sys
from array import array
from collections.abc import Iterator
from functools import cached_property, lru_cache

from native_skew.binaries.image import Image, ImageError

DT_GNU_HASH = 0x6FFFFEF5
TABLE_BYTES = 1 << 24  # of one table; the largest library of torch has 5 MB of names

_DT_STRTAB, _DT_SYMTAB = 5, 6
_CHAIN, _PIECE = 4096, 16  # entries of one chain, and entries read at once
_MASK = 0xFFFFFFFF


class GnuHash:
    """The hash table of a file with ``DT_GNU_HASH``; ``first`` is the first hashed symbol.

    All methods raise ImageError if the tables lie outside of the file or are too large.
    """

    def __init__(self, image: Image) -> None:
        self._image = image
        self._word = image.header.bits // 8
        self._swapped = image.header.little != (sys.byteorder == "little")
        start = image.header.tags[DT_GNU_HASH]
        buckets, self.first, blooms, self._shift = unpack(image, "IIII", start)
        if not buckets or not blooms:
            raise ImageError("a hash table without buckets")
        self._bucket_count, self._bloom_count = buckets, blooms
        self._blooms_at = start + 16
        self._buckets_at = self._blooms_at + blooms * self._word
        self._chains_at = self._buckets_at + 4 * buckets

    def index(self, name: bytes) -> int:
        """The symbol's index; 0 if ``name`` is not defined."""
        wanted, bits = hashed(name), self._word * 8
        bloom = self._blooms[wanted // bits % self._bloom_count]
        if not bloom >> (wanted % bits) & bloom >> ((wanted >> self._shift) % bits) & 1:
            return 0
        bucket = self._buckets[wanted % self._bucket_count]
        if bucket < self.first:
            return 0
        for number, found in self._chain(bucket):
            if found | 1 == wanted | 1 and self._is(number, name):
                return number
        return 0

    def count(self) -> int:
        """The number of symbols, including the unhashed ones."""
        last = max(self._buckets)
        if last < self.first:
            return self.first
        return 1 + max(number for number, _ in self._chain(last))

    def _chain(self, number: int) -> Iterator[tuple[int, int]]:
        """The indexes and hashes of the symbols in the bucket that starts with ``number``."""
        for start in range(number, number + _CHAIN, _PIECE):
            at = self._chains_at + 4 * (start - self.first)
            piece = self._image.bytes_at(at, 4 * _PIECE)
            words = array("I", piece[: len(piece) & ~3])
            if self._swapped:
                words.byteswap()
            for each, word in enumerate(words, start):
                yield each, word
                if word & 1:
                    return
            if len(words) < _PIECE:
                break
        raise ImageError("a hash chain that does not end")

    @cached_property
    def _blooms(self) -> array[int]:
        return self._array("Q" if self._word == 8 else "I", self._blooms_at, self._bloom_count)

    @cached_property
    def _buckets(self) -> array[int]:
        return self._array("I", self._buckets_at, self._bucket_count)

    def _array(self, kind: str, at: int, count: int) -> array[int]:
        found = array(kind)
        size = count * found.itemsize
        if size > TABLE_BYTES:
            raise ImageError(f"a table of {size} bytes")
        raw = self._image.bytes_at(at, size)
        if len(raw) < size:
            raise ImageError("truncated within the hash table")
        found.frombytes(raw)
        if self._swapped:
            found.byteswap()
        return found

    def _is(self, index: int, name: bytes) -> bool:
        at, kind, section = _symbol(self._image, index)
        if not (kind and section):
            return False
        if self._image.strings:
            return self._image.strings.startswith(name + b"\0", at)
        text = self._image.header.tags.get(_DT_STRTAB, 0) + at
        return self._image.bytes_at(text, len(name) + 1) == name + b"\0"


@lru_cache(maxsize=1 << 14)  # each name is looked up in several libraries
def hashed(name: bytes) -> int:
    """Bernstein's hash: times 33 plus the next byte, starting with 5381."""
    value = 5381
    for byte in name:
        value = value * 33 + byte & _MASK
    return value


def order(image: Image) -> str:
    """The byte order, as ``struct`` writes it."""
    return "<" if image.header.little else ">"


def unpack(image: Image, form: str, at: int) -> tuple[int, ...]:
    """The fields of ``form`` at an address; raises ImageError if the file ends before."""
    form = order(image) + form
    size = struct.calcsize(form)
    raw = image.bytes_at(at, size)
    if len(raw) < size:
        raise ImageError("truncated within the hash table")
    return struct.unpack(form, raw)


def _symbol(image: Image, index: int) -> tuple[int, int, int]:
    """Name offset, binding and section of one symbol."""
    at = image.header.tags.get(_DT_SYMTAB, 0) + index * image.header.symbol_size
    if image.header.bits == 64:
        name, info, _, section = unpack(image, "IBBH", at)
    else:
        name, _, _, info, _, section = unpack(image, "IIIBBH", at)
    return name, info >> 4, section
