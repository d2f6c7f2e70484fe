"""Which distributions' libraries a wheel needs, and whether its requirements guarantee them."""

from __future__ import annotations

import re
import sys
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import PurePosixPath

import msgspec
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from native_skew.audit.errors import AuditError, ReleaseError
from native_skew.audit.modules import SharedObject, base, bases, versions_of
from native_skew.audit.providers import Providers, is_exact, wanted
from native_skew.audit.read import Examined
from native_skew.audit.release import Release
from native_skew.audit.rules import TOO_WIDE, UNDECLARED, UNTOLD
from native_skew.audit.targets import TargetPython
from native_skew.distributions import imported
from native_skew.findings import Evidence, Finding, Level, Rule

_CANDIDATES = 24  # distributions to look into; each costs a page and a directory
_FEWER = 8  # likewise, of those that it does not require itself
_OF_DEVELOPERS = re.compile(r"^(all|bench|build|cov|dev|doc|lint|test)|check|style|typing")
_NUMBER = re.compile(r"\d+")
_NUMPY_2 = "2.0.0"
_OUTSIDE = re.compile(r"\$(?:\{ORIGIN\}|ORIGIN)/(.*)")


class LibraryNeed(msgspec.Struct, frozen=True, kw_only=True):
    """A wheel needs ``library`` of ``provider``."""

    wheel: str
    target: TargetPython
    module: SharedObject
    library: str
    provider: str
    # What the wheel's Requires-Dist asks of the provider; None if it does not name it.
    allowed: SpecifierSet | None
    version: str  # the provider's newest version that this allows
    ships_it: bool  # whether that version ships the library under the name needed
    # The oldest version that is allowed and ships it under another name; empty for none.
    floor: str = ""
    extra: str = ""  # the extra that alone asks for the provider; empty for none
    # The requirement that brings the provider in turn; empty if it is required directly.
    through: str = ""


class _Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A possible provider; ``asked`` is None if Requires-Dist tells what is asked of it."""

    name: str
    asked: SpecifierSet | None = None
    extra: str = ""
    through: str = ""


class Linkage(msgspec.Struct, frozen=True, kw_only=True):
    """All links; by wheel, the libraries without a provider; and what could not be examined."""

    links: tuple[LibraryNeed, ...]
    untold: dict[str, dict[str, SharedObject]]
    errors: tuple[AuditError, ...]


def trace(examined: Examined, providers: Providers) -> Linkage:
    """Looks for what the wheels need among the libraries of their (build) requirements."""
    links: list[LibraryNeed] = []
    untold: dict[str, dict[str, SharedObject]] = {}
    errors: list[AuditError] = []
    texts = examined.source.build_requires if examined.source else ()
    build: list[str] = [canonicalize_name(Requirement(each).name) for each in texts]
    for filename in examined.contents:
        wheel = _Wheel(examined, filename, providers)
        if not wheel.needs or not wheel.targets:
            continue
        for candidate in wheel.candidates(build):
            try:
                links += wheel.found_in(candidate)
            except ReleaseError:  # a requirement that the index does not have
                continue
            except AuditError as error:
                errors.append(error)
            if not wheel.needs:
                break
        else:
            untold[filename] = wheel.needs
    return Linkage(links=tuple(links), untold=untold, errors=tuple(errors))


def findings(examined: Examined, linkage: Linkage) -> Iterator[Finding]:
    """Findings of undeclared libraries, and of requirements wider than the library's name."""
    for links in _alike(linkage):
        yield from _of_provider(examined.release, links)
    alike: dict[frozenset[str], str] = {}
    for wheel, needs in linkage.untold.items():
        alike.setdefault(frozenset(needs), wheel)
    for wheel in alike.values():
        yield _unfound(examined, wheel, linkage.untold[wheel])


