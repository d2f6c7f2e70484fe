"""Judges a lock: what is built when it is installed, and whether that works.

Nothing is installed and nothing is built. A package is built if no wheel of the lock fits, or if
the tool is told to. The build takes what its own requirements allow today; run time gets
what the lock has. If these are two versions of a library, a module that was built for one
meets the other.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from fnmatch import fnmatch
from functools import reduce
from operator import or_
from pathlib import Path

import msgspec
from packaging.utils import is_normalized_name

from native_skew.audit.errors import AuditError, FileRefusedError, LockError
from native_skew.audit.judge import AuditFindings
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
from native_skew.audit.targets import TargetPython, spoken, targets_of, this_platform
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
    constrain_advice,
    holds,
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
    """A lock, and the settings of the tools that install such a lock."""

    path: str
    lock: Lock
    formats: tuple[LockFormat, ...]
    settings: BuildSettings


class LockFindings(AuditFindings, frozen=True, kw_only=True):
    """What was found in one lock, and the prospects of its builds."""

    outlooks: tuple[Outlook, ...]


def formats_of(path: Path) -> tuple[LockFormat, ...]:
    """The kinds of lock that a file of that name may be."""
    return tuple(
        each
        for tool in TOOLS.values()
        for each in tool.locks
        if any(fnmatch(path.name, pattern) for pattern in each.names)
    )


def read(path: Path, told: BuildSettings, environ: Mapping[str, str] = os.environ) -> LockFile:
    """Reads a lock and its installer's settings: in files, in ``environ``, and as ``told``."""
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


def targets(
    file: LockFile, pythons: tuple[str, ...], platforms: tuple[str, ...]
) -> tuple[TargetPython, ...]:
    """The targets on which a lock is to be installed: those named, or else all that it is for."""
    lock = file.lock
    if lock.one_platform:
        platforms = platforms or (this_platform(),)
        if not lock.requires_python:
            pythons = pythons or (f"3.{sys.version_info.minor}",)
    found = tuple(
        each
        for each in targets_of(lock.requires_python, pythons, platforms)
        if not lock.environments or any(holds(m, each.environment) for m in lock.environments)
    )
    if not found:
        raise LockError(file.path, "it is for no Python and platform that is looked at")
    return found


def judge_lock(
    file: LockFile, targets: tuple[TargetPython, ...], reader: Reader, index: IndexClient
) -> LockFindings:
    """Judges a lock on ``targets``; raises ``AuditError`` if nothing of it can be examined."""
    judge = _Judge(file, reader, index)
    for target in targets:
        for given in file.lock.selections(target.environment):
            judge.select(given, target)
    return judge.judged(len(targets))


