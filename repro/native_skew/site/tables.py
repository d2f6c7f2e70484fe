"""Tables for several pages: of verdicts, measurements, the field, and doctor's diagnoses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

from native_skew.bench import Bench
from native_skew.field import load_all, read_all
from native_skew.installers import INSTALLERS
from native_skew.results import Result
from native_skew.site import markup
from native_skew.verdict import FAILURES, Verdict

_JUDGED: tuple[Verdict, ...] = ("works", *FAILURES)


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
        source: the page with the table.
        row_of: the row's heading, as HTML.
        head: the heading of the rows.
        label: a description for screen readers.

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
    """The measurements as Markdown: how each was made, its table, and its bars.

    ``only`` is the id of one measurement, for a page that has its own heading.
    """
    known = [each for each in bench.measurements if only in ("", each.id)] if bench else []
    return markup.rendered("benchmark.md", measurements=known, only=only)


def field(what: str) -> str:
    """What ``nox -s field`` recorded: ``broken``, ``sound``, ``releases``, or other tools' answers.

    The latter are ``peers`` (of environments), ``peers-release`` and ``peers-lock``.
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
    tools = Counter[str]()  # how often each of them names the cause
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
    return (result.verdict in FAILURES) != is_alarm(result)


def judged(results: Iterable[Result]) -> list[Result]:
    """The results with a diagnosis, whose verdict says whether that was right."""
    return [r for r in results if r.diagnosis is not None and r.verdict in _JUDGED]


def diagnosed(results: Iterable[Result], source: str) -> str:
    """Doctor's diagnoses compared with the verdicts, as HTML for the page ``source``.

    Shows sensitivity and false alarms: verdicts rest on an import, while doctor only reads files.
    Each disagreement links to its cell.
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
