"""The four conditions under which a build of a release runs with another library than its own.

(1) the sdist does not promise its Requires-Dist, as dynamic, or of metadata older than 2.2; (2) a distribution is a build requirement and required;
(3) a wheel needs a library of it that it does not bundle; (4) the newest version that a build
may take is outside what the file says that a resolver reads: *active*, or not yet: *latent*.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import msgspec
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from native_skew.audit.errors import ReleaseError
from native_skew.audit.linkage import LibraryNeed, Linkage
from native_skew.audit.providers import Providers, is_within, wanted
from native_skew.audit.read import Examined
from native_skew.audit.release import File
from native_skew.audit.resolver_metadata import ResolverMetadata, applying
from native_skew.audit.rules import ACTIVE, LATENT, NOT_BUILT_WITH, OUTSIDE, ROTTEN, UNTOLD
from native_skew.audit.targets import ChosenFiles, TargetPython, spoken
from native_skew.distributions import SourceTexts, imported, imports_at_once
from native_skew.findings import Advice, Evidence, Finding

GONE_SINCE = "82.0.0"  # https://setuptools.pypa.io/en/latest/history.html#v82-0-0


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """A build on a target: the newest provider it may take, and what was read for run time."""

    choice: ChosenFiles
    reader: str
    newest: str
    build: SpecifierSet
    allowed: SpecifierSet

    @property
    def read(self) -> File:
        """The file that was read."""
        file = self.choice.read[self.reader]
        assert file is not None
        return file

    @property
    def can_leave(self) -> bool:
        """Whether the newest version, now or to come, may be built with and not be run with."""
        return self.is_outside or not is_within(self.build, self.allowed, self.newest)

    @property
    def is_outside(self) -> bool:
        """Whether the build's version is ruled out at run time."""
        return not self.allowed.contains(self.newest, prereleases=True)


def findings(examined: Examined, linkage: Linkage, providers: Providers) -> Iterator[Finding]:
    """Active and latent skew, and builds that today's setuptools ends.

    Raises:
        AuditError: the index cannot be asked.

    """
    metadata = examined.source_metadata
    if metadata is None or examined.source is None:
        return
    build = tuple(map(Requirement, examined.source.build_requires))
    built_with = {canonicalize_name(each.name) for each in build}
    yield from _own_rot(examined, build)
    yield from _not_built_with(examined, build, providers)
    for name in linkage.providers():
        links = [each for each in linkage.links if each.provider == name]
        if not metadata.promises_static and (stated := _stated(metadata, links)):
            yield _differs(examined, links, stated)
            continue
        if name not in built_with or links[0].allowed is None:
            continue  # condition 2
        cases = list(_cases(examined, build, name, providers))
        if not cases:
            continue  # condition 4, for good
        outside = [each for each in cases if each.is_outside]
        rotten = rotten_file(build, name, links[0].version, links[0].target, providers)
        yield from _judged(examined, links, cases, outside, rotten=bool(rotten))
        if rotten:
            yield _provider_rot(examined, links[0], rotten)
    if not any(each.modules for each in examined.contents.values()):
        yield from _without_wheels(examined, build, providers)


def _without_wheels(
    examined: Examined, build: tuple[Requirement, ...], providers: Providers
) -> Iterator[Finding]:
    """No module shows what is linked: suspicion, where the rest holds."""
    metadata = examined.source_metadata
    assert metadata is not None
    built_with: set[str] = {canonicalize_name(each.name) for each in build}
    if not examined.release.wheels and (sign := native_sign(examined.source, built_with)):
        yield UNTOLD.finding(
            f"There is no wheel: everybody builds the sdist, {sign}. Which libraries its modules "
            "need, and whether what run time gets has them, cannot be told: --rebuild builds it "
            "here and tells.",
            examined.release.place(
                examined.release.sdist.filename if examined.release.sdist else ""
            ),
            {
                "build_requires": tuple(sorted(built_with)),
                "requires": tuple(sorted(metadata.names())),
            },
        )
    if not metadata.promises_static:
        for name in sorted(built_with & metadata.names()):
            if cases := list(_cases(examined, build, name, providers)):
                yield _unseen(examined, name, cases)


_NATIVE_BACKENDS = {"mesonpy", "scikit_build_core", "maturin", "py_build_cmake"}
_NATIVE_TOOLS = {
    "cmake",
    "cython",
    "nanobind",
    "pybind11",
    "scikit-build",
    "setuptools-dso",
    "torch",
}
_EXTENSION = re.compile(r"\b(\w*Extension|ext_modules|cffi_modules)\b")


