"""Distributions that a project may be linked to, and what is said where no wheel proves it."""

from __future__ import annotations

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from native_skew.adopt import ranges
from native_skew.adopt.causes import Link, SkewCause, Wishes
from native_skew.adopt.declared import RequirementSource
from native_skew.adopt.linking import CLASSES, TOOLS
from native_skew.adopt.other_builds import CMAKE, MESON
from native_skew.adopt.project import PYPROJECT, Project
from native_skew.adopt.proof import WheelProof

_PROVE = "build a wheel into dist/, or name one with --wheel: that shows what it is linked to"


def suspects(
    project: Project, place: RequirementSource, links: tuple[Link, ...], wishes: Wishes
) -> tuple[str, ...]:
    """The distributions whose library the project may be linked to.

    A stamp says so; so do a native project's requirement for building and for running, a link in
    a build file to what a build requires, and an extension class such as torch's.
    """
    build = [each.name for each in project.build_requires]
    run = [Requirement(each.text).name for each in place.entries if not each.stamp]
    native = bool(
        links
        or {MESON, CMAKE} & {*project.before}
        or (project.script and project.script.extensions)
    )
    found = [each.stamp for each in place.entries if each.stamp]
    found += [e for e in build if _is_in(e, run) and (native or wishes.range_for(e))]
    found += [e for e in build if any(ranges.same_name(link.provider, e) for link in links)]
    found += [link.provider for link in links if link.provider in CLASSES]
    found += [e for e in build if e in CLASSES and native]
    stamps = {each.stamp for each in place.entries}
    return tuple(
        dict.fromkeys(
            each
            for each in found
            if each in stamps or wishes.range_for(each) or canonicalize_name(each) not in TOOLS
        )
    )


def judged(
    project: Project,
    place: RequirementSource,
    name: str,
    links: tuple[Link, ...],
    proof: WheelProof,
) -> SkewCause | str:
    """What is said of a suspect that no wheel proves: a finding for a person, or a note."""
    stamp = next((each for each in place.entries if each.stamp == name), None)
    ruled_out = proof.rules_out(name)
    wheels = ", ".join(proof.wheels)
    if stamp:
        return SkewCause(
            where=stamp.where,
            kind="stamped-requirement",
            what=f"{stamp.text} is decided by the {name} in the build environment: two builds of "
            "one release require different versions",
            change=f"no module of {wheels} needs a library of {name}: write down which versions "
            "run, as a plain string"
            if ruled_out
            else f"nothing is proposed yet: {_PROVE}",
            by_hand=True,
        )
    linked = next((each for each in links if ranges.same_name(each.provider, name)), None)
    if ruled_out:
        return (
            f"{name}: left as it is; no module of {wheels} needs a library of it (headers or "
            "declarations alone, or a static copy)"
        )
    builds = _is_in(name, [each.name for each in project.build_requires])
    runs = _is_in(name, [Requirement(e.text).name for e in place.entries if not e.stamp])
    required = {
        (True, True): "it is required for building and for running",
        (True, False): "it is required for building, and not for running",
        (False, True): "it is required for running; a build takes whatever is there",
        (False, False): "it is required neither for building nor for running",
    }[builds, runs]
    how = "a build file links to it" if linked else "the project has native modules"
    if linked and name in CLASSES:
        how = f"its extension class links to {', '.join(CLASSES[name])}"
    return SkewCause(
        where=linked.where if linked else f"{PYPROJECT}: build-system.requires",
        kind="suspected-link",
        what=f"{name}: {how}, and {required}",
        change=f"nothing is proposed yet: {_PROVE}; or give the range (--range)",
        by_hand=True,
    )


def _is_in(name: str, names: list[str]) -> bool:
    return any(ranges.same_name(name, each) for each in names)
