"""Tables that several pages have: of verdicts, and of what was recorded beside them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

from native_skew.bench import Bench
from native_skew.field import load_all, read_all
from native_skew.installers import INSTALLERS
from native_skew.results import Result
from native_skew.site import markup
from native_skew.verdict import Verdict

_SKEWED: tuple[Verdict, ...] = ("broken, detected", "broken, undetected", "wrong result")
_JUDGED: tuple[Verdict, ...] = ("works", *_SKEWED)


def grid(
    results: Iterable[Result],
    source: str,
    row_of: Callable[[Result], str],
    head: str,
    label: str,
) -> str:
    """Verdicts as HTML: one row per remedy or scenario, one column per installer.

    Args:
        results: the newest of each question.
        source: the page that the table stands on.
        row_of: the row's heading, as HTML.
        head: what the rows are.
        label: what the table is, for those who do not see it.

    """
    rows: dict[str, dict[str, Result]] = {}
    versions: dict[str, str] = {}
    for result in results:
        versions.setdefault(result.cell.installer, result.cell.version)
        rows.setdefault(row_of(result), {})[result.cell.installer] = result
    return markup.rendered(
        "grid.html",
        rows=rows,
        columns=[name for name in INSTALLERS if name in versions],
        versions=versions,
        source=source,
        head=head,
        label=label,
    )


def benchmark(bench: Bench | None, only: str = "") -> str:
    """What the kit costs, as Markdown: how each was measured, its table, and its bars.

    ``only`` is the id of one measurement, to stand below a heading of the page's own.
    """
    known = [each for each in bench.measurements if only in ("", each.id)] if bench else []
    return markup.rendered("benchmark.md", measurements=known, only=only)


def field(what: str) -> str:
    """What ``nox -s field`` recorded: ``broken``, ``sound``, ``releases``, or by other tools.

    These are ``peers``, of environments, ``peers-release`` and ``peers-lock``.
    """
    name, _, kind = what.partition("-")
    kinds = ("release", "lock", "sdist") if name == "releases" else (kind or "environment",)
    cases, results = load_all(), read_all()
    chosen = [
        (cases[each.case], each)
        for kind in kinds
        for each in results.values()
        if each.kind == kind and each.verdict != "not as stated"
    ]
    asked = [
        (case, each, {peer.tool: peer.found for peer in each.peers})
        for case, each in chosen
        if each.peers
    ]
    tools = Counter[str]()  # how often each names the cause
    for _, _, found in asked:
        tools.update({tool: said == "the cause" for tool, said in found.items()})
    return markup.rendered(
        "field.html",
        what=name,
        kind=kinds[0],
        chosen=chosen,
        asked=asked,
        tools=tools,
        right=sum(each.verdict.startswith("found") for _, each, _ in asked),
    )


def is_alarm(result: Result) -> bool:
    """Whether doctor found more than notes."""
    return any(finding.level != "note" for finding in result.diagnosis or ())


def is_wrong(result: Result) -> bool:
    """Whether doctor and the verdict disagree: a skew not found, or a sound environment accused."""
    return (result.verdict in _SKEWED) != is_alarm(result)


def judged(results: Iterable[Result]) -> list[Result]:
    """Those that doctor was asked of, and whose verdict says whether it was right."""
    return [r for r in results if r.diagnosis is not None and r.verdict in _JUDGED]


def diagnosed(results: Iterable[Result], source: str) -> str:
    """What doctor says of environments beside what came of them, as HTML for the page ``source``.

    A sensitivity and a count of false alarms: verdicts rest on an import, doctor reads files
    alone. Each disagreement is a link to its cell.
    """
    asked = judged(results)
    return markup.rendered(
        "diagnosed.html",
        JUDGED=_JUDGED,
        total=Counter(result.verdict for result in asked),
        alarms=Counter(result.verdict for result in asked if is_alarm(result)),
        wrong=[result for result in asked if is_wrong(result)],
        source=source,
    )
