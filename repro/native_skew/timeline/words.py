"""Lines -> what a person reads in the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from native_skew.installers import INSTALLERS
from native_skew.results import STYLES, Drift, NotRun, Result, report
from native_skew.timeline.record import Line, Point


def summary(
    lines: Sequence[Line],
    not_run: Sequence[NotRun],
    changes: Sequence[Drift],
    contradictory: Sequence[Result],
) -> RenderableType:
    """Everything that the command ends with."""
    parts: list[RenderableType] = []
    place = lambda line: f"{line.question.scenario}/{line.question.variant}"
    for name, group in groupby(sorted(lines, key=place), place):
        parts += [Text(name, style="bold underline"), _table(list(group)), Text()]
    return Group(*parts, *report.news(not_run, contradictory, changes))


def _table(lines: Sequence[Line]) -> Table:
    grid = Table(box=None, padding=(0, 1), header_style="bold")
    for heading in ("question", "releases", "verdict", "what it rests on"):
        grid.add_column(heading)
    for line in lines:
        title = f"{INSTALLERS[line.question.installer].title}, {line.question.remedy}"
        for words in _rows(line):
            grid.add_row(title, *words)
            title = ""
        skipped = ", ".join(each.version for each in line.skipped)
        ran = f"{len(line.points)} of {len(line.releases)} releases run"
        grid.add_row("", Text(ran + (f"; not to be run: {skipped}" if skipped else ""), "dim"))
    return grid


def _rows(line: Line) -> Iterator[tuple[str, Text, str]]:
    for span in line.spans():
        verdict = Text(span[0].verdict, style=STYLES[span[0].verdict])
        yield between(span), verdict, span[0].because


def between(span: Sequence[Point]) -> str:
    """``0.8.5 to 0.13.9``; one release by itself."""
    first, last = span[0].version, span[-1].version
    return first if first == last else f"{first} to {last}"
