"""A lock in, findings out: what is built where it is installed, and what becomes of that.

Nothing is installed and nothing is built. A package is built where no wheel of the lock fits, or
where its tool is told to. The build takes what its own requirements allow today; run time gets
what the lock gives. Where these are two versions of a library, the module that was built for one
meets the other.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from fnmatch import fnmatch
from functools import reduce
from operator import or_
from pathlib import Path

import msgspec
from packaging.utils import is_normalized_name

from native_skew.audit.errors import AuditError, FileRefusedError, LockError
from native_skew.audit.lock_outlook import Build, Outlook, outlooks
from native_skew.audit.providers import Providers
from native_skew.audit.redaction import without_credentials
from native_skew.audit.release import File, Reader, named
from native_skew.audit.rules import (
    INCOMPLETE,
    LOCK_BREAKS,
    LOCK_BUILDS,
    LOCK_LATER,
    LOCK_MAY_BREAK,
    LOCK_NO_BUILD,
    LOCK_NOTHING_FITS,
    LOCK_UNKNOWN,
)
from native_skew.audit.simple import IndexClient
from native_skew.audit.targets import TargetPython, spoken
from native_skew.distributions import regular_files
from native_skew.findings import Advice, Evidence, Finding, Location
from native_skew.installers import (
    ALL,
    INSTALLERS,
    TOOLS,
    BuildSettings,
    Lock,
    LockedPackage,
    LockFormat,
    advise,
    constraining,
    is_version,
)

_LIMIT = 64 * 1024 * 1024  # bytes of a lock
_RULES = {
    "will break": LOCK_BREAKS,
    "may break": LOCK_MAY_BREAK,
    "may break later": LOCK_LATER,
    "will not build": LOCK_NO_BUILD,
    "not known": LOCK_UNKNOWN,
}


class LockFile(msgspec.Struct, frozen=True, kw_only=True):
    """A lock, read.

    Attributes:
        path: as it was named.
        lock: what it says.
        formats: of the tools that install such a lock.
        settings: what they are told beside it, and on the command line.

    """

    path: str
    lock: Lock
    formats: tuple[LockFormat, ...]
    settings: BuildSettings

    def is_in(self, chosen: frozenset[str], name: str) -> bool:
        """Whether ``name`` is one of ``chosen``."""
        return name in chosen or ALL in chosen


class LockFindings(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of one lock, what could not be looked at, and how much of it was."""

    findings: tuple[Finding, ...]
    errors: tuple[AuditError, ...]
    looked_at: dict[str, int]
    not_examined: tuple[str, ...]
    outlooks: tuple[Outlook, ...]


def formats_of(path: Path) -> tuple[LockFormat, ...]:
    """The kinds of lock that a file of that name is."""
    return tuple(
        each
        for tool in TOOLS.values()
        for each in tool.locks
        if any(fnmatch(path.name, pattern) for pattern in each.names)
    )


def read(path: Path, told: BuildSettings, environ: Mapping[str, str] = os.environ) -> LockFile:
    """Reads a lock, and what stands beside it.

    Args:
        path: of the lock.
        told: what the installer is told besides, on its command line.
        environ: the user's variables.

    Raises:
        LockError: it cannot be read, or is none.

    """
    formats = formats_of(path)
    try:
        lock = formats[0].read(regular_files.content(str(path), _LIMIT))
    except OSError as error:
        raise LockError(str(path), error.strerror or str(error)) from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise LockError(str(path), str(error)) from error
    if not lock.packages:
        raise LockError(str(path), "it locks nothing")

    def text(name: str) -> str:
        try:
            return regular_files.text(str(path.parent / name), _LIMIT)
        except OSError:
            return ""

    beside = [each.settings(text, environ) for each in formats]
    settings = reduce(or_, beside, told | BuildSettings(no_binary=lock.no_binary))
    return LockFile(path=str(path), lock=lock, formats=formats, settings=settings)


