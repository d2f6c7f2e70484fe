"""The symbols that a file needs and defines; functions raise ImageError if its tables are damaged.

Names are looked up in a large library by its hash table; a small one is read completely.
"""

from __future__ import annotations

import contextlib
import struct
from collections.abc import Iterable, Iterator
from typing import Literal

from native_skew.binaries.gnu_hash import DT_GNU_HASH, TABLE_BYTES, GnuHash, order, unpack
from native_skew.binaries.image import Image, ImageError

_DT_HASH, _DT_STRTAB, _DT_SYMTAB = 4, 5, 6
_BYTES_FOR_ONE = 200  # reading so many bytes of a string table costs as much as one lookup
_NAME = 1 << 16  # bytes of a name; C++ templates have been seen with 10,000

_Kind = Literal["needed", "defined"]
# 1 for the bindings that count, by st_info: STB_GLOBAL alone is an error where it is undefined.
_BINDINGS: dict[_Kind, bytes] = {
    "needed": bytes(info >> 4 == 1 for info in range(256)),
    "defined": bytes(info >> 4 != 0 for info in range(256)),
}
OF_THE_INTERPRETER = (b"Py", b"_Py")


def undefined(image: Image, *, python: bool = True) -> frozenset[bytes]:
    """The names that others must define for ``image``: undefined, and not weak.

    Without ``python``, those ``OF_THE_INTERPRETER`` are left out, which is faster.
    """
    tags = image.header.tags
    if _DT_SYMTAB not in tags:
        return frozenset()
    # Unhashed symbols come first, and only defined symbols are hashed.
    places = _places(image, 1, _unhashed(image), "needed")
    if python:
        return _texts(image, places)
    # They are most of what an extension module needs: leaving them out before they are decoded
    # saves a third of the time.
    strings = _strings(image)
    places = [at for at in places if not strings.startswith(OF_THE_INTERPRETER, at)]
    names = _texts(image, places)
    return names if strings else frozenset(e for e in names if not e.startswith(OF_THE_INTERPRETER))


def defined(image: Image, names: Iterable[bytes]) -> frozenset[bytes]:
    """Those of ``names`` that ``image`` defines."""
    names, tags = frozenset(names), image.header.tags
    if _DT_SYMTAB not in tags:
        return frozenset()
    if DT_GNU_HASH not in tags:
        return names & all_defined(image)
    # Looks single names up, unless reading all of them costs less.
    if len(names) * _BYTES_FOR_ONE > image.header.names_size:
        with contextlib.suppress(ImageError):  # too large to be read at once
            return names & all_defined(image)
    table = GnuHash(image)
    return frozenset(name for name in names if table.index(name))


def all_defined(image: Image) -> frozenset[bytes]:
    """Every name that ``image`` defines; raises ImageError if there are too many to be read."""
    if _DT_SYMTAB not in image.header.tags:
        return frozenset()
    if DT_GNU_HASH in image.header.tags:
        table = GnuHash(image)
        return _texts(image, _places(image, table.first, table.count(), "defined"))
    return _texts(image, _places(image, 1, _unhashed(image), "defined"))


def location(image: Image, name: bytes) -> tuple[int, int]:
    """Address and size of the symbol ``name``; zeros if it is not defined."""
    if DT_GNU_HASH not in image.header.tags:
        return 0, 0
    if image.strings is not None and name not in image.strings:  # costs a tenth of a lookup
        return 0, 0
    if not (index := GnuHash(image).index(name)):
        return 0, 0
    at = image.header.tags[_DT_SYMTAB] + index * image.header.symbol_size
    form, behind = ("QQ", 8) if image.header.bits == 64 else ("II", 4)
    address, size = unpack(image, form, at + behind)
    return address, size


def _unhashed(image: Image) -> int:
    """The number of symbols that are not in the GNU hash table; without one, of all symbols."""
    tags = image.header.tags
    if DT_GNU_HASH in tags:
        # An empty table has its first symbol past the end, or at 1: then the number is that of the
        # older table, or follows from the string table, which linkers put after the symbols.
        table = GnuHash(image)
        if table.first > 1:
            return table.first
    if _DT_HASH in tags:
        return unpack(image, "II", tags[_DT_HASH])[1]
    between = tags.get(_DT_STRTAB, 0) - tags.get(_DT_SYMTAB, 0)
    return max(0, between // image.header.symbol_size)


def _texts(image: Image, places: list[int]) -> frozenset[bytes]:
    """The names at ``places``."""
    size, strings = image.header.names_size, _strings(image)
    if not strings.endswith(b"\0"):  # too large to be read at once, or damaged
        return frozenset(_single(image, places, size))
    index = strings.index
    try:
        ends = [index(b"\0", at, at + _NAME) for at in places]
    except ValueError:
        raise ImageError("a name does not end") from None
    _check_sum(sum(ends) - sum(places), size)
    return frozenset([strings[at:end] for at, end in zip(places, ends, strict=True)])


def _single(image: Image, places: list[int], size: int) -> Iterator[bytes]:
    """The names at ``places``, each read by itself."""
    start, total = image.header.tags.get(_DT_STRTAB, 0), 0
    for at in places:
        for most in (4096, _NAME):  # few are longer than a page
            raw = image.bytes_at(start + at, max(0, min(most, size - at)))
            name, end, _ = raw.partition(b"\0")
            if end:
                break
        else:
            raise ImageError("a name does not end")
        total += len(name)
        _check_sum(total, size)
        yield name


def _check_sum(total: int, size: int) -> None:
    """Names may share an end, but a million sharing a long one would fill the memory."""
    if total > 4 * size:
        raise ImageError(f"names of {total} bytes in a string table of {size}")


def _places(image: Image, first: int, count: int, kind: _Kind) -> list[int]:
    """The name offsets of the symbols of ``kind`` in the range from ``first`` to ``count``."""
    wide, width = image.header.bits == 64, image.header.symbol_size
    size = (count - first) * width
    if size > TABLE_BYTES:
        raise ImageError(f"a symbol table of {size} bytes")
    if size <= 0:
        return []
    raw = image.bytes_at(image.header.tags[_DT_SYMTAB] + first * width, size)
    raw = raw[: len(raw) // width * width]
    form = order(image) + ("IBxH16x" if wide else "I8xBxH")
    bindings, undefined = _BINDINGS[kind], kind == "needed"
    rows = struct.iter_unpack(form, raw)
    return [at for at, info, section in rows if bindings[info] and (not section) is undefined]


def _strings(image: Image) -> bytes:
    """The string table; empty if it is too large to be read at once."""
    if image.strings is None:
        tags = image.header.tags
        size = image.header.names_size
        fits = size <= TABLE_BYTES
        image.strings = image.bytes_at(tags.get(_DT_STRTAB, 0), size) if fits else b""
    return image.strings
