"""Findings as SARIF 2.1.0, for code scanning.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

import msgspec

from native_skew.findings.model import Finding, Ignored, Report, Rule

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def log(report: Report, rules: Iterable[Rule]) -> dict[str, Any]:
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
    run = {
        "tool": {"driver": driver},
        "invocations": [
            {
                "executionSuccessful": True,
                "exitCode": int(report.exit_code),
                "toolExecutionNotifications": [
                    {"level": "warning", "message": {"text": f"Not examined: {each}"}}
                    for each in report.not_examined
                ],
            }
        ],
        "columnKind": "unicodeCodePoints",
        "properties": {"subject": report.subject, "lookedAt": report.looked_at},
        "results": [
            *(_result(each, index) for each in report.findings),
            *(_ignored(each, index) for each in report.ignored),
        ],
    }
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _ignored(ignored: Ignored, index: dict[str, int]) -> dict[str, Any]:
    return {
        **_result(ignored.finding, index),
        "suppressions": [{"kind": "external", "justification": ignored.reason}],
    }


def _result(finding: Finding, index: dict[str, int]) -> dict[str, Any]:
    place = finding.location
    where: dict[str, Any] = {
        "physicalLocation": {
            "artifactLocation": {"uri": quote(place.file or place.distribution or ".")},
            # GitHub shows no result without a line; a compiled file has none.
            "region": {"startLine": 1},
        }
    }
    if place.distribution:
        name = f"{place.distribution} {place.version}".strip()
        where["logicalLocations"] = [{"fullyQualifiedName": name, "kind": "package"}]
    # The same finding in the next run, whatever the message's wording or versions.
    identity = f"{finding.rule}\x00{place.file}\x00{place.distribution}"
    return {
        "ruleId": finding.rule,
        **({"ruleIndex": index[finding.rule]} if finding.rule in index else {}),
        "level": finding.level,
        "message": {"text": _message(finding)},
        "locations": [where],
        "partialFingerprints": {"nativeSkew/v1": hashlib.sha256(identity.encode()).hexdigest()},
        "properties": {
            "evidence": finding.evidence,
            "advice": msgspec.to_builtins(finding.advice),
        },
    }


def _message(finding: Finding) -> str:
    remedies = [f"- {each.title}: {' && '.join(each.commands)}" for each in finding.advice]
    return "\n".join([finding.message, *(["What helps:", *remedies] if remedies else [])])