def judge_lock(
    file: LockFile,
    targets: tuple[TargetPython, ...],
    reader: Reader,
    index: IndexClient,
) -> LockFindings:
    """Judges a lock.

    Args:
        file: the lock.
        targets: where it is to be installed.
        reader: reads distribution files.
        index: where the packages are looked up.

    Raises:
        AuditError: nothing of it can be looked into.

    """
    judge = _Judge(file, reader, index)
    for target in targets:
        judge.place(target)
    if judge.left_out and not judge.seen:
        raise LockError(file.path, "no package of it can be looked up by name and version")
    findings = tuple(judge.findings())
    if judge.errors and not judge.looked_into:
        raise judge.errors[0]
    counted = {name for name, _ in judge.seen}
    return LockFindings(
        findings=findings,
        errors=tuple(judge.errors),
        looked_at={
            "packages": len(counted),
            "Pythons and platforms": len(targets),
            "packages built": len({build[0].package.name for build in judge.builds.values()}),
        },
        not_examined=tuple(sorted(map(without_credentials, judge.left_out))),
        outlooks=tuple(judge.outlooks),
    )


class _Judge:
    """One lock, as it is gone through."""

    def __init__(self, file: LockFile, reader: Reader, index: IndexClient) -> None:
        self._file, self._reader, self._index = file, reader, index
        self._providers = Providers(index, reader, file.settings.released_before)
        self.builds: dict[tuple[str, str], list[Build]] = {}
        self.nothing: dict[tuple[str, str, str], list[TargetPython]] = {}
        self.seen: set[tuple[str, str]] = set()
        self.errors: list[AuditError] = []
        self.looked_into = False
        # Before it is quoted: the end of an address takes the quote along.
        problems = (without_credentials(each.strip("«»")) for each in file.lock.problems)
        self.left_out: set[str] = {f"the line «{each}»" for each in problems}
        self.outlooks: list[Outlook] = []
        self._files: dict[tuple[str, str], tuple[File, ...]] = {}

    def place(self, target: TargetPython) -> None:
        """Looks what is installed on ``target``, and what is built there."""
        for given in self._file.lock.selections(target.environment):
            self._selection(given, target)

    def _selection(self, given: Mapping[str, LockedPackage], target: TargetPython) -> None:
        settings = self._file.settings
        odd = {name: why for name, each in given.items() if (why := _unusable(each))}
        self.left_out |= {f"{name} ({why})" for name, why in odd.items() if not given[name].root}
        selected = {name: each for name, each in given.items() if name not in odd}
        for package in selected.values():
            key = (package.name, package.version)
            self.seen.add(key)
            files = self._files_of(package)
            if files is None:
                continue
            wheels = [each for each in files if each.is_wheel]
            if self._file.is_in(settings.no_binary, package.name):
                wheels = []
            if target.best(wheels):
                self.looked_into = True
                continue
            sdist = next((each for each in files if not each.is_wheel), None)
            if sdist is None or self._file.is_in(settings.no_build, package.name):
                why = "building is switched off" if sdist else "the lock has no sdist"
                self.nothing.setdefault((*key, why), []).append(target)
                continue
            self.builds.setdefault(key, []).append(
                Build(package=package, sdist=sdist, target=target, selected=selected)
            )

    def _files_of(self, package: LockedPackage) -> tuple[File, ...] | None:
        """What it may be installed from; None where that cannot be told."""
        key = (package.name, package.version)
        if key not in self._files:
            try:
                self._files[key] = self._found(package)
            except AuditError as error:
                self.errors.append(error)
                self._files[key] = ()
        return self._files[key] or None

    def _found(self, package: LockedPackage) -> tuple[File, ...]:
        if package.files:
            return tuple(_named_files(package))
        listed = self._index.release(package.name, package.version).files
        if not package.hashes:
            return listed
        return tuple(e for e in listed if package.hashes & set(e.hashes.values())) or listed

    def findings(self) -> Iterator[Finding]:
        """What is said, and ``errors`` and ``outlooks`` besides."""
        silent: dict[str, list[TargetPython]] = {}
        for (name, version), builds in self.builds.items():
            try:
                found = outlooks(
                    builds, self._file.settings, self._providers, self._reader, self._index
                )
            except AuditError as error:
                self.errors.append(error)
                continue
            self.looked_into = True
            self.outlooks += found
            spoken_of = [each for each in found if each.word != "holds"]
            for each in spoken_of:
                yield self._finding(each)
            if not spoken_of:
                silent[f"{name} {version}"] = [each.target for each in builds]
        if silent:
            yield LOCK_BUILDS.finding(
                "Built from source, and no skew is seen: "
                + "; ".join(f"{name} ({spoken(where)})" for name, where in silent.items())
                + ".",
                self._place(),
                {"packages": tuple(silent)},
            )
        for (name, version, why), where in self.nothing.items():
            yield LOCK_NOTHING_FITS.finding(
                f"It cannot be installed on {spoken(where)}: no wheel fits, and {why}.",
                self._place(name, version),
                {"targets": spoken(where)},
            )
        for refused in self.errors:
            yield INCOMPLETE.finding(str(refused), self._place())

    def _place(self, name: str = "", version: str = "") -> Location:
        return Location(file=self._file.path, distribution=name, version=version)

    def _finding(self, outlook: Outlook) -> Finding:
        build = outlook.build
        where = spoken(outlook.targets)
        forced = self._file.is_in(self._file.settings.no_binary, build.package.name)
        why = "as the settings want" if forced else "no wheel of the lock fits"
        evidence: Evidence = {
            "outlook": outlook.word,
            "provider": outlook.provider,
            "build_requirement": outlook.asked,
            "built_with": outlook.built_with,
            "locked": outlook.locked,
            "libraries": outlook.libraries,
            "shown_by": outlook.shown_by,
            "targets": where,
        }
        return _RULES[outlook.word].finding(
            f"Built from source on {where}: {why}. {outlook.sentence()}",
            self._place(build.package.name, build.package.version),
            evidence,
            self._advice(outlook),
        )

    def _advice(self, outlook: Outlook) -> tuple[Advice, ...]:
        """The repairs of the lock's own tool, recorded from what such a failure leaves."""
        if outlook.word == "not known" or not (outlook.provider and outlook.locked):
            return ()
        build = outlook.build
        consumer = (build.package.name, build.package.version)
        interfaces = [each for one in self._file.formats for each in one.installers]
        fellows = sorted(
            name
            for name, each in build.selected.items()
            if name != build.package.name
            and outlook.provider in {edge.name for edge in each.requires}
        )
        if outlook.own_range:  # its sdist refuses what the lock gives: no build can have that
            title = "Lock what its build can have, or take another release of it"
            return tuple(
                advice
                for each in interfaces
                for advice in constraining(
                    each, consumer, outlook.own_range, title, build.target.python
                )
            )
        return tuple(
            advice
            for each in interfaces
            for advice in advise(
                outlook.cause if outlook.cause in INSTALLERS[each].repairs else "unstamped",
                consumer=consumer,
                provider=(outlook.provider, outlook.locked),
                built_against=outlook.built_with if outlook.word == "will break" else "",
                fellows=tuple(fellows),
                from_source=self._file.is_in(self._file.settings.no_binary, build.package.name),
                interface=each,
                python=build.target.python,
            )
            if advice.remedy not in outlook.refused
        )


def _unusable(package: LockedPackage) -> str:
    """Why nobody is asked for a package, in words; empty where somebody is."""
    if package.origin or not package.version:
        return package.origin or "no one version"
    if not is_normalized_name(package.name):
        return "no name of a distribution"
    return "" if is_version(package.version) else "no version of one"


def _named_files(package: LockedPackage) -> Iterator[File]:
    """Its files whose names can be understood: the only way to tell what one is."""
    for each in package.files:
        try:
            name, version = named(each.filename)
        except FileRefusedError:
            continue
        yield File(filename=each.filename, name=name, version=version, url=each.url)