def _of_provider(release: Release, links: list[LibraryNeed]) -> Iterator[Finding]:
    """The finding about one provider's libraries, which some wheels need alike."""
    first, provider, version = links[0], links[0].provider, links[0].version
    libraries = _libraries(links)
    missing = _libraries(each for each in links if not each.ships_it)
    wheels = tuple(dict.fromkeys(each.wheel for each in links))
    low = next((each.floor for each in links if each.floor), "")

    def finding(
        rule: Rule, names: tuple[str, ...], what: str, more: Evidence, level: Level | None = None
    ) -> Finding:
        evidence: Evidence = {
            "libraries": libraries,
            "provider": provider,
            "module": first.module.path,
            "wheels": wheels,
            **more,
        }
        message = f"{first.module.path} needs {', '.join(names)}{what}{_also(wheels)}."
        return rule.finding(message, release.place(first.wheel), evidence, level=level)

    if first.through:
        brought = f" of {provider}, which {first.through} brings in turn: "
        more: Evidence = {"through": first.through}
        if missing:
            brought += f"{provider} {version}, which comes so today, ships it under another name"
            yield finding(TOO_WIDE, missing, brought, {**more, "version": version})
        else:
            brought += f"which {provider} it can run with, its own Requires-Dist does not say"
            yield finding(UNTOLD, libraries, brought, more)
    elif first.extra:
        what = (
            f" of {provider}, which Requires-Dist names for the extra {first.extra} alone: without "
            "it that cannot be loaded"
        )
        yield finding(UNDECLARED, libraries, what, {"extra": first.extra}, "warning")
    elif first.allowed is None:
        what = (
            f", which {provider} {version} ships{' under another name' if missing else ''} and this "
            f"wheel does not; its Requires-Dist does not name {provider}"
        )
        yield finding(UNDECLARED, libraries, what, {"version": version})
    elif missing or low:
        more = {"version": version if missing else low, "allowed": str(first.allowed)}
        what = f"; «{provider}{first.allowed}» allows {provider} {more['version']}"
        what += (
            ", which ships it under another name"
            if missing
            else " too, which ships it under another name: the lower end is too low"
        )
        needing = missing or _libraries(each for each in links if each.floor)
        yield finding(TOO_WIDE, needing, what, more)
    elif not is_exact(first.allowed) and all(each.endswith(".so") for each in libraries):
        what = (
            f" of {provider}, whose names carry no version, and «{provider}{first.allowed}» allows "
            f"{provider} {version}: whether it has what was there when this was built, no name tells"
        )
        yield finding(UNTOLD, libraries, what, {"version": version, "allowed": str(first.allowed)})


def _libraries(links: Iterable[LibraryNeed]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.library for each in links))


def _also(wheels: Sequence[object]) -> str:
    return f" (and so in {len(wheels) - 1} more wheels)" if len(wheels) > 1 else ""


def _unfound(examined: Examined, wheel: str, needs: dict[str, SharedObject]) -> Finding:
    """The finding that no candidate ships them; a RUNPATH to another package tells the owner."""
    place = examined.release.place(wheel)
    own = {each.partition("/")[0] for each in examined.contents[wheel].libraries}
    folders = tuple(sorted(set().union(*map(packages_searched, needs.values())) - own))
    libraries = tuple(sorted(needs))
    module = next(iter(needs.values())).path
    evidence: Evidence = {"libraries": libraries, "module": module}
    # Whatever it requires may bring more, and a namespace («nvidia») has many distributions:
    # it is certain that nothing brings them only if nothing is required.
    if folders and not examined.metadata[wheel].names():
        return UNDECLARED.finding(
            f"{module} needs {', '.join(libraries)} and has the loader look in the package "
            f"{', '.join(folders)}; this wheel requires nothing that could bring it.",
            place,
            {**evidence, "folders": folders},
        )
    return UNTOLD.finding(
        f"{module} needs {', '.join(libraries)}; no wheel of its requirements that was looked "
        "at ships it. The system does, or what they require in turn"
        + (f": the loader is sent to the package {', '.join(folders)}." if folders else "."),
        place,
        evidence,
    )


def packages_searched(module: SharedObject) -> set[str]:
    """The top-level packages, other than its own, to which its RUNPATH leads."""
    return {each[0] for each in _folders_searched(module)}


def _folders_searched(module: SharedObject) -> set[tuple[str, ...]]:
    found = set()
    home = PurePosixPath(module.path).parent.parts
    for each in module.search:
        match = _OUTSIDE.fullmatch(each.removeprefix("\\"))
        if not match:
            continue
        parts = list(home)
        for step in PurePosixPath(match[1]).parts:
            if step == ".." and not parts:
                break
            parts = parts[:-1] if step == ".." else [*parts, step]
        # «name.libs», the folder of bundled libraries, is no package's name.
        if parts and parts[0] != "".join(home[:1]) and parts[0].isidentifier():
            found.add(tuple(parts))
    return found


