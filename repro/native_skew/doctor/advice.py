"""Advice that fits the environment's place: in its project, and all of it together."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from pathlib import Path

from msgspec.structs import replace
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from native_skew.distributions import regular_files
from native_skew.doctor import conda
from native_skew.doctor.environment import Environment
from native_skew.doctor.mending import installing
from native_skew.doctor.pins import agree
from native_skew.doctor.rules import MISSING_SYSTEM_LIBRARY
from native_skew.findings import Advice, Finding, Report
from native_skew.installers import (
    TOOLS,
    Place,
    Request,
    is_requirement,
    moved,
    table,
    tabs,
    todays_context,
    with_lines,
)

_VERSION = re.compile(r"[<>=!~]")
_PROJECT, _BYTES = "pyproject.toml", 4 << 20
_QUOTED = re.compile(r"[\"']([^\"']+)[\"']")


def offered(findings: Iterable[Finding], environment: Environment) -> Iterator[Finding]:
    """``findings`` without advice for a project if the environment belongs to none.

    ``uv sync`` in an empty project removes what is installed. What Poetry and others installed
    belongs to some project: there the advice stays. If a tool's lock lies beside the
    environment, that tool comes first, because it would undo what another one does.
    """
    root, empty = environment.root, Request(requirements=())
    # Installed versions with a local version label, by name.
    variants = {e.name: e.version for e in environment.distributions if e.name and "+" in e.version}
    absent, locked = set(), set()
    for each in tabs().values():
        files = each.render(empty, todays_context("", "")).files
        if files and not any(_beside(root, name) for name in files):
            absent.add(each.title)
        elif any(
            each.id in lock.installers and any(_beside(root, name) for name in lock.names)
            for lock in TOOLS[each.tool].locks
        ):
            locked.add(each.title)
    held = _held(root)
    for finding in findings:
        kept = [each for each in finding.advice if each.tool not in absent] or finding.advice
        kept = sorted(kept, key=lambda each: each.tool not in locked)
        yield replace(finding, advice=tuple(_warned(each, held, variants) for each in kept))


def _held(root: Path) -> list[tuple[str, str, Requirement]]:
    """The constraints of the project around ``root``: the tool's commands, the key, and them."""
    folder = next((each for each in root.absolute().parents if (each / _PROJECT).exists()), root)
    try:
        project = regular_files.toml(regular_files.content(str(folder / _PROJECT), _BYTES))
    except (OSError, ValueError):
        return []
    found: list[tuple[str, str, Requirement]] = []
    for interface in tabs().values():
        for *path, key in TOOLS[interface.tool].holding:
            said = table(project, *path).get(key)
            texts = (
                [f"{name}{'' if _VERSION.match(str(v)) else '=='}{v}" for name, v in said.items()]
                if isinstance(said, dict)
                else said
            )
            found += [
                (interface.title, ".".join((*path, key)), Requirement(each))
                for each in (texts if isinstance(texts, list) else ())
                if isinstance(each, str) and is_requirement(each)
            ]
    return found


def _warned(
    advice: Advice, held: list[tuple[str, str, Requirement]], variants: Mapping[str, str]
) -> Advice:
    """``advice``, with a note on what prevents it from having its effect, or adds to that."""
    stated = _stated(advice)
    traps = [
        f"`{key}` in {_PROJECT} says `{each}`, and is obeyed: change that first."
        for tool, key, each in held
        if tool == advice.tool
        and (versions := stated.get(canonicalize_name(each.name)))
        and not agree([versions, each.specifier])
    ]
    plain = (each for each in _words(advice) if "+" not in each)
    named = {canonicalize_name(Requirement(each).name) for each in plain if is_requirement(each)}
    # https://packaging.python.org/en/latest/specifications/version-specifiers/#local-version-identifiers
    traps += [
        f"{name} is installed as {variants[name]}, a variant that has an index of its own: give the "
        "command that index, or the plain release takes its place."
        for name in sorted(named & variants.keys())
    ]
    return replace(advice, trap=" ".join(filter(None, (advice.trap, *traps)))) if traps else advice


def placed(report: Report, environment: Environment, here: Path) -> Report:
    """``report`` with advice that can be followed in the folder ``here``."""
    root, pip = environment.root, environment.pip
    is_here = root == here / ".venv"
    if environment.is_packed or (is_here and not pip):
        return report
    path = ".venv" if is_here else str(root).removeprefix(environment.image)
    place = Place(path=path, pip=pip)
    if root in environment.sites:
        place = replace(place, kind="folder")
    elif environment.is_managed:
        place = replace(place, kind="managed")
    return replace(report, findings=tuple(addressed(report.findings, place)))


def addressed(findings: Iterable[Finding], place: Place) -> Iterator[Finding]:
    """``findings`` whose commands name the environment at ``place`` and work in any folder."""
    known = {each.title: each.elsewhere for each in tabs().values()}

    def of(one: Advice) -> Advice:
        elsewhere = known.get(one.tool)
        found = moved(one, lambda words: conda.elsewhere(words, place.path))
        return elsewhere(found, place) if elsewhere else found

    for each in findings:
        yield replace(each, advice=tuple(map(of, each.advice)))


