"""Remedy -> its page: what it is, what ran, where it helps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape

from native_skew.installers import INSTALLERS, REMEDIES
from native_skew.results import Result
from native_skew.scenarios import Scenario
from native_skew.site import markup, snippet, tables
from native_skew.site.result_index import ResultIndex

_SHOWN_FIRST = "stamped-wheel-elsewhere/no-wheel-fits"


def recorded(result_index: ResultIndex) -> tuple[str, ...]:
    """The remedies with at least one recorded cell, in their own order."""
    found = {result.cell.remedy for result in result_index.results}
    return tuple(name for name in REMEDIES if name in found)


def render(name: str, result_index: ResultIndex, known: Mapping[str, Scenario]) -> str:
    """One remedy's page."""
    page = f"remedies/{name}.md"
    results = result_index.with_remedy(name)
    return markup.rendered(
        "remedy.md",
        name=name,
        remedy=REMEDIES[name],
        results=results,
        page=page,
        tabs=_tabs(results, page, result_index, known),
        names=snippet.names(),
        grid=tables.grid,
        row_of=lambda result: _place(result, page, known),
        unsupported={
            INSTALLERS[each.cell.installer].title: each.because
            for each in results
            if each.verdict == "unsupported"
        },
    )


def _place(result: Result, page: str, known: Mapping[str, Scenario]) -> str:
    cell = result.cell
    href = f"{markup.url(page, f'scenarios/{cell.scenario}.md')}#{cell.variant}"
    scenario = known[cell.scenario]
    title = scenario.variants[cell.variant].title if cell.variant in scenario.variants else ""
    details = [title] if title else []
    details += ["in the environment that it broke"] if cell.start != "fresh" else []
    return f'<a href="{href}">{escape(scenario.title)}</a>' + (
        f"<br><small>{escape('; '.join(details))}</small>" if details else ""
    )


def _tabs(
    results: tuple[Result, ...],
    page: str,
    result_index: ResultIndex,
    known: Mapping[str, Scenario],
) -> Iterator[tuple[str, str]]:
    """Name and text of one tab for each installer, preferably from the issue's scenario."""
    supported = [r for r in results if r.verdict != "unsupported"]
    for installer in INSTALLERS:
        own = [r for r in supported if r.cell.installer == installer]
        if not own:
            continue
        shown = min(own, key=_shown_first)
        badge, plain = markup.badge(shown, page), result_index.plain(shown)
        if shown.verdict != "works":
            why = f": {shown.expected_because}" if shown.expected_because else ""
            text = f"It helps in no run that is recorded: {badge}{why}.\n"
        elif snippet.keeps_project(shown, plain):
            where = "In a new environment" if shown.cell.start == "fresh" else "Where it was broken"
            scenario = known[shown.cell.scenario].title
            href = markup.url(page, f"scenarios/{shown.cell.scenario}.md")
            ran = f'{where}, in <a href="{href}">{escape(scenario)}</a>: {badge}'
            text = f"{snippet.render(shown, plain)}\n{ran}{_elsewhere(own)}\n"
        else:
            text = f"Two states of the project, one after the other; the run shows both: {badge}\n"
        yield INSTALLERS[installer].title, text


def _elsewhere(own: list[Result]) -> str:
    """What a tab that shows one run that works has to say of those that do not."""
    failed = sum(result.verdict != "works" for result in own)
    if not failed:
        return ""
    return f". In {failed} of {len(own)} runs it does not help: [where it helps](#where-it-helps)."


def _shown_first(result: Result) -> tuple[bool, bool, bool]:
    """Sorts first what repairs a broken environment, then what works, then the issue's scenario."""
    works = result.verdict == "works"
    mends = works and result.cell.start != "fresh"
    return not mends, not works, not result.cell.id.startswith(_SHOWN_FIRST)
