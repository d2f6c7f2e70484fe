"""What repairs an import whose failure no file explains, as far as the error tells."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator

from msgspec.structs import replace
from packaging.requirements import Requirement

from native_skew.binaries import Loader
from native_skew.distributions import Distribution
from native_skew.doctor import disk, loaded_by_name, pins, system_libraries
from native_skew.doctor.environment import Environment
from native_skew.doctor.mending import installing, moving, reinstalling, replacing
from native_skew.findings import Advice, Evidence, listed

_NOT_FOUND = re.compile(
    r"cannot|can't|could not|unable|failed|found|missing|no such", re.IGNORECASE
)
# What a package says that was written for another version of one that it uses.
_OF_API = re.compile(r"AttributeError|TypeError|ImportError: cannot import name")
_ABSENT = re.compile(r"(?:ModuleNotFound|Import)Error: No module named '(\w+)(?:\.[\w.]+)?'")
# https://docs.python.org/3/library/removed.html
_REMOVED = {
    "3.12": {"asynchat", "asyncore", "distutils", "imp", "smtpd"},
    "3.13": {
        "aifc", "audioop", "cgi", "cgitb", "chunk", "crypt", "imghdr", "lib2to3", "mailcap",
        "msilib", "nis", "nntplib", "ossaudiodev", "pipes", "sndhdr", "spwd", "sunau", "telnetlib",
        "uu", "xdrlib",
    },
}  # fmt: skip


def explained(
    owner: Distribution, error: str, environment: Environment, lacking: tuple[str, ...] = ()
) -> tuple[str, Evidence, tuple[Advice, ...]]:
    """A sentence on why ``owner`` fails with ``error``, what that rests on, and what mends it.

    ``lacking`` are the system's libraries that modules of its own need, and may do without. Nothing
    of these where its files are as they were installed, and the words name no other version.
    """
    others = tuple(named(owner, error, environment))
    for each in (owner, *others):
        if files := disk.lost(each, environment):
            said = f"{each.title}'s own {listed(files)} {'are' if files[1:] else 'is'} gone."
            return said, {"files": files}, reinstalling(each)
    if stray := disk.unlisted(owner, environment):
        names = tuple(map(environment.relative, stray))
        said = f"No RECORD lists {listed(names)}: remove {'them' if names[1:] else 'it'}."
        return said, {"files": names}, replacing(owner, stray, environment)
    changed, why = disk.changed(owner, environment)
    if changed:
        return why, {"changed": changed}, reinstalling(owner)
    if wanted := tuple(dict.fromkeys(of_extras(owner, error, environment))):
        said = f"{owner.title} requires {' or '.join(wanted)} in an extra alone."
        advice = tuple(a for each in wanted for a in installing((each,), owner.installer))
        return said, {"requires": wanted}, advice
    words = []
    if _NOT_FOUND.search(error):
        words = [
            error,
            *lacking,
            *(n for e in loaded_by_name.asked_for(owner) for n in e[1]),
        ]
    loader = Loader(environment.program, root=environment.image)
    if names := loaded_by_name.not_there(words, loader):
        return (
            f"The system lacks {', '.join(f'`{each}`' for each in names)}.",
            {"needed": names},
            system_libraries.advise(names, environment.image),
        )
    return _of_versions(owner, others, error, environment)


def _of_standard_library(
    name: str, owner: Distribution, environment: Environment
) -> tuple[str, tuple[Advice, ...]]:
    """What is to be said of the module ``name``, if it is one of Python's own, and what mends it."""
    if since := next((python for python, names in _REMOVED.items() if name in names), ""):
        return f"Python has no `{name}` any more, from {since} on.", _newer(owner, environment)
    if not name.startswith("_") or name not in sys.stdlib_module_names:
        return "", ()
    return (
        f"The interpreter lacks `{name}` of its own standard library: it was built without what "
        "that needs, or a package of the system has it. Make the environment with another one."
    ), ()


def _newer(owner: Distribution, environment: Environment) -> tuple[Advice, ...]:
    """What takes newer releases of ``owner`` and of those that require it, as they know the old."""
    if not (owner.has_valid_names and owner.is_of_index):
        return ()
    title = "Take a newer release of it, with what it requires"
    every = (owner.name, *environment.pins.requiring(owner.name))
    # nose fails of imp, and has no release since.
    trap = f"Nothing tells whether {owner.name} has a release that mends this."
    advice = installing(every, owner.installer, title, upgrade=True)
    return tuple(replace(each, trap=trap) for each in advice)


def _of_versions(
    owner: Distribution, others: tuple[Distribution, ...], error: str, environment: Environment
) -> tuple[str, Evidence, tuple[Advice, ...]]:
    is_setuptools = owner.name == "setuptools" and is_of_api(error)
    if is_setuptools or error == "ModuleNotFoundError: No module named 'pkg_resources'":
        # https://setuptools.pypa.io/en/latest/history.html#v82-0-0
        wanted = f"setuptools<82{f',>{owner.version}' if is_setuptools else ''}"
        said = "Setuptools has pkg_resources no longer, from 82 on."
        return said, {}, installing((wanted,), owner.installer)
    absent = _ABSENT.fullmatch(error)
    said, advice = _of_standard_library(absent[1] if absent else "", owner, environment)
    if said:
        return said, {}, advice
    if others:
        titles = " and ".join(each.title for each in others)
        said = f"It does not fit {titles}, though no requirement says so."
        names = tuple(each.name for each in others)
        # Who requires what fails was written for its old release.
        every = (owner.name, *names, *environment.pins.requiring(owner.name))
        return said, {"beside": names}, moving(tuple(dict.fromkeys(every)), owner.installer)
    return "", {}, _newer(owner, environment) if is_of_api(error) else ()


def is_of_api(error: str) -> bool:
    """Whether ``error`` is what a package says that was written for another version of one."""
    return _OF_API.match(error) is not None


def of_extras(owner: Distribution, error: str, environment: Environment) -> Iterator[str]:
    """What ``owner`` requires in an extra, is not installed, and is named by ``error``."""
    there = {each.name for each in environment.distributions}
    for requirements in pins.of_extras(owner).values():
        for each in requirements:
            name = Requirement(each).name
            if name not in there and _is_named(name, error):
                yield each


def named(owner: Distribution, error: str, environment: Environment) -> Iterator[Distribution]:
    """The distributions that ``owner`` requires, if in turn, and that ``error`` names."""
    required = environment.pins.in_turn(owner)
    for each in environment.distributions:
        if each.name in required and each.name != owner.name:
            # scikit-learn, of which a failure to import a name from it says sklearn
            tops = each.packages()
            if _is_named(each.name, error) or any(f"'{t}{c}" in error for t in tops for c in ".'"):
                yield each


def _is_named(name: str, error: str) -> bool:
    word = re.sub(r"[-_.]+", "[-_.]", re.escape(name).replace("\\-", "-").replace("\\.", "."))
    return re.search(rf"(?<![\w/-]){word}(?![\w-])", error, re.IGNORECASE) is not None
