"""Which recorded run a tool's tab shows: the one that ends where the page wants to be."""

from __future__ import annotations

from collections.abc import Iterator

from native_skew.installers import REMEDIES, tabs
from native_skew.results import Result
from native_skew.site.result_index import Book


def by_default(remedy: str) -> dict[str, str]:
    """``remedy`` in each tab that a reader sees who has not said what they install with."""
    return {name: remedy for name, each in tabs().items() if each.tab and each.tab.by_default}


def recorded(book: Book, where: str, installer: str) -> tuple[Result, ...]:
    """What is recorded of a tool in ``where``, a scenario and variant; not what it has not."""
    scenario, _, variant = where.partition("/")
    return tuple(
        result
        for result in book.newest_of(scenario, variant)
        if result.cell.installer == installer and result.verdict != "unsupported"
    )


def as_good_as(wanted: Result, candidates: tuple[Result, ...]) -> Result | None:
    """The first of ``candidates`` that works with the provider's version that ``wanted`` has.

    The wanted run's own remedy comes first, then the others in their order.
    """
    own = wanted.cell.remedy
    for result in sorted(candidates, key=lambda each: each.cell.remedy != own):
        if result.verdict == "works" and _installed(result) == _installed(wanted):
            return result
    return None


def instead(title: str, wanted: Result, tried: Iterator[tuple[str, str]]) -> str:
    """What a tab says whose tool has no such run, as Markdown.

    Args:
        title: the tool's name.
        wanted: the run that the tabs are about.
        tried: what is recorded instead, as remedies and their badges.

    """
    runs = ", ".join(f"{_lower(REMEDIES[remedy].title)} {badge}" for remedy, badge in tried)
    if not runs:
        return f"Nothing is recorded for {title} here.\n"
    return (
        f"Nothing recorded for {title} here works and ends with `{_installed(wanted)}` "
        f"installed: {runs}.\n"
    )


def _lower(title: str) -> str:
    return title[0].lower() + title[1:]


def _installed(result: Result) -> str | None:
    return result.observation.installed if result.observation else None
