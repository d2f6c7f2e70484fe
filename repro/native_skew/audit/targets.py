"""A release's targets: Pythons and platforms, and the files that each installs and reads.

What each tool reads is recorded by the scenarios ``stamped-wheel-elsewhere`` and
``inconsistent-wheels``.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from platform import machine

import msgspec
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.tags import (
    Tag,
    compatible_tags,
    cpython_tags,
    generic_tags,
    mac_platforms,
    platform_tags,
)

from native_skew.audit.release import File, Release
from native_skew.installers import TOOLS, ReleaseFiles

_PYTHONS = range(10, 16)  # the minor versions that are looked after in 2026, and the new one
_INTERPRETER = re.compile(r"-cp3(\d+)-")


class _Platform(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    title: str
    tags: tuple[str, ...]
    markers: dict[str, str]


_SYSTEMS = {"linux": ("Linux", "posix"), "darwin": ("Darwin", "posix"), "win32": ("Windows", "nt")}


def _platform(title: str, sys_platform: str, machine: str, tags: Iterable[str]) -> _Platform:
    system, os_name = _SYSTEMS[sys_platform]
    markers = {
        "sys_platform": sys_platform,
        "platform_system": system,
        "os_name": os_name,
        "platform_machine": machine,
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
    }
    return _Platform(title=title, tags=tuple(tags), markers=markers)


def _linux(machine: str) -> _Platform:
    older = {17: "manylinux2014", 12: "manylinux2010", 5: "manylinux1"}
    names = []
    for minor in range(41, 4, -1):
        names.append(f"manylinux_2_{minor}_{machine}")
        if minor in older:
            names.append(f"{older[minor]}_{machine}")
    return _platform(f"Linux {machine}", "linux", machine, [*names, f"linux_{machine}"])


def _musl(machine: str) -> _Platform:
    names = [f"musllinux_1_{minor}_{machine}" for minor in range(2, -1, -1)]
    return _platform(f"musl Linux {machine}", "linux", machine, [*names, f"linux_{machine}"])


def _macos(arch: str) -> _Platform:
    return _platform(f"macOS {arch}", "darwin", arch, mac_platforms((15, 0), arch))


# By the words of uv's --python-platform. https://docs.astral.sh/uv/reference/cli/
PLATFORMS = {
    "x86_64-unknown-linux-gnu": _linux("x86_64"),
    "aarch64-unknown-linux-gnu": _linux("aarch64"),
    "x86_64-unknown-linux-musl": _musl("x86_64"),
    "aarch64-apple-darwin": _macos("arm64"),
    "x86_64-apple-darwin": _macos("x86_64"),
    "x86_64-pc-windows-msvc": _platform("Windows", "win32", "AMD64", ["win_amd64"]),
}
# Examined only if a release has a wheel for them.
_RARER = (
    _musl("aarch64"),
    *map(_linux, ("riscv64", "ppc64le", "s390x", "armv7l", "i686")),
    _platform("Windows arm64", "win32", "ARM64", ["win_arm64"]),
    _platform("Windows 32-bit", "win32", "x86", ["win32"]),
)
LOCK_PLATFORMS = tuple(each for each in PLATFORMS if not each.endswith("musl"))


class _Flavour(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """Another Python than the usual CPython: ``tag`` finds the minor version in a wheel's tags."""

    title: str
    tag: re.Pattern[str]
    interpreter: str
    abi: str
    markers: dict[str, str] = {}


# https://packaging.python.org/en/latest/specifications/platform-compatibility-tags/
_FLAVOURS = (
    _Flavour(
        title="free-threaded",
        tag=re.compile(r"cp3\d+-cp3(\d+)t-.*"),
        interpreter="cp3{}",
        abi="cp3{}t",
    ),
    _Flavour(
        title="PyPy",
        tag=re.compile(r"pp3(\d+)-pypy3.*"),
        interpreter="pp3{}",
        abi="pypy3{}_pp73",
        markers={"implementation_name": "pypy", "platform_python_implementation": "PyPy"},
    ),
)


def _system(platform: str) -> str:
    return "linux" if "linux" in platform else platform.partition("_")[0]