class _Judge:
    """One lock while it is judged."""

    def __init__(self, file: LockFile, reader: Reader, index: IndexClient) -> None:
        self._file, self._reader, self._index = file, reader, index
        self._providers = Providers(index, reader, file.settings.released_before)
        self._files: dict[tuple[str, str], tuple[File, ...]] = {}
        self._builds: dict[tuple[str, str], list[Build]] = {}
        self._nothing: dict[tuple[str, str, str], list[TargetPython]] = {}
        self._errors: list[AuditError] = []
        self._looked_into = False
        # Before quoting: the pattern of an address would include the closing quote.
        problems = (without_credentials(each.strip("«»")) for each in file.lock.problems)
        self._left_out: set[str] = {f"the line «{each}»" for each in problems}

    def select(self, given: Mapping[str, LockedPackage], target: TargetPython) -> None:
        """Examines what of ``given`` is installed on ``target``, and what is built there."""
        odd = {name: why for name, each in given.items() if (why := _unusable(each))}
        self._left_out |= {f"{name} ({why})" for name, why in odd.items() if not given[name].root}
        selected = {name: each for name, each in given.items() if name not in odd}
        settings = self._file.settings
        for package in selected.values():
            key = (package.name, package.version)
            files = self._files_of(package)
            wheels = [each for each in files if each.is_wheel]
            sdist = next((each for each in files if not each.is_wheel), None)
            if not files:
                continue
            if target.best(() if _holds(settings.no_binary, package.name) else wheels):
                self._looked_into = True
            elif sdist is None or _holds(settings.no_build, package.name):
                why = "building is switched off" if sdist else "the lock has no sdist"
                self._nothing.setdefault((*key, why), []).append(target)
            else:
                build = Build(package=package, sdist=sdist, target=target, selected=selected)
                self._builds.setdefault(key, []).append(build)

    def _files_of(self, package: LockedPackage) -> tuple[File, ...]:
        """The release from which it is installed; None if that cannot be told."""
        key = (package.name, package.version)
        if key not in self._files:
            self._files[key] = tuple(_named_files(package))
            if not package.files:
                try:
                    listed = self._index.release(*key).files
                except AuditError as error:
                    self._errors.append(error)
                else:
                    known = (e for e in listed if package.hashes & set(e.hashes.values()))
                    self._files[key] = tuple(known) or listed
        return self._files[key]

    def judged(self, targets: int) -> LockFindings:
        """The findings, after all targets."""
        if self._left_out and not self._files:
            path = self._file.path
            raise LockError(path, "no package of it can be looked up by name and version")
        foretold: list[Outlook] = []
        findings: list[Finding] = []
        silent: dict[str, list[TargetPython]] = {}
        for (name, version), builds in self._builds.items():
            try:
                found = outlooks(
                    builds, self._file.settings, self._providers, self._reader, self._index
                )
            except AuditError as error:
                self._errors.append(error)
                continue
            self._looked_into = True
            foretold += found
            spoken_of = [self._finding(each) for each in found if each.word != "holds"]
            findings += spoken_of
            if not spoken_of:
                silent[f"{name} {version}"] = [each.target for each in builds]
        if self._errors and not self._looked_into:
            raise self._errors[0]
        if silent:
            built = (f"{name} ({spoken(where)})" for name, where in silent.items())
            message = f"Built from source, and no skew is seen: {'; '.join(built)}."
            packages: Evidence = {"packages": tuple(silent)}
            findings.append(LOCK_BUILDS.finding(message, self._place(), packages))
        for (name, version, why), where in self._nothing.items():
            message = f"It cannot be installed on {spoken(where)}: no wheel fits, and {why}."
            place = self._place(name, version)
            findings.append(LOCK_NOTHING_FITS.finding(message, place, {"targets": spoken(where)}))
        findings += [INCOMPLETE.finding(str(each), self._place()) for each in self._errors]
        return LockFindings(
            findings=tuple(findings),
            errors=tuple(self._errors),
            looked_at={
                "packages": len({name for name, _ in self._files}),
                "Pythons and platforms": targets,
                "packages built": len({name for name, _ in self._builds}),
            },
            not_examined=tuple(sorted(map(without_credentials, self._left_out))),
            outlooks=tuple(foretold),
        )

    def _place(self, name: str = "", version: str = "") -> Location:
        return Location(file=self._file.path, distribution=name, version=version)

    def _finding(self, outlook: Outlook) -> Finding:
        build = outlook.build
        where = spoken(outlook.targets)
        forced = _holds(self._file.settings.no_binary, build.package.name)
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
        takes = ""
        if outlook.built_with:
            takes = (
                f"Its build takes {outlook.provider} {outlook.built_with} («{outlook.asked}») today, "
                f"and the lock gives {outlook.provider} {outlook.locked}. "
            )
        return _RULES[outlook.word].finding(
            f"Built from source on {where}: {why}. {takes}{outlook.reason}",
            self._place(build.package.name, build.package.version),
            evidence,
            self._advice(outlook),
        )

    def _advice(self, outlook: Outlook) -> tuple[Advice, ...]:
        """The repairs with the lock's own tool, as recorded for such a failure."""
        if outlook.word == "not known" or not (outlook.provider and outlook.locked):
            return ()
        build = outlook.build
        consumer, python = (build.package.name, build.package.version), build.target.python
        fellows = sorted(
            name
            for name, each in build.selected.items()
            if name != consumer[0] and outlook.provider in {edge.name for edge in each.requires}
        )
        found: list[Advice] = []
        for each in (one for form in self._file.formats for one in form.installers):
            if outlook.own_range:  # its sdist refuses the lock's version: no build can have that
                title = "Lock what its build can have, or take another release of it"
                found += constrain_advice(each, consumer, outlook.own_range, title, python)
                continue
            advice = advise(
                outlook.cause if outlook.cause in INSTALLERS[each].repairs else "unstamped",
                consumer=consumer,
                provider=(outlook.provider, outlook.locked),
                built_against=outlook.built_with if outlook.word == "will break" else "",
                fellows=tuple(fellows),
                from_source=_holds(self._file.settings.no_binary, consumer[0]),
                interface=each,
                python=python,
            )
            found += (one for one in advice if one.remedy not in outlook.refused)
        return tuple(found)


def _holds(chosen: frozenset[str], name: str) -> bool:
    return name in chosen or ALL in chosen


def _unusable(package: LockedPackage) -> str:
    """Why no index is asked for a package, in words; empty if one is."""
    if package.origin or not package.version:
        return package.origin or "no one version"
    if not is_normalized_name(package.name):
        return "no name of a distribution"
    return "" if is_version(package.version) else "no version of one"


def _named_files(package: LockedPackage) -> Iterator[File]:
    """The files whose names can be understood, the only way to know what a file is."""
    for each in package.files:
        try:
            name, version = named(each.filename)
        except FileRefusedError:
            continue
        yield File(filename=each.filename, name=name, version=version, url=each.url)