class _Wheel:
    """One wheel, and whose libraries it needs.

    Attributes:
        targets: those that it fits, the newest Python first.
        needs: the libraries for which no provider was found so far, each with a module.

    """

    def __init__(self, examined: Examined, filename: str, providers: Providers) -> None:
        self._file = next(e for e in examined.release.files if e.filename == filename)
        self._contents, self._providers = examined.contents[filename], providers
        self._metadata = self._contents.metadata
        fitting = [each for each in examined.targets if each.rank(self._file) is not None]
        self.targets = sorted(fitting, key=lambda each: -each.minor)
        self.needs = self._contents.needs_of_others()

    def found_in(self, candidate: _Candidate) -> list[LibraryNeed]:
        """What it needs of ``candidate``, on the newest Python for which that has a wheel."""
        name, providers = candidate.name, self._providers
        for target in self.targets:
            allowed = wanted(self._metadata.applicable(target.environment), name)
            asked = candidate.asked or allowed or SpecifierSet()
            version = providers.newest(name, asked, target)
            libraries = providers.shipped(name, version, target) if version else frozenset()
            if self.needs.keys() & bases(libraries):
                break
            # Resolvers may take another version, one that the other requirements allow.
            version = version and self.taken(name, asked, target)
            libraries = providers.shipped(name, version, target) if version else frozenset()
            if libraries:
                break
        if version is None or not libraries:
            return []
        oldest = providers.oldest(name, allowed, target) if allowed is not None else None
        older = providers.shipped(name, oldest, target) if oldest else frozenset()
        found = []
        for library, module in self.needs.items():
            ships_it = base(library) in bases(libraries)
            other_name = versions_of(library, libraries)
            other_before = base(library) not in bases(older) and versions_of(library, older)
            if ships_it or (other_name and not self._has_variants(module.path)):
                found.append(
                    LibraryNeed(
                        wheel=self._file.filename,
                        target=target,
                        module=module,
                        library=library,
                        provider=name,
                        allowed=allowed,
                        version=version,
                        ships_it=ships_it,
                        floor=oldest if oldest and ships_it and other_before else "",
                        extra=candidate.extra,
                        through=candidate.through,
                    )
                )
        for each in found:
            del self.needs[each.library]
        return found

    def _has_variants(self, path: str) -> bool:
        """Whether the module is one of several alternatives, like ``libm_cuda118.so``."""
        name = _NUMBER.sub("", path)
        return len({e for e in self._contents.libraries if _NUMBER.sub("", e) == name}) > 1

    def taken(
        self, name: str, asked: SpecifierSet, target: TargetPython, whole: bool = False
    ) -> str | None:
        """The newest version that is compatible with the other requirements; None if none is known.

        With ``whole``, each of its own requirements must have a version as well. A resolver goes
        further: it also compares what these ask of each other.
        """
        for each in self._metadata.applicable(target.environment)[:_CANDIDATES]:
            other = canonicalize_name(each.name)
            if other == name:
                continue
            with suppress(AuditError):  # what cannot be read excludes nothing
                version = self._beside(other, each.specifier, target)
                more = self._providers.requires(other, version, target)
                asked &= wanted(more, name) or SpecifierSet()
        return self._beside(name, asked, target, whole)

    def _beside(
        self, name: str, asked: SpecifierSet, target: TargetPython, whole: bool = False
    ) -> str | None:
        """The newest version whose own requirements are compatible with the wheel's."""
        direct = self._metadata.applicable(target.environment)
        for version in self._providers.versions(name, asked, target)[:_CANDIDATES]:
            if all(
                self._is_there(other, each.specifier & (both or SpecifierSet()), target)
                for each in self._providers.requires(name, version, target)
                if (both := wanted(direct, other := canonicalize_name(each.name))) is not None
                or whole
            ):
                return version
        return None

    def _is_there(self, name: str, asked: SpecifierSet, target: TargetPython) -> bool:
        try:
            return self._providers.newest(name, asked, target) is not None
        except AuditError:
            return True

    def candidates(self, build: list[str]) -> Iterator[_Candidate]:
        """The possible providers, the likeliest first, as each costs requests."""
        required = self._metadata.names()
        needing = self.needs.values()
        sent_to = {canonicalize_name(e) for need in needing for e in packages_searched(need)}
        known = dict.fromkeys((*build, *sorted(required)))
        likely = sorted(known, key=lambda e: (e not in sent_to, e not in required, e not in build))
        extras = self._of_extras(build)
        optional = {each.name for each in extras}
        yield from (_Candidate(name=e) for e in likely[:_CANDIDATES] if e in required)
        yield from self._in_turn()
        others = (e for e in likely[:_CANDIDATES] if e not in required | optional)
        yield from (_Candidate(name=each) for each in others)
        yield from extras
        yield from self._by_convention()
        yield from self._imported()

    def _of_extras(self, build: list[str]) -> list[_Candidate]:
        """What only its extras ask for, build requirements first; not extras for developers."""
        environment = self.targets[0].environment
        required = {each.name for each in self._metadata.applicable(environment)}
        found: dict[str, _Candidate] = {}
        for extra in self._metadata.extras:
            if _OF_DEVELOPERS.search(extra):
                continue
            for each in self._metadata.applicable(environment, extra):
                name = canonicalize_name(each.name)
                if each.name not in required:
                    found.setdefault(name, _Candidate(name=name, asked=each.specifier, extra=extra))
        return sorted(found.values(), key=lambda each: each.name not in build)[:_FEWER]

    def _in_turn(self) -> Iterator[_Candidate]:
        """What its requirements require, on which it may rely without naming it."""
        target = self.targets[0]
        direct = self._metadata.applicable(target.environment)
        seen = {canonicalize_name(each.name) for each in direct}
        first = [(canonicalize_name(each.name), each.specifier) for each in direct[:_FEWER]]
        waiting = deque((name, specifier, name) for name, specifier in first)
        for _ in range(_CANDIDATES):
            if not waiting:
                return
            name, specifier, root = waiting.popleft()
            try:
                version = self.taken(name, specifier, target, whole=True)
                requires = self._providers.requires(name, version, target)
            except AuditError:  # it was asked before, and said then
                continue
            for more in requires:
                further = canonicalize_name(more.name)
                if further not in seen:
                    seen.add(further)
                    yield _Candidate(name=further, asked=more.specifier, through=root)
                    waiting.append((further, more.specifier, root))

    def _by_convention(self) -> Iterator[_Candidate]:
        """Distributions with the names of the parts of a namespace package in a RUNPATH.

        ``nvidia/cublas/lib`` is in ``nvidia-cublas-cu12``: the wheel's own name has that ending.
        """
        ending = self._file.name.rpartition("-")[2]
        folders = {each[:2] for need in self.needs.values() for each in _folders_searched(need)}
        names = sorted(canonicalize_name("-".join(each)) for each in folders if len(each) > 1)
        for name in names[:_FEWER]:
            yield _Candidate(name=f"{name}-{ending}")
            yield _Candidate(name=name)

    def _imported(self) -> Iterator[_Candidate]:
        """Distributions with the names of what its Python files import and it does not require.

        They are examined last: a wheel may rely on a distribution that it does not require.
        """
        own = {each.partition("/")[0].partition(".")[0] for each in self._contents.libraries}
        try:
            texts = self._providers.texts(self._file)
        except AuditError:  # it was read before, as far as it can be
            return
        found = {name for text in texts.values() for name in imported(text)}
        foreign = {canonicalize_name(each) for each in found - sys.stdlib_module_names - own}
        unnamed = sorted(foreign - self._metadata.names())
        yield from (_Candidate(name=each) for each in unnamed[:_FEWER])


