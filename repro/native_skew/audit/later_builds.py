"""The four conditions under which a build of a release runs with another library than its own.

(1) The sdist's Requires-Dist is not fixed: it is dynamic, or its metadata are older than 2.2.
(2) A distribution is both a build requirement and a requirement. (3) A wheel needs one of its
libraries and does not bundle it. (4) The newest version that a build may take is outside the
range in the file that a resolver reads (*active* skew), or will be some day (*latent*).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

import msgspec
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from native_skew.audit.build_environment import (
    BUILT_WITH,
    BuildEnvironment,
    native_sign,
    rotten_file,
    takes_today,
)
from native_skew.audit.linkage import LibraryNeed, Linkage
from native_skew.audit.providers import Providers, is_within, wanted
from native_skew.audit.read import Examined
from native_skew.audit.release import File
from native_skew.audit.resolver_metadata import ResolverMetadata, applying
from native_skew.audit.rules import ACTIVE, LATENT, NOT_BUILT_WITH, OUTSIDE, ROTTEN, UNTOLD
from native_skew.audit.targets import ChosenFiles, spoken
from native_skew.distributions import SourceTexts, imports_at_once
from native_skew.findings import Advice, Evidence, Finding
from native_skew.installers import OLD_SETUPTOOLS

_CAP = Advice(
    remedy="",
    title="Hold setuptools back in builds",
    files={"build-constraints.txt": f"{OLD_SETUPTOOLS}\n"},
    trap="81 warns already, 82 has no pkg_resources",
    source="https://setuptools.pypa.io/en/latest/history.html#v82-0-0",
)


class _Case(msgspec.Struct, frozen=True, kw_only=True):
    """A build on a target: the newest provider that it may take, and what ``reader`` reads."""

    choice: ChosenFiles
    reader: str
    read: File
    newest: str
    build: SpecifierSet
    allowed: SpecifierSet

    @property
    def can_leave(self) -> bool:
        """Whether a build may take a newest version, now or later, that run time excludes."""
        return self.is_outside or not is_within(self.build, self.allowed, self.newest)

    @property
    def is_outside(self) -> bool:
        """Whether run time excludes the version that the build takes."""
        return not self.allowed.contains(self.newest, prereleases=True)


def findings(examined: Examined, linkage: Linkage, providers: Providers) -> Iterator[Finding]:
    """Findings of active and latent skew, and of builds that fail with today's setuptools."""
    source, metadata, sdist = examined.source, examined.source_metadata, examined.release.sdist
    if source and metadata and sdist:
        yield from _Builds(examined, source, metadata, sdist, providers).findings(linkage)


