"""What ``native-skew doctor`` said of the recorded environments, beside what came of them.

A sensitivity and a count of false alarms: verdicts rest on an import, doctor reads files alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from html import escape

from native_skew.findings import BriefFinding
from native_skew.results import Result
from native_skew.site import markup
from native_skew.verdict import Verdict

_SKEWED: tuple[Verdict, ...] = ("broken, detected", "broken, undetected", "wrong result")
_JUDGED: tuple[Verdict, ...] = ("works", *_SKEWED)


def is_alarm(result: Result) -> bool:
    """Whether doctor found more than notes."""
    return any(finding.level != "note" for finding in result.diagnosis or ())


def is_wrong(result: Result) -> bool:
    """Whether doctor and the verdict disagree: a skew not found, or a sound environment accused."""
    return (result.verdict in _SKEWED) != is_alarm(result)


def judged(results: Iterable[Result]) -> list[Result]:
    """Those that doctor was asked of, and whose verdict says whether it was right."""
    return [r for r in results if r.diagnosis is not None and r.verdict in _JUDGED]


def table(results: Iterable[Result], source: str) -> str:
    """The comparison as HTML for the page ``source``; each disagreement is a link to its cell."""
    asked = judged(results)
    if not asked:
        return "<p>No recorded environment has been diagnosed yet.</p>"
    total, alarms = Counter[str](), Counter[str]()
    for result in asked:
        total[result.verdict] += 1
        alarms[result.verdict] += is_alarm(result)
    rows = [
        (
            markup.verdict(verdict),
            str(total[verdict]),
            str(alarms[verdict]),
            str(total[verdict] - alarms[verdict]),
        )
        for verdict in _JUDGED
        if total[verdict]
    ]
    head = ("verdict", "environments", "doctor finds a skew", "doctor is silent")
    return markup.table(head, rows, "What doctor says of the recorded environments") + _wrong(
        [result for result in asked if is_wrong(result)], source
    )


def _wrong(results: Iterable[Result], source: str) -> str:
    items = [
        f"<li>{escape(result.cell.id)}: {markup.html_badge(result, source)}</li>"
        for result in results
    ]
    if not items:
        return "<p>They agree in every one of them.</p>"
    return f"<p>They disagree here:</p><ul>{''.join(items)}</ul>"


def section(findings: tuple[BriefFinding, ...] | None) -> str:
    """What a cell's page says of it, as HTML; empty where doctor was not asked."""
    if findings is None:
        return ""
    if not findings:
        return "<p><code>native-skew doctor</code> finds nothing in this environment’s files.</p>"
    items = [
        f"<li><strong>{escape(each.level)}, {escape(each.rule)}</strong>: {markup.told(each.message)}</li>"
        for each in findings
    ]
    return f"<p><code>native-skew doctor</code>, from the files alone:</p><ul>{''.join(items)}</ul>"