class TargetPython(msgspec.Struct, frozen=True, kw_only=True):
    """One Python on one platform."""

    python: str
    platform: str  # as people call it
    environment: dict[str, str]  # that in which markers are evaluated
    order: dict[Tag, int]  # the tags that it installs, 0 is best
    pairs: frozenset[tuple[str, str]]  # their interpreters and ABIs
    interpreters: frozenset[str]  # their interpreters

    @property
    def minor(self) -> int:
        """12 of Python 3.12."""
        return int(self.python.partition(".")[2])

    @property
    def title(self) -> str:
        """The target as people call it."""
        return f"Python {self.python} on {self.platform}"

    def rank(self, file: File) -> int | None:
        """How well a wheel fits, 0 is best; None if it does not."""
        return min((self.order[tag] for tag in file.tags if tag in self.order), default=None)

    def nearness(self, file: File) -> int:
        """How close a wheel is that does not fit, as uv sees it: 3 for a wrong platform ... 1."""
        return max(
            3
            if (each.interpreter, each.abi) in self.pairs
            else 2
            if each.interpreter in self.interpreters
            else 1
            for each in file.tags
        )

    def distance(self, file: File) -> tuple[int, bool, bool, int]:
        """A key to sort wheels by what they tell about this target: those that fit are first."""
        rank = self.rank(file)
        tags = {each.platform for each in file.tags}
        return (
            len(self.order) if rank is None else rank,
            not tags & self._platforms,
            not self.is_near(file),
            file.size or 0,
        )

    def is_near(self, file: File) -> bool:
        """Whether a wheel is for this system, on any machine."""
        return any(_system(each.platform) == self.system for each in file.tags)

    @property
    def system(self) -> str:
        """``linux``, ``macosx`` or ``win``."""
        return next(found for each in self.order if (found := _system(each.platform)) != "any")

    @property
    def _platforms(self) -> frozenset[str]:
        return frozenset(each.platform for each in self.order)

    def admits(self, requires_python: str) -> bool:
        """Whether ``Requires-Python`` admits this Python, or cannot be understood."""
        try:
            return SpecifierSet(requires_python).contains(f"{self.python}.99")
        except InvalidSpecifier:
            return True

    def best(self, files: Iterable[File]) -> File | None:
        """The wheel that is installed here."""
        ranked = [
            (-rank, each.build, -number, each)
            for number, each in enumerate(files)
            if each.is_wheel and (rank := self.rank(each)) is not None
        ]
        return max(ranked)[-1] if ranked else None


class ChosenFiles(msgspec.Struct, frozen=True, kw_only=True):
    """The files of a release that matter on a target."""

    target: TargetPython
    installed: File | None  # the wheel that fits, or the sdist, which is built; or nothing
    # The file with whose metadata each tool resolves, by command; only tools that read one file.
    read: dict[str, File | None]
    oldest: str = ""  # the project's oldest Python, if that is not the target's

    @property
    def is_built(self) -> bool:
        """Whether it is built from the sdist."""
        return self.installed is not None and not self.installed.is_wheel


def targets(release: Release, requires_python: str) -> tuple[TargetPython, ...]:
    """The targets of a release: the Pythons of its wheels, and today's Pythons."""
    named = (_INTERPRETER.search(each.filename) for each in release.wheels)
    minors = {*_PYTHONS, *(int(found[1]) for found in named if found)}
    tags = {tag for each in release.wheels for tag in each.tags}
    own = {each.platform for each in tags}
    platforms = [*PLATFORMS.values(), *(each for each in _RARER if own & set(each.tags))]
    made = [_target(minor, platform) for minor in sorted(minors) for platform in platforms]
    for other in _FLAVOURS:
        there = sorted({int(found[1]) for e in tags if (found := other.tag.fullmatch(str(e)))})
        made += [_target(minor, platform, other) for minor in there for platform in platforms]
    return tuple(each for each in made if each.admits(requires_python))


def targets_of(
    requires_python: str, pythons: Iterable[str] = (), platforms: Iterable[str] = ()
) -> tuple[TargetPython, ...]:
    """The targets of a lock: released Pythons on the usual platforms.

    Or the minor versions ``pythons`` and the ``platforms``, as named in ``PLATFORMS``.
    """
    minors = [int(each.split(".")[1]) for each in pythons] or _PYTHONS
    chosen = [PLATFORMS[each] for each in platforms or LOCK_PLATFORMS]
    made = (_target(minor, platform) for minor in minors for platform in chosen)
    return tuple(each for each in made if pythons or each.admits(requires_python))


