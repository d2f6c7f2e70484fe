"""Phrases that several findings share."""

from __future__ import annotations

from collections.abc import Collection

SHOWN = 6  # names in a sentence; all are in the evidence


def listed(names: Collection[str], quotes: str = "``", shown: int = SHOWN) -> str:
    """The first ``shown`` of ``names``, each in ``quotes``, and how many more there are."""
    first = ", ".join(f"{quotes[:1]}{name}{quotes[1:]}" for name in [*names][:shown])
    return first + (f" and {len(names) - shown} more" if len(names) > shown else "")


def needing(file: str, files: int) -> str:
    """Who needs something: ``file``, the first of so many."""
    return f"`{file}` and {files - 1} more need" if files > 1 else f"`{file}` needs"
