"""Whether the files of a release agree, and who would notice where they do not."""

from __future__ import annotations

from collections.abc import Iterator

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from native_skew.audit.read import Examined
from native_skew.audit.release import File
from native_skew.audit.resolver_metadata import ResolverMetadata
from native_skew.audit.rules import CLAIMS_STATIC, DISAGREE, REQUIREMENT, SPELLING
from native_skew.audit.targets import ChosenFiles, TargetPython, spoken
from native_skew.distributions import stamping_modules
from native_skew.findings import Finding, Location
from native_skew.installers import TOOLS

_SHOWN = 6


def findings(examined: Examined) -> Iterator[Finding]:
    """What the files say of themselves and of each other."""
    place = Location(distribution=examined.release.name, version=examined.release.version)
    yield from _unreadable(examined)
    groups = examined.groups()
    if len(groups) > 1:
        noticing = _noticing(examined)
        yield DISAGREE.finding(
            _sentences(examined, noticing),
            place,
            {
                "sets": len(groups),
                "files": len(examined.metadata),
                "groups": tuple(_group_text(each, names) for each, names in groups),
                "noticed_by": tuple(TOOLS[each].title for each in noticing),
            },
            level=None if noticing else "note",
        )
    yield from _source(examined)


def _unreadable(examined: Examined) -> Iterator[Finding]:
    for filename, metadata in examined.metadata.items():
        for text in metadata.problems:
            yield REQUIREMENT.finding(
                f"«{text}» does not follow the specification.",
                Location(
                    file=filename,
                    distribution=examined.release.name,
                    version=examined.release.version,
                ),
            )


def _source(examined: Examined) -> Iterator[Finding]:
    sdist, metadata, source = (
        examined.release.sdist,
        examined.source_metadata,
        examined.source,
    )
    if sdist is None or metadata is None or source is None:
        return
    place = Location(
        file=sdist.filename,
        distribution=examined.release.name,
        version=examined.release.version,
    )
    stamping = [
        each
        for each in stamping_modules(source.setup_py)
        if canonicalize_name(each) in _names(source.build_requires)
    ]
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


def _names(requirements: tuple[str, ...]) -> set[str]:
    return {canonicalize_name(Requirement(each).name) for each in requirements}


def _noticing(examined: Examined) -> dict[str, list[TargetPython]]:
    """Which reader, on which targets, goes by a file that says other things than the installed."""
    found: dict[str, list[TargetPython]] = {}
    for choice in examined.choices:
        installed = _said(examined, choice.installed, choice)
        for tool, file in choice.read.items():
            read = _said(examined, file, choice)
            if installed is not None and read is not None and read != installed:
                found.setdefault(tool, []).append(choice.target)
    return found


def _said(examined: Examined, file: File | None, choice: ChosenFiles) -> object:
    metadata = examined.metadata.get(file.filename) if file else None
    if file is None or metadata is None or not (file.is_wheel or metadata.promises_static):
        return None  # what a build will say, nobody knows before
    # What a wrong Python would have asked for is not a question of this target.
    applicable = sorted(_bare(each) for each in metadata.applicable(choice.target.environment))
    return applicable, choice.target.admits(metadata.requires_python)


def _bare(requirement: Requirement) -> str:
    return str(requirement).partition(";")[0].strip()


def _sentences(examined: Examined, noticing: dict[str, list[TargetPython]]) -> str:
    groups = examined.groups()
    first, others = groups[0], groups[1:]
    lines = [
        f"{len(examined.metadata)} files say {len(groups)} different things. "
        f"{len(first[1])} of them agree, e.g. {first[1][0]}. Otherwise:"
    ]
    for metadata, names in others[:_SHOWN]:
        more = f" and {len(names) - 1} more" if len(names) > 1 else ""
        lines.append(f"- {names[0]}{more}: {_difference(first[0], metadata)}")
    if len(others) > _SHOWN:
        lines.append(f"- and {len(others) - _SHOWN} more sets")
    for tool, targets in noticing.items():
        choice = next(each for each in examined.choices if each.target.title == targets[0].title)
        read = choice.read[tool]
        lines.append(
            f"{TOOLS[tool].reads_title or TOOLS[tool].title} reads a file that says other things than the one it installs for "
            f"{spoken(targets)}: for {targets[0].title} it reads {read.filename if read else ''} "
            f"and {'builds' if choice.is_built else 'installs'} "
            f"{choice.installed.filename if choice.installed else ''}."
        )
    if not noticing:
        lines.append("On the Pythons and platforms looked at, no resolver would notice.")
    return "\n".join(lines)


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
    shown = ", ".join(f"«{each}»" for each in texts[:_SHOWN]) or "nothing"
    return shown + (f" and {len(texts) - _SHOWN} more" if len(texts) > _SHOWN else "")


def _group_text(metadata: ResolverMetadata, names: tuple[str, ...]) -> str:
    said = "; ".join((*metadata.requires_dist, f"Requires-Python: {metadata.requires_python}"))
    return f"{len(names)} × {said} | {' '.join(names)}"
