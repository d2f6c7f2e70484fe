"""The versions of symbols that a file wants of its libraries, and those that a library defines.

The dynamic loader compares them before any symbol and stops at a version that is wanted but not
defined. It does not stop if it is wanted weakly, or if the library has no versions at all.
https://refspecs.linuxfoundation.org/LSB_5.0.0/LSB-Core-generic/LSB-Core-generic/symversion.html
"""

from __future__ import annotations

import struct
from typing import NamedTuple

from native_skew.binaries.image import Image, ImageError

_DT_VERDEF, _DT_VERNEED = 0x6FFFFFFC, 0x6FFFFFFE
_WEAK = 0x2  # VER_FLG_WEAK
_BYTES = 1 << 13  # of one table; the C++ library's has 2 KB
_ENTRIES = 2048
# Entries: a library of which versions are wanted, a wanted version, a defined version. In either
# byte order, since any file may be examined.
_FORMS = {
    little: tuple(struct.Struct(f"{'<' if little else '>'}{form}") for form in forms)
    for forms in [("HHIII", "IHHII", "HHHHIII")]
    for little in (True, False)
}


class Wanted(NamedTuple):
    """A version of symbols that a file wants of a library: the hash that the loader compares.

    ``name`` is its offset in the string table; if it is ``weak``, the loader continues without it.
    """

    hashed: int
    name: int
    weak: bool


def wanted(image: Image) -> dict[str, tuple[Wanted, ...]]:
    """What ``image`` wants, by the library that should define it.

    Raises ImageError if the table is damaged.
    """
    if _DT_VERNEED not in image.header.tags:
        return {}
    raw = image.bytes_at(image.header.tags[_DT_VERNEED], _BYTES)
    of_library, of_version, _ = _FORMS[image.header.little]
    found: dict[str, tuple[Wanted, ...]] = {}
    at = left = 0
    try:
        while True:
            _, _, library, first, next_library = of_library.unpack_from(raw, at)
            versions = []
            place = at + first
            while True:
                left += 1
                hashed, flags, _, name, next_version = of_version.unpack_from(raw, place)
                versions.append(Wanted(hashed, name, bool(flags & _WEAK)))
                place += next_version
                if not next_version or left > _ENTRIES:
                    break
            file = image.name_at(library)
            found[file] = (*found.get(file, ()), *versions)
            at += next_library
            if not next_library or left > _ENTRIES:
                break
    except struct.error:
        left = _ENTRIES + 1
    if left > _ENTRIES:
        raise ImageError("a table of versions without an end")
    return found


def defined(image: Image) -> frozenset[int] | None:
    """The hashes of the versions that ``image`` defines; None if it has none at all.

    Raises ImageError if the table is damaged.
    """
    if _DT_VERDEF not in image.header.tags:
        return None
    raw = image.bytes_at(image.header.tags[_DT_VERDEF], _BYTES)
    of_definition = _FORMS[image.header.little][2]
    found, at = set(), 0
    for _ in range(_ENTRIES):
        try:
            *_, hashed, _, following = of_definition.unpack_from(raw, at)
        except struct.error:
            break
        found.add(hashed)
        at += following
        if not following:
            return frozenset(found)
    raise ImageError("a table of versions without an end")
