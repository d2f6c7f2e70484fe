"""What came of the field's cases, as tables for doctor's page and the catalogue."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import partial
from html import escape

from native_skew.field import Case, ReleaseCase, Result, load_all, read_all
from native_skew.site import markup

_WORDS = {True: "yes", False: "no", None: "nothing to mend"}


def table(what: str) -> str:
    """What ``nox -s field`` recorded: ``broken``, ``sound``, ``releases``, or by other tools.

    These are ``peers``, of environments, ``peers-release`` and ``peers-lock``.
    """
    tables = {"broken": broken, "sound": sound, "releases": releases}
    name, _, kind = what.partition("-")
    made = partial(peers, kind=kind or "environment") if name == "peers" else tables[name]
    # Words of the record, not the page's own, and too many for the search.
    return f"<section data-search-exclude>\n{made(load_all(), read_all())}\n</section>"


def broken(cases: dict[str, Case], results: dict[str, Result]) -> str:
    """The broken environments: what is wrong, what doctor says, and whether its advice mends it."""
    rows = [
        (
            _title(cases[each.case]),
            markup.codes(dict.fromkeys(e.rule for e in cases[each.case].expect)),
            escape(each.verdict),
            _advice(each),
        )
        for each in _of(results, "environment")
        if cases[each.case].expect
    ]
    head = ("environment", "right", "doctor", "the first advice mends it")
    return markup.table(head, rows, "Broken environments") if rows else "<p>None is recorded.</p>"


def sound(cases: dict[str, Case], results: dict[str, Result]) -> str:
    """The sound environments, with what was imported of each."""
    chosen = [each for each in _of(results, "environment") if not cases[each.case].expect]
    rows = [
        (
            _title(cases[each.case]),
            str(each.truth.distributions),
            str(each.truth.modules),
            escape(each.verdict),
        )
        for each in chosen
        if each.truth
    ]
    total = Counter[str]()
    for each in chosen:
        if each.truth:
            total["distributions"] += each.truth.distributions
            total["modules"] += each.truth.modules
    rows.append(("all", str(total["distributions"]), str(total["modules"]), ""))
    head = ("environment", "distributions", "modules imported", "doctor")
    return markup.table(head, rows, "Sound environments")


def peers(cases: dict[str, Case], results: dict[str, Result], kind: str = "environment") -> str:
    """What other tools say of those where something is wrong."""
    chosen = [each for each in _of(results, kind) if each.peers]
    tools = list(dict.fromkeys(peer.tool for each in chosen for peer in each.peers))
    rows = []
    for each in chosen:
        said = {peer.tool: peer.found for peer in each.peers}
        rows.append(
            (
                _asked_of(cases[each.case]),
                escape(each.verdict),
                *(said.get(t, "not run") for t in tools),
            )
        )
    names = [sum(row[2 + n] == "the cause" for row in rows) for n in range(len(tools))]
    found = sum(each.verdict.startswith("found") for each in chosen)
    rows.append(("names the cause", str(found), *map(str, names)))
    head = (kind, "doctor" if kind == "environment" else "audit", *map(markup.code, tools))
    return markup.table(head, rows, f"The same {kind}s by other tools")


def releases(cases: dict[str, Case], results: dict[str, Result]) -> str:
    """What audit says of releases, and adopt of projects."""
    rows = [
        (
            markup.code(each.said[0].command),
            escape(_because(cases[each.case])),
            markup.codes(dict.fromkeys(e.rule for e in cases[each.case].expect)),
            _of_release(each),
        )
        for kind in ("release", "lock", "sdist")
        for each in _of(results, kind)
    ]
    head = ("asked", "what is so", "right", "the kit")
    return markup.table(head, rows, "Real releases and projects")


def _of(results: dict[str, Result], kind: str) -> Iterable[Result]:
    return [
        each for each in results.values() if each.kind == kind and each.verdict != "not as stated"
    ]


def _title(case: Case) -> str:
    sources = "".join(
        f' <a href="{escape(url)}">{number}</a>' for number, url in enumerate(case.follows, 1)
    )
    return f"{escape(case.title)}{sources}"


def _asked_of(case: Case) -> str:
    return markup.code(case.audit[0]) if isinstance(case, ReleaseCase) else _title(case)


def _of_release(result: Result) -> str:
    quiet = result.kind == "sdist" and result.verdict == "silent"
    return "proposes nothing" if quiet else escape(result.verdict)


def _because(case: Case) -> str:
    return str(getattr(case, "because", ""))


def _advice(result: Result) -> str:
    first = next((e for e in result.advice if e.outcome == "mends"), None)
    word = _WORDS[result.mended]
    return f"{word}: {markup.codes(first.commands)}" if first and result.mended else word
