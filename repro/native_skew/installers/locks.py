"""A lock of any tool: which versions and files it pins, and how its tool builds them.

The format of each tool's lock is described in that tool's file.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from itertools import chain
from typing import Any
from urllib.parse import unquote, urlsplit

import msgspec
from packaging.markers import InvalidMarker, Marker, UndefinedEnvironmentName
from packaging.utils import canonicalize_name

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ALL = ":all:"  # pip's word for every package: https://pip.pypa.io/en/stable/cli/pip_install/
_CHOSEN = re.compile(r"\bextra\s*[=!]=\s*['\"]([^'\"]*)|['\"]([^'\"]*)['\"]\s+in\s+(?:extras|dep)")


# The text of a file beside a lock, by its name; empty if there is none.
ReadText = Callable[[str], str]


class LockedFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file that a lock names; ``url`` is empty if the lock names only the index."""

    filename: str
    url: str = ""


class Dependency(msgspec.Struct, frozen=True, kw_only=True):
    """A dependency in a lock that records the graph: on which package, under which marker."""

    name: str
    version: str = ""
    marker: str = ""
    extras: tuple[str, ...] = ()


class LockedPackage(msgspec.Struct, frozen=True, kw_only=True):
    """A package of a lock."""

    name: str  # canonical
    version: str  # empty if the lock leaves it open, as for a folder
    # The files that it may be installed from; empty if the lock names none.
    files: tuple[LockedFile, ...] = ()
    # Hashes of its files, if the lock does not say which file each belongs to; empty for any.
    hashes: frozenset[str] = frozenset()
    marker: str = ""  # where it is installed; empty for everywhere
    origin: str = ""  # where it comes from, in words, if not from an index
    root: bool = False  # whether it is a project that the lock was made for
    requires: tuple[Dependency, ...] = ()  # its dependencies, in a lock that records the graph
    optional: Mapping[str, tuple[Dependency, ...]] = {}  # those of its extras and groups


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """What is installed as a whole or not at all: a project, or one of its extras or groups."""

    package: str  # canonical
    key: str  # of ``LockedPackage.optional``; empty for the project itself
    marker_name: str  # the extra that stands for it in the lock's markers


class Lock(msgspec.Struct, frozen=True, kw_only=True):
    """What a lock says."""

    packages: tuple[LockedPackage, ...]
    requires_python: str = ""  # the Pythons that it is for; empty if it does not say
    # Markers of the environments that it is for, any of which may hold; empty for everywhere.
    environments: tuple[str, ...] = ()
    # Whether it is only for the platform that it was made on.
    one_platform: bool = False
    no_binary: frozenset[str] = frozenset()  # names that are built from source
    problems: tuple[str, ...] = ()  # what could not be understood, a phrase each
    # Sets of projects, extras or groups, of which at most one is installed.
    conflicts: tuple[tuple[Choice, ...], ...] = ()

    def selections(self, environment: Mapping[str, str]) -> Iterator[dict[str, LockedPackage]]:
        """``selected`` for as many selections as it takes to cover every conflicting choice."""
        choices = dict.fromkeys(chain.from_iterable(self.conflicts))
        seen: set[frozenset[Choice]] = set()
        for first in choices or [None]:
            taken: list[Choice] = []
            for each in filter(None, (first, *choices)):
                if not any(each in one and set(taken) & set(one) for one in self.conflicts):
                    taken.append(each)
            without = frozenset(choices).difference(taken)
            if without not in seen:
                seen.add(without)
                yield self.selected(environment, without)

    def selected(
        self, environment: Mapping[str, str], without: Collection[Choice] = ()
    ) -> dict[str, LockedPackage]:
        """By name, what is installed if markers are evaluated in ``environment``.

        All extras and groups are included, except those in ``without``.
        """
        names = frozenset(each.marker_name for each in without)
        left_out = {(each.package, each.key) for each in without}
        roots = [e for e in self.packages if e.root and (e.name, "") not in left_out]
        here = [each for each in self.packages if holds(each.marker, environment, names)]
        by_name: dict[str, list[LockedPackage]] = {}
        for each in here:
            by_name.setdefault(each.name, []).append(each)
        if not roots:
            return {each.name: each for each in here}
        found: dict[str, LockedPackage] = {}
        waiting = [(each, extra) for each in roots for extra in ("", *each.optional)]
        seen: set[tuple[str, str, str]] = set()
        while waiting:
            package, extra = waiting.pop()
            key = (package.name, package.version, extra)
            if key in seen or (extra and (package.name, extra) in left_out):
                continue
            seen.add(key)
            found.setdefault(package.name, package)
            for edge in package.optional.get(extra, ()) if extra else package.requires:
                if holds(edge.marker, environment, names):
                    named = by_name.get(edge.name, ())
                    fits = [each for each in named if edge.version in ("", each.version)][:1]
                    waiting += [(each, more) for each in fits for more in ("", *edge.extras)]
        return found


class BuildSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How a lock's packages are built, by the settings beside the lock. Names are canonical."""

    # Built even if a wheel fits; ``:all:`` stands for every package, here and in the next two.
    no_binary: frozenset[str] = frozenset()
    no_build: frozenset[str] = frozenset()  # never built
    no_isolation: frozenset[str] = frozenset()  # built in the environment itself
    constraints: tuple[str, ...] = ()  # on every build environment, as requirements
    own_constraints: Mapping[str, tuple[str, ...]] = {}  # on the builds of one package
    # Added to the build requirements of one package.
    requirements: Mapping[str, tuple[str, ...]] = {}
    # Names that the build of one package gets in the locked version.
    matched: Mapping[str, frozenset[str]] = {}
    # Names whose metadata is supplied, so that nothing is built to learn it.
    described: frozenset[str] = frozenset()
    released_before: str = ""  # the day from which on releases are ignored; empty for none

    def __or__(self, other: BuildSettings) -> BuildSettings:
        """Both settings together: unions of names, lists joined, the earlier of two days."""
        return BuildSettings(
            **{
                name: _both(getattr(self, name), getattr(other, name))
                for name in self.__struct_fields__
            }
        )


class LockFormat(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of lock. If a file's name fits the formats of several tools, any may install it."""

    names: tuple[str, ...]  # ``fnmatch`` patterns of its files' names
    read: Callable[[bytes], Lock]  # parses it
    # How its tool builds, according to the files beside it and the user's variables.
    settings: Callable[[ReadText, Mapping[str, str]], BuildSettings]
    installers: tuple[str, ...]  # the ids of the interfaces whose repairs are advised


def _both(one: Any, other: Any) -> Any:
    if isinstance(one, str):
        return min(filter(None, (one, other)), default="")
    if isinstance(one, frozenset):
        return one | other
    if isinstance(one, tuple):
        return (*one, *other)
    return {**one, **other, **{key: _both(one[key], other[key]) for key in {*one} & {*other}}}


def holds(
    marker: str, environment: Mapping[str, str], without: frozenset[str] = frozenset()
) -> bool:
    """Whether ``marker`` can hold with any extras and groups except ``without``.

    A marker that cannot be understood counts as true, so that nothing is overlooked.
    """
    if not marker:
        return True
    named = (one or other for one, other in _CHOSEN.findall(marker))
    chosen = ["", *(each for each in named if each not in without)]
    try:
        parsed = Marker(marker)
        return any(
            parsed.evaluate(
                {
                    **environment,
                    "extra": extra,
                    "extras": frozenset(chosen),
                    "dependency_groups": frozenset(chosen),
                },
                context="lock_file" if "extras" in marker or "groups" in marker else "metadata",
            )
            for extra in chosen
        )
    except (InvalidMarker, UndefinedEnvironmentName, RecursionError, ValueError, KeyError):
        return True


def package_names(*values: object) -> frozenset[str]:
    """The canonical names in lists, or in texts separated by commas or spaces."""
    found: list[str] = []
    for each in values:
        if isinstance(each, str):
            found += each.replace(",", " ").split()
        elif isinstance(each, list | tuple):
            found += map(str, each)
    return frozenset(e if e.startswith(":") else canonicalize_name(e) for e in found)


def requirement_name(text: str) -> str:
    """The canonical name in a requirement, even in an invalid one; empty if there is none."""
    found = re.match(r"\s*([A-Za-z0-9][\w.-]*)", text, re.ASCII)
    return canonicalize_name(found[1]) if found else ""


def texts(values: object) -> tuple[str, ...]:
    """The strings in a list; empty if ``values`` is none."""
    return tuple(e for e in values if isinstance(e, str)) if isinstance(values, list) else ()


def table(data: object, *path: str) -> dict[str, Any]:
    """The table at ``path``; empty if there is none."""
    for key in path:
        data = data.get(key) if isinstance(data, dict) else None
    return data if isinstance(data, dict) else {}


def tables(data: object) -> list[dict[str, Any]]:
    """The tables in a list; empty if ``data`` is none."""
    return [each for each in data if isinstance(each, dict)] if isinstance(data, list) else []


def toml_settings(text: str) -> dict[str, Any]:
    """The tables of a settings file; empty if it is invalid."""
    try:
        return parsed_toml(text.encode())
    except ValueError:
        return {}


def parsed_toml(data: bytes) -> dict[str, Any]:
    """The tables of a lock in TOML; raises ``ValueError`` if it is invalid."""
    try:
        read: dict[str, Any] = tomllib.loads(data.decode())
    except RecursionError as error:
        raise ValueError("too deeply nested") from error
    return read


def origin_in(keys: Collection[str], words: Mapping[str, str]) -> str:
    """The word in ``words`` for the first of them in ``keys``; empty if there is none."""
    return next((each for key, each in words.items() if key in keys), "")


def packages_of(
    lock: dict[str, Any], read: Callable[[dict[str, Any]], LockedPackage]
) -> tuple[LockedPackage, ...]:
    """The packages of a lock in TOML, each made by ``read`` from its table."""
    return tuple(read(each) for each in tables(lock.get("package")) if "name" in each)


def file_at(url: str) -> LockedFile:
    """The file at an address or a path."""
    return LockedFile(filename=unquote(urlsplit(url).path.rpartition("/")[2]), url=url)


def requirement_texts(text: str) -> tuple[str, ...]:
    """The requirements in a requirements or constraints file."""
    plain = (re.split(r"(?:^|\s)#|\s--", e, maxsplit=1)[0].strip() for e in text.splitlines())
    return tuple(each for each in plain if each and not each.startswith("-"))


def constraints_in(read: ReadText, files: Iterable[str]) -> tuple[str, ...]:
    """The constraints in ``files``."""
    return tuple(each for name in files for each in requirement_texts(read(name)))
