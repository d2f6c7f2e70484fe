"""Advice and snippets carried out literally, as pages say it is done."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import tomlkit


def write(project: Path, name: str, lines: str) -> None:
    """Puts ``lines`` into a file.

    In one of tables they go below the headings of the same names, and entries into lists.
    """
    path = project / name
    path.parent.mkdir(parents=True, exist_ok=True)
    had = path.read_text(encoding="utf-8") if path.exists() else ""
    tables = name.endswith(".toml") or path.name == "Pipfile"
    path.write_text(_added(had, lines) if tables else lines, encoding="utf-8")


def _added(text: str, lines: str) -> str:
    document = tomlkit.parse(text)

    def add(table: Any, more: Any) -> None:
        for key, value in more.items():
            if isinstance(value, dict) and key in table:
                add(table[key], value)
            elif isinstance(value, list) and key in table:
                table[key].extend(value)
            else:
                table[key] = value

    add(document, tomlkit.parse(lines).unwrap())
    return tomlkit.dumps(document)
