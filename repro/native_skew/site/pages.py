"""All generated pages, as text by path, independent of the site generator."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from packaging.version import Version

from native_skew import results, scenarios
from native_skew.installers import INSTALLERS, REMEDIES
from native_skew.publish import describe
from native_skew.results import Result
from native_skew.scenarios import Scenario
from native_skew.site import cellpage, getting, links, markup, matrix, remedypage, tables, timeline
from native_skew.site.result_index import ResultIndex
from native_skew.timeline import record


def generate(folder: Path = results.FOLDER) -> dict[str, str]:
    """The pages made from the results in ``folder``: Markdown by path below the pages' folder.

    Raises:
        SiteError: there are no results, or the record of checked links is damaged.
        ResultFileError: one is damaged.
        ScenarioError: a scenario file is wrong.

    """
    result_index, known = ResultIndex.open(folder), scenarios.load_all()
    lines, evidence = record.read_all(folder / "timeline"), results.read_all(folder / "timeline")
    shown = {result.cell.scenario for result in result_index.results}
    remedies = remedypage.recorded(result_index)
    pages: dict[str, str] = {
        matrix.PAGE: matrix.render(result_index, known),
        timeline.PAGE: timeline.render(known, lines, evidence),
        "scenarios/index.md": markup.rendered("scenarios.md", known=known, shown=shown),
        "remedies/index.md": markup.rendered(
            "remedies.md", result_index=result_index, recorded=remedies
        ),
        markup.INSTALLERS_PAGE: _installers(result_index, evidence),
    }
    pages |= {
        f"scenarios/{name}.md": _scenario(scenario, result_index)
        for name, scenario in known.items()
        if name in shown
    }
    pages |= {
        f"remedies/{name}.md": remedypage.render(name, result_index, known) for name in remedies
    }
    pages[links.PAGE] = links.render(links.cited(links.written() | pages), links.read())
    for result in result_index.results:
        if result.verdict != "unsupported":
            pages[markup.page_of(result.cell)] = cellpage.render(
                result, result_index, known[result.cell.scenario]
            )
    for result in evidence.values():
        page = markup.page_of(result.cell)
        if result.verdict != "unsupported" and page not in pages:  # the matrix may have it too
            raw = markup.raw_of(result, in_timeline=True)
            pages[page] = cellpage.render(result, result_index, known[result.cell.scenario], raw)
    return {path: text + _get(text) for path, text in pages.items()}


def _get(text: str) -> str:
    """How to get the command, if a page names one."""
    note = getting.note(text)
    return f"\n{note}\n" if note else ""


def _scenario(scenario: Scenario, result_index: ResultIndex) -> str:
    """A scenario's page: what is published, what is asked, and every verdict."""
    page = f"scenarios/{scenario.id}.md"

    def row_of(result: Result) -> str:
        remedy = result.cell.remedy
        link = f'<a href="{markup.url(page, f"remedies/{remedy}.md")}">{REMEDIES[remedy].title}</a>'
        after = "" if result.cell.start == "fresh" else "<br><small>after the failure</small>"
        return link + after

    return markup.rendered(
        "scenario.md",
        scenario=scenario,
        result_index=result_index,
        page=page,
        row_of=row_of,
        describe=describe,
        grid=tables.grid,
    )


def _installers(result_index: ResultIndex, evidence: Mapping[str, Result]) -> str:
    """The installers' page: their recorded versions, the timeline's too, and what they lack."""
    known = {result.cell.id: result for result in (*evidence.values(), *result_index.results)}
    own: dict[str, list[Result]] = {name: [] for name in INSTALLERS}
    lacks: dict[str, dict[tuple[str, str], set[str]]] = {
        name: defaultdict(set) for name in INSTALLERS
    }
    for result in known.values():
        cell = result.cell
        own[cell.installer].append(result)
        if result.verdict == "unsupported":
            lacks[cell.installer][cell.remedy, result.because].add(cell.version)
    order = list(REMEDIES)
    return markup.rendered(
        "installers.md",
        result_index=result_index,
        by_installer={name: found for name, found in own.items() if found},
        lacks={
            name: {
                (remedy, because): sorted(versions, key=Version)
                for (remedy, because), versions in sorted(
                    reasons.items(), key=lambda item: (order.index(item[0][0]), item[0][1])
                )
            }
            for name, reasons in lacks.items()
        },
    )