def native_sign(source: SourceTexts | None, built_with: set[str]) -> str:
    """What shows that an sdist compiles something, in words; empty for nothing.

    Args:
        source: its texts.
        built_with: the canonical names of its build requirements.

    """
    if source is None:
        return ""
    backend = source.backend.partition(".")[0].partition(":")[0]
    if found := _EXTENSION.search(source.setup_py):
        return f"whose setup.py has {found[1]}"
    if backend in _NATIVE_BACKENDS:
        return f"which {backend} compiles"
    tools = ", ".join(sorted(built_with & _NATIVE_TOOLS))
    return f"which is built with {tools}" if tools else ""


def _stated(metadata: ResolverMetadata, links: list[LibraryNeed]) -> SpecifierSet | None:
    """What a dynamic sdist says of the provider, where the wheel allows what that rules out."""
    stated = wanted(metadata.applicable(links[0].target.environment), links[0].provider)
    allowed = links[0].allowed
    if stated is None or allowed is None or is_within(allowed, stated):
        return None
    return stated


def _differs(examined: Examined, links: list[LibraryNeed], stated: SpecifierSet) -> Finding:
    """Conditions 1 to 3, and the sdist itself shows what a build ties a module to."""
    first = links[0]
    name, allowed = first.provider, first.allowed
    built = [each.target for each in examined.choices if each.is_built]
    libraries = tuple(sorted({each.library for each in links if each.wheel == first.wheel}))
    return ACTIVE.finding(
        f"{_unpromised(examined)}, which says «{name}{stated}» where {first.wheel} "
        f"says «{name}{allowed}»: a build is for the {name} that it finds, and asks for that one "
        f"alone. {first.module.path} needs {', '.join(libraries)} of {name}. "
        f"A tool that resolves with a wheel and builds the sdist may install any {name} that the "
        "wheel allows beside a module for another."
        + (
            f" Built from source, because no wheel fits: {spoken(built)}."
            if built
            else " A wheel fits every target looked at; builds happen with --no-binary only."
        ),
        examined.release.place(),
        {
            "provider": name,
            "libraries": libraries,
            "sdist": str(stated),
            "requires_dist": str(allowed),
            "read": first.wheel,
        },
        (
            Advice(
                remedy="build-constraint",
                title=f"Users: build with the {name} that run time gets, and keep that one",
                files={
                    "build-constraints.txt": f"{name}=={first.version}\n",
                    "constraints.txt": f"{name}=={first.version}\n",
                },
                commands=(
                    f"uv cache clean {examined.release.name}",
                    "uv pip install --build-constraint build-constraints.txt --constraint "
                    f"constraints.txt {examined.release.name}=={examined.release.version}",
                ),
                tool="uv pip install",
                trap=f"with another {name} in your environment, name that one; a backend that picks "
                "its own may not follow",
            ),
        ),
    )


def _unseen(examined: Examined, name: str, cases: list[Case]) -> Finding:
    """No wheel shows what is linked (condition 3): suspicion, where the rest holds."""
    outside = [each for each in cases if each.is_outside]
    if not outside:
        return UNTOLD.finding(
            f"{_unpromised(examined)}, {name} is a build requirement and a requirement, and "
            f"{_no_module(examined)}.",
            examined.release.place(),
            {"provider": name},
        )
    shown = _telling(outside)
    return ACTIVE.finding(
        f"{_unpromised(examined)}. Its build requirement «{name}{shown.build}» takes "
        f"{name} {shown.newest} today, and {shown.read.filename} says «{name}{shown.allowed}». If the "
        f"module links a library of {name}, a build fails at import; {_no_module(examined)}.",
        examined.release.place(),
        {"provider": name, "newest_for_builds": shown.newest, "requires_dist": str(shown.allowed)},
        _advice(examined, name, shown, active=True),
        level="warning",
    )


def _no_module(examined: Examined) -> str:
    """Why no module shows what is linked, and what would."""
    if not examined.release.wheels:
        return "there is no wheel to see that: --rebuild tells"
    return "no module of a wheel was read: --thorough tells"


def _cases(
    examined: Examined, build: tuple[Requirement, ...], name: str, providers: Providers
) -> Iterator[Case]:
    for choice in examined.choices:
        environment = choice.target.environment
        may_take = wanted(applying(build, environment), name)
        newest = providers.newest(name, may_take, choice.target) if may_take is not None else None
        if may_take is None or newest is None:
            continue
        cases = []
        for reader, file in choice.read.items():
            read = examined.metadata.get(file.filename) if file else None
            allowed = wanted(read.applicable(environment), name) if read else None
            if allowed is not None:
                case = Case(
                    choice=choice, reader=reader, newest=newest, build=may_take, allowed=allowed
                )
                cases += [case] if case.can_leave else []
        # Of several readers one that is hit today speaks for all.
        if cases:
            yield max(cases, key=lambda each: each.is_outside)


