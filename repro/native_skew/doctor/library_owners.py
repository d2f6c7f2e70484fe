"""Which distribution ships which library."""

from __future__ import annotations

import os.path
from collections.abc import Iterable

import msgspec

from native_skew.distributions import stem
from native_skew.doctor.inventory import Distribution


class Shipped(msgspec.Struct, frozen=True, kw_only=True):
    """A library and the distribution whose RECORD lists it."""

    path: str
    owner: Distribution

    @property
    def name(self) -> str:
        """The file's name."""
        return self.path.rpartition("/")[2]


class Owners:
    """The shared objects of all distributions, by file, by name and by stem."""

    def __init__(self, distributions: Iterable[Distribution]) -> None:
        self._owner: dict[str, Distribution] = {}
        self._found: dict[str, Distribution | None] = {}
        self._by_stem: dict[str, list[Shipped]] = {}
        for each in distributions:
            for path in each.files:
                self._owner.setdefault(path, each)
                shipped = Shipped(path=path, owner=each)
                self._by_stem.setdefault(stem(shipped.name), []).append(shipped)

    def of(self, path: str) -> Distribution | None:
        """The distribution that lists ``path``, or the file that it is a link to."""
        if path not in self._found:
            self._found[path] = (
                self._owner.get(path)
                or self._owner.get(os.path.normpath(path))
                or self._owner.get(os.path.realpath(path))
            )
        return self._found[path]

    def named(self, name: str) -> list[Shipped]:
        """The files of exactly that name."""
        return [each for each in self._by_stem.get(stem(name), ()) if each.name == name]

    def other_versions(self, name: str) -> list[Shipped]:
        """The files of that stem under another name."""
        return [each for each in self._by_stem.get(stem(name), ()) if each.name != name]

    def of_family(self, name: str) -> list[Shipped]:
        """The files whose stem has the same word before its first ``_``, as ``libboost_`` has."""
        family, _, rest = stem(name).partition("_")
        return [
            each
            for known, several in self._by_stem.items()
            if rest and known.startswith(f"{family}_")
            for each in several
        ]

    def of_stem(self, name: str) -> list[str]:
        """The paths of those that differ from ``name`` in the version at most."""
        return [each.path for each in self._by_stem.get(stem(name), ())]
