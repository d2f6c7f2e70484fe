"""Versions of symbols that a file wants of a library, and that the one which is loaded lacks."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from native_skew.binaries.image import Image, ImageError
from native_skew.binaries.loader import Closure, Loaded


class MissingVersions(msgspec.Struct, frozen=True, kw_only=True):
    """Versions that ``needer`` wants of a library, and that the one which is loaded lacks.

    Attributes:
        name: as the needer calls the library.
        versions: what is missing, e.g. ``GLIBCXX_3.4.32``.

    """

    needer: Loaded
    name: str
    library: Loaded
    versions: tuple[str, ...]


class VersionCheck:
    """The comparisons of one diagnosis."""

    def __init__(self) -> None:
        self._of_libraries: dict[tuple[tuple[int, int], ...], tuple[MissingVersions, ...]] = {}

    def missing(self, closure: Closure) -> tuple[MissingVersions, ...]:
        """What the loader stops at."""
        module, *libraries = closure.files
        # Modules that load the same libraries, as most of one distribution do, are as one.
        key = tuple(each.identity for each in libraries)
        if key not in self._of_libraries:
            self._of_libraries[key] = tuple(self._compared(libraries, closure.by_name))
        return (*self._compared([module], closure.by_name), *self._of_libraries[key])

    def _compared(
        self, files: list[Loaded], by_name: dict[str, Loaded]
    ) -> Iterator[MissingVersions]:
        for file in files:
            for name in file.wanted:
                # What is not there is said as a missing library.
                if name in by_name and (missing := self._compare(file, name, by_name[name])):
                    yield missing

    @staticmethod
    def _compare(needer: Loaded, name: str, library: Loaded) -> MissingVersions | None:
        defined, wanted = library.defined, needer.wanted[name]
        if defined is None:
            return None
        missing = [each.name for each in wanted if each.hashed not in defined and not each.weak]
        if not missing:
            return None
        try:
            with Image(needer.path) as image:
                names = tuple(sorted(image.name_at(place) for place in missing))
        except ImageError:
            return None
        return MissingVersions(needer=needer, name=name, library=library, versions=names)
