"""Where all text for people goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console


def terminal(stderr: bool = False, width: int | None = None) -> Console:
    """A console that prints words as they are.

    Rich would read ``[red]`` in a stranger's name as a style, and ``:100:`` as an emoji.
    """
    from rich.console import Console  # noqa: PLC0415  (not needed by --json, nor to start)

    return Console(stderr=stderr, width=width, markup=False, emoji=False, highlight=False)
