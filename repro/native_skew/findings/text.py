"""Findings as text for people."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from native_skew.findings.model import Advice, Finding, Report, plain

_STYLES = {"error": "bold red", "warning": "bold yellow", "note": "bold cyan"}


def show(report: Report, console: Console, *, verbose: bool = False) -> None:
    """Prints ``report``: each finding with its remedies, then one line of summary.

    With ``verbose``, each finding with all that it rests on, and what is ignored too.
    """
    for finding in report.findings:
        _show_finding(finding, console, verbose)
    for each in report.ignored if verbose else ():
        console.print(
            Text(f"ignored {each.finding.rule}: {each.finding.message} ({plain(each.reason)})"),
            soft_wrap=True,
        )
    looked_at = ", ".join(
        # A failure that only an import shows has not been looked for.
        f"{count} {what}" if count or what != "imports" else "nothing imported: --confirm does"
        for what, count in report.looked_at.items()
    )
    counts = {
        level: sum(each.level == level for each in report.findings)
        for level in ("error", "warning", "note")
    }
    parts = [f"{n} {level}{'s' if n > 1 else ''}" for level, n in counts.items() if n]
    if report.ignored:
        parts.append(f"{len(report.ignored)} ignored")
    verdict = ", ".join(parts) or "nothing found"
    if report.incomplete:
        verdict = f"incomplete; {verdict}"
    left_out = "; ".join(report.not_examined)
    partly = report.incomplete or left_out
    style = "red" if report.exit_code else "yellow" if partly else "green"
    console.print(
        Text.assemble(
            (plain(report.subject), "bold"),
            ": ",
            (verdict, style),
            f" ({looked_at})",
            (f"; not examined: {left_out}" if left_out else "", "yellow"),
        ),
        soft_wrap=True,
    )


def _show_finding(finding: Finding, console: Console, verbose: bool) -> None:
    place = finding.location
    who = f"{place.distribution} {place.version}".strip()
    where = " · ".join(part for part in (who, place.file) if part)
    console.print(
        Text.assemble(
            (finding.level, _STYLES[finding.level]),
            f" {finding.rule}",
            (f"  {plain(where)}", "dim"),
        ),
        soft_wrap=True,
    )
    _show_indented(Text(plain(finding.message)), 2, console)
    for line in _evidence(finding) if verbose else ():
        _show_indented(Text(line, "dim"), 4, console)
    for number, advice in enumerate(finding.advice, 1):
        title = f"{number}. {advice.title}" + (f" ({advice.tool})" if advice.tool else "")
        _show_indented(Text(plain(title), "bold"), 2, console)
        for line in _lines(advice):  # never wrapped: they are to be copied
            console.print(Text(f"       {plain(line)}", "green"), soft_wrap=True)
        if advice.trap:
            _show_indented(Text(f"The catch: {plain(advice.trap)}"), 5, console)
    console.print()


def _evidence(finding: Finding) -> Iterator[str]:
    for key, value in finding.evidence.items():
        if isinstance(value, tuple) and value:
            yield f"{key}:"
            yield from (f"  {each}" for each in value)
        elif value not in (None, "", ()):
            yield f"{key}: {value}"


def _show_indented(text: Text, columns: int, console: Console) -> None:
    """Wrapped for a terminal; on one line for a log, where names are searched for."""
    if console.is_terminal:
        console.print(Padding(text, (0, 0, 0, columns), expand=False))
    else:
        console.print(Text(" " * columns).append_text(text), soft_wrap=True)


def _lines(advice: Advice) -> Iterator[str]:
    for name, content in advice.files.items():
        yield f"# {name}"
        yield from content.rstrip("\n").splitlines()
    yield from (f"$ {command}" for command in advice.commands)