class _Builds:
    """Builds of one sdist."""

    def __init__(
        self,
        examined: Examined,
        source: SourceTexts,
        metadata: ResolverMetadata,
        sdist: File,
        providers: Providers,
    ) -> None:
        self._examined, self._source, self._metadata = examined, source, metadata
        self._providers, self._release = providers, examined.release
        self._place, self._at_sdist = self._release.place(), self._release.place(sdist.filename)
        self._build = tuple(map(Requirement, source.build_requires))
        self._built_with: set[str] = {canonicalize_name(each.name) for each in self._build}
        self._choices = examined.choices

    def findings(self, linkage: Linkage) -> Iterator[Finding]:
        """The findings about them."""
        if takes_today(self._build) and imports_at_once(self._source.setup_py, "pkg_resources"):
            yield ROTTEN.finding(
                "setup.py imports pkg_resources, which is gone since setuptools 82, and the build "
                "requirements allow that.",
                self._at_sdist,
                {"imports": "setup.py"},
                (_CAP,),
            )
        yield from self._not_built_with()
        for name in sorted({each.provider for each in linkage.links}):
            links = [each for each in linkage.links if each.provider == name]
            first = links[0]
            if (stated := self._stated(first)) is not None:
                yield self._differs(links, stated)
                continue
            if name not in self._built_with or first.allowed is None:
                continue  # condition 2
            cases = self._cases(name)
            if not cases:
                continue  # condition 4, for good
            rotten = rotten_file(self._build, name, first.version, first.target, self._providers)
            yield from self._judged(links, cases, is_rotten=bool(rotten))
            if rotten:
                yield ROTTEN.finding(
                    f"{rotten} of {name} {first.version}, the newest that Requires-Dist allows, "
                    "imports pkg_resources, which is gone since setuptools 82; nothing holds "
                    "setuptools back. Forcing that version into the build (match-runtime, a build "
                    f"constraint) fails, unless {OLD_SETUPTOOLS} stands beside it.",
                    self._place,
                    {"provider": name, "version": first.version, "imports": rotten},
                    (_CAP,),
                )
        if not any(each.modules for each in self._examined.contents.values()):
            yield from self._without_wheels()

    def _without_wheels(self) -> Iterator[Finding]:
        """A suspicion, if the other conditions hold and no module shows what is linked."""
        if not self._release.wheels and (sign := native_sign(self._source, self._built_with)):
            yield UNTOLD.finding(
                f"There is no wheel: everybody builds the sdist, {sign}. Which libraries its modules "
                "need, and whether what run time gets has them, cannot be told: --rebuild builds it "
                "here and tells.",
                self._at_sdist,
                {
                    "build_requires": tuple(sorted(self._built_with)),
                    "requires": tuple(sorted(self._metadata.names())),
                },
            )
        if not self._metadata.promises_static:
            for name in sorted(self._built_with & self._metadata.names()):
                if cases := self._cases(name):
                    yield self._unseen(name, cases)

    def _stated(self, link: LibraryNeed) -> SpecifierSet | None:
        """The provider's range in a dynamic sdist, if a build asks for another one.

        Either the wheel allows what that range excludes, or it allows less and no build requirement
        names the provider: a backend in the sdist may add it.
        """
        if self._metadata.promises_static or link.allowed is None:
            return None
        stated = wanted(self._metadata.applicable(link.target.environment), link.provider)
        if stated is None:
            return None
        added = link.provider not in self._built_with and not is_within(stated, link.allowed)
        return stated if added or not is_within(link.allowed, stated) else None

    def _differs(self, links: list[LibraryNeed], stated: SpecifierSet) -> Finding:
        """Conditions 1 to 3 hold, and the sdist shows to which version a build binds a module."""
        first, name, release = links[0], links[0].provider, self._release
        libraries = _libraries(links)
        allowed = first.allowed or SpecifierSet()
        newest = self._providers.newest(name, stated, first.target)
        is_inside = newest is not None and allowed.contains(newest, prereleases=True)
        # What the wheel allows and the sdist rules out is broken, whatever a build gets.
        is_certain = not is_within(allowed, stated)
        rule = ACTIVE if is_certain or not is_inside else LATENT
        pin = f"{name}=={first.version}\n"
        return rule.finding(
            f"{self._unpromised}, which says «{name}{stated}» where {first.wheel} says "
            f"«{name}{first.allowed}»: a build is for the {name} that it finds, and asks for that "
            f"one alone. {first.module.path} needs {', '.join(libraries)} of {name}. "
            f"A tool that resolves with a wheel and builds the sdist may install any {name} that the "
            f"wheel allows beside a module for another. {_spoken_builds(self._choices)}",
            self._place,
            {
                "provider": name,
                "libraries": libraries,
                "sdist": str(stated),
                "requires_dist": str(first.allowed),
                "read": first.wheel,
            },
            (
                Advice(
                    remedy="build-constraint",
                    title=f"Users: build with the {name} that run time gets, and keep that one",
                    files={"build-constraints.txt": pin, "constraints.txt": pin},
                    commands=(
                        f"uv cache clean {release.name}",
                        "uv pip install --build-constraint build-constraints.txt --constraint "
                        f"constraints.txt {release.name}=={release.version}",
                    ),
                    tool="uv pip install",
                    trap=f"with another {name} in your environment, name that one; a backend that "
                    "picks its own may not follow",
                ),
            ),
            level=None if is_certain else "warning",
        )

    def _unseen(self, name: str, cases: list[_Case]) -> Finding:
        """A suspicion, if the other conditions hold and no wheel shows what is linked (3)."""
        outside = [each for each in cases if each.is_outside]
        why = "no module of a wheel was read: --thorough tells"
        if not self._release.wheels:
            why = "there is no wheel to see that: --rebuild tells"
        if not outside:
            return UNTOLD.finding(
                f"{self._unpromised}, {name} is a build requirement and a requirement, and {why}.",
                self._place,
                {"provider": name},
            )
        shown = _telling(outside)
        return ACTIVE.finding(
            f"{self._unpromised}. {_taking(name, shown)}, and {shown.read.filename} says "
            f"«{name}{shown.allowed}». If the module links a library of {name}, a build fails at "
            f"import; {why}.",
            self._place,
            {
                "provider": name,
                "newest_for_builds": shown.newest,
                "requires_dist": str(shown.allowed),
            },
            self._advice(name, shown),
            level="warning",
        )

    def _cases(self, name: str) -> list[_Case]:
        """For each target where a build may leave the range that a tool reads, one such case.

        If possible, it is one where that happens today.
        """
        found = []
        for choice in self._choices:
            environment = choice.target.environment
            may_take = wanted(applying(self._build, environment), name)
            if may_take is None:
                continue
            newest = self._providers.newest(name, may_take, choice.target)
            if newest is None:
                continue
            case = partial(_Case, choice=choice, newest=newest, build=may_take)
            cases = []
            for reader, file in choice.read.items():
                said = self._examined.metadata.get(file.filename) if file else None
                allowed = wanted(said.applicable(environment), name) if said else None
                if file and allowed is not None:
                    cases.append(case(reader=reader, read=file, allowed=allowed))
            leaving = [each for each in cases if each.can_leave]
            if leaving:
                found.append(max(leaving, key=lambda each: each.is_outside))
        return found

    def _judged(
        self, links: list[LibraryNeed], cases: list[_Case], *, is_rotten: bool
    ) -> Iterator[Finding]:
        outside = [each for each in cases if each.is_outside]
        cases = outside or cases
        shown, first, name = _telling(cases), links[0], links[0].provider
        libraries = _libraries(links)
        needs = f"needs {', '.join(libraries)} of"
        if not self._metadata.promises_static:
            rule = ACTIVE if outside else LATENT
            read = shown.read.filename
            message = (
                f"{self._unpromised}. {_taking(name, shown)}; {read} says "
                f"«{name}{shown.allowed}». {first.module.path} {needs} {name} and does not bundle it. "
            )
            message += (
                f"A tool that resolves with that file ({shown.reader} does) and builds the sdist "
                f"installs {name} in that range and builds against {shown.newest}: the import fails. "
                "pip builds the metadata first, and does not see this. "
                if outside
                else f"Nothing is broken yet: {shown.newest} is inside. The first {name} outside that "
                "range will break builds, without any change here. "
            )
            message += _spoken_builds(each.choice for each in cases)
        elif outside:
            rule = OUTSIDE
            message = (
                f"A build takes {name} {shown.newest} («{name}{shown.build}»), and Requires-Dist, "
                f"which is fixed, says «{name}{shown.allowed}»: the module {needs} one and gets the "
                "other."
            )
        else:
            return
        evidence: Evidence = {
            "provider": name,
            "libraries": libraries,
            "build_requirement": str(shown.build),
            "newest_for_builds": shown.newest,
            "requires_dist": str(shown.allowed),
            "built_on": spoken(e.choice.target for e in cases if e.choice.is_built),
            "read": shown.read.filename,
        }
        advice = self._advice(name, shown, is_rotten=is_rotten)
        yield rule.finding(message, self._place, evidence, advice if outside else advice[:1])

    @property
    def _unpromised(self) -> str:
        """Why requirements may change in a build, as the start of a sentence."""
        version = self._metadata.metadata_version
        if self._metadata.is_dynamic:
            return "Requires-Dist is dynamic in the sdist"
        return f"The sdist's metadata {version} does not promise its Requires-Dist"

    def _advice(self, name: str, case: _Case, *, is_rotten: bool = False) -> tuple[Advice, Advice]:
        """The remedies for maintainers and for users; each works as printed, by itself."""
        release = self._release
        held = [f"{name}{case.allowed}", *([OLD_SETUPTOOLS] if is_rotten else [])]
        quoted = ", ".join(f'"{each}"' for each in held)
        maintainers = Advice(
            remedy="",
            title="Maintainers: let builds take only what Requires-Dist allows, and publish that",
            files={"pyproject.toml": f"[build-system]\nrequires = [{quoted}]  # and the others\n"},
            trap="the range has to be raised by hand, with a new release, for each new library",
        )
        users = Advice(
            remedy="build-constraint",
            title="Users: hold the build to the version that run time gets",
            tool="uv pip install",
            files={"build-constraints.txt": "".join(f"{each}\n" for each in held)},
            commands=(
                f"uv cache clean {release.name}",
                "uv pip install --build-constraint build-constraints.txt --reinstall-package "
                f"{release.name} {release.name}=={release.version}",
            ),
            trap="a build that another environment left in the cache is taken before any constraint "
            "is looked at, hence the first command",
        )
        return maintainers, users

    def _not_built_with(self) -> Iterator[Finding]:
        """What setup.py always imports, but no build requirement brings.

        Only requirements and well-known build tools count: another name may be a module beside
        setup.py.
        """
        read = self._examined.metadata.values()
        required = BUILT_WITH.union(*(each.names() for each in read)) - self._built_with
        for target in sorted(self._examined.targets, key=lambda each: -each.minor)[:1]:
            environment = BuildEnvironment(self._build, (), target, self._providers)
            missing = environment.lacks(self._source, required)
            # Nobody knows what a requirement from outside of the index brings.
            if missing and environment.is_told:
                names = ", ".join(missing)
                built = [each for each in self._choices if each.is_built]
                yield NOT_BUILT_WITH.finding(
                    f"setup.py imports {names}, and its build requirements do not bring that: an "
                    f"isolated build fails, and one without isolation is for the {names} that it "
                    f"finds. {_spoken_builds(built) if built else ''}",
                    self._at_sdist,
                    {"imports": tuple(sorted(missing.values()))},
                )


def _libraries(links: list[LibraryNeed]) -> tuple[str, ...]:
    """The libraries that one wheel needs of a provider; other platforms' have other names."""
    return tuple(sorted({each.library for each in links if each.wheel == links[0].wheel}))


def _telling(cases: list[_Case]) -> _Case:
    """The most telling case: one where no wheel fits, with the newest Python."""
    return max(
        cases,
        key=lambda e: (e.choice.is_built, -len(e.choice.target.platform), e.choice.target.minor),
    )


def _taking(name: str, shown: _Case) -> str:
    return f"Its build requirement «{name}{shown.build}» takes {name} {shown.newest} today"


def _spoken_builds(choices: Iterable[ChosenFiles]) -> str:
    """Where the sdist is built, as a sentence."""
    built = [each.target for each in choices if each.is_built]
    if built:
        return f"Built from source, because no wheel fits: {spoken(built)}."
    return "A wheel fits every target looked at; builds happen with --no-binary only."
