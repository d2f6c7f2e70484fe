"""Where the disk contradicts the metadata: files are gone, shared, or for another Python."""

from __future__ import annotations

import os
import re
from collections.abc import Container, Iterable, Iterator
from functools import lru_cache
from pathlib import PurePath

from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from native_skew.binaries import Loader, Unresolved
from native_skew.distributions import Distribution, library_names
from native_skew.doctor import rules
from native_skew.doctor.environment import Environment
from native_skew.doctor.extension_modules import ModuleFinder, Unusable
from native_skew.doctor.mending import moving, reinstalling, remaking
from native_skew.findings import SHOWN, Evidence, Finding, Location, listed

_OF_TESTS = {"test", "tests", "testing"}


def missing_files(environment: Environment, needed: Container[str]) -> Iterator[Finding]:
    """One finding for each distribution whose own files are not all there.

    A file beside the packages may have been put elsewhere, unless it is among the names
    ``needed`` that are not found.
    """
    inventory = environment.inventory
    lost = (pair for pair in inventory.beside if any(PurePath(p).name in needed for p in pair[1]))
    for owner, paths in (*inventory.gone, *lost):
        names = tuple(environment.relative(each) for each in paths)
        # Slim images leave tests out on purpose.
        of_tests = all(_is_of_tests(each, environment) for each in paths)
        # What it leads to is not searched: the package itself, where that is an editable one's.
        of_paths = not owner.is_editable and all(each.endswith(".pth") for each in names)
        what = f"files {listed(names)} are" if names[1:] else f"file {listed(names)} is"
        record = "record" if owner.installer == "conda" else "RECORD"
        others = ", as after another distribution of the same files is removed"
        if owner.files or names[0].endswith(".pth"):
            others = ""
        yield rules.MISSING_FILE.finding(
            f"{owner.title}'s own {what} not there, though its {record} lists "
            f"{'them' if names[1:] else 'it'}{others}. Reinstall {owner.title}.",
            environment.location(owner, names[0]),
            {"files": names},
            reinstalling(owner),
            level="note" if of_tests else "warning" if of_paths else None,
        )


def lost_sources(environment: Environment) -> Iterator[Finding]:
    """Editable installs whose sources, or whose build folder, are no longer where they were."""
    for owner in environment.distributions:
        if not owner.is_editable or environment.is_packed:
            continue
        source, word = owner.source, f"-{owner.name}-"
        names = tuple(e for stem, e in environment.lost if word in f"-{canonicalize_name(stem)}-")
        if source and not environment.exists(source):
            names = (source,)
        if names:
            yield rules.MISSING_FILE.finding(
                f"{owner.title} is an editable install, and looks for {listed(names)}, which "
                f"{'are' if names[1:] else 'is'} not there. Install it again from where its sources are.",
                environment.location(owner, names[0]),
                {"files": names},
            )


def unloadable(environment: Environment, loader: Loader) -> Iterator[Unusable]:
    """Libraries whose size contradicts RECORD and that no loader takes, such as Git LFS pointers.

    This includes what Python code loads by name.
    """
    for owner, paths in environment.inventory.changed:
        for path in paths:
            reason = loader.open(path)
            if isinstance(reason, str):
                yield Unusable(path=path, owner=owner, why=reason)


def changed_files(environment: Environment, explained: Container[str]) -> Iterator[Finding]:
    """One finding for each distribution with files of another size, but those ``explained``."""
    for owner, paths in environment.inventory.changed:
        if owner.installer in ("", "conda") or owner.of_system or owner.name in explained:
            continue
        names = tuple(environment.relative(each) for each in paths)
        yield rules.CHANGED_FILE.finding(
            _not_its_own(owner, names),
            environment.location(owner, names[0]),
            {"files": names},
            reinstalling(owner),
        )


def _not_its_own(owner: Distribution, names: tuple[str, ...]) -> str:
    are = "are not the ones" if names[1:] else "is not the one"
    return f"{listed(names)} {are} that {owner.title}'s RECORD lists: reinstall it."


