"""Findings as text for people.

Uses only click: importing Rich would take longer than diagnosing a small environment.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections import Counter
from collections.abc import Iterator

import click

from native_skew.findings.model import Advice, Finding, Level, Report
from native_skew.findings.words import counted, plain

_STYLES: dict[Level, str] = {"error": "red", "warning": "yellow", "note": "cyan"}


def show(report: Report, *, verbose: bool = False) -> None:
    """Prints ``report``: each finding with its remedies, then one line of summary.

    With ``verbose``, also the evidence of each finding, and what is ignored.
    """
    for finding in report.findings:
        _show_finding(finding, verbose)
    if report.together:
        _show_advice(report.together, report.together.title)
        _print("")
    for each in report.ignored if verbose else ():
        _say(f"ignored {each.finding.rule}: {each.finding.message} ({each.reason})")
    verdict, looked_at, left_out = _summary(report)
    style = "red" if report.exit_code else "yellow" if left_out else "green"
    subject = click.style(plain(report.subject), bold=True)
    _print(f"{subject}: {click.style(verdict, style)}{looked_at}" + click.style(left_out, "yellow"))


def summary(report: Report) -> str:
    """What was found, what was looked at, and what was left out, in one line."""
    return f"{plain(report.subject)}: {''.join(_summary(report))}"


def _summary(report: Report) -> tuple[str, str, str]:
    looked_at = ", ".join(
        # Failures that only an import shows have not been looked for.
        counted(count, what) if count or what != "imports" else "nothing imported: --confirm does"
        for what, count in report.looked_at.items()
    )
    counts = Counter(each.level for each in report.findings)
    found = [(level, counts[level]) for level in _STYLES]
    parts = [counted(n, f"{level}s") for level, n in found if n]
    if report.ignored:
        parts.append(f"{len(report.ignored)} ignored")
    left_out = "; ".join(report.not_examined)
    return (
        ", ".join(parts) or "nothing found",
        f" ({plain(looked_at)})",
        f"; not examined: {plain(left_out)}" if left_out else "",
    )


def _show_finding(finding: Finding, verbose: bool) -> None:
    place = finding.location
    who = f"{place.distribution} {place.version}".strip()
    where = " · ".join(part for part in (who, place.file) if part)
    level = click.style(finding.level, _STYLES[finding.level], bold=True)
    _print(f"{level} {finding.rule}" + click.style(f"  {plain(where)}" if where else "", dim=True))
    _say(finding.message, 2)
    for line in _evidence(finding) if verbose else ():
        _say(line, 4, dim=True)
    for number, advice in enumerate(finding.advice, 1):
        tool = ", ".join(filter(None, (advice.tool, advice.needs and f"{advice.needs} or newer")))
        title = f"{number}. {advice.title}" + (f" ({tool})" if tool else "")
        _show_advice(advice, title)
    _print("")


def _show_advice(advice: Advice, title: str) -> None:
    _say(title, 2, bold=True)
    lines = []
    for name, content in advice.files.items():
        lines += [f"# {name}", *content.rstrip("\n").splitlines()]
    lines += [f"$ {command}" for command in advice.commands]
    for line in lines:  # never wrapped, so that they can be copied
        _print(click.style(f"       {plain(line)}", "green"))
    if advice.trap:
        _say(f"The catch: {advice.trap}", 5)


def _say(text: str, columns: int = 0, *, bold: bool = False, dim: bool = False) -> None:
    """Prints ``text``, wrapped for a terminal; on one line for a log, which people search."""
    text, indent = plain(text), " " * columns
    if sys.stdout.isatty():
        width = shutil.get_terminal_size().columns
        text = click.wrap_text(text, width, initial_indent=indent, subsequent_indent=indent)
    else:
        text = indent + text
    _print(click.style(text, bold=bold or None, dim=dim or None))


def _print(text: str) -> None:
    click.echo(text, color=False if os.environ.get("NO_COLOR") else None)


def _evidence(finding: Finding) -> Iterator[str]:
    for key, value in finding.evidence.items():
        if isinstance(value, tuple) and value:
            yield f"{key}:"
            yield from (f"  {each}" for each in value)
        elif value not in (None, "", ()):
            yield f"{key}: {value}"