def _judged(
    examined: Examined,
    links: list[LibraryNeed],
    cases: list[Case],
    outside: list[Case],
    *,
    rotten: bool,
) -> Iterator[Finding]:
    metadata = examined.source_metadata
    shown = _telling(outside or cases)
    links = [each for each in links if each.wheel == links[0].wheel]  # one platform's names
    libraries = tuple(sorted({each.library for each in links}))
    evidence: Evidence = {
        "provider": links[0].provider,
        "libraries": libraries,
        "build_requirement": str(shown.build),
        "newest_for_builds": shown.newest,
        "requires_dist": str(shown.allowed),
        "built_on": spoken(e.choice.target for e in (outside or cases) if e.choice.is_built),
        "read": shown.read.filename,
    }
    place = examined.release.place()
    if metadata and not metadata.promises_static:
        rule = ACTIVE if outside else LATENT
        yield rule.finding(
            _sentences(examined, links[0], libraries, shown, outside or cases),
            place,
            evidence,
            _advice(examined, links[0].provider, shown, active=bool(outside), rotten=rotten),
        )
    elif outside:
        yield OUTSIDE.finding(
            f"A build takes {links[0].provider} {shown.newest} («{links[0].provider}{shown.build}»"
            f"), and Requires-Dist, which is fixed, says «{links[0].provider}{shown.allowed}»: the "
            f"module needs {', '.join(libraries)} of one and gets the other.",
            place,
            evidence,
            _advice(examined, links[0].provider, shown, active=True, rotten=rotten),
        )


def _telling(cases: list[Case]) -> Case:
    """The case that says most: one where no wheel fits, of the newest Python."""
    return max(
        cases,
        key=lambda e: (e.choice.is_built, -len(e.choice.target.platform), e.choice.target.minor),
    )


def _unpromised(examined: Examined) -> str:
    """That an sdist's requirements may change in a build, and why: the start of a sentence."""
    metadata = examined.source_metadata
    if metadata and not metadata.is_dynamic:
        return (
            f"The sdist's metadata {metadata.metadata_version} does not promise its Requires-Dist"
        )
    return "Requires-Dist is dynamic in the sdist"


def _sentences(
    examined: Examined,
    link: LibraryNeed,
    libraries: tuple[str, ...],
    shown: Case,
    cases: list[Case],
) -> str:
    name = link.provider
    built = [each.choice.target for each in cases if each.choice.is_built]
    lines = [
        f"{_unpromised(examined)}. Its build requirement «{name}{shown.build}» takes "
        f"{name} {shown.newest} today; {shown.read.filename} says «{name}{shown.allowed}». {link.module.path} "
        f"needs {', '.join(libraries)} of {name} and does not bundle it."
    ]
    if shown.is_outside:
        lines.append(
            f"A tool that resolves with that file ({shown.reader} does) and builds the sdist installs {name} "
            f"in that range and builds against {shown.newest}: the import fails. pip builds the "
            "metadata first, and does not see this."
        )
    else:
        lines.append(
            f"Nothing is broken yet: {shown.newest} is inside. The first {name} outside that range "
            "will break builds, without any change here."
        )
    if built:
        lines.append(f"Built from source, because no wheel fits: {spoken(built)}.")
    else:
        lines.append("A wheel fits every target looked at; builds happen with --no-binary only.")
    return " ".join(lines)


def _advice(
    examined: Examined, name: str, case: Case, *, active: bool, rotten: bool = False
) -> tuple[Advice, ...]:
    """For maintainers and users; each works as printed, alone."""
    release = examined.release
    pinned = f"{name}{case.allowed}"
    held = f'"{pinned}", "{OLD_SETUPTOOLS}"' if rotten else f'"{pinned}"'
    maintainers = Advice(
        remedy="",
        title="Maintainers: let builds take only what Requires-Dist allows, and publish that",
        files={"pyproject.toml": f"[build-system]\nrequires = [{held}]  # and the others\n"},
        trap="the range has to be raised by hand, with a new release, for each new library",
    )
    if not active:
        return (maintainers,)
    users = Advice(
        remedy="build-constraint",
        title="Users: hold the build to the version that run time gets",
        tool="uv pip install",
        files={"build-constraints.txt": f"{pinned}\n" + (f"{OLD_SETUPTOOLS}\n" if rotten else "")},
        commands=(
            f"uv cache clean {release.name}",
            "uv pip install --build-constraint build-constraints.txt --reinstall-package "
            f"{release.name} {release.name}=={release.version}",
        ),
        trap="a build that another environment left in the cache is taken before any constraint "
        "is looked at, hence the first command",
    )
    return (maintainers, users)


