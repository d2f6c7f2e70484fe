"""Results for people: the table, the story of a failure, Markdown, CSV, a picture."""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import groupby

import msgspec
from packaging.version import Version
from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from native_skew.findings import terminal
from native_skew.installers import INSTALLERS, REMEDIES
from native_skew.results.comparison import Drift
from native_skew.results.record import AnyResult, BriefResult, NotRun, Result, contradicts
from native_skew.scenarios import Cell
from native_skew.verdict import MEANING, Verdict

STYLES: dict[Verdict, str] = {
    "works": "green",
    "broken, detected": "red",
    "broken, undetected": "bold red",
    "wrong result": "bold magenta",
    "refused": "yellow",
    "unsupported": "dim",
}


# A verdict in one line, as ``row`` gives it.
COLUMNS = (*Cell.__struct_fields__, "verdict", "because", "date", "expected")
_FIRST = 62  # columns for a remedy's title and name
_WIDE = 140  # columns from which on a remedy's title fits beside the rest


def in_order(results: Iterable[Result]) -> list[Result]:
    """Sorted by scenario, then in the order of installers and remedies, older versions first."""
    installers, remedies = list(INSTALLERS), list(REMEDIES)
    return sorted(
        results,
        key=lambda r: (
            r.cell.scenario,
            r.cell.variant,
            installers.index(r.cell.installer),
            Version(r.cell.version),
            remedies.index(r.cell.remedy),
        ),
    )


def table(results: Iterable[Result], width: int = _WIDE) -> RenderableType:
    """A table with one row per cell.

    With less ``width``, first the remedies' titles are left out, then the check, then a row becomes
    lines instead of columns; no version is ever cut.
    """
    ordered = in_order(results)
    layout = next((each for each in _LAYOUTS if sum(each.widths(ordered)) <= width), None)
    rows: Callable[[Sequence[Result]], Table] = (
        partial(_columns, layout, layout.widths(ordered)) if layout else partial(_lines, width)
    )
    parts: list[RenderableType] = [rows(())]
    for (scenario, variant), cells in groupby(ordered, lambda r: (r.cell.scenario, r.cell.variant)):
        parts.append(Text(f"{scenario}/{variant}", style="bold underline"))
        for (name, version), same in groupby(cells, lambda r: (r.cell.installer, r.cell.version)):
            installer = INSTALLERS[name]
            parts.append(Text(f" {installer.title}, {installer.tool} {version}", style="bold"))
            parts.append(rows(list(same)))
        parts.append(Text())
    return Group(*parts)


class _Layout(msgspec.Struct, frozen=True, kw_only=True):
    """Which columns a table has, and whether remedies have titles or only names."""

    titles: bool
    verdict: int
    check: bool

    def widths(self, everything: Iterable[Result]) -> list[int]:
        """The columns' widths with the blank between them, the same for all parts."""
        words = [self.words(result) for result in everything]
        longest = [max((len(str(each[n])) for each in words), default=0) for n in (0, 4)]
        first = min(max(longest[0], len(_HEADINGS[0])), _FIRST)
        check = [7] if self.check else []
        return [each + 1 for each in (first, self.verdict, 13, 13, max(longest[1], 5), *check)]

    def words(self, result: Result) -> list[str | Text]:
        """A row."""
        seen, needed = result.observation, needed_word(result)
        remedy = result.cell.attempt
        if self.titles:
            after = "" if result.cell.start == "fresh" else ", after the failure"
            remedy = f"  {REMEDIES[result.cell.remedy].title}{after} [{remedy}]"
        return [
            Text(remedy),
            Text(result.verdict, style=STYLES[result.verdict]),
            (seen and seen.built_against) or "-",
            (seen and seen.installed) or "-",
            needed if self.check else needed.removeprefix("….so."),
            *([check_word(result)] if self.check else []),
        ]


_HEADINGS = ("what the user did", "verdict", "built against", "installed", "needs", "check")
_LAYOUTS = (
    _Layout(titles=True, verdict=18, check=True),
    _Layout(titles=False, verdict=18, check=True),
    _Layout(titles=False, verdict=12, check=False),  # as for 80 columns
)


