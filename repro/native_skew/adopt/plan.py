"""Finds what in a project's build files causes skew, and writes the files without it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

import msgspec
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from native_skew.adopt import declared, folder, linking, other_builds, ranges, wheels
from native_skew.adopt.causes import SkewCause, Wishes
from native_skew.adopt.declared import InScript, RequirementSource
from native_skew.adopt.errors import NotUnderstoodError
from native_skew.adopt.linking import CLASSES, TOOLS
from native_skew.adopt.other_builds import CMAKE, MESON
from native_skew.adopt.project import PYPROJECT, Project
from native_skew.adopt.proof import NO_WHEELS, WheelProof
from native_skew.adopt.ranges import is_in, same_name
from native_skew.adopt.setup_script import RequirementEntry
from native_skew.audit import is_exact

_ASK = "say which versions have one ABI: --range '{}>=OLDEST,<NEXT-ABI'"
_PROVE = "build a wheel into dist/, or name one with --wheel: that shows what it is linked to"
_BUILD = f"{PYPROJECT}: build-system.requires"


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """The findings, and all files before and after the change.

    Notes are not findings: they tell where a range comes from, what it costs, what is left alone.
    """

    findings: tuple[SkewCause, ...]
    before: Mapping[str, str]
    after: Mapping[str, str]
    notes: tuple[str, ...] = ()

    @property
    def diff(self) -> str:
        """The change, as ``git apply`` takes it."""
        return folder.unified(self.before, self.after)


def propose(
    before: Mapping[str, str],
    wishes: Wishes,
    proof: WheelProof = NO_WHEELS,
    local: frozenset[str] = frozenset(),
) -> Proposal:
    """Finds what causes skew in the build files ``before``, and a change that ends it.

    Only what is certain is changed: a provider whose library a wheel needs, or for which the user
    gives a range. ``local`` names the project's own modules, which are not distributions.

    Raises:
        NotUnderstoodError: a file says what reading cannot decide, so nothing is proposed.

    """
    project = Project(before, local)
    findings: list[SkewCause] = []
    try:
        source = declared.find(project)
    except NotUnderstoodError as error:
        # Wheels may prove that it does not matter.
        if wishes.ranges or not proof.rules_out_all():
            why, advice, links = error.reason, error.advice, proof.links()
            raise NotUnderstoodError(error.where, why, advice, links) from error
        notes = [
            f"{error.where}: {error.reason}; no module of {', '.join(proof.wheels)} needs a library "
            "of another distribution, so it does not matter here"
        ]
    else:
        findings, notes = _Plan(project, source, wishes, proof).carried_out()
    # Without findings the files stay as they are, byte for byte, whatever a parser makes of them.
    proposed = any(not each.by_hand for each in findings)
    return Proposal(
        findings=tuple(findings),
        before=before,
        after=project.after() if proposed else dict(before),
        notes=tuple(notes),
    )


class _Declaration(msgspec.Struct, frozen=True, kw_only=True):
    """One provider's requirements, each with its index in its list, and the range to declare."""

    provider: str
    build: tuple[int, Requirement] | None
    run: tuple[int, RequirementEntry] | None
    range: SpecifierSet | None = None  # None if nothing tells it
    told_by: str = ""  # where the range comes from, in words

    @property
    def stamp(self) -> RequirementEntry | None:
        """The run-time entry, if the build environment decides what it says."""
        return self.run[1] if self.run and self.run[1].stamp else None

    @property
    def run_range(self) -> SpecifierSet | None:
        """The range that is required at run time, if it is written down."""
        return Requirement(self.run[1].text).specifier if self.run and not self.stamp else None

    @property
    def text(self) -> str:
        """The provider with the range."""
        return ranges.written(Requirement(self.provider), self.range or SpecifierSet())