def changed(owner: Distribution, environment: Environment) -> tuple[tuple[str, ...], str]:
    """The files of ``owner`` that something else has put there, and a sentence about them.

    All of them are read: this is for what is known to fail.
    """
    names = tuple(map(environment.relative, owner.changed_files()))
    return names, _not_its_own(owner, names) if names else ""


def unlisted(owner: Distribution, environment: Environment) -> tuple[str, ...]:
    """The modules in the packages of ``owner`` that no RECORD lists, as left by another release."""
    listed_ones = {path for each in environment.distributions for path in each.files}
    tops = (f"{owner.site}/{top}" for top in owner.packages())
    files = (f"{at}/{name}" for top in tops for at, _, names in os.walk(top) for name in names)
    return tuple(sorted(e for e in files if library_names.is_library(e) and e not in listed_ones))


def lost(owner: Distribution, environment: Environment) -> tuple[str, ...]:
    """The Python files of ``owner`` that are gone, except tests: for what is known to fail."""
    gone = (each for each in owner.gone_files() if not _is_of_tests(each, environment))
    return tuple(map(environment.relative, gone))


def _is_of_tests(path: str, environment: Environment) -> bool:
    """Whether the file is one of a package's tests, wherever the package lies."""
    inside = environment.inside(path)[1] or environment.relative(path)
    return not _OF_TESTS.isdisjoint(PurePath(inside).parts[:-1])


def shared_files(environment: Environment) -> Iterator[Finding]:
    """One finding for each set of distributions that list a file with different content."""
    gone = {path for _, paths in environment.inventory.gone for path in paths}
    by_owners: dict[tuple[Distribution, ...], list[str]] = {}
    for path, owners in environment.inventory.shared:
        by_owners.setdefault(owners, []).append(path)
    for owners, paths in by_owners.items():
        lost = [path for path in paths if path in gone]
        names = tuple(environment.relative(each) for each in lost or paths)
        titles = " and ".join(each.title for each in owners)
        word = (
            "it is gone: keep one of them, and reinstall that"
            if lost
            else "it is there, as the one installed last has it; removing one takes it from the other"
        )
        yield rules.SHARED_FILE.finding(
            f"{titles} each list {listed(names)}, with different content; {word}.",
            environment.location(owners[0], names[0]),
            {"files": names, "owners": tuple(each.title for each in owners)},
            level="error" if lost else None,
        )


def modules_of_another_python(environment: Environment, finder: ModuleFinder) -> Iterator[Finding]:
    """One finding for all modules for one Python that this interpreter does not import."""
    for tag, several in _alike(finder.of_another_python):
        names = tuple(environment.relative(each.path) for each in several)
        owners, who, verb = _of_whom(each.owner for each in several)
        yield rules.OTHER_PYTHON.finding(
            f"{who} {verb} {listed(names)} for `{tag}`, and none for the environment's "
            f"Python {_version(environment)}. "
            f"Reinstall {who if owners[0].name else 'it'} with this environment's own interpreter.",
            environment.location(owners[0], names[0]),
            {
                "files": names,
                "modules": tuple(each.name for each in several),
                "python": environment.python,
                **of_several(owners),
            },
            reinstalling(*owners),
        )


def modules_of_another_system(environment: Environment, finder: ModuleFinder) -> Iterator[Finding]:
    """One finding for all files that are for another processor or system."""
    for system, several in _alike(finder.of_another_system):
        names = tuple(environment.relative(each.path) for each in several if each.path)
        owners, who, verb = _of_whom(each.owner for each in several)
        yield rules.FOREIGN_ARCHITECTURE.finding(
            f"{who} {verb} {listed(names) if names else 'a wheel'} for {system}, and the environment "
            f"is for {finder.here}. Reinstall {who if owners[0].name else 'it'} here.",
            environment.location(owners[0], names[0] if names else ""),
            {"files": names, "system": system, **of_several(owners)},
            reinstalling(*owners),
        )


def _alike(files: Iterable[Unusable]) -> Iterable[tuple[str, list[Unusable]]]:
    alike: dict[str, list[Unusable]] = {}
    for each in files:
        alike.setdefault(each.why, []).append(each)
    return alike.items()


