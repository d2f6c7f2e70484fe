"""Chooses the recorded run for a tool's tab: one with the outcome that the page wants."""

from __future__ import annotations

from collections.abc import Iterator

from native_skew.installers import REMEDIES, Cause, Installer, tabs
from native_skew.results import Result
from native_skew.scenarios import Start
from native_skew.site import markup, snippet
from native_skew.site.result_index import ResultIndex
from native_skew.verdict import FAILURES


def by_default(remedy: str) -> dict[str, str]:
    """``remedy`` for each tab that is shown by default."""
    return {name: remedy for name, each in tabs().items() if each.tab and each.tab.by_default}


def recorded(
    result_index: ResultIndex, where: str, installer: str, start: Start = "fresh"
) -> tuple[Result, ...]:
    """The results of an installer in ``where`` (scenario/variant), without unsupported ones."""
    scenario, _, variant = where.partition("/")
    return tuple(
        result
        for result in result_index.newest_of(scenario, variant)
        if (result.cell.installer, result.cell.start) == (installer, start)
        and result.verdict != "unsupported"
    )


def as_good_as(wanted: Result, candidates: tuple[Result, ...]) -> Result | None:
    """The first of ``candidates`` that works and has the same provider installed as ``wanted``.

    The wanted run's own remedy comes first, then the others in order. Runs that do not keep the
    reader's project are left out.
    """
    own = wanted.cell.remedy
    plain = next((each for each in candidates if each.cell.remedy == "nothing"), None)
    for result in sorted(candidates, key=lambda each: each.cell.remedy != own):
        if (
            result.verdict == "works"
            and _installed(result) == _installed(wanted)
            and snippet.keeps_project(result, plain)
        ):
            return result
    return None


def repairs(
    result_index: ResultIndex, cause: Cause, where: str, installer: Installer, kept: str
) -> tuple[Result, ...]:
    """The recorded runs of the repairs that doctor offers for ``cause``, best first.

    Only those that repair what the plain command broke and leave ``kept``, a version of the
    provider, installed.
    """
    found = {r.cell.remedy: r for r in recorded(result_index, where, installer.id, "after-failure")}
    offered = (found[name] for name in installer.repairs.get(cause, ()) if name in found)
    return tuple(r for r in offered if r.verdict == "works" and _installed(r) == kept)


def instead(title: str, wanted: Result, tried: Iterator[tuple[str, str]]) -> str:
    """The tab of a tool without a run such as ``wanted``, as Markdown.

    ``tried`` is what is recorded instead: remedies and their badges.
    """
    runs = ", ".join(f"{_lower(REMEDIES[remedy].title)} {badge}" for remedy, badge in tried)
    if not runs:
        return f"Nothing is recorded for {title} here.\n"
    return (
        f"Nothing recorded for {title} here works and ends with `{_installed(wanted)}` "
        f"installed: {runs}.\n"
    )


def only(title: str, keep: str) -> str:
    """A note above a repair that ends with the other version than the page wants."""
    way = {"older": "stay on the older version", "newer": "take the newer version"}[keep]
    return f"The repair that is recorded for {title} is to {way}.\n"


def no_repair(title: str, plain: Result, page: str) -> str:
    """The tab of a tool without a repair, as Markdown."""
    if plain.verdict not in FAILURES:
        ends = "works" if plain.verdict == "works" else "is refused, and leaves nothing broken"
        ran = markup.words(f"the plain command of {title} {ends}", plain, page)
        return f"Nothing to repair: {ran}.\n"
    ran = markup.words(f"what the plain command of {title} left", plain, page)
    return (
        f"No recorded repair mends {ran}. Take a newer release of the package that has a wheel, or "
        "make the environment with another tool.\n"
    )


def _lower(title: str) -> str:
    return title[0].lower() + title[1:]


def _installed(result: Result) -> str | None:
    return result.observation.installed if result.observation else None
