"""How wheels are to be made: repaired without a copy of the provider's library, and in isolation.

``auditwheel repair`` copies every library that it finds into the wheel, unless told not to
(https://github.com/pypa/auditwheel#limitations). A second copy of the provider's library has
its own state in the same process, and never follows the provider's version.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, cast

import tomlkit

from native_skew.adopt.causes import SkewCause
from native_skew.adopt.project import CONFIG, PYPROJECT, SCRIPT, Project

# cibuildwheel's own, for Linux: https://cibuildwheel.pypa.io/en/stable/options/#repair-wheel-command
_KEY = "repair-wheel-command"
_DEFAULT = "auditwheel repair -w {dest_dir} {wheel}"
_REPAIR = re.compile(r"\bauditwheel(?:\s+-\S+)*\s+repair\b")
_FRONTEND = re.compile(r"\bCIBW_BUILD_FRONTEND[^\n]*")
_VARIABLE = re.compile(r"\bCIBW_REPAIR_WHEEL_COMMAND(?:_LINUX)?\b")


def check_wheels(project: Project, provider: str, libraries: Sequence[str]) -> Iterator[SkewCause]:
    """The places that put ``libraries`` of ``provider`` into the project's wheels."""
    options = " ".join(f"--exclude '{name}*'" for name in libraries)
    in_workflows = False
    for name, text in list(project.texts.items()):
        if not name.startswith(".github/"):
            continue
        in_workflows |= bool(_VARIABLE.search(text))
        yield from _in_workflow(project, name, text, provider, options)
    if not in_workflows:
        yield from _in_pyproject(project, provider, options)
    yield from _isolation(project, provider)
    yield from _packed(project, provider, libraries)


def _finding(where: str, provider: str, options: str) -> SkewCause:
    return SkewCause(
        where=where,
        kind="repair-without-exclude",
        what=f"auditwheel repair copies the library of {provider} into the wheel",
        change=f"leave it to {provider}: {options}"
        if options
        else f"add --exclude 'libNAME.so*' for each library of {provider}",
        by_hand=not options,
    )


def _in_workflow(
    project: Project, name: str, text: str, provider: str, options: str
) -> Iterator[SkewCause]:
    if "--exclude" in text:  # perhaps on another line of a folded command
        return
    lines = text.split("\n")
    for number, line in enumerate(lines):
        if found := _REPAIR.search(line.partition("#")[0]):
            added = "" if "'" in line else options  # inside quotes, quotes end them
            if added:
                lines[number] = f"{line[: found.end()]} {added}{line[found.end() :]}"
            yield _finding(f"{name}:{number + 1}", provider, added)
    project.texts[name] = "\n".join(lines)


def _in_pyproject(project: Project, provider: str, options: str) -> Iterator[SkewCause]:
    """``tool.cibuildwheel``, which copies libraries by default."""
    uses = any("cibuildwheel" in t for n, t in project.texts.items() if n.startswith(".github/"))
    if not uses and not project.table("tool", "cibuildwheel"):
        return
    linux: tuple[str, ...] = ("tool", "cibuildwheel", "linux")
    stated = (each for each in (linux, linux[:2]) if _KEY in project.table(*each))
    keys = next(stated, linux)
    command = project.table(*keys).get(_KEY, _DEFAULT)
    found = _REPAIR.search(command) if isinstance(command, str) else None
    if isinstance(command, str) and (found is None or "--exclude" in command):
        return
    if found is None or not options:
        yield _finding(f"{PYPROJECT}: {'.'.join(keys)}", provider, "")
        return
    if PYPROJECT in project.before:
        table = cast("Any", project.pyproject)
        for key in keys:
            table = table.setdefault(key, tomlkit.table(is_super_table=key != keys[-1]))
        table[_KEY] = f"{command[: found.end()]} {options}{command[found.end() :]}"
    yield _finding(f"{PYPROJECT}: {'.'.join(keys)}", provider, options)


def _isolation(project: Project, provider: str) -> Iterator[SkewCause]:
    """Builds without isolation, which take whatever is there: no range has an effect on them."""
    front = str(project.table("tool", "cibuildwheel").get("build-frontend", ""))
    places = {f"{PYPROJECT}: tool.cibuildwheel.build-frontend": front}
    for name, text in project.texts.items():
        if name.startswith(".github/"):
            places[name] = " ".join(_FRONTEND.findall(text))
    for where, stated in places.items():
        if not re.search(r"--no-(?:build-)?isolation", stated):
            continue
        yield SkewCause(
            where=where,
            kind="build-without-isolation",
            what=f"wheels are built with whatever {provider} is there; no range has an effect on them",
            change="build with isolation, which brings what build-system.requires says",
            by_hand=True,
        )


def _packed(project: Project, provider: str, libraries: Sequence[str]) -> Iterator[SkewCause]:
    """The places that make the library itself package data."""
    patterns: list[tuple[str, str]] = []
    for listed in project.table("tool", "setuptools", "package-data").values():
        patterns += [(PYPROJECT, str(each)) for each in listed]
    if project.config and project.config.has_section("options.package_data"):
        for option in project.config["options.package_data"].iter_options():
            patterns += [(CONFIG, each) for each in option.as_list()]
    if script := project.script:
        patterns += [(SCRIPT, e) for _, e in script.texts_of(script.call, "package_data")]
    for where, pattern in patterns:
        name = pattern.rpartition("/")[2]
        if any(name.startswith(library.removesuffix(".so")) for library in libraries):
            yield SkewCause(
                where=where,
                kind="bundled-library",
                what=f"package data {pattern!r} puts a library of {provider} into the wheel",
                change=f"leave the library to {provider}: take the pattern out",
                by_hand=True,
            )
