"""Tries cases of the kind ``environment``: creates it, imports, runs doctor, follows its advice."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import msgspec

from native_skew import shipped
from native_skew.field import peers
from native_skew.field.case import EnvironmentCase, has, unexpected
from native_skew.field.errors import NotMadeError
from native_skew.field.place import Workplace
from native_skew.field.record import CaseResult, CaseVerdict, Followed, Imported, Said
from native_skew.findings import Advice, Report, plain
from native_skew.installers import with_lines
from native_skew.toolchain import Processes

_LOOK = shipped("field", "look.py")
_SHOWN = 2000  # characters of a tool's output


def try_out(case: EnvironmentCase, work: Path, result: CaseResult) -> CaseResult:
    """``result`` filled in for ``case``; raises NotMadeError if it cannot be made here."""
    with Workplace(case, work, Processes()) as place:
        done = place.run(case.make)
        if done.exit_code:
            raise NotMadeError(case.id, done.output)
        truth, untrue = _truth(case, place)
        result = msgspec.structs.replace(result, truth=truth, versions=place.versions)
        if untrue:
            return msgspec.structs.replace(result, verdict="not as stated", why=untrue)
        asked = [_ask(case, place, confirm=False)]
        if place.root is None and (not case.expect or any(each.confirm for each in case.expect)):
            asked.append(_ask(case, place, confirm=True))
        reports = [report for _, report in asked if report]
        said = tuple(each for each, _ in asked)
        verdict, why = _verdict(case, said, reports)
        counted = (f for each in reports for f in unexpected(each, case.expect, case.besides))
        more = tuple(dict.fromkeys(counted))
        result = msgspec.structs.replace(
            result,
            verdict="false alarm" if more and not case.expect else verdict,
            why=why, said=said, more=more,
        )  # fmt: skip
        if not case.expect:
            return result
        followed = tuple(_followed(case, place, reports[-1])) if reports else ()
        carried_out = [each for each in followed if each.outcome != "not carried out"]
        mended = bool(carried_out) and carried_out[0].outcome == "mends"
        return msgspec.structs.replace(
            result,
            advice=followed,
            mended=mended if case.mends else None,
            peers=tuple(peers.ask(case, place)),
        )


def _truth(case: EnvironmentCase, place: Workplace) -> tuple[Imported, str]:
    """What was imported, and how that differs from the case's truth; empty if it does not."""
    named = [each.imports for each in case.truth]
    found = _imported(place, named) if named or case.expect else Imported()
    for each in case.truth:
        error = found.errors.get(each.imports, "")
        if bool(error) != bool(each.fails) or each.fails not in error:
            wanted = f"fails with {each.fails!r}" if each.fails else "succeeds"
            return found, f"import {each.imports} {wanted} is stated; it said {error!r}"
    if case.expect:
        return found, ""
    everything = _imported(place, [])
    unforeseen = {
        name: error
        for name, error in everything.errors.items()
        if not any(fnmatchcase(name, each) for each in case.by_itself)
    }
    told = "; ".join(f"{name}: {error}" for name, error in unforeseen.items())
    return everything, told and f"these imports fail: {plain(told)[:_SHOWN]}"


def _imported(place: Workplace, names: Iterable[str]) -> Imported:
    source = _LOOK.read_text(encoding="utf-8")
    done = place.start([place.python, "-B", "-c", source, *names])
    try:
        data = json.loads(done.output.splitlines()[-1])
    except (IndexError, ValueError):
        # The interpreter itself does not start, and so every import fails.
        return Imported(errors=dict.fromkeys(names, place.without_paths(done.output[:600])))
    return Imported(
        distributions=data["distributions"],
        modules=data["modules"],
        imports=len(data["errors"]),
        megabytes=round(data["bytes"] / 1e6),
        errors={
            name: place.without_paths(error) for name, error in data["errors"].items() if error
        },
    )


