"""Whether the files of a release agree, and which tools would notice if they do not."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from native_skew.audit.read import Examined
from native_skew.audit.release import File
from native_skew.audit.resolver_metadata import ResolverMetadata
from native_skew.audit.rules import CLAIMS_STATIC, DISAGREE, REQUIREMENT, SPELLING
from native_skew.audit.targets import ChosenFiles, in_projects, spoken
from native_skew.distributions import stamping_modules
from native_skew.findings import SHOWN, Finding, listed


def findings(examined: Examined) -> Iterator[Finding]:
    """Findings about each file's metadata, and about their differences."""
    for filename, metadata in examined.metadata.items():
        for text in metadata.problems:
            message = f"«{text}» does not follow the specification."
            yield REQUIREMENT.finding(message, examined.release.place(filename))
    groups = examined.groups()
    if len(groups) > 1:
        victims = _victims(examined)
        yield DISAGREE.finding(
            _sentences(examined, victims),
            examined.release.place(),
            {
                "sets": len(groups),
                "files": len(examined.metadata),
                "groups": tuple(_group_text(each, names) for each, names in groups),
                "noticed_by": tuple(dict.fromkeys(each.command for each in victims)),
                "extras": tuple(dict.fromkeys(each.extra for each in victims if each.extra)),
                "read": tuple(map(_pair, victims)),
            },
            level=None if victims else "note",
        )
    yield from _source(examined)


def _pair(victim: Victim) -> str:
    choice = victim.choices[0]
    read, installed = choice.read[victim.command], choice.installed
    names = " / ".join(each.filename if each else "" for each in (read, installed))
    return f"{victim.command} {victim.extra}: {choice.target.title}: {names}"


def _source(examined: Examined) -> Iterator[Finding]:
    sdist, metadata = examined.release.sdist, examined.source_metadata
    source = examined.source
    if sdist is None or metadata is None or source is None:
        return
    place = examined.release.place(sdist.filename)
    built_with = {canonicalize_name(Requirement(each).name) for each in source.build_requires}
    stamping = [e for e in stamping_modules(source.setup_py) if canonicalize_name(e) in built_with]
    if stamping and metadata.promises_static:
        yield CLAIMS_STATIC.finding(
            f"PKG-INFO (Metadata {metadata.metadata_version}) promises that Requires-Dist is fixed, "
            f"and setup.py makes install_requires from {', '.join(stamping)}, a build requirement.",
            place,
            {"stamped_by": tuple(stamping), "metadata_version": metadata.metadata_version},
        )
    spelt = [each for each in metadata.dynamic if each.lower() == "requires-dist"]
    if spelt and "Requires-Dist" not in spelt and not examined.release.wheels:
        yield SPELLING.finding(
            f"PKG-INFO says «Dynamic: {spelt[0]}»: pip builds the sdist for its requirements, uv "
            "takes those in PKG-INFO.",
            place,
            {"spelling": spelt[0]},
        )


class Victim(msgspec.Struct, frozen=True, kw_only=True):
    """A tool that resolves with a file whose metadata differs from those of the installed file."""

    command: str  # the tool, as people call it
    oldest: str  # the project's oldest Python, if that is not the one that installs
    extra: str  # the extra that is asked for; empty for none
    outcome: str  # what happens on the first of them
    choices: list[ChosenFiles] = []  # the targets on which it happens


# What is required, by name and in words; and whether Requires-Python admits the Python.
_Said = tuple[list[tuple[str, str]], bool]


def _victims(examined: Examined) -> tuple[Victim, ...]:
    """Each tool that is misled, with the extra that it takes."""
    found: dict[tuple[str, str, str], Victim] = {}
    extras = sorted({name for each in examined.metadata.values() for name in each.extras})
    for choices in in_projects(examined.choices):
        misled = set[tuple[str, str]]()
        for choice in choices:
            for command, file in choice.read.items():
                if file is None or file == choice.installed:
                    continue
                for extra in ("", *extras):
                    # Whoever asks for an extra is misled as well.
                    if misled & {(command, ""), (command, extra)}:
                        continue
                    read = _said(examined, file, choice, extra)
                    installed = _said(examined, choice.installed, choice, extra)
                    if read is None or installed is None or _alike(read, installed):
                        continue
                    misled.add((command, extra))
                    key = (command, choice.oldest, extra)
                    if key not in found:
                        outcome = _outcome(read, installed, choice)
                        found[key] = Victim(
                            command=command, oldest=choice.oldest, extra=extra, outcome=outcome
                        )
                    found[key].choices.append(choice)
    return tuple(found.values())


