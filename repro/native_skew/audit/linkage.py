"""Which distribution's libraries a wheel needs, and whether its requirement holds them."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import PurePosixPath

import msgspec
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from native_skew.audit.errors import AuditError, ReleaseError
from native_skew.audit.facts import Contents
from native_skew.audit.modules import SharedObject, base
from native_skew.audit.providers import Providers, is_exact, wanted
from native_skew.audit.read import Examined
from native_skew.audit.release import File
from native_skew.audit.rules import TOO_WIDE, UNDECLARED, UNTOLD
from native_skew.audit.targets import TargetPython
from native_skew.distributions import imported, library_names
from native_skew.findings import Evidence, Finding

# What the system brings; looking for it in distributions would cost requests for nothing.
# https://peps.python.org/pep-0600/ and https://peps.python.org/pep-0656/
_SYSTEM = re.compile(
    r"(ld-linux.*|ld64.*|ld-musl.*|lib(c|m|dl|rt|util|nsl|crypt|pthread|resolv|gcc_s|stdc\+\+|z|expat|"
    r"atomic|anl|X11|Xext|Xrender|ICE|SM|GL|glib-2\.0|gobject-2\.0|gthread-2\.0|cuda)"
    r"(\.musl-.*)?\.so.*|libc\.musl.*|libpython3.*|Python|(?i:api-ms-win-.*|ext-ms-.*|"
    r"(python3\d*t?|kernel32|user32|gdi32|gdiplus|advapi32|shell32|ole32|oleaut32|ws2_32|wsock32|"
    r"msvcrt|ucrtbase|vcruntime140.*|msvcp140.*|vcomp140|concrt140|ntdll|bcrypt|crypt32|secur32|"
    r"iphlpapi|version|winmm|dbghelp|psapi|shlwapi|setupapi|comdlg32|comctl32|opengl32|d3d\d+|"
    r"dxgi|rpcrt4|userenv|mswsock|netapi32|imm32|dwmapi|uxtheme|wldap32|normaliz|dnsapi|mpr|"
    r"powrprof|winhttp|wininet|msimg32|ucrtbased|cfgmgr32|pdh|mf|mfplat|mfreadwrite)\.dll))"
)
_CANDIDATES = 24  # distributions to look into; each costs a page and a directory
_FEWER = 8  # likewise, of those that it does not require itself
_OF_DEVELOPERS = re.compile(r"^(all|bench|build|cov|dev|doc|lint|test)|check|style|typing")
_OUTSIDE = re.compile(r"\$(?:\{ORIGIN\}|ORIGIN)/(.*)")


class LibraryNeed(msgspec.Struct, frozen=True, kw_only=True):
    """A wheel needs ``library`` of ``provider``.

    Attributes:
        wheel: its file name.
        module: what in it needs the library.
        allowed: what the wheel's Requires-Dist asks of the provider; None: it does not name it.
        version: the provider's newest version that this allows.
        ships_it: whether that version ships the library under the name needed.
        floor: the oldest version that is allowed and ships it under another name; empty for none.
        extra: the extra that alone asks for the provider; empty for none.
        through: the requirement that brings the provider in turn; empty where it is named itself.

    """

    wheel: str
    target: TargetPython
    module: SharedObject
    library: str
    provider: str
    allowed: SpecifierSet | None
    version: str
    ships_it: bool
    floor: str = ""
    extra: str = ""
    through: str = ""


class _Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A distribution whose libraries they may be.

    Attributes:
        asked: what whoever names it asks of it; None for what Requires-Dist says on the target.

    """

    name: str
    asked: SpecifierSet | None = None
    extra: str = ""
    through: str = ""


class Linkage(msgspec.Struct, frozen=True, kw_only=True):
    """All links, what nobody was found to ship, and what could not be looked at."""

    links: tuple[LibraryNeed, ...]
    untold: tuple[tuple[str, SharedObject, str], ...]
    errors: tuple[AuditError, ...]

    def providers(self) -> tuple[str, ...]:
        """The distributions that a library is needed of."""
        return tuple(sorted({each.provider for each in self.links}))


