"""A project's build files -> what in them causes skew, and the files without it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from native_skew.adopt import declared, folder, linking, other_builds, ranges, suspicion, wheels
from native_skew.adopt.causes import Link, SkewCause, Wishes
from native_skew.adopt.declared import InScript, RequirementSource
from native_skew.adopt.errors import NotUnderstoodError
from native_skew.adopt.project import PYPROJECT, Project
from native_skew.adopt.proof import NO_WHEELS, WheelProof
from native_skew.adopt.setup_script import RequirementEntry
from native_skew.audit import is_exact


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """What is found, and all files before and after the change.

    Attributes:
        notes: what is no finding: where a range comes from and what it costs, what is left alone.

    """

    findings: tuple[SkewCause, ...]
    before: Mapping[str, str]
    after: Mapping[str, str]
    notes: tuple[str, ...] = ()

    @property
    def diff(self) -> str:
        """The change, as ``git apply`` takes it."""
        return folder.unified(self.before, self.after)


class Declaration(msgspec.Struct, frozen=True, kw_only=True):
    """One provider's requirements: in the build, when running, and the one to declare.

    Attributes:
        build: the number of the entry.
        run: likewise.
        range: None where nothing tells it.
        source: what told it, in words.

    """

    provider: str
    build: int | None
    run: int | None
    range: SpecifierSet | None
    source: str


def propose(
    before: Mapping[str, str],
    wishes: Wishes,
    proof: WheelProof = NO_WHEELS,
    local: frozenset[str] = frozenset(),
) -> Proposal:
    """Finds what causes skew in the build files ``before``, and what would end it.

    Only what is certain is changed: a provider whose library a wheel needs, or that the user
    gives a range for.

    Args:
        before: the build files.
        wishes: what the user has decided.
        proof: wheels of the project.
        local: the project's own modules, which are no distributions.

    Raises:
        NotUnderstoodError: a file says what reading cannot decide; nothing is proposed.

    """
    project = Project(before, local)
    try:
        place = declared.find(project)
    except NotUnderstoodError as error:
        return _by_wheels(before, wishes, proof, error)
    links = _links(project)
    suspects = suspicion.suspects(project, place, links, wishes)
    linked = {each: proof.link(each, _libraries(links, each)) for each in suspects}
    providers = tuple(each for each in suspects if linked[each] or wishes.range_for(each))
    declarations = [_declaration(project, place, each, wishes, proof) for each in providers]
    # A list with an entry that cannot be replaced stays where and as it is.
    known = {each.provider for each in declarations if each.range is not None}
    held = any(each.stamp and each.stamp not in known for each in place.entries)
    findings = [f for each in declarations for f in _requirements(project, place, each, held)]
    rest = [each for each in suspects if each not in providers]
    said = [suspicion.judged(project, place, each, links, proof) for each in rest]
    findings += [each for each in said if isinstance(each, SkewCause)]
    notes = [each for each in said if isinstance(each, str)]
    if providers and _is_dynamic(project, place):
        findings.append(_dynamic(place))
    if not held:
        move = any(finding.kind == "dynamic-metadata" for finding in findings)
        _declare(project, place, declarations, move=move)
        changed = {each.provider for each in declarations if _differs(place, each)}
        notes += [_price(each) for each in declarations if each.provider in changed]
    unfound = tuple(
        dict.fromkeys(
            link.provider
            for link in links
            for each in providers
            if ranges.same_name(link.provider, each)
            and linked[each]
            and not proof.has_runpath(each)
        )
    )
    findings += linking.check_runpath(project, unfound, wishes)
    findings += (f for each in unfound for f in other_builds.check_runpath(project, each, wishes))
    findings += _wheels(project, providers, links)
    notes += [f"not looked at: {each}" for each in proof.notes]
    # Whatever a parser makes of a file that nothing is said of: it stays, byte for byte.
    proposed = any(not each.by_hand for each in findings)
    return Proposal(
        findings=tuple(findings),
        before=before,
        after=project.after() if proposed else dict(before),
        notes=tuple(notes),
    )


def _by_wheels(
    before: Mapping[str, str], wishes: Wishes, proof: WheelProof, error: NotUnderstoodError
) -> Proposal:
    """What wheels prove of a project whose requirements cannot be read.

    Raises:
        NotUnderstoodError: they prove a link, or too little; so does a range that is asked for.

    """
    if wishes.ranges or not proof.rules_out_all():
        raise error.with_proof(proof.links())
    note = f"{error.where}: {error.reason}; no module of {', '.join(proof.wheels)} needs a library"
    return Proposal(
        findings=(),
        before=before,
        after=dict(before),
        notes=(f"{note} of another distribution, so that it does not matter here",),
    )


def _links(project: Project) -> tuple[Link, ...]:
    names = [each.name for each in project.build_requires]
    return (*linking.links(project), *other_builds.links(project, names))


def _libraries(links: tuple[Link, ...], provider: str) -> frozenset[str]:
    """What a build file links to of ``provider``, where it is nobody else's."""
    of_others = {
        n for e in links if not ranges.same_name(e.provider, provider) for n in e.libraries
    }
    own = {n for e in links if ranges.same_name(e.provider, provider) for n in e.libraries}
    return frozenset(own - of_others)


