"""What is found in a project, and what the user has decided."""

from __future__ import annotations

import msgspec
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from native_skew.adopt.ranges import Granularity
from native_skew.findings import plain


class SkewCause(msgspec.Struct, frozen=True, kw_only=True):
    """One cause of skew."""

    where: str
    kind: str  # a short name, as the documentation lists it
    what: str  # what is there, and its consequence
    change: str  # what is proposed; or, with ``by_hand``, what a person has to do
    by_hand: bool = False  # the change is not part of the diff

    def __str__(self) -> str:
        """Two lines: what is wrong, and what to do about it."""
        todo = "by hand" if self.by_hand else "change"
        what = plain(f"{self.where}: {self.kind}: {self.what}")
        return f"{what}\n    {todo}: {plain(self.change)}"


class Wishes(msgspec.Struct, frozen=True, kw_only=True):
    """What the files do not say, or what the user overrides."""

    ranges: tuple[Requirement, ...] = ()  # at most one for each provider
    # Which releases of a provider have one ABI; None for what the stamp says.
    granularity: Granularity | None = None
    library_folder: str | None = None  # the folder of the library in the provider's package

    def range_for(self, provider: str) -> Requirement | None:
        """The range that the user gave for ``provider``."""
        name = canonicalize_name(provider)
        return next((r for r in self.ranges if canonicalize_name(r.name) == name), None)


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """A module of the project that is linked to libraries of ``provider``, an import name.

    The libraries are those that are spelled out, by file name without a version: ``libfoo.so``.
    """

    provider: str
    where: str
    libraries: tuple[str, ...] = ()
