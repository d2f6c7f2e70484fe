"""Phrases that several findings share."""

from __future__ import annotations

from collections.abc import Collection

SHOWN = 6  # names in a sentence; all are in the evidence


def listed(names: Collection[str], quote: str = "`") -> str:
    """The first of ``names``, and how many more there are."""
    first = ", ".join(f"{quote}{name}{quote}" for name in [*names][:SHOWN])
    return first + (f" and {len(names) - SHOWN} more" if len(names) > SHOWN else "")


def needing(file: str, files: int) -> str:
    """Who needs something: ``file``, the first of so many."""
    return f"`{file}` and {files - 1} more need" if files > 1 else f"`{file}` needs"
