"""What becomes of a package that is built where a lock is installed."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Literal

import msgspec
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from native_skew.audit import facts
from native_skew.audit.errors import ReleaseError
from native_skew.audit.facts import Contents
from native_skew.audit.later_builds import GONE_SINCE, OLD_SETUPTOOLS, native_sign, rotten_file
from native_skew.audit.linkage import is_system
from native_skew.audit.modules import base
from native_skew.audit.providers import Providers, is_within, wanted
from native_skew.audit.read import linux_wheels
from native_skew.audit.release import File, Reader, Release
from native_skew.audit.resolver_metadata import ResolverMetadata, applying
from native_skew.audit.simple import IndexClient
from native_skew.audit.targets import TargetPython
from native_skew.distributions import (
    SourceTexts,
    imported,
    imports_at_once,
    library_names,
    stamping_modules,
)
from native_skew.installers import ALL, BuildSettings, Cause, LockedPackage

Word = Literal["will break", "may break", "may break later", "will not build", "holds", "not known"]
_BUDGET = 16 * 1024 * 1024  # bytes of a wheel's shared objects to read
_SHOWN = 4
_DEPTH = 3  # how far build requirements are followed
# A module runs with versions of these other than it was built with, as they say themselves; NumPy's
# two generations are looked at. https://cffi.readthedocs.io/en/stable/cdef.html
_COMPATIBLE = {"cffi", "cython", "numpy", "setuptools"}


# What changes the version of a build requirement adds none.
_OF_WHAT_IS_THERE = frozenset({"build-constraint-rebuild", "override-older"})


class Build(msgspec.Struct, frozen=True, kw_only=True):
    """A package that is built on a target.

    Attributes:
        package: of the lock.
        sdist: what it is built from.
        target: where.
        selected: all packages that the lock gives there, by name.

    """

    package: LockedPackage
    sdist: File
    target: TargetPython
    selected: Mapping[str, LockedPackage]


class Outlook(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of a build and one provider of the lock, on some targets.

    Attributes:
        word: what is foretold.
        provider: the distribution with the library.
        built_with: the version of it that the build takes today; empty where none is known.
        locked: the version that the lock gives.
        asked: what the build asks of it, constraints included.
        libraries: those that the build links to, as far as names tell.
        shown_by: the wheel that shows what is linked; empty where none does.
        reason: why it is that word, a clause.
        cause: as repairs are chosen.
        refused: remedies that the lock's tool refuses for this package.
        own_range: what the sdist itself asks of the provider, where that rules out the lock's.

    """

    build: Build
    targets: tuple[TargetPython, ...]
    word: Word
    reason: str
    provider: str = ""
    built_with: str = ""
    locked: str = ""
    asked: str = ""
    libraries: tuple[str, ...] = ()
    shown_by: str = ""
    cause: Cause = "unstamped"
    refused: frozenset[str] = frozenset()
    own_range: str = ""

    def sentence(self) -> str:
        """It in words."""
        takes = (
            f"Its build takes {self.provider} {self.built_with} («{self.asked}») today, and the lock "
            f"gives {self.provider} {self.locked}. "
            if self.built_with
            else ""
        )
        return f"{takes}{self.reason}"


