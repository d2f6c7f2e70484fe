"""The prospects of a package that is built when a lock is installed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cached_property, partial
from typing import Literal

import msgspec
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from native_skew.audit.build_environment import (
    GONE_SINCE,
    BuildEnvironment,
    native_sign,
    rotten_file,
)
from native_skew.audit.errors import ReleaseError
from native_skew.audit.facts import Contents
from native_skew.audit.modules import base, bases, versions_of
from native_skew.audit.providers import Providers, is_within, wanted
from native_skew.audit.read import linux_wheels, read_sdist
from native_skew.audit.release import File, Reader, Release
from native_skew.audit.resolver_metadata import applying, understood
from native_skew.audit.simple import IndexClient
from native_skew.audit.targets import TargetPython
from native_skew.distributions import imported, imports_at_once, library_names, stamping_modules
from native_skew.installers import ALL, OLD_SETUPTOOLS, BuildSettings, Cause, LockedPackage

Word = Literal["will break", "may break", "may break later", "will not build", "holds", "not known"]
_BUDGET = 16 * 1024 * 1024  # bytes of a wheel's shared objects to read
_SHOWN = 4
# By their own promise, a module runs with other versions of these than it was built with; NumPy's
# two generations are examined. https://cffi.readthedocs.io/en/stable/cdef.html
_COMPATIBLE = {"cffi", "cython", "numpy", "setuptools"}
# These change the version of a build requirement, but add none.
_OF_WHAT_IS_THERE = frozenset({"build-constraint-rebuild", "override-older"})


class Build(msgspec.Struct, frozen=True, kw_only=True):
    """A package that is built on a target, with the other packages ``selected`` from the lock."""

    package: LockedPackage
    sdist: File
    target: TargetPython
    selected: Mapping[str, LockedPackage]


class Outlook(msgspec.Struct, frozen=True, kw_only=True):
    """The prospects of a build with one provider of the lock, on some targets."""

    build: Build
    targets: tuple[TargetPython, ...]
    word: Word
    reason: str
    provider: str = ""
    built_with: str = ""  # the version of it that the build takes today; empty if unknown
    locked: str = ""
    asked: str = ""  # what the build asks of it, constraints included
    libraries: tuple[str, ...] = ()  # those that the build links to, by their names
    shown_by: str = ""  # the wheel that shows what is linked; empty if none does
    cause: Cause = "unstamped"
    refused: frozenset[str] = frozenset()  # remedies that the lock's tool refuses for this package
    # What the sdist itself asks of the provider, if that excludes the lock's version.
    own_range: str = ""


class _Source:
    """What is known of the package on any target."""

    def __init__(self, sdist: File, release: Release, reader: Reader) -> None:
        listed = next((e for e in release.files if e.filename == sdist.filename), None)
        sdist = listed or release.sdist or sdist
        self.release, self._reader = release, reader
        self.texts, self.metadata = read_sdist(reader, sdist)
        self.causes: dict[tuple[str, str], Cause] = {}
        self._shown: dict[str, tuple[File, Contents] | None] = {}

    def nearest(self, target: TargetPython) -> File | None:
        """The native wheel of the same release that tells most about ``target``."""
        wheels = (each for each in self.release.wheels if not each.is_pure)
        return min(wheels, key=target.distance, default=None)

    def shown(self, target: TargetPython) -> tuple[File, Contents] | None:
        """That wheel, the same one for all Pythons of a platform; None if it has no modules."""
        platform = target.platform
        if platform not in self._shown:
            wheel = self.nearest(target)
            contents = self._reader.contents(wheel, _BUDGET) if wheel else None
            found = (wheel, contents) if wheel and contents and contents.modules else None
            self._shown[platform] = found
        return self._shown[platform]

    @cached_property
    def calling_numpy(self) -> str:
        """The wheel that shows that the modules call NumPy's C API; empty if none does."""
        wheel = next(iter(linux_wheels(self.release)), None)
        modules = self._reader.contents(wheel, _BUDGET).modules if wheel else ()
        return wheel.filename if wheel and any(each.numpy for each in modules) else ""