def is_system(library: str) -> bool:
    """Whether every system brings a library of that name."""
    return _SYSTEM.fullmatch(library) is not None


def trace(examined: Examined, providers: Providers) -> Linkage:
    """Looks up what the wheels need in what their requirements and build requirements ship."""
    links: list[LibraryNeed] = []
    untold: list[tuple[str, SharedObject, str]] = []
    errors: list[AuditError] = []
    source = examined.source
    build = map(Requirement, source.build_requires if source else ())
    built_with: list[str] = [canonicalize_name(each.name) for each in build]
    for filename, contents in examined.contents.items():
        file = next(each for each in examined.release.files if each.filename == filename)
        needs = {k: v for k, v in contents.needs().items() if not is_system(k)}
        meant = _targets(examined, file)
        if not needs or not meant:
            continue
        extras = _of_extras(contents, meant[0], built_with)
        optional = {each.name for each in extras}
        for candidate in chain(
            (e for e in _candidates(built_with, contents, needs) if e.name not in optional),
            extras,
            _in_turn(contents, meant[0], providers),
            _imported(file, contents, providers),
        ):
            if not needs:
                break
            try:
                found = list(_links(filename, contents, needs, candidate, meant, providers))
            except ReleaseError:  # a requirement that the index does not have
                continue
            except AuditError as error:
                errors.append(error)
                continue
            links += found
            for each in found:
                needs.pop(each.library, None)
        untold += [(filename, module, library) for library, module in needs.items()]
    return Linkage(links=tuple(links), untold=tuple(untold), errors=tuple(errors))


def findings(examined: Examined, linkage: Linkage) -> Iterator[Finding]:
    """Undeclared libraries, and requirements that are wider than the library's name."""
    for links in _alike(linkage):
        first = links[0]
        place = examined.release.place(first.wheel)
        libraries = tuple(dict.fromkeys(each.library for each in links))
        wheels = tuple(dict.fromkeys(each.wheel for each in links))
        also = f" (and so in {len(wheels) - 1} more wheels)" if len(wheels) > 1 else ""
        provider = first.provider
        evidence: Evidence = {
            "libraries": libraries,
            "provider": provider,
            "module": first.module.path,
            "wheels": wheels,
        }
        if first.through:
            yield UNTOLD.finding(
                f"{first.module.path} needs {', '.join(libraries)} of {provider}, which {first.through} "
                f"brings in turn: which {provider} it can run with, its own Requires-Dist does not "
                f"say{also}.",
                place,
                {**evidence, "through": first.through},
            )
            continue
        if first.extra:
            yield UNDECLARED.finding(
                f"{first.module.path} needs {', '.join(libraries)} of {provider}, which Requires-Dist "
                f"names for the extra {first.extra} alone: without it that cannot be loaded{also}.",
                place,
                {**evidence, "extra": first.extra},
                level="warning",
            )
            continue
        if first.allowed is None:
            yield UNDECLARED.finding(
                f"{first.module.path} needs {', '.join(libraries)}, which {provider} "
                f"{first.version} ships and this wheel does not; its Requires-Dist does not name "
                f"{provider}{also}.",
                place,
                {**evidence, "version": first.version},
            )
            continue
        missing = tuple(dict.fromkeys(each.library for each in links if not each.ships_it))
        if missing:
            yield TOO_WIDE.finding(
                f"{first.module.path} needs {', '.join(missing)}; «{provider}{first.allowed}» allows "
                f"{provider} {first.version}, which ships it under another name{also}.",
                place,
                {**evidence, "version": first.version, "allowed": str(first.allowed)},
            )
        low = next((each.floor for each in links if each.floor), "")
        if not missing and low:
            needs_it = tuple(dict.fromkeys(each.library for each in links if each.floor))
            yield TOO_WIDE.finding(
                f"{first.module.path} needs {', '.join(needs_it)}; «{provider}{first.allowed}» allows "
                f"{provider} {low} too, which ships it under another name: the lower end is too "
                f"low{also}.",
                place,
                {**evidence, "version": low, "allowed": str(first.allowed)},
            )
        nameless = not is_exact(first.allowed) and all(e.endswith(".so") for e in libraries)
        if nameless and not (missing or low):
            yield UNTOLD.finding(
                f"{first.module.path} needs {', '.join(libraries)} of {provider}, whose names carry no "
                f"version, and «{provider}{first.allowed}» allows {provider} {first.version}: "
                f"whether it has what was there when this was built, no name tells{also}.",
                place,
                {**evidence, "version": first.version, "allowed": str(first.allowed)},
            )
    unfound: dict[str, list[tuple[SharedObject, str]]] = {}
    for wheel, module, library in linkage.untold:
        unfound.setdefault(wheel, []).append((module, library))
    alike: dict[frozenset[str], list[str]] = {}
    for wheel, needs in unfound.items():
        alike.setdefault(frozenset(library for _, library in needs), []).append(wheel)
    for wheels_alike in alike.values():
        yield _unfound(examined, wheels_alike[0], unfound[wheels_alike[0]])