def _own_rot(examined: Examined, build: tuple[Requirement, ...]) -> Iterator[Finding]:
    source, sdist = examined.source, examined.release.sdist
    if source is None or sdist is None or not _takes_today(build):
        return
    if imports_at_once(source.setup_py, "pkg_resources"):
        yield ROTTEN.finding(
            "setup.py imports pkg_resources, which is gone since setuptools 82, and the build "
            "requirements allow that.",
            examined.release.place(sdist.filename),
            {"imports": "setup.py"},
            (_CAP,),
        )


def _not_built_with(
    examined: Examined, build: tuple[Requirement, ...], providers: Providers
) -> Iterator[Finding]:
    """What the wheels require, setup.py imports in any case, and no build requirement brings."""
    source, sdist = examined.source, examined.release.sdist
    if source is None or sdist is None or not source.is_built_by_setuptools:
        return
    required = frozenset[str]().union(*(each.names() for each in examined.metadata.values()))
    required -= {canonicalize_name(each.name) for each in build}
    missing = {
        canonicalize_name(each): each
        for each in imported(source.setup_py)
        if canonicalize_name(each) in required and imports_at_once(source.setup_py, each)
    }
    targets = sorted(examined.targets, key=lambda each: -each.minor)[:1]
    for target in targets if missing else ():
        for each in applying(build, target.environment):
            name = canonicalize_name(each.name)
            try:
                version = providers.newest(name, each.specifier, target)
                metadata = providers.metadata(name, version, target) if version else None
            except ReleaseError:  # from elsewhere than the index: what it brings, nobody knows
                return
            more = metadata.applicable(target.environment) if metadata else ()
            for brought in more:
                missing.pop(canonicalize_name(brought.name), None)
            if name == "setuptools" and version:
                for vendored in list(missing):
                    folder = f"setuptools/_vendor/{missing[vendored]}"
                    if providers.brings(name, version, folder, target):
                        del missing[vendored]
    if not missing:
        return
    built = [each.target for each in examined.choices if each.is_built]
    names = ", ".join(sorted(missing))
    yield NOT_BUILT_WITH.finding(
        f"setup.py imports {names}, and its build requirements do not bring that: an isolated "
        f"build fails, and one without isolation is for the {names} that it finds. "
        + (f"Built from source, because no wheel fits: {spoken(built)}." if built else ""),
        examined.release.place(sdist.filename),
        {"imports": tuple(sorted(missing.values()))},
    )


OLD_SETUPTOOLS = "setuptools<81"
_CAP = Advice(
    remedy="",
    title="Hold setuptools back in builds",
    files={"build-constraints.txt": f"{OLD_SETUPTOOLS}\n"},
    trap="81 warns already, 82 has no pkg_resources",
    source="https://setuptools.pypa.io/en/latest/history.html#v82-0-0",
)


def rotten_file(
    build: Iterable[Requirement],
    provider: str,
    version: str,
    target: TargetPython,
    providers: Providers,
) -> str | None:
    """The file of ``provider`` for which a build with that version of it fails, if any."""
    if not _takes_today(build):
        return None
    texts = providers.python(provider, version, target)
    rotten = (path for path in sorted(texts) if imports_at_once(texts[path], "pkg_resources"))
    return next(rotten, None)


def _provider_rot(examined: Examined, link: LibraryNeed, path: str) -> Finding:
    name, version = link.provider, link.version
    return ROTTEN.finding(
        f"{path} of {name} {version}, the newest that Requires-Dist allows, imports "
        "pkg_resources, which is gone since setuptools 82; nothing holds setuptools back. "
        "Forcing that version into the build (match-runtime, a build constraint) fails, unless "
        f"{OLD_SETUPTOOLS} stands beside it.",
        examined.release.place(),
        {"provider": name, "version": version, "imports": path},
        (_CAP,),
    )


def _takes_today(build: Iterable[Requirement]) -> bool:
    specifiers = wanted(build, "setuptools")
    return specifiers is None or specifiers.contains(GONE_SINCE)
