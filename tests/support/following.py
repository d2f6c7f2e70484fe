"""Advice and snippets carried out literally, as pages say it is done."""

from __future__ import annotations

from pathlib import Path

from native_skew.installers import with_lines


def write(project: Path, name: str, lines: str) -> None:
    """Puts ``lines`` into a file.

    In one of tables they go below the headings of the same names, and entries into lists; in a
    script to the end of its metadata.
    """
    path = project / name
    path.parent.mkdir(parents=True, exist_ok=True)
    had = path.read_text(encoding="utf-8") if path.exists() else ""
    if name.endswith(".toml") or path.name == "Pipfile":
        lines = with_lines(name, had, lines)
    elif name.endswith(".py") and had:  # into the script's own metadata (PEP 723)
        head, mark, rest = had.rpartition("# ///\n")
        lines = f"{head}{lines}{mark}{rest}"
    path.write_text(lines, encoding="utf-8")