def _ask(case: EnvironmentCase, place: Workplace, *, confirm: bool) -> tuple[Said, Report | None]:
    words = [each.replace("$ROOT", str(place.root)) for each in case.doctor]
    words += ["--confirm"] if confirm else []
    done = place.from_outside([sys.executable, "-m", "native_skew", "doctor", "--json", *words])
    shown = shlex.join(["native-skew", "doctor", *case.doctor, *(["--confirm"] if confirm else [])])
    said = Said(command=shown, exit_code=done.exit_code)
    try:
        report = msgspec.json.decode(done.output, type=Report)
    except msgspec.MsgspecError:
        return msgspec.structs.replace(said, output=place.without_paths(done.output)), None
    return msgspec.structs.replace(
        said,
        findings=tuple(
            msgspec.structs.replace(each, message=place.without_paths(each.message))
            for each in report.brief()
        ),
        not_examined=tuple(place.without_paths(each) for each in report.not_examined),
    ), report


def _verdict(
    case: EnvironmentCase, said: tuple[Said, ...], reports: list[Report]
) -> tuple[CaseVerdict, str]:
    if len(reports) < len(said):
        return ("missed" if case.expect else "false alarm"), "doctor could not look"
    unsaid = [e for e in case.not_examined if not any(e in n for s in said for n in s.not_examined)]
    if unsaid:
        return "missed", f"it does not say that it did not look at {', '.join(unsaid)}"
    if not case.expect:
        return "silent", ""
    lacking = {
        each: [n for n, report in enumerate(reports) if not has(each, report)]
        for each in case.expect
    }
    for each, where in lacking.items():
        if len(reports) - 1 in where or (where and not each.confirm):
            found = [f for f in reports[-1].findings if f.level != "note"]
            told = f"{each.rule} of {each.distribution or 'any'} with {', '.join(each.names)}"
            return ("wrong cause" if found else "missed"), f"not found: {told}"
    return ("found by import" if any(lacking.values()) else "found"), ""


def _followed(case: EnvironmentCase, place: Workplace, report: Report) -> Iterator[Followed]:
    known = set()
    every = [(each.rule, each.level, a) for each in report.findings for a in each.advice]
    if report.together and report.together.commands:
        every.insert(0, ("", "error", report.together))
    for rule, level, advice in every:
        key = (advice.commands, tuple(advice.files.items()))
        if key in known:
            continue
        known.add(key)
        outcome, why = _carry_out(case, place, advice)
        yield Followed(
            rule=rule, level=level, title=advice.title, tool=advice.tool,
            files=dict(advice.files), commands=tuple(place.without_paths(c) for c in advice.commands),
            outcome=outcome, why=why,
        )  # fmt: skip


def _carry_out(case: EnvironmentCase, place: Workplace, advice: Advice) -> tuple[Any, str]:
    """Follows ``advice`` literally on a copy; returns the outcome, and why if it does not mend."""
    for command in advice.commands:
        if not place.may_run(words := shlex.split(command)):
            return "not carried out", f"there is no {words[0]} here that may be run"
    place.copy()
    try:
        for name, lines in advice.files.items():
            _write(place.folder / name, lines)
        for command in advice.commands:
            done = place.run(command)
            if done.exit_code:
                told = (done.output.strip().splitlines() or ["no output"])[-1]
                return (
                    "does not mend",
                    f"{command} ends with {done.exit_code}: {place.without_paths(told)}",
                )
        found = _imported(place, [each.imports for each in case.truth])
        if found.errors:
            name, error = next(iter(found.errors.items()))
            return "does not mend", f"import {name}: {error}"[:_SHOWN]
        confirm = any(each.confirm for each in case.expect)
        said, _ = _ask(case, place, confirm=confirm)
        left = [
            f.message for f in said.findings if f.level != "note" and f.rule not in case.besides
        ]
        if left or said.output:
            told = next(iter(left), said.output)
            return "does not mend", f"doctor ends with {said.exit_code}: {told}"[:_SHOWN]
    finally:
        place.restore()
    return "mends", ""


def _write(path: Path, lines: str) -> None:
    """Adds ``lines`` to the file, in TOML below their headings."""
    had = path.read_text(encoding="utf-8") if path.exists() else ""
    text = with_lines(path.name, had, lines)
    path.unlink(missing_ok=True)  # it may be a hard link to the original
    path.write_text(text, encoding="utf-8")