def outlooks(
    builds: list[Build],
    settings: BuildSettings,
    providers: Providers,
    reader: Reader,
    index: IndexClient,
) -> list[Outlook]:
    """The prospects of one package where it is built, each with the targets that share it."""
    package = builds[0].package
    release = index.release(package.name, package.version)
    source = _Source(builds[0].sdist, release, reader)
    found: dict[tuple[object, ...], Outlook] = {}
    known: dict[tuple[object, ...], list[Outlook]] = {}
    for build in sorted(builds, key=lambda each: -each.target.minor):
        judging = _Judging(build, source, settings, providers, reader)
        # Names of libraries are a platform's, whichever Python.
        key = (build.target.platform, judging.versions())
        if key not in known:
            known[key] = list(judging.outlooks())
        for each in known[key]:
            same = (each.word, each.provider, each.built_with, each.locked)
            after = found[same].targets if same in found else ()
            found[same] = msgspec.structs.replace(
                found.get(same, each), targets=(build.target, *after)
            )
    return list(found.values())


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
        self._build, self._source, self._settings = build, source, settings
        self._providers, self._reader = providers, reader
        self._target, self._name = build.target, build.package.name
        self._selected = {k: v for k, v in build.selected.items() if k != self._name}
        self._matched = settings.matched.get(self._name, frozenset())
        texts, given = source.texts, self._selected.keys() & self._matched
        pins = (f"{each}=={self._selected[each].version}" for each in given)
        own = settings.own_constraints.get(self._name, ())
        self._environment = BuildEnvironment(
            understood((*texts.build_requires, *settings.requirements.get(self._name, ()))),
            understood((*settings.constraints, *own, *pins)),
            self._target,
            providers,
        )
        self._is_isolated = not {self._name, ALL} & settings.no_isolation
        self._is_native = bool(native_sign(texts, self._environment.names))
        self._modules = {canonicalize_name(each) for each in imported(texts.setup_py)}
        self._failing = (
            self._environment.lacks(texts, self._selected.keys() - self._matched)
            if self._is_isolated
            else {}
        )

    def versions(self) -> tuple[tuple[str, str, str | None], ...]:
        """The relevant providers, as the lock gives them and as a build takes them."""
        about = {*self._linked(), *self._failing, *self._declaring()}
        about |= {"numpy"} if self._takes_numpy_1() else set()
        return tuple(
            (name, self._selected[name].version, self._taken(name)[0]) for name in sorted(about)
        )

    def outlooks(self) -> Iterator[Outlook]:
        """What is foretold."""
        for name, module in self._failing.items():
            yield self._outlook(
                "will not build",
                f"Its setup.py imports {module}, and its isolated build does not have it: its build "
                f"requirements do not name {name}.",
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
        if self._takes_numpy_1():
            # https://numpy.org/doc/stable/dev/depending_on_numpy.html#numpy-2-abi-handling
            calling = self._source.calling_numpy
            how = f"it calls NumPy's C API, as {calling} shows" if calling else "it is native"
            yield self._outlook(
                "will break" if calling else "may break",
                f"A module that was compiled with NumPy 1 is refused by NumPy 2 at import, and {how}.",
                "numpy",
                shown_by=calling,
                own_range="numpy<2",
            )
        shown = self._source.shown(self._target)
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
        """The packages of the lock that may matter to the build, the likeliest first."""
        named = self._environment.names
        about = {*named, *self._source.metadata.names(), *self._modules, *self._matched}
        about |= {each.name for each in self._build.package.requires}
        if wheel := self._source.nearest(self._target):
            about |= self._reader.metadata(wheel).names()
        return sorted(about & self._selected.keys(), key=lambda each: (each not in named, each))

    def _unseen(self) -> list[str]:
        """Native packages of the lock that the build may link to, and that have no wheel."""
        return [
            name
            for name in (self._near() if self._is_native else ())
            if (source := self._providers.source(name, self._selected[name].version))
            and native_sign(
                source, {canonicalize_name(e.name) for e in understood(source.build_requires)}
            )
        ]

    def _declaring(self) -> list[str]:
        """Native packages that it requires for building and for running, in another version.

        Except those that it links by name, and those that promise compatibility themselves.
        """
        both = self._environment.names & self._source.metadata.names() & self._selected.keys()
        return [
            name
            for name in sorted(both - _COMPATIBLE - self._linked().keys())
            if self._taken(name)[0] not in (None, self._selected[name].version)
            and self._providers.is_native(name, self._selected[name].version)
        ]

    def _linked(self) -> dict[str, tuple[str, ...]]:
        """The packages of the lock whose libraries are or may be linked, with these libraries.

        A wheel's modules are read only if some package ships libraries.
        """
        ships = {
            name: libraries
            for name in self._near()
            if (libraries := self._ships(name, self._selected[name].version))
        }
        shown = self._source.shown(self._target) if ships else None
        if shown is None:
            return {name: () for name in ships if self._is_native and self._is_asked(name)}
        needs = {*shown[1].needs_of_others()}
        found = {}
        for name, libraries in ships.items():
            names = bases(libraries)
            mine = {e for e in needs if base(e) in names or versions_of(e, libraries)}
            if mine:
                found[name] = tuple(sorted(mine))
                needs -= mine
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
        own = understood(self._source.texts.build_requires)
        asked = wanted(applying(own, self._target.environment), provider)
        held = asked is None or asked.contains(locked, prereleases=True)
        return "" if held else f"{provider}{asked}"

    def _refused(self) -> frozenset[str]:
        """Whether uv refuses match-runtime: it must know the requirements without a build.

        https://docs.astral.sh/uv/concepts/projects/config/#augmenting-build-dependencies
        """
        known = self._source.release.wheels or self._source.metadata.promises_static
        if known or self._name in self._settings.described:
            return frozenset()
        return frozenset({"match-runtime-rebuild", "match-runtime-setuptools-rebuild"})

    def _cause(self, provider: str, locked: str) -> Cause:
        source, key = self._source, (provider, locked)
        if key not in source.causes:
            asked, stamps = self._environment.asked, stamping_modules(source.texts.setup_py)
            told = source.metadata.names().union(map(canonicalize_name, stamps))
            if rotten_file(asked, provider, locked, self._target, self._providers):
                source.causes[key] = "rotten"
            elif provider in told and not source.metadata.promises_static:
                source.causes[key] = "stamped"
            else:
                source.causes[key] = "unstamped"
        return source.causes[key]

    def _is_given(self, name: str) -> bool:
        """Whether a setting makes the build take the version of the lock."""
        return not self._is_isolated or name in self._matched

    def _taken(self, name: str) -> tuple[str | None, SpecifierSet]:
        """The version of ``name`` that the build takes, and what is asked of it."""
        if name in self._selected and self._is_given(name):
            locked = self._selected[name].version
            return locked, SpecifierSet(f"=={locked}")
        return self._environment.newest(name), self._environment.asks(name)

    def _is_asked(self, name: str) -> bool:
        """Whether the build environment has ``name`` at all, as far as is known."""
        return self._is_given(name) or self._environment.has(name)

    def _ships(self, name: str, version: str | None) -> frozenset[str]:
        return self._providers.libraries(name, version, self._target) if version else frozenset()

    def _compared(self, name: str, needed: tuple[str, ...], wheel: str) -> Outlook:
        """``needed`` are the libraries of ``name`` to which a published module links."""
        say = partial(self._outlook, provider=name, shown_by=wheel)
        needs = f"A published wheel needs {', '.join(needed)} of {name}, and"
        if not self._is_asked(name):
            why = "which one the build finds, its setup.py or its backend decides"
            reason = f"{needs} its build requirements do not name {name}: {why}."
            return say("not known", reason, built_with="")
        version, _ = self._taken(name)
        locked = self._selected[name].version
        built, given = self._ships(name, version), self._ships(name, locked)
        if not version:
            return say("not known", f"{needs} there is no {name} for its build here.")
        if not built or not given:
            untold = f"{name} {version if given else locked}"
            return say("not known", f"{needs} no wheel of {untold} tells what it ships here.")
        made = {each: _renamed(each, built) for each in needed}
        new = set(filter(None, made.values()))
        missing = tuple(sorted(each for each in new if base(each) not in bases(given)))
        libraries = tuple(sorted({new or old for old, new in made.items()}))
        if missing and version != locked:
            reason = (
                f"It links {', '.join(missing)}, as {wheel} shows, and {name} {locked} does not ship "
                "that: the import fails, or the installer refuses what was built."
            )
            return say("will break", reason, libraries=missing)
        if version != locked and not all(map(library_names.version, libraries)):
            reason = (
                f"It links {', '.join(libraries)}, as {wheel} shows. The name carries no version, "
                f"and a module for {name} {version} may need what {locked} lacks."
            )
            return say("may break", reason, libraries=libraries, cause="symbol")
        return self._settled(name, libraries, wheel)

    def _settled(self, name: str, libraries: tuple[str, ...], wheel: str) -> Outlook:
        """Nothing is amiss today."""
        say = partial(self._outlook, provider=name, libraries=libraries, shown_by=wheel)
        if (why := self._leaves(name, libraries)) is None:
            return say("holds", "")
        shown = f"as {wheel} shows" if wheel else f"if it links what {name} ships"
        return say("may break later", f"It links {', '.join(libraries)}, {shown}. {why}")

    def _leaves(self, name: str, libraries: tuple[str, ...]) -> str | None:
        """How a later release of ``name`` separates the build from the lock; None if it cannot."""
        if self._is_given(name):
            return None
        _, asked = self._taken(name)
        newest = self._providers.newest(name, SpecifierSet(), self._target)
        if newest is None or is_within(asked, SpecifierSet(f"<={newest}"), newest):
            return None
        oldest = self._providers.oldest(name, SpecifierSet(), self._target)
        versioned = [each for each in libraries if library_names.version(each)]
        if versioned and len(versioned) == len(libraries):
            before = bases(self._ships(name, oldest))
            if oldest != newest and bases(versioned) <= before:
                return None  # the name has never changed
        return (
            f"Its build takes the next {name} as soon as it is out, and the lock stays with "
            f"{self._selected[name].version}."
        )

    def _suspected(self, name: str) -> Iterator[Outlook]:
        """The case that no wheel shows what is linked, and the build has ``name`` with libraries."""
        version, _ = self._taken(name)
        locked = self._selected[name].version
        built, given = self._ships(name, version), self._ships(name, locked)
        if not version or not built:
            return
        versioned = {base(each) for each in built if library_names.version(each)}
        stems = {library_names.stem(each) for each in versioned}
        # Others link to a name without a version if there is no such name with one.
        nameless = {
            base(e)
            for e in built
            if not library_names.version(e) and library_names.stem(base(e)) not in stems
        }
        libraries = tuple(sorted(nameless or versioned))[:_SHOWN]
        if version == locked or not (nameless or versioned - bases(given)):
            yield self._settled(name, libraries, "")
            return
        why, cause = "it does not fit", self._cause(name, locked)
        if nameless:
            why = f"whose names carry no version, it may need what {locked} lacks"
            cause = "symbol"
        yield self._outlook(
            "may break",
            f"If it links what {name} ships ({', '.join(libraries)}), {why}: no wheel of this release "
            "shows what it links.",
            name,
            libraries=libraries,
            cause=cause,
        )

    def _takes_numpy_1(self) -> bool:
        """Whether a native build takes NumPy 1 while the lock has a newer one."""
        locked = self._selected.get("numpy")
        if not locked or Version(locked.version).major < 2 or not self._is_asked("numpy"):
            return False
        version, _ = self._taken("numpy")
        return self._is_native and version is not None and Version(version).major < 2

    def _without_pkg_resources(self) -> str:
        """The build's setuptools, if setup.py always imports what that no longer has."""
        texts = self._source.texts
        if not texts.is_built_by_setuptools or not imports_at_once(texts.setup_py, "pkg_resources"):
            return ""
        with suppress(ReleaseError):  # from elsewhere than the index
            version, _ = self._taken("setuptools")
            return version if version and Version(version) >= Version(GONE_SINCE) else ""
        return ""


def _renamed(needed: str, ships: frozenset[str]) -> str:
    """What a build links to that finds ``ships``, when a published build found ``needed``."""
    if base(needed) in bases(ships) or not library_names.version(needed):
        return needed
    length = library_names.version(needed).count(".")
    alike = versions_of(needed, ships)
    same = [each for each in alike if library_names.version(each).count(".") == length]
    return (same or alike or [""])[0]
