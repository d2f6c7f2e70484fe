"""Advice and snippets carried out literally, as pages say it is done."""

from __future__ import annotations

from pathlib import Path

from native_skew.installers import with_lines


def write(project: Path, name: str, lines: str) -> None:
    """Puts ``lines`` into a file.

    In one of tables they go below the headings of the same names, and entries into lists.
    """
    path = project / name
    path.parent.mkdir(parents=True, exist_ok=True)
    had = path.read_text(encoding="utf-8") if path.exists() else ""
    tables = name.endswith(".toml") or path.name == "Pipfile"
    path.write_text(with_lines(had, lines) if tables else lines, encoding="utf-8")
