"""Findings as CI shows them: SARIF 2.1.0 for code scanning, and GitHub's workflow commands.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

import msgspec

from native_skew.findings.model import Finding, Report, Rule
from native_skew.findings.text import summary
from native_skew.findings.words import plain_lines

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}


def sarif(report: Report, rules: Iterable[Rule]) -> dict[str, Any]:
    """A SARIF log with one run."""
    known = list(rules)
    driver = {
        "name": f"native-skew {report.command}",
        "version": report.kit_version,
        "rules": [
            {
                "id": rule.id,
                "shortDescription": {"text": rule.title},
                "fullDescription": {"text": rule.description},
                "defaultConfiguration": {"level": rule.level},
            }
            for rule in known
        ],
    }
    index = {rule.id: number for number, rule in enumerate(known)}
    invocation = {
        "executionSuccessful": True,
        "exitCode": int(report.exit_code),
        "toolExecutionNotifications": [
            {"level": "warning", "message": {"text": f"Not examined: {each}"}}
            for each in report.not_examined
        ],
    }
    ignored = [
        {
            **_result(each.finding, index),
            "suppressions": [{"kind": "external", "justification": each.reason}],
        }
        for each in report.ignored
    ]
    run = {
        "tool": {"driver": driver},
        "invocations": [invocation],
        "columnKind": "unicodeCodePoints",
        "properties": {"subject": report.subject, "lookedAt": report.looked_at},
        "results": [*(_result(each, index) for each in report.findings), *ignored],
    }
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _result(finding: Finding, index: dict[str, int]) -> dict[str, Any]:
    place = finding.location
    where: dict[str, Any] = {
        "physicalLocation": {
            "artifactLocation": {"uri": quote(place.file or place.distribution or ".")},
            # GitHub shows no result without a line, though a compiled file has none.
            "region": {"startLine": 1},
        }
    }
    if place.distribution:
        name = f"{place.distribution} {place.version}".strip()
        where["logicalLocations"] = [{"fullyQualifiedName": name, "kind": "package"}]
    # Identifies the finding in the next run, whatever the message's wording or versions.
    identity = f"{finding.rule}\x00{place.file}\x00{place.distribution}"
    remedies = [f"{each.title}: {' && '.join(each.commands)}" for each in finding.advice]
    return {
        "ruleId": finding.rule,
        **({"ruleIndex": index[finding.rule]} if finding.rule in index else {}),
        "level": finding.level,
        "message": {"text": _with_remedies(finding, remedies)},
        "locations": [where],
        "partialFingerprints": {"nativeSkew/v1": hashlib.sha256(identity.encode()).hexdigest()},
        "properties": {
            "evidence": finding.evidence,
            "advice": msgspec.to_builtins(finding.advice),
        },
    }


def _with_remedies(finding: Finding, remedies: list[str]) -> str:
    head = ["What helps:"] if remedies else []
    return "\n".join([finding.message, *head, *(f"- {each}" for each in remedies)])


def workflow_commands(report: Report, rules: Iterable[Rule]) -> str:
    """A line for each finding and each thing not examined, or the summary if nothing was found."""
    titles = {rule.id: rule.title for rule in rules}
    lines = [_line(each, titles.get(each.rule, each.rule)) for each in report.findings]
    lines += [f"::notice title=Not examined::{_data(each)}\n" for each in report.not_examined]
    if not report.findings:
        lines.append(f"::notice title=native-skew {report.command}::{_data(summary(report))}\n")
    return "".join(lines)


def _line(finding: Finding, title: str) -> str:
    place = f"file={_property(finding.location.file)}," if finding.location.file else ""
    remedies = [" && ".join(each.commands) or each.title for each in finding.advice]
    head = f"{_COMMANDS[finding.level]} {place}title={_property(f'{finding.rule}: {title}')}"
    return f"::{head}::{_data(_with_remedies(finding, remedies))}\n"


def _data(value: str) -> str:
    # The escape character comes first.
    return plain_lines(value).replace("%", "%25").replace("\n", "%0A")


def _property(value: str) -> str:
    return _data(value).replace(":", "%3A").replace(",", "%2C")
