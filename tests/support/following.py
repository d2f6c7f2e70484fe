"""Advice and snippets carried out literally, in the way that the pages describe."""

from __future__ import annotations

from pathlib import Path

from native_skew.installers import with_lines


def write(project: Path, name: str, lines: str, *, whole: bool = True) -> None:
    """Puts ``lines`` into a file.

    In one of tables, and in a script's metadata, they go below the headings of the same names, and
    entries into lists. Any other file is written, where it is not ``whole`` below what it has.
    """
    path = project / name
    path.parent.mkdir(parents=True, exist_ok=True)
    had = path.read_text(encoding="utf-8") if path.exists() else ""
    if name.endswith((".toml", ".py")) or path.name == "Pipfile" or not whole:
        lines = with_lines(name, had, lines)
    path.write_text(lines, encoding="utf-8")
