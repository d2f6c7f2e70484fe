"""What the libraries of a process lack: undefined symbols, and versions of symbols.

The modules of an environment need the same names of the same libraries over and over: of 74,000
that torch, pyarrow, scipy and others need, 5,000 are distinct. So each library is searched once.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet

import msgspec

from native_skew.binaries import symbols
from native_skew.binaries.image import Image, ImageError
from native_skew.binaries.loader import Closure, Loaded

_Identity = tuple[int, int]


class MissingVersions(msgspec.Struct, frozen=True, kw_only=True):
    """Versions, e.g. ``GLIBCXX_3.4.32``, that ``needer`` wants of a library that lacks them.

    ``name`` is the library's name in the needer's DT_NEEDED.
    """

    needer: Loaded
    name: str
    library: Loaded
    versions: tuple[str, ...]


class VersionCheck:
    """Compares the versions of symbols, with a cache for one diagnosis."""

    def __init__(self) -> None:
        self._of_libraries: dict[tuple[_Identity, ...], tuple[MissingVersions, ...]] = {}

    def missing(self, closure: Closure) -> tuple[MissingVersions, ...]:
        """The missing versions, at which the loader stops."""
        module, *libraries = closure.files
        # Most modules of a distribution load the same libraries.
        key = tuple(each.identity for each in libraries)
        if key not in self._of_libraries:
            self._of_libraries[key] = tuple(_compared(libraries, closure.by_name))
        return (*_compared([module], closure.by_name), *self._of_libraries[key])


def _compared(files: list[Loaded], by_name: dict[str, Loaded]) -> Iterator[MissingVersions]:
    for file in files:
        for name, wanted in file.wanted.items():
            library = by_name.get(name)
            # A library that is not found is reported elsewhere; one may have no versions at all.
            if library is None or (defined := library.defined) is None:
                continue
            places = [each.name for each in wanted if each.hashed not in defined and not each.weak]
            with contextlib.suppress(ImageError):
                if places:
                    with Image(file.path) as image:
                        versions = tuple(sorted(map(image.name_at, places)))
                    yield MissingVersions(
                        needer=file, name=name, library=library, versions=versions
                    )


def undefined_symbols(
    wanted: Mapping[int, AbstractSet[bytes]], *givers: Callable[[int], Iterable[Loaded]]
) -> dict[int, AbstractSet[bytes]]:
    """The ``wanted`` names that no file defines, both by the module's number.

    Each of ``givers`` returns the files for a module, which are searched in turn.
    """
    lacking = {number: names for number, names in wanted.items() if names}
    for files_of in givers:
        loaded: dict[_Identity, Loaded] = {}
        # Most modules of a distribution load the same files.
        groups: dict[frozenset[_Identity], list[int]] = {}
        for number in lacking:
            files = {file.identity: file for file in files_of(number)}
            loaded |= files
            groups.setdefault(frozenset(files), []).append(number)
        left = {group: set().union(*map(lacking.__getitem__, of)) for group, of in groups.items()}
        # The largest define most: then little is left to look for in the others.
        for file in sorted(loaded.values(), key=lambda each: -each.header.names_size):
            asking = [group for group in groups if file.identity in group and left[group]]
            defined = _defined(file, set().union(*(left[group] for group in asking)))
            for group in asking:
                left[group] = left[group] - defined  # in place would iterate over ``defined``
        still = {n: lacking[n] & left[group] for group, numbers in groups.items() for n in numbers}
        lacking = {number: names for number, names in still.items() if names}
    return lacking


def _defined(file: Loaded, names: set[bytes]) -> AbstractSet[bytes]:
    # A damaged file is reported as a module or as a library.
    with contextlib.suppress(ImageError):
        if names:
            with Image(file.path) as image:
                return symbols.defined(image, names)
    return frozenset()
