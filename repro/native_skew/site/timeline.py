"""Verdicts by release: what a tool's newer version does with the same question."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from itertools import groupby

from native_skew.installers import INSTALLERS, REMEDIES, TOOLS, tabs
from native_skew.results import Result
from native_skew.run import TOUR_SCENARIO
from native_skew.scenarios import Scenario
from native_skew.site import linechart, markup
from native_skew.timeline import Flip, Line, Point, between

PAGE = "timeline.md"
INTRO = """\
The same question, asked of a tool’s releases. The first and the last of each minor release are
run; where two of them differ, the release that changed is found by halving what lies between. A dot
is a release that was run. A verdict that changed and changed back between two dots is not seen.
"""


def render(
    known: Mapping[str, Scenario], lines: Mapping[str, Line], evidence: Mapping[str, Result]
) -> str:
    """The page: a chart and a table for each tool and scenario.

    Args:
        known: the scenarios by id.
        lines: the recorded timeline.
        evidence: the result of each of its points, by cell id.

    """
    ordered = sorted(lines.values(), key=lambda line: (*_place(line), *_order(line)))
    sections = [_chapter(list(group), known, evidence) for _, group in groupby(ordered, _place)]
    command = "native-skew timeline --installer uv-sync --remedy match-runtime"
    ending = (
        "## What to do\n\nAsk a question of your own of every release; the answers are compared "
        "with what is recorded, and `--record` adds them to this page:\n\n"
        + markup.fence(command, "bash")
    )
    dates = [result.circumstances.date for result in evidence.values()]
    verified = f'\n<p class="verified">Last verified: {max(dates)}.</p>\n'
    head = markup.frontmatter(
        "Since which version",
        "The release of pip, uv and other installers in which a remedy began to work or a verdict "
        "changed, from runs of each release.",
        *markup.WIDE,
        *markup.RARE,
    )
    return "\n\n".join([head + "# Since which version", INTRO, *sections, ending, verified])


def _place(line: Line) -> tuple[int, bool, str, str]:
    """Where a line stands: tools in the order of the tabs, the issue's scenario before others."""
    asked = line.question
    order = [*(each.tool for each in tabs().values()), *TOOLS]
    first = asked.scenario == TOUR_SCENARIO
    return order.index(line.tool), not first, asked.scenario, asked.variant


def _order(line: Line) -> tuple[int, int]:
    asked = line.question
    return list(INSTALLERS).index(asked.installer), list(REMEDIES).index(asked.remedy)


def _chapter(
    lines: Sequence[Line], known: Mapping[str, Scenario], evidence: Mapping[str, Result]
) -> str:
    """One tool in one variant of a scenario: heading, chart, table."""
    first = lines[0]
    scenario, variant = first.question.scenario, first.question.variant
    href = f"{markup.url(PAGE, f'scenarios/{scenario}.md')}#{variant}"
    suffix = "" if variant == "only" else f", {variant}"
    label = f"{first.tool} in {scenario}{suffix}"
    released = f"{len(first.releases)} releases of {first.tool}, {first.releases[0]} to {first.releases[-1]}"
    lead = f'<p>{released}: <a href="{href}">{escape(known[scenario].title)}</a>{suffix}.</p>'
    chart = linechart.chart(lines, [_title(line) for line in lines], f"{label}, as a chart")
    return f"## {label}\n\n{lead}\n{chart}\n{_table(lines, evidence, label)}\n"


def _title(line: Line) -> str:
    installer = escape(INSTALLERS[line.question.installer].title)
    return f"{installer}: {escape(REMEDIES[line.question.remedy].title)}"


def _table(lines: Sequence[Line], evidence: Mapping[str, Result], label: str) -> str:
    rows = [row for line in lines for row in _rows(line, evidence)]
    head = ("question", "releases", "verdict", "what it rests on")
    return f'<div class="grid">{markup.table(head, rows, label)}</div>'


def _rows(line: Line, evidence: Mapping[str, Result]) -> Iterator[tuple[str, ...]]:
    heading = (
        f"{_title(line)}<br><small>{len(line.points)} of {len(line.releases)} releases run, "
        f"{line.date}{_left_out(line)}</small>"
    )
    by_newer = {flip.newer: flip for flip in line.flips}
    for span in line.spans():
        point, *others = span
        badge = markup.html_badge(evidence[point.cell], PAGE)
        why = escape(point.because) + _doubt(by_newer.get(point.version))
        yield heading, escape(between(span)), badge + _runs(others, evidence), why
        heading = _title(line)


def _runs(points: Sequence[Point], evidence: Mapping[str, Result]) -> str:
    """The other releases that were run with that verdict, each as a link to its cell."""
    if not points:
        return ""
    links = ", ".join(
        f'<a href="{escape(markup.href(PAGE, evidence[each.cell]))}">{escape(each.version)}</a>'
        for each in points
    )
    return f"<details><summary>{len(points)} more</summary>{links}</details>"


def _left_out(line: Line) -> str:
    names = ", ".join(each.version for each in line.skipped)
    return f"; could not be run: {escape(names)}" if names else ""


def _doubt(flip: Flip | None) -> str:
    """What is not known of a flip, beside the verdict that it leads to."""
    if flip is None:
        return ""
    doubts = ["where the feature is missing, nothing was run"] if flip.declared else []
    if flip.skipped:
        names = ", ".join(flip.skipped)
        doubts.append(f"any of {names} may have changed it: they could not be run")
    return f" <small>({escape('; '.join(doubts))})</small>" if doubts else ""
