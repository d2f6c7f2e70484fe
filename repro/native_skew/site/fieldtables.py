"""What came of the field's cases, as tables for doctor's page and the catalogue."""

from __future__ import annotations

from native_skew.field import load_all, read_all
from native_skew.site import markup

_WORDS = {True: "yes", False: "no", None: "nothing to mend"}


def table(what: str) -> str:
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
    asked = [(case, each) for case, each in chosen if each.peers]
    tools = list(dict.fromkeys(peer.tool for _, each in asked for peer in each.peers))
    said = [{peer.tool: peer.found for peer in each.peers} for _, each in asked]
    return markup.rendered(
        "field.html",
        what=name,
        kind=kinds[0],
        WORDS=_WORDS,
        chosen=chosen,
        tools=tools,
        asked=[
            (case, each, [found.get(tool, "not run") for tool in tools])
            for (case, each), found in zip(asked, said, strict=True)
        ],
        found=sum(each.verdict.startswith("found") for _, each in asked),
        named=[sum(found.get(tool) == "the cause" for found in said) for tool in tools],
    )