class _Plan:
    """The analysis of one project, which changes the project's working copies."""

    def __init__(
        self, project: Project, source: RequirementSource, wishes: Wishes, proof: WheelProof
    ) -> None:
        self._project, self._source, self._wishes, self._proof = project, source, wishes, proof
        self._build = [each.name for each in project.build_requires]
        self._run = [Requirement(each.text).name for each in source.entries if not each.stamp]
        self._links = (*linking.links(project), *other_builds.links(project, self._build))

    def carried_out(self) -> tuple[list[SkewCause], list[str]]:
        """The findings and the notes; makes the changes that are certain."""
        project, source, wishes, proof = self._project, self._source, self._wishes, self._proof
        suspects = self._suspects()
        linked = {each: proof.link(each, self._libraries(each)) for each in suspects}
        providers = [each for each in suspects if linked[each] or wishes.range_for(each)]
        declarations = [self._declaration(each) for each in providers]
        # A list with an entry that cannot be replaced is neither moved nor changed.
        known = {each.provider for each in declarations if each.range is not None}
        held = any(each.stamp and each.stamp not in known for each in source.entries)
        findings = [found for each in declarations for found in self._requirements(each, held)]
        said = [self._suspected(each) for each in suspects if each not in providers]
        findings += [each for each in said if isinstance(each, SkewCause)]
        notes = [each for each in said if isinstance(each, str)]
        # Requirements that are all plain strings are marked as computed.
        marked = isinstance(source, InScript) and bool(project.table("project"))
        move = bool(providers) and marked and not any(each.stamp for each in source.entries)
        if move:
            findings.append(
                SkewCause(
                    where=f"{PYPROJECT}: project.dynamic",
                    kind="dynamic-metadata",
                    what=f"dependencies are dynamic, while {source.title} is a plain list: a resolver "
                    "has to build in order to know them, or believes an older build",
                    change="move the list to project.dependencies",
                )
            )
        if not held:
            self._declare(declarations, move=move)
            notes += [
                f"{each.text} is what {each.told_by} says; only packages that take a {each.provider} "
                "in this range can share an environment with the result "
                f"(--range '{each.provider}>=OLDEST,<NEXT-ABI' takes another)"
                for each in declarations
                if each.range is not None and (each.run_range != each.range or each.build is None)
            ]
        unfound = tuple(
            dict.fromkeys(
                link.provider
                for link in self._links
                for each in providers
                if same_name(link.provider, each) and linked[each] and not proof.has_runpath(each)
            )
        )
        findings += linking.check_runpath(project, unfound, wishes)
        findings += (
            f for each in unfound for f in other_builds.check_runpath(project, each, wishes)
        )
        if providers:
            libraries = [sorted(self._linked(each)) for each in providers]
            # One unknown name, and no command line for all of them can be given.
            names = [name for each in libraries for name in each] if all(libraries) else []
            findings += wheels.check_wheels(project, " and ".join(providers), names)
        return findings, [*notes, *(f"not looked at: {each}" for each in proof.notes)]

    def _linked(self, provider: str) -> set[str]:
        """The libraries of ``provider`` that build files link to."""
        mine = (each for each in self._links if same_name(each.provider, provider))
        return {name for each in mine for name in each.libraries}

    def _libraries(self, provider: str) -> frozenset[str]:
        """Those of them that no other provider has."""
        others = (each for each in self._links if not same_name(each.provider, provider))
        return frozenset(self._linked(provider)) - {name for e in others for name in e.libraries}

    def _suspects(self) -> tuple[str, ...]:
        """The distributions whose libraries the project may be linked to.

        The signs are a stamp, a native project's requirement both for building and for running,
        a link in a build file to a build requirement, and an extension class such as torch's.
        """
        project, build, wished = self._project, self._build, self._wishes.range_for
        script = project.script
        native = bool(
            self._links or {MESON, CMAKE} & {*project.before} or (script and script.extensions)
        )
        linked = [each.provider for each in self._links]
        stamps = [each.stamp for each in self._source.entries if each.stamp]
        found = [*stamps]
        found += [each for each in build if is_in(each, self._run) and (native or wished(each))]
        found += [each for each in build if is_in(each, linked)]
        found += [each for each in linked if each in CLASSES]
        found += [each for each in build if each in CLASSES and native]
        return tuple(
            each
            for each in dict.fromkeys(found)
            if each in stamps or wished(each) or canonicalize_name(each) not in TOOLS
        )

    def _suspected(self, name: str) -> SkewCause | str:
        """What to report of a suspect that no wheel proves: a finding for the user, or a note."""
        ruled_out = self._proof.rules_out(name)
        unneeded = f"no module of {', '.join(self._proof.wheels)} needs a library of"
        for each in self._source.entries:
            if each.stamp == name:
                change = f"{unneeded} {name}: write down which versions run, as a plain string"
                return _stamped(each, change if ruled_out else f"nothing is proposed yet: {_PROVE}")
        if ruled_out:
            return (
                f"{name}: left as it is; {unneeded} it (headers or declarations alone, or a static "
                "copy)"
            )
        required = {
            (True, True): "it is required for building and for running",
            (True, False): "it is required for building, and not for running",
            (False, True): "it is required for running; a build takes whatever is there",
            (False, False): "it is required neither for building nor for running",
        }[is_in(name, self._build), is_in(name, self._run)]
        where, how = _BUILD, "the project has native modules"
        for link in self._links:
            if same_name(link.provider, name):
                where, how = link.where, "a build file links to it"
                if name in CLASSES:
                    how = f"its extension class links to {', '.join(CLASSES[name])}"
                break
        return SkewCause(
            where=where,
            kind="suspected-link",
            what=f"{name}: {how}, and {required}",
            change=f"nothing is proposed yet: {_PROVE}; or give the range (--range)",
            by_hand=True,
        )

    def _declaration(self, provider: str) -> _Declaration:
        """What is required of one provider."""
        entries = self._source.entries
        run_names = [each.stamp or Requirement(each.text).name for each in entries]
        build = _number(self._build, provider, _BUILD)
        run = _number(run_names, provider, self._source.title)
        this = _Declaration(
            provider=provider,
            build=None if build is None else (build, self._project.build_requires[build]),
            run=None if run is None else (run, entries[run]),
        )
        found, told_by = self._range(this)
        return msgspec.structs.replace(this, range=found, told_by=told_by)

    def _range(self, this: _Declaration) -> tuple[SpecifierSet | None, str]:
        """The range of ``provider`` and where it comes from; never a guess.

        The first of: what the user gave; the run-time requirement; the wheels' requirement, with
        which others share an environment today; the build requirement, if no stamp narrows it.
        """
        wishes, run = self._wishes, this.run_range or SpecifierSet()
        build = this.build[1].specifier if this.build else SpecifierSet()
        if wished := wishes.range_for(this.provider):
            return wished.specifier, "--range"
        if ranges.is_bounded(run):
            return run, "the run-time requirement"
        oldest = ranges.lowest([run, build])
        if oldest is not None and wishes.granularity:
            return ranges.one_abi(oldest, wishes.granularity), f"--abi {wishes.granularity}"
        if known := self._proof.range(this.provider):
            return known
        if ranges.is_bounded(build) and (not this.stamp or is_exact(build)):
            return build, "the build requirement"
        return None, ""

    def _requirements(self, this: _Declaration, held: bool) -> Iterator[SkewCause]:
        """What is wrong with the requirements on one provider.

        With ``held``, nothing is declared until every range is known.
        """
        source, run = self._source, this.run_range
        target = source.target if isinstance(source, InScript) else source.title
        declare = f"declare {this.text} in {target}" if this.range else _ASK.format(this.provider)
        declare += ", once every range is known" if held and this.range else ""
        in_both = declare.replace(" in ", " there and in ", 1)
        unknown = held or this.range is None
        finding = partial(SkewCause, where=_BUILD, by_hand=unknown)
        if this.stamp:
            yield _stamped(this.stamp, declare, by_hand=unknown)
        if this.build is None:
            yield finding(
                kind="missing-build-requirement",
                what=f"{this.provider} is not in it, so a build takes whatever is there",
                change="add it with the range of the run-time requirement",
                by_hand=unknown or "build-system" not in self._project.pyproject,
            )
            return
        build = this.build[1]
        if this.run and run is not None and run != build.specifier:
            what = f"a build may take {build}, while {this.run[1].text} is required to run"
            yield finding(kind="unequal-ranges", what=what, change=in_both)
        elif this.run and not ranges.is_bounded(build.specifier):
            what = (
                f"{build} has room for a later ABI: a build takes the newest, and another version "
                "may be there to run with"
            )
            yield finding(kind="open-range", what=what, change=in_both)
        elif run is not None and this.range is not None and this.range != run:
            what = f"{build} is not the range asked for"
            yield finding(kind="other-range", what=what, change=declare, by_hand=False)

    def _declare(self, declarations: list[_Declaration], *, move: bool) -> None:
        """Writes each known range into both lists."""
        changed: dict[int, str] = {}
        for each in declarations:
            if each.range is None:
                continue
            if each.run and each.run_range != each.range:
                number, entry = each.run
                stated = Requirement(each.provider if entry.stamp else entry.text)
                changed[number] = ranges.written(stated, each.range)
            if each.build and each.build[1].specifier != each.range:
                number, stated = each.build
                self._project.require_for_build(number, ranges.written(stated, each.range))
            elif each.build is None and "build-system" in self._project.pyproject:
                self._project.require_for_build(None, each.text)
        if changed or move:
            self._source.replace(changed)


def _stamped(entry: RequirementEntry, change: str, *, by_hand: bool = True) -> SkewCause:
    return SkewCause(
        where=entry.where,
        kind="stamped-requirement",
        what=f"{entry.text} is decided by the {entry.stamp} in the build environment: two builds of "
        "one release require different versions",
        change=change,
        by_hand=by_hand,
    )


def _number(names: list[str], provider: str, where: str) -> int | None:
    """The index of the provider's one entry in ``names``."""
    found = [number for number, name in enumerate(names) if same_name(name, provider)]
    if len(found) > 1:
        raise NotUnderstoodError(
            where, f"{provider} is listed {len(found)} times", "write it in one line, or by hand"
        )
    return found[0] if found else None
