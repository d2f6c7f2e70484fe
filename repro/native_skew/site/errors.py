"""Errors of the site's build; each says which page and what to correct."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

from native_skew.errors import SkewError


class CitationError(SkewError):
    """A page says what the record does not: the message says what, and what is recorded."""


class CellReferenceError(CitationError):
    """A page names a cell that is not recorded."""

    def __init__(self, reference: str, known: Iterable[str]) -> None:
        near = difflib.get_close_matches(reference, list(known), n=3)
        hint = f"; near it are {', '.join(near)}" if near else ""
        super().__init__(f"no recorded cell {reference!r}{hint}")


class ContradictionError(CitationError):
    """A page claims another verdict than the one recorded."""

    def __init__(self, reference: str, claimed: str, recorded: Sequence[str]) -> None:
        super().__init__(f"claims {claimed!r} of {reference}, recorded is: {'; '.join(recorded)}")


class QuoteError(CitationError):
    """A page quotes what no recorded transcript says."""

    def __init__(self, reference: str, pattern: str) -> None:
        super().__init__(f"nothing in the transcript of {reference} matches {pattern!r}")


class SiteError(SkewError):
    """What the site is made of is not there, or cannot be read: the message says what to do."""


class PagesError(SkewError):
    """Everything that is wrong in the pages, at once."""

    def __init__(self, problems: Sequence[str]) -> None:
        lines = "".join(f"\n  - {problem}" for problem in problems)
        super().__init__(
            f"{len(problems)} statements do not hold; correct the page, or record anew:{lines}"
        )
