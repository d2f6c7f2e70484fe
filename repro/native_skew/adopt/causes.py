"""What is found in a project, and what the person who asked has decided."""

from __future__ import annotations

import msgspec
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from native_skew.adopt.ranges import Granularity
from native_skew.findings import plain


class SkewCause(msgspec.Struct, frozen=True, kw_only=True):
    """One cause of skew.

    Attributes:
        kind: a short name, as the documentation lists it.
        what: what is there, and what comes of it.
        change: what is proposed; or, with ``by_hand``, what a person has to do.
        by_hand: the change is not part of the diff.

    """

    where: str
    kind: str
    what: str
    change: str
    by_hand: bool = False

    def __str__(self) -> str:
        """Two lines: what is wrong, and what is done about it."""
        todo = "by hand" if self.by_hand else "change"
        what = plain(f"{self.where}: {self.kind}: {self.what}")
        return f"{what}\n    {todo}: {plain(self.change)}"


class Wishes(msgspec.Struct, frozen=True, kw_only=True):
    """What is not in the files, or is to be other than they say.

    Attributes:
        ranges: one for a provider at most.
        granularity: which releases of a provider have one ABI; None for what the stamp says.
        library_folder: where in the provider's package its library lies.

    """

    ranges: tuple[Requirement, ...] = ()
    granularity: Granularity | None = None
    library_folder: str | None = None

    def range_for(self, provider: str) -> Requirement | None:
        """The range asked for ``provider``."""
        name = canonicalize_name(provider)
        return next((r for r in self.ranges if canonicalize_name(r.name) == name), None)


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """A module of the project that is linked to libraries of ``provider``, as that is imported.

    The libraries are file names without versions, ``libfoo.so``, as far as they are written.
    """

    provider: str
    where: str
    libraries: tuple[str, ...] = ()