def of_another_numpy(examined: Examined, providers: Providers) -> Iterator[Finding]:
    """Findings of wheels that were compiled with NumPy 1 and whose requirements admit NumPy 2.

    https://numpy.org/doc/stable/dev/depending_on_numpy.html#numpy-2-abi-handling
    """
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for filename, contents in examined.contents.items():
        calling = [each for each in contents.modules if each.numpy]
        if not calling or any(each.numpy != "<2" for each in calling):
            continue
        wheel = _Wheel(examined, filename, providers)
        for target in wheel.targets:
            allowed = wanted(contents.metadata.applicable(target.environment), "numpy")
            if allowed is None or not allowed.contains(_NUMPY_2):
                continue
            version = wheel.taken("numpy", allowed, target)
            if version and Version(version).major >= 2:
                found.setdefault((str(allowed), version), []).append((filename, calling[0].path))
                break
    for (asked, version), wheels in found.items():
        yield TOO_WIDE.finding(
            f"{wheels[0][1]} was compiled with NumPy 1, and NumPy 2 refuses it at import; "
            f"«numpy{asked}» allows numpy {version}{_also(wheels)}.",
            examined.release.place(wheels[0][0]),
            {
                "provider": "numpy",
                "version": version,
                "allowed": asked,
                "module": wheels[0][1],
                "wheels": tuple(name for name, _ in wheels),
            },
        )


def _alike(linkage: Linkage) -> list[list[LibraryNeed]]:
    """The needs of each wheel by provider; wheels with the same needs are together."""
    by_wheel: dict[tuple[str, str], list[LibraryNeed]] = {}
    for each in linkage.links:
        by_wheel.setdefault((each.wheel, each.provider), []).append(each)
    found: dict[tuple[str, str, tuple[tuple[str, bool], ...]], list[LibraryNeed]] = {}
    for links in by_wheel.values():
        needs = tuple(sorted((each.library, each.ships_it) for each in links))
        key = (links[0].provider, str(links[0].allowed), needs)
        found.setdefault(key, []).extend(links)
    return list(found.values())