def _unfound(examined: Examined, wheel: str, needs: list[tuple[SharedObject, str]]) -> Finding:
    """No candidate ships them; where the loader is sent elsewhere, that says whose they are."""
    place = examined.release.place(wheel)
    own = {each.partition("/")[0] for each in examined.contents[wheel].libraries}
    folders = tuple(
        sorted({each for module, _ in needs for each in packages_searched(module)} - own)
    )
    libraries = tuple(sorted({library for _, library in needs}))
    evidence: Evidence = {"libraries": libraries, "module": needs[0][0].path}
    # Whatever it requires may bring more, and a namespace («nvidia») has many distributions:
    # that nothing brings them is sure only where nothing is required.
    if folders and not examined.metadata[wheel].names():
        return UNDECLARED.finding(
            f"{needs[0][0].path} needs {', '.join(libraries)} and has the loader look in the package "
            f"{', '.join(folders)}; this wheel requires nothing that could bring it.",
            place,
            {**evidence, "folders": folders},
        )
    return UNTOLD.finding(
        f"{needs[0][0].path} needs {', '.join(libraries)}; no wheel of its requirements that was looked "
        "at ships it. The system does, or what they require in turn"
        + (f": the loader is sent to the package {', '.join(folders)}." if folders else "."),
        place,
        evidence,
    )


def packages_searched(module: SharedObject) -> set[str]:
    """The top-level packages, other than its own, that its RUNPATH leads to."""
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
        # No package is called like the folder of what was bundled, «name.libs».
        if parts and parts[0] != "".join(home[:1]) and parts[0].isidentifier():
            found.add(parts[0])
    return found


def _links(
    filename: str,
    contents: Contents,
    needs: dict[str, SharedObject],
    candidate: _Candidate,
    meant: tuple[TargetPython, ...],
    providers: Providers,
) -> Iterator[LibraryNeed]:
    """What ``needs`` of ``candidate``, on the newest Python that it has a wheel for."""
    name = candidate.name
    for target in meant:
        allowed = wanted(contents.metadata.applicable(target.environment), name)
        asked = candidate.asked or allowed or SpecifierSet()
        version = providers.newest(name, asked, target)
        libraries = providers.shipped(name, version, target) if version else frozenset()
        if libraries:
            break
    if version is None or not libraries:
        return
    oldest = providers.oldest(name, allowed, target) if allowed is not None else None
    older = providers.shipped(name, oldest, target) if oldest else frozenset()
    older_names = {base(each) for each in older}
    older_stems = {library_names.stem(each) for each in older if library_names.version(each)}
    names = {base(each) for each in libraries}
    stems = {library_names.stem(each) for each in libraries if library_names.version(each)}
    for library, module in needs.items():
        ships_it = base(library) in names
        if ships_it or (library_names.version(library) and library_names.stem(library) in stems):
            yield LibraryNeed(
                wheel=filename,
                target=target,
                module=module,
                library=library,
                provider=name,
                allowed=allowed,
                version=version,
                ships_it=ships_it,
                floor=oldest
                if oldest
                and ships_it
                and base(library) not in older_names
                and library_names.version(library)
                and library_names.stem(library) in older_stems
                else "",
                extra=candidate.extra,
                through=candidate.through,
            )


