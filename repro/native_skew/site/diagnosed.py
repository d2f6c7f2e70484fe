"""What ``native-skew doctor`` said of the recorded environments, beside what came of them.

A sensitivity and a count of false alarms: verdicts rest on an import, doctor reads files alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

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
    return markup.rendered(
        "diagnosed.html",
        JUDGED=_JUDGED,
        total=Counter(result.verdict for result in asked),
        alarms=Counter(result.verdict for result in asked if is_alarm(result)),
        wrong=[result for result in asked if is_wrong(result)],
        source=source,
    )
