"""Findings as workflow commands, which GitHub shows as annotations.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from collections.abc import Iterable

from native_skew.findings.model import Finding, Report, Rule, plain_lines
from native_skew.findings.text import summary

_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}


def workflow_commands(report: Report, rules: Iterable[Rule]) -> str:
    """One line for each finding, for each thing that was not examined, and where all is sound."""
    titles = {rule.id: rule.title for rule in rules}
    lines = [_line(each, titles.get(each.rule, each.rule)) for each in report.findings]
    lines += [f"::notice title=Not examined::{_data(each)}\n" for each in report.not_examined]
    if not report.findings:
        lines.append(f"::notice title=native-skew {report.command}::{_data(summary(report))}\n")
    return "".join(lines)


def _line(finding: Finding, title: str) -> str:
    place = f"file={_property(finding.location.file)}," if finding.location.file else ""
    remedies = [f"- {' && '.join(each.commands) or each.title}" for each in finding.advice]
    message = "\n".join([finding.message, *(["What helps:", *remedies] if remedies else [])])
    head = f"{_COMMANDS[finding.level]} {place}title={_property(f'{finding.rule}: {title}')}"
    return f"::{head}::{_data(message)}\n"


def _data(value: str) -> str:
    # In this order: the sign that escapes comes first.
    return plain_lines(value).replace("%", "%25").replace("\n", "%0A")


def _property(value: str) -> str:
    return _data(value).replace(":", "%3A").replace(",", "%2C")
