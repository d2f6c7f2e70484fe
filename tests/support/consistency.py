"""A release of a generated consumer, checked by its own tool."""

from __future__ import annotations

from pathlib import Path

from support.bakery import HIGHEST, LOWEST, Bakery


def consistency(
    bakery: Bakery, project: Path, sites: dict[str, Path], *files: Path, fails: bool = False
) -> str:
    ends = ["--provider", sites[LOWEST], "--provider", sites[HIGHEST]]
    return bakery.python(project / "tools/consistency.py", *ends, *files, fails=fails)