def together(report: Report) -> Report:
    """``report`` with what repairs all that was found, if no single advice does.

    This is the first advice of each finding, if possible for the tool of the first finding's; if
    they exclude each other, newer releases of all distributions in question. A warning about a
    provider or consumer that is moved anyway is left out.
    """
    counted = [each for each in report.findings if each.level != "note" and each.advice]
    # The system's packages come last, whatever the level: a server does without a desktop's.
    counted.sort(key=lambda each: each.rule == MISSING_SYSTEM_LIBRARY.id)
    skews = [each for each in counted if each.level == "error" and each.evidence.get("provider")]
    moved = {n for e in skews for n in (e.evidence["provider"], e.location.distribution)}
    # Advice that restores an environment's interpreter belongs to no tool.
    tool = next((each.advice[0].tool for each in counted if each.advice[0].tool), "")
    chosen: list[Advice] = []
    for each in counted:
        if each.level == "error" or each.location.distribution not in moved:
            one = next((a for a in each.advice if a.tool == tool), each.advice[0])
            if not any((one.files, one.commands) == (a.files, a.commands) for a in chosen):
                chosen.append(one)
    if not chosen[1:]:
        return report
    if not at_odds(chosen):
        return replace(report, together=joined(chosen))
    names = {n for e in counted for n in (e.location.distribution, e.evidence.get("provider"))}
    others = [each for each in chosen if each.tool != tool]  # of the system's package manager
    word = next((TOOLS[e.tool].installer_file for e in tabs().values() if e.title == tool), "")
    title = "What mends one of these undoes another: take newer releases of all of them"
    wanted = tuple(sorted(each for each in names if isinstance(each, str) and each))
    for newest in installing(wanted, word, title, upgrade=True):
        if newest.tool == tool:
            both = replace(joined([newest, *others]), title=title)
            return replace(report, together=both)
    return report


def at_odds(several: Sequence[Advice]) -> bool:
    """Whether two of ``several`` move a distribution to versions that exclude each other."""
    versions = [_stated(each) for each in several]
    wanted = _all_of(versions)
    newer = ({*_words(one)} - {*stated} for one, stated in zip(several, versions, strict=True))
    return any(names & {*wanted} for names in newer) or not all(
        agree([each[name] for each in versions if name in each]) for name in wanted
    )


def joined(several: Sequence[Advice]) -> Advice:
    """All of ``several`` as one: their commands in order, each only once.

    All files are written first, so that one ``uv sync`` sees all of them. For a distribution that
    two of them move, both get a version that each admits: see ``at_odds``.
    """
    wanted = _all_of(map(_stated, several))
    files: dict[str, str] = {}
    commands: list[str] = []
    for one in several:
        for name, lines in one.files.items():
            files[name] = with_lines(name, files.get(name, ""), lines)
        more, had = [_with(wanted, each) for each in one.commands], commands
        shared = SequenceMatcher(None, had, more, autojunk=False).get_opcodes()
        commands = []
        for tag, start, end, first, last in shared:
            commands += had[start:end] + ([] if tag == "equal" else more[first:last])
    return Advice(
        remedy="",
        title="These together, in this order",
        files=files,
        commands=tuple(commands),
        trap=" ".join(dict.fromkeys(each.trap for each in several if each.trap)),
    )


def _words(advice: Advice) -> list[str]:
    return [word for each in advice.commands for word in shlex.split(each)]


def _stated(advice: Advice) -> dict[str, SpecifierSet]:
    """The versions that ``advice`` asks for, by distribution."""
    words = _words(advice)
    lines = (line for text in advice.files.values() for line in text.splitlines())
    # Build constraints do not count.
    words += [word for each in lines if "build" not in each for word in _QUOTED.findall(each)]
    found = filter(None, map(_versioned, words))
    return _all_of({canonicalize_name(each.name): each.specifier} for each in found)


def _all_of(several: Iterable[Mapping[str, SpecifierSet]]) -> dict[str, SpecifierSet]:
    found: dict[str, SpecifierSet] = {}
    for each in several:
        found |= {name: found.get(name, SpecifierSet()) & stated for name, stated in each.items()}
    return found


def _with(wanted: Mapping[str, SpecifierSet], command: str) -> str:
    """``command``, with each requirement replaced by what is ``wanted`` for its name."""
    words = shlex.split(command)
    for number, stated in enumerate(map(_versioned, words)):
        if stated and (both := wanted[canonicalize_name(stated.name)]) != stated.specifier:
            words[number] = f"{stated.name}{both}"
    return shlex.join(words)


def _versioned(word: str) -> Requirement | None:
    """``word`` as a requirement, if it is one with versions."""
    return Requirement(word) if _VERSION.search(word) and is_requirement(word) else None


def _beside(root: Path, name: str) -> bool:
    return any((folder / name).exists() for folder in (root.absolute(), *root.absolute().parents))
