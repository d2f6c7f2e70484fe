"""A project's build files -> what in them causes skew, and the files without it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from native_skew.adopt import declared, folder, linking, other_builds, ranges, wheels
from native_skew.adopt.causes import Link, SkewCause, Wishes
from native_skew.adopt.declared import InScript, RequirementSource
from native_skew.adopt.errors import NotUnderstoodError
from native_skew.adopt.project import PYPROJECT, Project
from native_skew.adopt.setup_script import RequirementEntry


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """What is found, and all files before and after the change."""

    findings: tuple[SkewCause, ...]
    before: Mapping[str, str]
    after: Mapping[str, str]

    @property
    def diff(self) -> str:
        """The change, as ``git apply`` takes it."""
        return folder.unified(self.before, self.after)


class Declaration(msgspec.Struct, frozen=True, kw_only=True):
    """One provider's requirements: in the build, when running, and the one to declare.

    ``build`` and ``run`` are numbers of entries; ``range`` is None where no file tells it.
    """

    provider: str
    build: int | None
    run: int | None
    range: SpecifierSet | None


def propose(before: Mapping[str, str], wishes: Wishes) -> Proposal:
    """Finds what causes skew in the build files ``before``, and what would end it.

    Raises:
        NotUnderstoodError: a file says what reading cannot decide; nothing is proposed.

    """
    project = Project(before)
    place = declared.find(project)
    links = _links(project)
    providers = _providers(project, place, links, wishes)
    declarations = [_declaration(project, place, each, wishes) for each in providers]
    # A list with an entry that cannot be replaced stays where and as it is.
    stamps = {each.stamp for each in place.entries if each.stamp}
    held = any(each.range is None and each.provider in stamps for each in declarations)
    findings = [f for each in declarations for f in _requirements(project, place, each, held)]
    if providers and _is_dynamic(project, place):
        findings.append(_dynamic(place))
    if not held:
        move = any(finding.kind == "dynamic-metadata" for finding in findings)
        _declare(project, place, declarations, move=move)
    imported = [
        link.provider
        for link in links
        if any(ranges.same_name(link.provider, each) for each in providers)
    ]
    names = tuple(dict.fromkeys(imported))
    findings += linking.check_runpath(project, names, wishes)
    findings += (f for each in names for f in other_builds.check_runpath(project, each, wishes))
    findings += _wheels(project, providers, links)
    return Proposal(findings=tuple(findings), before=before, after=project.after())


def _links(project: Project) -> tuple[Link, ...]:
    names = [each.name for each in project.build_requires]
    return (*linking.links(project), *other_builds.links(project, names))


def _providers(
    project: Project, place: RequirementSource, links: tuple[Link, ...], wishes: Wishes
) -> tuple[str, ...]:
    """The distributions whose library the project is linked to, as far as can be told.

    A stamp says so, and so does a link to what is required for building and for running.
    """
    found = [each.stamp for each in place.entries if each.stamp]
    required = [_parsed(each).name for each in place.entries if not each.stamp]
    for each in project.build_requires:
        linked = any(ranges.same_name(link.provider, each.name) for link in links)
        if any(ranges.same_name(name, each.name) for name in required) and (
            linked or wishes.range_for(each.name)
        ):
            found.append(each.name)
    return tuple(dict.fromkeys(found))


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
    project: Project, place: RequirementSource, provider: str, wishes: Wishes
) -> Declaration:
    build = [each.name for each in project.build_requires]
    run = [each.stamp or _parsed(each).name for each in place.entries]
    build_number = _numbers(build, provider, f"{PYPROJECT}: build-system.requires")
    run_number = _numbers(run, provider, place.title)
    entry = place.entries[run_number] if run_number is not None else None
    stated = [_parsed(entry)] if entry and not entry.stamp else []
    stated += [project.build_requires[build_number]] if build_number is not None else []
    return Declaration(
        provider=provider,
        build=build_number,
        run=run_number,
        range=_range(provider, [each.specifier for each in stated], entry, wishes),
    )


def _range(
    provider: str, stated: list[SpecifierSet], entry: RequirementEntry | None, wishes: Wishes
) -> SpecifierSet | None:
    """The one range: as asked; else as stated; else the ABI of the oldest that is stated."""
    if wished := wishes.range_for(provider):
        return wished.specifier
    if bounded := next((each for each in stated if ranges.is_bounded(each)), None):
        return bounded
    oldest = ranges.lowest(stated)
    if oldest is None:
        return None
    stamp = entry.granularity if entry else "patch"
    return ranges.one_abi(oldest, wishes.granularity or stamp)


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