def _of_whom(owners: Iterable[Distribution]) -> tuple[list[Distribution], str, str]:
    """Each owner once, and the subject of a sentence about them, with its verb."""
    found = list({each.name: each for each in owners}.values())
    titles = [each.title or "The folder" for each in found]
    return found, listed(titles, quotes=""), "have" if titles[1:] else "has"


def of_several(owners: list[Distribution]) -> Evidence:
    """What a finding's evidence has besides, if it is about several distributions."""
    return {"distributions": tuple(each.name for each in owners)} if owners[1:] else {}


def interpreter(
    environment: Environment, unresolved: Iterable[Unresolved] = ()
) -> Iterator[Finding]:
    """Findings of an interpreter that is gone or cannot start, and of packages that none finds.

    ``unresolved`` is what the interpreter's own file lacks.
    """
    known, here = environment.interpreter, environment.target.system == "linux"
    unusable: list[tuple[str, Evidence, str]] = []
    if names := tuple(dict.fromkeys(each.name for each in unresolved)):
        why = f"`bin/python` needs {listed(names)}, and is not started without"
        unusable.append((why, {"needed": names}, "bin/python"))
    if known.gone and here:  # what is for another system was copied without its interpreter
        why = f"`bin/python` leads to `{known.gone}`, and no interpreter is there"
        unusable.append((why, {"leads_to": known.gone}, "bin/python"))
    if known.of_others and here:
        why = f"`pyvenv.cfg` is gone, and `bin/python`, which is `{known.of_others}`, searches its own packages"
        unusable.append((why, {"leads_to": known.of_others}, "pyvenv.cfg"))
    for why, evidence, file in unusable:
        yield rules.MISSING_INTERPRETER.finding(
            f"{why}: nothing in this environment can be run. Create it again, or restore "
            "its interpreter.",
            Location(file=file),
            evidence,
            remaking(environment, environment.python),
        )
    if environment.leftover and not any(each.name for each in environment.distributions):
        folders = tuple(environment.relative(str(each)) for each in environment.leftover)
        named = re.fullmatch(r"python(3\.\d+)", environment.leftover[0].parent.name)
        yield rules.OTHER_PYTHON.finding(
            f"All packages lie in {listed(folders)}, which the environment's Python "
            f"{_version(environment)} does not search. Make the environment anew.",
            Location(file=folders[0]),
            {"files": folders, "python": environment.python},
            remaking(environment, named[1] if named else ""),
        )


def for_another_python(environment: Environment, explained: Container[str]) -> Iterator[Finding]:
    """One finding for all distributions whose Requires-Python excludes the environment's.

    ``explained`` are the names of those that have such a finding already.
    """
    version = environment.interpreter.full_version or environment.python.rstrip("t")
    found = [
        each
        for each in environment.distributions
        if each.name not in explained and not _admits(each.requires_python, version)
    ]
    if version and found:
        owners, who, _ = _of_whom(found)
        wants = ", ".join(sorted({each.requires_python for each in found})[:SHOWN])
        yield rules.OTHER_PYTHON.finding(
            f"{who} {'require' if found[1:] else 'requires'} Python {wants}, and the environment's is "
            f"{version}. Install a release for it.",
            environment.location(owners[0]),
            {"requires_python": wants, "python": version, **of_several(owners)},
            moving(tuple(each.name for each in owners), owners[0].installer)
            if all(each.has_valid_names for each in owners)
            else (),
            level="warning",
        )


def _version(environment: Environment) -> str:
    return environment.interpreter.full_version or environment.python


@lru_cache
def _admits(requires_python: str, python: str) -> bool:
    """If the third number is not known, either end of the minor release will do."""
    versions = [python] if python.count(".") > 1 else [f"{python}.0", f"{python}.99"]
    try:
        specifier = SpecifierSet(requires_python)
        return any(specifier.contains(Version(each), prereleases=True) for each in versions)
    except ValueError:
        return True  # nothing can be said of what is no version