def _said(examined: Examined, file: File | None, choice: ChosenFiles, extra: str) -> _Said | None:
    metadata = examined.metadata.get(file.filename) if file else None
    if file is None or metadata is None or not (file.is_wheel or metadata.promises_static):
        return None  # nobody knows yet what a build will say
    # What a wrong Python would have asked for is not a question of this target.
    found = metadata.applicable(choice.target.environment, extra)
    required = [(each.name, str(each).partition(";")[0].strip()) for each in found]
    return required, choice.target.admits(metadata.requires_python)


def _alike(one: _Said, other: _Said) -> bool:
    return sorted(one[0]) == sorted(other[0]) and one[1] == other[1]


def _outcome(read: _Said, installed: _Said, choice: ChosenFiles) -> str:
    """The consequence, in words."""
    if read[1] != installed[1]:
        return (
            "it is refused for its Requires-Python"
            if installed[1]
            else "it is installed for a Python that it rules out"
        )
    wanted, asked = dict(installed[0]), dict(read[0])
    kind = "the installed wheel" if not choice.is_built else "the sdist"
    parts = [f"{kind} needs «{wanted[e]}», which is left out" for e in wanted if e not in asked]
    parts += [
        f"{e} is taken by «{asked[e]}», and {kind} says «{wanted[e]}»"
        for e in wanted
        if e in asked and asked[e] != wanted[e]
    ]
    parts += [f"«{asked[e]}» is installed besides" for e in asked if e not in wanted]
    more = f"; and {len(parts) - SHOWN} more" if len(parts) > SHOWN else ""
    return "; ".join(parts[:SHOWN]) + more


def _sentences(examined: Examined, victims: tuple[Victim, ...]) -> str:
    groups = examined.groups()
    first, others = groups[0], groups[1:]
    lines = [
        f"{len(examined.metadata)} files say {len(groups)} different things. "
        f"{len(first[1])} of them agree, e.g. {first[1][0]}. Otherwise:"
    ]
    sets = []
    for metadata, names in others[:SHOWN]:
        more = f" and {len(names) - 1} more" if len(names) > 1 else ""
        sets.append(f"{names[0]}{more}: {_difference(first[0], metadata)}")
    if len(others) > SHOWN:
        sets.append(f"and {len(others) - SHOWN} more sets")
    lines.append("; ".join(sets) + ".")
    for victim in victims:
        choice = victim.choices[0]
        read = choice.read[victim.command]
        where = [f"in a project for Python {victim.oldest} and later"] if victim.oldest else []
        where += [f"asked for {examined.release.name}[{victim.extra}]"] if victim.extra else []
        asked = f", {', '.join(where)}," if where else ""
        lines.append(
            f"{victim.command}{asked} reads a file that says other things than the one it installs "
            f"for {spoken(each.target for each in victim.choices)}: for {choice.target.title} it "
            f"reads {read.filename if read else ''} and "
            f"{'builds' if choice.is_built else 'installs'} "
            f"{choice.installed.filename if choice.installed else ''}: {victim.outcome}."
        )
    if not victims:
        lines.append("On the Pythons and platforms looked at, no resolver would notice.")
    return " ".join(lines)


def _difference(one: ResolverMetadata, other: ResolverMetadata) -> str:
    less = sorted(set(one.requires_dist) - set(other.requires_dist))
    more = sorted(set(other.requires_dist) - set(one.requires_dist))
    parts = []
    if more or less:
        parts.append(f"{_listed(more)} instead of {_listed(less)}")
    if one.requires_python != other.requires_python:
        parts.append(
            f"Requires-Python {other.requires_python or 'any'} instead of "
            f"{one.requires_python or 'any'}"
        )
    if one.extras != other.extras:
        parts.append(f"extras {_listed(list(other.extras))} instead of {_listed(list(one.extras))}")
    return ", ".join(parts)


def _listed(texts: list[str]) -> str:
    return listed(texts, "«»") or "nothing"


def _group_text(metadata: ResolverMetadata, names: tuple[str, ...]) -> str:
    said = "; ".join((*metadata.requires_dist, f"Requires-Python: {metadata.requires_python}"))
    return f"{len(names)} × {said} | {' '.join(names)}"
