"""Libraries that are older than what is loaded with them: a version that they do not define."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from native_skew.binaries.image import Image, ImageError
from native_skew.binaries.loader import Closure, Loaded


class Older(msgspec.Struct, frozen=True, kw_only=True):
    """Versions that ``needer`` wants of a library, and that the one which is loaded lacks.

    Attributes:
        name: as the needer calls the library.
        versions: what is lacking, e.g. ``GLIBCXX_3.4.32``.

    """

    needer: Loaded
    name: str
    library: Loaded
    versions: tuple[str, ...]


class Compared:
    """The comparisons of one diagnosis."""

    def __init__(self) -> None:
        self._of_libraries: dict[tuple[tuple[int, int], ...], tuple[Older, ...]] = {}

    def older(self, closure: Closure) -> tuple[Older, ...]:
        """The libraries at which the loader stops."""
        module, *libraries = closure.files
        # Modules that load the same libraries, as most of one distribution do, are as one.
        key = tuple(each.identity for each in libraries)
        if key not in self._of_libraries:
            self._of_libraries[key] = tuple(self._lacking(libraries, closure.by_name))
        return (*self._lacking([module], closure.by_name), *self._of_libraries[key])

    def _lacking(self, files: list[Loaded], by_name: dict[str, Loaded]) -> Iterator[Older]:
        for file in files:
            for name in file.wanted:
                # What is not there is said as a missing library.
                if name in by_name and (older := self._compare(file, name, by_name[name])):
                    yield older

    @staticmethod
    def _compare(needer: Loaded, name: str, library: Loaded) -> Older | None:
        defined, wanted = library.defined, needer.wanted[name]
        if defined is None:
            return None
        lacking = [each.name for each in wanted if each.hashed not in defined and not each.weak]
        if not lacking:
            return None
        try:
            with Image(needer.path) as image:
                names = tuple(sorted(image.name_at(place) for place in lacking))
        except ImageError:
            return None
        return Older(needer=needer, name=name, library=library, versions=names)