class _Source(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of the package: whichever target, by platform, by provider and version."""

    release: Release
    texts: SourceTexts
    metadata: ResolverMetadata
    shown: dict[str, tuple[File, Contents] | None]
    causes: dict[tuple[str, str], Cause]
    numpy: dict[str, str]


def outlooks(
    builds: list[Build],
    settings: BuildSettings,
    providers: Providers,
    reader: Reader,
    index: IndexClient,
) -> list[Outlook]:
    """What becomes of one package where it is built, each with the targets that it is so on.

    Raises:
        AuditError: its sdist cannot be read, or the index cannot be asked.

    """
    package = builds[0].package
    release = index.release(package.name, package.version)
    listed = next((e for e in release.files if e.filename == builds[0].sdist.filename), None)
    sdist = listed or release.sdist or builds[0].sdist
    texts = reader.source(sdist)
    source = _Source(
        release=release,
        texts=texts,
        metadata=facts.metadata_of(sdist.filename, texts.pkg_info),
        shown={},
        causes={},
        numpy={},
    )
    grouped: dict[tuple[object, ...], list[Outlook]] = {}
    known: dict[tuple[object, ...], list[Outlook]] = {}
    for build in sorted(builds, key=lambda each: -each.target.minor):
        judging = _Judging(build, source, settings, providers, reader)
        # Names of libraries are a platform's, whichever Python.
        key = (build.target.platform, judging.versions())
        if key not in known:
            known[key] = list(judging.outlooks())
        for each in known[key]:
            same = (each.word, each.provider, each.built_with, each.locked)
            grouped.setdefault(same, []).append(
                msgspec.structs.replace(each, targets=(build.target,))
            )
    return [
        msgspec.structs.replace(
            alike[0], targets=tuple(t for each in reversed(alike) for t in each.targets)
        )
        for alike in grouped.values()
    ]


class _Judging:
    """One package on one target."""

    def __init__(
        self,
        build: Build,
        source: _Source,
        settings: BuildSettings,
        providers: Providers,
        reader: Reader,
    ) -> None:
        self._build, self._source = build, source
        self._providers, self._reader = providers, reader
        self._target, self._name = build.target, build.package.name
        self._selected = {k: v for k, v in build.selected.items() if k != self._name}
        texts = source.texts
        given = (*texts.build_requires, *settings.requirements.get(self._name, ()))
        limits = (*settings.constraints, *settings.own_constraints.get(self._name, ()))
        self._asked = applying(_understood(given), self._target.environment)
        self._limits = applying(_understood(limits), self._target.environment)
        self._matched = settings.matched.get(self._name, frozenset())
        self._is_described = self._name in settings.described
        self._in_environment = bool({self._name, ALL} & settings.no_isolation)
        self._modules = {str(canonicalize_name(each)): each for each in imported(texts.setup_py)}
        self._foreign: dict[str, tuple[SpecifierSet, ...]] | None = None

    def versions(self) -> tuple[tuple[str, str, str | None], ...]:
        """The providers that count, as the lock gives them and as a build takes them."""
        about = sorted(
            {*self._linked(), *self._failing(), *self._of_another_numpy(), *self._declaring()}
        )
        return tuple((name, self._selected[name].version, self._taken(name)[0]) for name in about)

    def outlooks(self) -> Iterator[Outlook]:
        """What is foretold."""
        for name in self._failing():
            yield self._outlook(
                "will not build",
                f"Its setup.py imports {self._modules[name]}, and its isolated build does not have "
                f"it: its build requirements do not name {name}.",
                name,
                built_with="",
                refused=self._refused() | _OF_WHAT_IS_THERE,
            )
        if newest := self._without_pkg_resources():
            yield self._outlook(
                "will not build",
                f"Its setup.py imports pkg_resources, and setuptools {newest}, which its build takes "
                f"today, has it no more; «{OLD_SETUPTOOLS}» has.",
            )
        for name in self._of_another_numpy():
            yield self._refused_by_numpy(name)
        shown = self._shown()
        for name in () if shown else self._unseen():
            yield self._outlook(
                "not known",
                f"No wheel of this release shows what it links, and {name} "
                f"{self._selected[name].version} of the lock is built as well: which libraries it "
                "will have, nobody can tell before.",
                name,
                built_with="",
            )
        for name in self._declaring():
            yield self._outlook(
                "not known",
                f"It requires {name} for building and for running, and links none of its libraries "
                "by name: what it compiles of its declarations, or whether both hold a copy of one "
                "library, an import tells.",
                name,
            )
        for name, needed in self._linked().items():
            if shown:
                yield self._compared(name, needed, shown[0].filename)
            else:
                yield from self._suspected(name)

    def _near(self) -> list[str]:
        """Packages of the lock that the build may have to do with, the likeliest first."""
        named = self._named()
        about = {*named, *self._source.metadata.names(), *self._modules, *self._matched}
        about |= {each.name for each in self._build.package.requires}
        if wheel := self._nearest():
            about |= self._reader.metadata(wheel).names()
        return sorted(about & self._selected.keys(), key=lambda each: (each not in named, each))

    def _unseen(self) -> list[str]:
        """Native packages of the lock that the build may link, and that have no wheel themselves."""
        if not native_sign(self._source.texts, self._named()):
            return []
        sources = {
            name: self._providers.source(name, self._selected[name].version)
            for name in self._near()
        }
        return [
            name
            for name, source in sources.items()
            if source
            and native_sign(
                source, {canonicalize_name(e.name) for e in _understood(source.build_requires)}
            )
        ]

    def _declaring(self) -> list[str]:
        """Native packages that it requires for building and for running, in another version.

        But those that it links by name, and those whose compatibility is their own promise.
        """
        both = self._named() & self._source.metadata.names() & self._selected.keys()
        return [
            name
            for name in sorted(both - _COMPATIBLE - self._linked().keys())
            if self._taken(name)[0] not in (None, self._selected[name].version)
            and self._providers.is_native(name, self._selected[name].version)
        ]

    def _named(self) -> set[str]:
        return {canonicalize_name(each.name) for each in self._asked}

    def _linked(self) -> dict[str, tuple[str, ...]]:
        """The packages of the lock whose libraries are linked, or may be, and which.

        A wheel's modules are read where there is a package that ships libraries at all.
        """
        ships = {
            name: libraries
            for name in self._near()
            if (libraries := self._ships(name, self._selected[name].version))
        }
        if not ships:
            return {}
        shown = self._shown()
        if shown is None:
            native = native_sign(self._source.texts, self._named())
            return {name: () for name in ships if native and self._is_asked(name)}
        needs = {name for name in shown[1].needs() if not is_system(name)}
        found = {}
        for name, libraries in ships.items():
            if mine := _owned(needs, libraries):
                found[name] = mine
                needs -= set(mine)
        return found

    def _outlook(self, word: Word, reason: str, provider: str = "", **more: object) -> Outlook:
        values: dict[str, object] = {"refused": self._refused(), **more}
        if provider:
            version, asked = self._taken(provider)
            locked = self._selected[provider].version
            values = {
                "built_with": version or "",
                "asked": f"{provider}{asked}",
                "locked": locked,
                "cause": self._cause(provider, locked),
                "own_range": self._own_range(provider, locked),
                **values,
            }
        return Outlook(
            build=self._build,
            targets=(self._target,),
            word=word,
            reason=reason,
            provider=provider,
            **values,  # type: ignore[arg-type]
        )

    def _own_range(self, provider: str, locked: str) -> str:
        own = _understood(self._source.texts.build_requires)
        asked = wanted(applying(own, self._target.environment), provider)
        held = asked is None or asked.contains(locked, prereleases=True)
        return "" if held else f"{provider}{asked}"

    def _refused(self) -> frozenset[str]:
        """Uv refuses to match what no file says statically: it would have to build it first.

        https://docs.astral.sh/uv/concepts/projects/config/#augmenting-build-dependencies
        """
        known = self._source.release.wheels or self._source.metadata.promises_static
        if known or self._is_described:
            return frozenset()
        return frozenset({"match-runtime-rebuild", "match-runtime-setuptools-rebuild"})

    def _cause(self, provider: str, locked: str) -> Cause:
        key = (provider, locked)
        if key not in self._source.causes:
            self._source.causes[key] = self._found_cause(provider, locked)
        return self._source.causes[key]

    def _found_cause(self, provider: str, locked: str) -> Cause:
        if rotten_file(self._asked, provider, locked, self._target, self._providers):
            return "rotten"
        stamps = map(canonicalize_name, stamping_modules(self._source.texts.setup_py))
        told = self._source.metadata.names().union(stamps)
        if provider in told and not self._source.metadata.promises_static:
            return "stamped"
        return "unstamped"

    # What the build takes

    def _taken(self, name: str) -> tuple[str | None, SpecifierSet]:
        """The version of ``name`` that the build gets, and what is asked of it."""
        if name in self._selected and (self._in_environment or name in self._matched):
            locked = self._selected[name].version
            return locked, SpecifierSet(f"=={locked}")
        asked = wanted([*self._asked, *self._limits], name) or SpecifierSet()
        for each in self._others().get(name, ()):
            asked &= each
        return self._providers.newest(name, asked, self._target), asked

    def _is_asked(self, name: str) -> bool:
        """Whether the build environment has ``name`` at all, as far as it is told."""
        return (
            self._in_environment
            or name in self._named()
            or name in self._matched
            or name in self._others()
        )

    def _others(self) -> dict[str, tuple[SpecifierSet, ...]]:
        """What the build requirements require in turn: their newest versions' metadata."""
        if self._foreign is None:
            found: dict[str, list[SpecifierSet]] = {}
            seen = set[str]()
            waiting = [(each, 0) for each in self._asked]
            while waiting:
                each, depth = waiting.pop()
                name = canonicalize_name(each.name)
                if depth:
                    found.setdefault(name, []).append(each.specifier)
                if name in seen or depth == _DEPTH:
                    continue
                seen.add(name)
                waiting += [(more, depth + 1) for more in self._requires(name, each.specifier)]
            self._foreign = {name: tuple(specifiers) for name, specifiers in found.items()}
        return self._foreign

    def _requires(self, name: str, specifier: SpecifierSet) -> tuple[Requirement, ...]:
        limits = wanted(self._limits, name) or SpecifierSet()
        try:
            version = self._providers.newest(name, specifier & limits, self._target)
            metadata = self._providers.metadata(name, version, self._target) if version else None
        except ReleaseError:  # from elsewhere than the index
            return ()
        return metadata.applicable(self._target.environment) if metadata else ()

    # What is linked

    def _nearest(self) -> File | None:
        """The native wheel of the same release that tells most of the target."""
        wheels = [each for each in self._source.release.wheels if not each.is_pure]
        return min(wheels, key=self._target.distance, default=None)

    def _shown(self) -> tuple[File, Contents] | None:
        """That wheel with its modules; None where it holds none."""
        known, platform = self._source.shown, self._target.platform
        if platform not in known:
            wheel = self._nearest()
            contents = self._reader.contents(wheel, _BUDGET) if wheel else None
            known[platform] = (wheel, contents) if wheel and contents and contents.modules else None
        return known[platform]

    def _ships(self, name: str, version: str | None) -> frozenset[str]:
        return self._providers.libraries(name, version, self._target) if version else frozenset()

    def _compared(self, name: str, needed: tuple[str, ...], wheel: str) -> Outlook:
        """``needed`` is what a published module links of ``name``."""
        if not self._is_asked(name):
            return self._outlook(
                "not known",
                f"A published wheel needs {', '.join(needed)} of {name}, and its build requirements do "
                f"not name {name}: which one the build finds, its setup.py or its backend decides.",
                name,
                built_with="",
                shown_by=wheel,
            )
        version, _ = self._taken(name)
        locked = self._selected[name].version
        built, given = self._ships(name, version), self._ships(name, locked)
        if not version or not built or not given:
            return self._outlook(
                "not known",
                f"A published wheel needs {', '.join(needed)} of {name}, and "
                + (
                    f"no wheel of {name} {version if given else locked} tells what it ships here."
                    if version
                    else f"there is no {name} for its build here."
                ),
                name,
                shown_by=wheel,
            )
        made = {each: _renamed(each, built) for each in needed}
        missing = tuple(
            sorted({new for old, new in made.items() if new and base(new) not in _bases(given)})
        )
        libraries = tuple(sorted({new or old for old, new in made.items()}))
        if missing and version != locked:
            return self._outlook(
                "will break",
                f"It links {', '.join(missing)}, as {wheel} shows, and {name} {locked} does not ship "
                "that: the import fails, or the installer refuses what was built.",
                name,
                libraries=missing,
                shown_by=wheel,
            )
        if version != locked and not all(map(library_names.version, libraries)):
            return self._outlook(
                "may break",
                f"It links {', '.join(libraries)}, as {wheel} shows. The name carries no version, and a "
                f"module for {name} {version} may need what {locked} lacks.",
                name,
                libraries=libraries,
                shown_by=wheel,
                cause="symbol",
            )
        return self._settled(name, libraries, wheel)

    def _settled(self, name: str, libraries: tuple[str, ...], wheel: str) -> Outlook:
        """Nothing is amiss today."""
        if (why := self._leaves(name, libraries)) is None:
            return self._outlook("holds", "", name, libraries=libraries, shown_by=wheel)
        shown = f"as {wheel} shows" if wheel else f"if it links what {name} ships"
        return self._outlook(
            "may break later",
            f"It links {', '.join(libraries)}, {shown}. {why}",
            name,
            libraries=libraries,
            shown_by=wheel,
        )

    def _leaves(self, name: str, libraries: tuple[str, ...]) -> str | None:
        """How a release of ``name`` to come parts the build from the lock; None: it cannot."""
        if self._in_environment or name in self._matched:
            return None
        _, asked = self._taken(name)
        newest = self._providers.newest(name, SpecifierSet(), self._target)
        if newest is None or is_within(asked, SpecifierSet(f"<={newest}"), newest):
            return None
        oldest = self._providers.oldest(name, SpecifierSet(), self._target)
        versioned = [each for each in libraries if library_names.version(each)]
        if versioned and len(versioned) == len(libraries):
            before = _bases(self._ships(name, oldest))
            if oldest != newest and {base(each) for each in versioned} <= before:
                return None  # the name has never changed
        return (
            f"Its build takes the next {name} as soon as it is out, and the lock stays with "
            f"{self._selected[name].version}."
        )

    def _suspected(self, name: str) -> Iterator[Outlook]:
        """No wheel shows what is linked: the build is given ``name``, which ships libraries."""
        version, _ = self._taken(name)
        locked = self._selected[name].version
        built, given = self._ships(name, version), self._ships(name, locked)
        if not version or not built:
            return
        versioned = {base(each) for each in built if library_names.version(each)}
        stems = {library_names.stem(each) for each in versioned}
        # A name without a version that has no twin with one is what others link.
        nameless = {
            base(e)
            for e in built
            if not library_names.version(e) and library_names.stem(base(e)) not in stems
        }
        changed = bool(nameless) or not versioned <= _bases(given)
        libraries = tuple(sorted(nameless or versioned))[:_SHOWN]
        if version == locked or not changed:
            yield self._settled(name, libraries, "")
            return
        yield self._outlook(
            "may break",
            f"If it links what {name} ships ({', '.join(libraries)}), "
            + (
                f"whose names carry no version, it may need what {locked} lacks: "
                if nameless
                else "it does not fit: "
            )
            + "no wheel of this release shows what it links.",
            name,
            libraries=libraries,
            cause="symbol" if nameless else self._cause(name, locked),
        )

    def _of_another_numpy(self) -> list[str]:
        """NumPy, where the build takes NumPy 1 and the lock gives a newer one; else nothing."""
        locked = self._selected.get("numpy")
        if not locked or Version(locked.version).major < 2 or not self._is_asked("numpy"):
            return []
        version, _ = self._taken("numpy")
        native = native_sign(self._source.texts, self._named())
        return ["numpy"] if version and Version(version).major < 2 and native else []

    def _refused_by_numpy(self, name: str) -> Outlook:
        """https://numpy.org/doc/stable/dev/depending_on_numpy.html#numpy-2-abi-handling."""
        if name not in self._source.numpy:
            wheel = next(iter(linux_wheels(self._source.release)), None)
            modules = self._reader.contents(wheel, _BUDGET).modules if wheel else ()
            calls = wheel and any(each.numpy for each in modules)
            self._source.numpy[name] = wheel.filename if wheel and calls else ""
        wheel_name = self._source.numpy[name]
        how = f"it calls NumPy's C API, as {wheel_name} shows" if wheel_name else "it is native"
        return self._outlook(
            "will break" if wheel_name else "may break",
            f"A module that was compiled with NumPy 1 is refused by NumPy 2 at import, and {how}.",
            name,
            shown_by=wheel_name,
            own_range="numpy<2",
        )

    # What fails already

    def _failing(self) -> list[str]:
        """What a setup.py imports in any case, and the isolated build has not."""
        if self._in_environment or not self._source.texts.is_built_by_setuptools:
            return []
        setup = self._source.texts.setup_py
        return [
            name
            for name, module in sorted(self._modules.items())
            if name in self._selected
            and module not in sys.stdlib_module_names
            and imports_at_once(setup, module)
            and not self._is_asked(name)
            and not self._is_vendored(module)
        ]

    def _without_pkg_resources(self) -> str:
        """The setuptools of the build, where setup.py imports in any case what that has no more."""
        texts = self._source.texts
        if not texts.is_built_by_setuptools or not imports_at_once(texts.setup_py, "pkg_resources"):
            return ""
        with suppress(ReleaseError):  # from elsewhere than the index
            version, _ = self._taken("setuptools")
            return version if version and Version(version) >= Version(GONE_SINCE) else ""
        return ""

    def _is_vendored(self, module: str) -> bool:
        """Whether the build's setuptools brings ``module`` along, and puts it on the path.

        https://setuptools.pypa.io/en/latest/history.html#v71-0-0
        """
        with suppress(ReleaseError):  # from elsewhere than the index
            version, _ = self._taken("setuptools")
            folder = f"setuptools/_vendor/{module}"
            return bool(version) and self._providers.brings(
                "setuptools", version or "", folder, self._target
            )
        return False


def _owned(needs: set[str], ships: frozenset[str]) -> tuple[str, ...]:
    """Those of ``needs`` that are shipped, by that name or by another version of it."""
    names = _bases(ships)
    stems = {library_names.stem(each) for each in ships if library_names.version(each)}
    return tuple(
        sorted(
            each
            for each in needs
            if base(each) in names
            or (library_names.version(each) and library_names.stem(each) in stems)
        )
    )


def _renamed(needed: str, ships: frozenset[str]) -> str:
    """What a build links that finds ``ships`` where a published one found ``needed``."""
    if base(needed) in _bases(ships) or not library_names.version(needed):
        return needed
    length = library_names.version(needed).count(".")
    alike = [
        each
        for each in ships
        if library_names.version(each) and library_names.stem(each) == library_names.stem(needed)
    ]
    same = [e for e in alike if library_names.version(e).count(".") == length]
    return (same or alike or [""])[0]


def _bases(names: frozenset[str]) -> set[str]:
    return {base(each) for each in names}


def _understood(texts: tuple[str, ...]) -> Iterator[Requirement]:
    for each in texts:
        with suppress(InvalidRequirement):
            yield Requirement(each)