def _candidates(
    build: list[str], contents: Contents, needs: dict[str, SharedObject]
) -> list[_Candidate]:
    """Whose libraries they may be, the likeliest first: each costs requests."""
    required = contents.metadata.names()
    sent_to = {
        canonicalize_name(each) for need in needs.values() for each in packages_searched(need)
    }
    known = dict.fromkeys((*build, *sorted(required)))
    likely = sorted(known, key=lambda e: (e not in sent_to, e not in required, e not in build))
    return [_Candidate(name=each) for each in likely[:_CANDIDATES]]


def _of_extras(contents: Contents, target: TargetPython, build: list[str]) -> list[_Candidate]:
    """What it asks for with an extra alone, what a build takes too first; developers' is left out."""
    required = {each.name for each in contents.metadata.applicable(target.environment)}
    found: dict[str, _Candidate] = {}
    for extra in contents.metadata.extras:
        if _OF_DEVELOPERS.search(extra):
            continue
        for each in contents.metadata.applicable(target.environment, extra):
            name = canonicalize_name(each.name)
            if each.name not in required:
                found.setdefault(name, _Candidate(name=name, asked=each.specifier, extra=extra))
    return sorted(found.values(), key=lambda each: each.name not in build)[:_FEWER]


def _in_turn(
    contents: Contents, target: TargetPython, providers: Providers
) -> Iterator[_Candidate]:
    """What its requirements require, which it may count on without naming it."""
    direct = contents.metadata.applicable(target.environment)
    seen = {canonicalize_name(each.name) for each in direct}
    for each in direct[:_FEWER]:
        name = canonicalize_name(each.name)
        try:
            version = providers.newest(name, each.specifier, target)
            metadata = providers.metadata(name, version, target) if version else None
        except AuditError:  # it was asked before, and said then
            continue
        for more in metadata.applicable(target.environment) if metadata else ():
            further = canonicalize_name(more.name)
            if further not in seen:
                seen.add(further)
                yield _Candidate(name=further, asked=more.specifier, through=name)


def _imported(file: File, contents: Contents, providers: Providers) -> Iterator[_Candidate]:
    """Distributions called like what its Python imports and it does not require.

    They are asked for last: whoever does not require somebody may still count on him.
    """
    own = {each.partition("/")[0].partition(".")[0] for each in contents.libraries}
    try:
        texts = providers.texts(file)
    except AuditError:  # it was read before, as far as it can be
        return
    found = {name for text in texts.values() for name in imported(text)}
    foreign = {canonicalize_name(each) for each in found - sys.stdlib_module_names - own}
    known = contents.metadata.names()
    yield from (_Candidate(name=each) for each in sorted(foreign - known)[:_FEWER])


def _targets(examined: Examined, file: File) -> tuple[TargetPython, ...]:
    """Where ``file`` fits, the newest Python first."""
    found = [each for each in examined.targets if each.rank(file) is not None]
    return tuple(sorted(found, key=lambda each: -each.minor))


def _alike(linkage: Linkage) -> list[list[LibraryNeed]]:
    """The needs of each wheel of each provider; wheels with the same needs together."""
    by_wheel: dict[tuple[str, str], list[LibraryNeed]] = {}
    for each in linkage.links:
        by_wheel.setdefault((each.wheel, each.provider), []).append(each)
    found: dict[tuple[str, str, tuple[tuple[str, bool], ...]], list[LibraryNeed]] = {}
    for links in by_wheel.values():
        needs = tuple(sorted((each.library, each.ships_it) for each in links))
        key = (links[0].provider, str(links[0].allowed), needs)
        found.setdefault(key, []).extend(links)
    return list(found.values())