def _parsed(entry: RequirementEntry) -> Requirement:
    return Requirement(entry.text)


def _numbers(names: list[str], provider: str, where: str) -> int | None:
    """Which of ``names`` is the provider's.

    Raises:
        NotUnderstoodError: several are.

    """
    found = [number for number, name in enumerate(names) if ranges.same_name(name, provider)]
    if len(found) > 1:
        raise NotUnderstoodError(
            where, f"{provider} is listed {len(found)} times", "write it in one line, or by hand"
        )
    return found[0] if found else None


def _declaration(
    project: Project,
    place: RequirementSource,
    provider: str,
    wishes: Wishes,
    proof: WheelProof,
) -> Declaration:
    build = [each.name for each in project.build_requires]
    run = [each.stamp or _parsed(each).name for each in place.entries]
    build_number = _numbers(build, provider, f"{PYPROJECT}: build-system.requires")
    run_number = _numbers(run, provider, place.title)
    entry = place.entries[run_number] if run_number is not None else None
    run_range = _parsed(entry).specifier if entry and not entry.stamp else SpecifierSet()
    built = project.build_requires[build_number] if build_number is not None else None
    build_range = built.specifier if built else SpecifierSet()
    found, source = _range(provider, run_range, build_range, entry, wishes, proof)
    return Declaration(
        provider=provider, build=build_number, run=run_number, range=found, source=source
    )


def _range(
    provider: str,
    run: SpecifierSet,
    build: SpecifierSet,
    entry: RequirementEntry | None,
    wishes: Wishes,
    proof: WheelProof,
) -> tuple[SpecifierSet | None, str]:
    """The one range, and what tells it; never a guess.

    As asked; as the run-time requirement has it; as the wheels have it, which are what others
    share an environment with today; as the build has it, where no stamp narrows that down.
    """
    if wished := wishes.range_for(provider):
        return wished.specifier, "--range"
    if ranges.is_bounded(run):
        return run, "the run-time requirement"
    oldest = ranges.lowest([run, build])
    if oldest is not None and wishes.granularity:
        return ranges.one_abi(oldest, wishes.granularity), f"--abi {wishes.granularity}"
    if known := proof.range(provider):
        return known
    stamped = bool(entry and entry.stamp)
    if ranges.is_bounded(build) and (not stamped or is_exact(build)):
        return build, "the build requirement"
    return None, ""


