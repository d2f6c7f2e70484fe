"""A repair: what to add to a project's files and what to type, from two states of a project."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from native_skew.installers.base import Command, toml

# Files of tables, in which a line means what its heading says.
_TABLES = (".toml", "Pipfile")
# https://packaging.python.org/en/latest/specifications/inline-script-metadata/
_IN_SCRIPT = re.compile(r"(?<=^# /// script\n)(?:#(?: .*)?\n)*?(?=# ///$)", re.MULTILINE)


class Repair(msgspec.Struct, frozen=True, kw_only=True):
    """What a user does to an existing project."""

    # The lines to add, by file: in TOML, also in a script's metadata, with their headings, and only
    # the new entries of a list; all of a new file.
    files: dict[str, str]
    commands: tuple[Command, ...]  # command lines, in order
    # The existing files among them, and whether the lines replace others, as another version of a
    # requirement does.
    changed: dict[str, bool] = {}


def difference(
    before: Mapping[str, str], steps: Iterable[tuple[Mapping[str, str], Iterable[Command]]]
) -> Repair:
    """The repair that leads from one state of a project to another.

    Lines in both states are left out. ``before`` is the content of the project's files by name;
    each step writes files and then runs commands.
    """
    written: dict[str, str] = {}
    commands: list[Command] = []
    for files, typed in steps:
        written |= files
        commands += typed
    added = {name: _added_lines(name, text, before.get(name, "")) for name, text in written.items()}
    return Repair(
        files={name: text for name, text in added.items() if text},
        commands=tuple(commands),
        changed={
            name: bool(_added_lines(name, before[name], text))
            for name, text in written.items()
            if name in before and added[name]
        },
    )


def with_lines(name: str, text: str, lines: str) -> str:
    """The content ``text`` of the file ``name`` with a repair's ``lines``: reverses ``difference``.

    In a file of tables, lines go below the headings of the same names, and entries into existing
    lists. Nothing is added twice.
    """
    if found := _IN_SCRIPT.search(text):
        merged = with_lines("script.toml", _uncommented(found[0]), _uncommented(lines))
        return text[: found.start()] + _commented(merged) + text[found.end() :]
    if not name.endswith(_TABLES):
        text += "\n" if text and not text.endswith("\n") else ""
        return text + _added_lines(name, lines, text)
    import tomlkit  # noqa: PLC0415

    document = tomlkit.parse(text)

    def add(table: Any, more: Mapping[str, Any]) -> None:
        for key, value in more.items():
            if isinstance(value, dict) and key in table:
                add(table[key], value)
            elif isinstance(value, list) and key in table:
                table[key].extend(each for each in value if each not in table[key])
            else:
                table[key] = value

    add(document, tomlkit.parse(lines).unwrap())
    return tomlkit.dumps(document)


def _added_lines(name: str, text: str, before: str) -> str:
    if (new := _IN_SCRIPT.search(text)) and (old := _IN_SCRIPT.search(before)):
        added = _added_lines("script.toml", _uncommented(new[0]), _uncommented(old[0]))
        return _commented(added)
    if name.endswith(_TABLES):
        import tomlkit  # noqa: PLC0415  (a sound environment needs no repair)

        return toml(_added(tomlkit.parse(text).unwrap(), tomlkit.parse(before).unwrap()))
    known = before.splitlines()
    return "".join(f"{line}\n" for line in text.splitlines() if line not in known)


def _uncommented(lines: str) -> str:
    return "".join(f"{line[2:]}\n" for line in lines.splitlines())


def _commented(lines: str) -> str:
    return "".join(f"# {line}".rstrip() + "\n" for line in lines.splitlines())


def _added(tables: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """What ``tables`` has and ``before`` lacks."""
    found: dict[str, Any] = {}
    for key, value in tables.items():
        known = before.get(key)
        if isinstance(value, dict) and isinstance(known, dict):
            rest: Any = _added(value, known)
        elif isinstance(value, list) and isinstance(known, list):
            rest = [each for each in value if each not in known]
        else:
            if value != known:
                found[key] = value
            continue
        if rest:
            found[key] = rest
    return found