def this_platform() -> str:
    """The key of the platform on which this runs, or of the most usual one if it is none."""
    musl = any(each.startswith("musllinux") for each in platform_tags())
    for key, each in PLATFORMS.items():
        here = (each.markers["sys_platform"], each.markers["platform_machine"])
        if here == (sys.platform, machine()) and each.title.startswith("musl") == musl:
            return key
    return next(iter(PLATFORMS))


def choose(release: Release, target: TargetPython) -> ChosenFiles:
    """The files of ``release`` that ``target`` installs and reads."""
    wheels = [each for each in release.wheels if not each.yanked] or list(release.wheels)
    fitting = target.best(wheels)
    files = ReleaseFiles(
        wheels=tuple(each for each in wheels if target.admits(each.requires_python)),
        fitting=fitting,
        sdist=release.sdist,
        nearness=target.nearness,
        python=target.python,
        first_uploaded=release.first_uploaded,
    )
    return ChosenFiles(
        target=target,
        installed=fitting or release.sdist,
        read={
            command: reads(files)
            for tool in TOOLS.values()
            for command, reads in tool.readers.items()
        },
    )


def in_projects(choices: Sequence[ChosenFiles]) -> Iterator[tuple[ChosenFiles, ...]]:
    """``choices``, and those of projects for older Pythons too, if a tool reads another file then.

    A lock is for all Pythons of its project.
    """
    commands = [command for tool in TOOLS.values() for command in tool.reads_for_oldest]
    for choice in choices:
        target = choice.target
        older = (
            e
            for e in choices
            if e.target.platform == target.platform and e.target.minor < target.minor
        )
        yield (
            choice,
            *(
                msgspec.structs.replace(
                    choice,
                    oldest=each.target.python,
                    read={command: each.read[command] for command in commands},
                )
                for each in sorted(older, key=lambda each: each.target.minor)
            ),
        )


@cache
def _target(minor: int, platform: _Platform, other: _Flavour | None = None) -> TargetPython:
    python = f"3.{minor}"
    if other:
        interpreter = other.interpreter.format(minor)
        own = generic_tags(interpreter, [other.abi.format(minor)], platform.tags)
    else:
        interpreter = f"cp3{minor}"
        own = cpython_tags((3, minor), platforms=platform.tags)
    tags = (*own, *compatible_tags((3, minor), interpreter, platform.tags))
    return TargetPython(
        python=python,
        platform=f"{platform.title} ({other.title})" if other else platform.title,
        environment={
            **platform.markers,
            **(other.markers if other else {}),
            "python_version": python,
            "python_full_version": f"{python}.0",
            "implementation_version": f"{python}.0",
        },
        order={tag: number for number, tag in reversed(list(enumerate(tags)))},
        pairs=frozenset((each.interpreter, each.abi) for each in tags),
        interpreters=frozenset(each.interpreter for each in tags),
    )


def spoken(targets: Iterable[TargetPython]) -> str:
    """The targets in few words: ``Python 3.12 to 3.14 on Linux x86_64; ...``."""
    by_platform: dict[str, dict[str, None]] = {}
    for each in targets:
        by_platform.setdefault(each.platform, {})[each.python] = None
    by_pythons: dict[tuple[str, ...], list[str]] = {}
    for platform, pythons in by_platform.items():
        by_pythons.setdefault(tuple(pythons), []).append(platform)
    return "; ".join(
        f"Python {_spans(pythons)} on {', '.join(platforms)}"
        for pythons, platforms in by_pythons.items()
    )


def _spans(pythons: tuple[str, ...]) -> str:
    """The minor versions in words, three or more in a row as a span."""
    spans: list[list[int]] = []
    for minor in (int(each.partition(".")[2]) for each in pythons):
        if spans and minor == spans[-1][-1] + 1:
            spans[-1].append(minor)
        else:
            spans.append([minor])
    return ", ".join(
        f"3.{span[0]} to 3.{span[-1]}" if len(span) > 2 else ", ".join(f"3.{m}" for m in span)
        for span in spans
    )
