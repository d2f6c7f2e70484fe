"""Errors of the site's build; each says which page and what to correct."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

from native_skew.errors import SkewError


class CellReferenceError(SkewError):
    """A page names a cell that is not recorded."""

    def __init__(self, reference: str, known: Iterable[str]) -> None:
        near = difflib.get_close_matches(reference, list(known), n=3)
        hint = f"; near it are {', '.join(near)}" if near else ""
        super().__init__(f"no recorded cell {reference!r}{hint}")


class ContradictionError(SkewError):
    """A page claims another verdict than the one recorded."""

    def __init__(self, reference: str, claimed: str, recorded: Sequence[str]) -> None:
        super().__init__(f"claims {claimed!r} of {reference}, recorded is: {'; '.join(recorded)}")


class SeveralToolsError(SkewError):
    """A sentence's link stands for cells of several tools, and can open one."""

    def __init__(self, pattern: str, tools: Sequence[str]) -> None:
        super().__init__(
            f"{pattern} is of {' and '.join(tools)}: link each tool's words on their own"
        )


class NamesError(SkewError):
    """A page shows the names of two pairs, of which its form can change one."""

    def __init__(self, names: str) -> None:
        super().__init__(f"a snippet of {names or 'the recorded pair'} on a page of another pair")


class FlipReferenceError(SkewError):
    """A page names a change of verdict that the timeline does not have."""

    def __init__(self, question: str, old: str, new: str, recorded: Sequence[str]) -> None:
        found = "; ".join(recorded) or "none"
        super().__init__(
            f"the timeline of {question} has not one flip from {old!r} to {new!r}; recorded: {found}"
        )


class QuoteError(SkewError):
    """A page quotes what no recorded transcript says."""

    def __init__(self, reference: str, pattern: str) -> None:
        super().__init__(f"nothing in the transcript of {reference} matches {pattern!r}")


class NothingRecordedError(SkewError):
    """There are no results to make a site of."""

    def __init__(self, folder: str) -> None:
        super().__init__(
            f"{folder}: no recorded results; restore them from version control, or record "
            "some with `native-skew run --record`"
        )


class NoPagesError(SkewError):
    """The working directory is no checkout with pages in it."""

    def __init__(self, folder: str) -> None:
        super().__init__(f"{folder}: no mkdocs.yml here; start from the root of a checkout")


class LinkRecordError(SkewError):
    """The record of checked links cannot be read."""

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(f"{path}: {problem}; restore it, or delete it and run `nox -s links`")


class NotCitedError(SkewError):
    """Addresses that no page cites."""

    def __init__(self, addresses: Sequence[str]) -> None:
        listed = ", ".join(addresses)
        super().__init__(f"{listed}: cited on no page; docs/links.json lists what is")


class PagesError(SkewError):
    """Everything that is wrong in the pages, at once."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        lines = "".join(f"\n  - {problem}" for problem in self.problems)
        super().__init__(
            f"{len(self.problems)} statements do not hold; correct the page, or record anew:{lines}"
        )