def _requirements(
    project: Project, place: RequirementSource, this: Declaration, held: bool
) -> Iterator[SkewCause]:
    """What is wrong with the requirements on one provider.

    ``held`` says that nothing is declared before every range is known.
    """
    entry = place.entries[this.run] if this.run is not None else None
    build = project.build_requires[this.build] if this.build is not None else None
    run = _parsed(entry).specifier if entry and not entry.stamp else None
    target = place.target if isinstance(place, InScript) else place.title
    declare = (
        f"declare {this.provider}{_sorted(this.range)} in {target}"
        if this.range
        else _ASK.format(this.provider)
    )
    unknown = held or this.range is None
    declare += ", once every range is known" if held and this.range else ""
    if entry and entry.stamp:
        yield SkewCause(
            where=entry.where, kind="stamped-requirement", by_hand=unknown, change=declare,
            what=f"{entry.text} is decided by the {this.provider} in the build environment: two "
            "builds of one release require different versions",
        )  # fmt: skip
    if build is None:
        yield SkewCause(
            where=f"{PYPROJECT}: build-system.requires", kind="missing-build-requirement",
            what=f"{this.provider} is not in it, so that a build takes whatever is there",
            change="add it with the range of the run-time requirement",
            by_hand=unknown or "build-system" not in project.pyproject,
        )  # fmt: skip
    elif run is not None and run != build.specifier:
        yield SkewCause(
            where=f"{PYPROJECT}: build-system.requires", kind="unequal-ranges", by_hand=unknown,
            what=f"a build may take {build}, while {entry.text if entry else ''} is required to run",
            change=declare.replace(" in ", " there and in ", 1),
        )  # fmt: skip
    elif entry is not None and not ranges.is_bounded(build.specifier):
        yield SkewCause(
            where=f"{PYPROJECT}: build-system.requires", kind="open-range", by_hand=unknown,
            what=f"{build} has room for a later ABI: a build takes the newest, and another "
            "version may be there to run with",
            change=declare.replace(" in ", " there and in ", 1),
        )  # fmt: skip
    elif run is not None and this.range is not None and this.range != run:
        yield SkewCause(
            where=f"{PYPROJECT}: build-system.requires", kind="other-range",
            what=f"{build} is not the range asked for", change=declare,
        )  # fmt: skip


_ASK = "say which versions have one ABI: --range '{}>=OLDEST,<NEXT-ABI'"


def _sorted(specifier: SpecifierSet) -> str:
    return ranges.written(Requirement("x"), specifier)[1:]


def _differs(place: RequirementSource, this: Declaration) -> bool:
    """Whether the range is not already what both lists said."""
    entry = place.entries[this.run] if this.run is not None else None
    run = _parsed(entry).specifier if entry and not entry.stamp else None
    return this.range is not None and (run != this.range or this.build is None)


def _price(this: Declaration) -> str:
    return (
        f"{this.provider}{_sorted(this.range or SpecifierSet())} is what {this.source} says; only "
        f"packages that take a {this.provider} in this range can share an environment with the "
        f"result (--range '{this.provider}>=OLDEST,<NEXT-ABI' takes another)"
    )


def _is_dynamic(project: Project, place: RequirementSource) -> bool:
    """Whether requirements that are all plain strings are marked as computed."""
    return (
        isinstance(place, InScript)
        and bool(project.table("project"))
        and not any(each.stamp for each in place.entries)
    )


def _dynamic(place: RequirementSource) -> SkewCause:
    return SkewCause(
        where=f"{PYPROJECT}: project.dynamic",
        kind="dynamic-metadata",
        what=f"dependencies are dynamic, while {place.title} is a plain list: a resolver has to "
        "build in order to know them, or believes an older build",
        change="move the list to project.dependencies",
    )


def _declare(
    project: Project, place: RequirementSource, declarations: list[Declaration], *, move: bool
) -> None:
    """Writes each known range into both lists."""
    changed: dict[int, str] = {}
    for each in declarations:
        if each.range is None:
            continue
        if each.run is not None:
            entry = place.entries[each.run]
            stated = Requirement(each.provider) if entry.stamp else _parsed(entry)
            if entry.stamp or stated.specifier != each.range:
                changed[each.run] = ranges.written(stated, each.range)
        _require_for_build(project, each, each.range)
    if changed or move:
        place.replace(changed)


def _require_for_build(project: Project, this: Declaration, specifier: SpecifierSet) -> None:
    if this.build is not None:
        stated = project.build_requires[this.build]
        if stated.specifier != specifier:
            project.require_for_build(this.build, ranges.written(stated, specifier))
    elif "build-system" in project.pyproject:
        project.require_for_build(None, ranges.written(Requirement(this.provider), specifier))


def _wheels(
    project: Project, providers: tuple[str, ...], links: tuple[Link, ...]
) -> Iterator[SkewCause]:
    if not providers:
        return
    libraries = [
        sorted({n for x in links if ranges.same_name(x.provider, each) for n in x.libraries})
        for each in providers
    ]
    # One unknown name, and no command line for all of them can be given.
    names = [n for each in libraries for n in each] if all(libraries) else []
    yield from wheels.check_wheels(project, " and ".join(providers), names)
