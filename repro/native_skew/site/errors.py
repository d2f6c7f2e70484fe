"""Errors of the site's build."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

from native_skew.errors import SkewError


class CitationError(SkewError):
    """A page says something that the record does not."""


class CellReferenceError(CitationError):
    """A page names a cell that is not recorded."""

    def __init__(self, reference: str, known: Iterable[str]) -> None:
        near = difflib.get_close_matches(reference, list(known), n=3)
        hint = f"; near it are {', '.join(near)}" if near else ""
        super().__init__(f"no recorded cell {reference!r}{hint}")


class ClaimError(CitationError):
    """A page claims another verdict than the one recorded."""

    def __init__(self, reference: str, claimed: str, recorded: Sequence[str]) -> None:
        super().__init__(f"claims {claimed!r} of {reference}, recorded is: {'; '.join(recorded)}")


class QuoteError(CitationError):
    """A page quotes something that the recorded transcript does not contain."""

    def __init__(self, reference: str, pattern: str) -> None:
        super().__init__(f"nothing in the transcript of {reference} matches {pattern!r}")


class SiteError(SkewError):
    """The site's sources are missing or cannot be read."""


class PagesError(SkewError):
    """All problems of the pages."""

    def __init__(self, problems: Sequence[str]) -> None:
        lines = "".join(f"\n  - {problem}" for problem in problems)
        super().__init__(
            f"{len(problems)} statements do not hold; correct the page, or record anew:{lines}"
        )