def _columns(layout: _Layout, widths: Sequence[int], rows: Sequence[Result]) -> Table:
    """Rows of the table; the header if there are none."""
    grid = Table(box=None, padding=(0, 1, 0, 0), header_style="bold", show_header=not rows)
    for heading, width in zip(_HEADINGS, widths, strict=False):
        grid.add_column(heading, width=width, overflow="fold")
    for result in rows:
        grid.add_row(*layout.words(result))
    return grid


def _lines(width: int, rows: Sequence[Result]) -> Table:
    """The same without room for columns: the verdict, and below it what was observed."""
    grid = Table(box=None, padding=(0, 1, 0, 0), header_style="bold", show_header=not rows)
    grid.add_column(_HEADINGS[0], width=max(min(width - 20, 26), 16), overflow="fold")
    grid.add_column("verdict", overflow="fold")
    for result in rows:
        words = _LAYOUTS[-1].words(result)
        grid.add_row(*words[:2])
        if any(word != "-" for word in words[2:]):
            for heading, word in zip(_HEADINGS[2:], words[2:], strict=False):
                grid.add_row(f"  {heading}", word)
    return grid


def needed_word(result: Result) -> str:
    """The version in the name of the provider's library that the module needs."""
    needed = result.observation.needed if result.observation else None
    return "…" + needed[needed.index(".so") :] if needed else "-"


def check_word(result: Result) -> str:
    """What the tools' checks say, in a word or two."""
    checks = result.observation.checks if result.observation else ()
    if not checks:
        return "-"
    complaining = [check.tool for check in checks if check.exit_code]
    if len(complaining) == len(checks):
        return "fails"
    return f"only {complaining[0]}" if complaining else "passes"


_NOTHING_READ = "no metadata of a wheel that was not installed"
_NO_JOURNAL = "not known, for the index is not the kit's and keeps no journal"


def story(result: Result) -> tuple[str, ...]:
    """How a cell came to its verdict, in five lines."""
    seen = result.observation
    read = metadata_read(result)
    built = "from the sdist, in isolation" if result.origin == "built" else "not at all"
    versions = (seen.built_against, seen.installed) if seen else (None, None)
    missing = [n.name for m in (seen.modules if seen else ()) for n in m.needs if n.found is None]
    asked = " ".join(result.steps[-1].commands[-1].argv)
    return (
        f"asked:    {asked}",
        f"read:     {read or _NOTHING_READ if result.journal else _NO_JOURNAL}",
        f"built:    {built}, against {versions[0] or 'nothing'}",
        f"has:      {versions[1] or 'nothing'} at run time",
        f"missing:  {', '.join(missing) or 'nothing'}: {result.verdict}; check {check_word(result)}",
    )


def metadata_read(result: Result) -> str | None:
    """The wheel whose metadata was read though it was not downloaded, with that metadata; or None."""
    paths = [entry.path.removeprefix("/files/") for entry in result.journal if entry.status < 300]
    for path in paths:
        wheel = path.removesuffix(".metadata")
        if path != wheel and wheel not in paths:
            record = next((p for p in result.published if p.filename == wheel), None)
            if record and record.requires_dist:
                return f"{path}, which says {', '.join(record.requires_dist)}"
    return None


def summary(
    results: Sequence[Result],
    not_run: Sequence[NotRun],
    changes: Sequence[Drift],
    width: int = _WIDE,
) -> RenderableType:
    """What a run prints at its end; see ``table`` for ``width``."""
    ordered = in_order(results)
    parts: list[RenderableType] = []
    if ordered:
        parts += [table(ordered, width), Text(), legend(), Text()]
    first = next((r for r in ordered if r.verdict.startswith(("broken", "wrong"))), None)
    if first:
        parts.append(_whole(f"The first failing cell, {first.cell.id}:", style="bold"))
        parts.append(
            Text("  (a cell: one scenario, one installer and version, one remedy, one Python)")
        )
        parts += [_whole("  " + line) for line in story(first)]
        parts += [
            Text(),
            Text("To run a row again, here this one, and keep its environment:", style="bold"),
        ]
        parts += [_whole(f"  {command()} {first.cell.arguments} --keep"), Text()]
    return Group(*parts, *news(not_run, contradictions(results), changes))


def _whole(line: str, style: str = "") -> Text:
    """A line to be copied, which only the terminal may wrap."""
    return Text(line, style=style, no_wrap=True, overflow="ignore")


def news(
    not_run: Iterable[NotRun], contradictory: Iterable[AnyResult], changes: Iterable[Drift]
) -> list[Text]:
    """Lines about what needs attention: reasons for not running, contradictions, changes."""
    lines = [Text(line, style="yellow") for line in reasons(not_run)]
    for result in contradictory:
        line = (
            f"contradicts its scenario: {result.cell.id} is {result.verdict}, expected "
            f"{result.expected} ({result.expected_because})"
        )
        lines.append(Text(line, style="bold red"))
    for change in changes:
        before = change.before
        on = "" if before.python == change.after.python else f" on {before.python}"
        line = (
            f"changed: {change.after.id}: {change.old} (recorded with {before.version}{on}) "
            f"is now {change.new}"
        )
        lines.append(Text(line, style="bold red"))
    return lines


def reasons(not_run: Iterable[NotRun]) -> list[str]:
    """Why cells could not run: each reason once, with the cell or the number of cells."""
    cells: dict[str, list[Cell]] = {}
    for each in not_run:
        cells.setdefault(each.reason, []).append(each.cell)
    named = {
        reason: one.id if not more else f"{len(more) + 1} cells, the first is {one.id}"
        for reason, (one, *more) in cells.items()
    }
    return [f"not run: {which}: {reason}" for reason, which in named.items()]


def command() -> str:
    """The command that the user has started: a nox session or native-skew itself."""
    in_nox = os.environ.get("NOX_CURRENT_SESSION") == "repro"
    return "python3 noxfile.py -s repro --" if in_nox else "native-skew run"


def contradictions(results: Iterable[AnyResult]) -> list[AnyResult]:
    """Results whose verdict is not what their scenario expects."""
    return [result for result in results if contradicts(result)]


def markdown(results: Sequence[Result]) -> str:
    """The table as Markdown."""
    lines = [
        "| cell | verdict | built against | installed | needs | check |",
        "|---|---|---|---|---|---|",
    ]
    for result in results:
        seen = result.observation
        facts = (seen.built_against, seen.installed, seen.needed) if seen else (None,) * 3
        words = [result.cell.id, result.verdict, *(f or "-" for f in facts), check_word(result)]
        lines.append(f"| {' | '.join(words)} |")
    return "\n".join(lines) + "\n"


def as_csv(results: Iterable[BriefResult]) -> str:
    """The verdicts as CSV, one line per cell, with a header."""
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(COLUMNS)
    lines.writerows(map(row, results))
    return text.getvalue()


def row(result: BriefResult) -> tuple[str, ...]:
    """A verdict as the values of ``COLUMNS``."""
    return (
        *(getattr(result.cell, name) for name in Cell.__struct_fields__),
        *(result.verdict, result.because, result.date),
        result.expected or "",
    )


def legend() -> Table:
    """What the verdicts mean."""
    grid = Table(show_header=False, box=None, padding=(0, 1))
    for verdict, meaning in MEANING.items():
        grid.add_row(Text(verdict, style=STYLES[verdict]), meaning)
    return grid


def console(stderr: bool = False) -> Console:
    """A console; if it is not a terminal, its lines are long enough for the table."""
    plain = terminal(stderr)
    return plain if plain.is_terminal else terminal(stderr, _WIDE + 10)


def svg(renderable: RenderableType, title: str) -> str:
    """A picture of the terminal's output as SVG, without web fonts."""
    recorder = Console(
        record=True,
        width=_WIDE + 2,
        file=io.StringIO(),
        force_terminal=True,
        markup=False,
        emoji=False,
    )
    recorder.print(renderable)
    form = re.sub(r"@font-face \{\{.*?\}\}\s*", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)
    return recorder.export_svg(title=title, code_format=form, unique_id="native-skew")
