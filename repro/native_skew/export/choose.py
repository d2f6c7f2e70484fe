"""A cell's name, whole or shortened -> the recorded result."""

from __future__ import annotations

from collections.abc import Mapping

from native_skew.export.errors import AmbiguousNameError, UnknownCellError
from native_skew.results import Result
from native_skew.scenarios import Cell


def find(name: str, recorded: Mapping[str, Result]) -> Result:
    """The recorded result that ``name`` means.

    Args:
        name: a cell's id, or some of its parts in their order: versions and the Python may
            be left out, and so may whole parts, as in ``unstamped-pin/pip/nothing``.
        recorded: results by cell id.

    Raises:
        UnknownCellError: none fits.
        AmbiguousNameError: several do.

    """
    name = name.strip("/").removesuffix(".json")
    if name in recorded:
        return recorded[name]
    words = name.split("/")
    fitting = [each for each in recorded.values() if _fits(words, each.cell)]
    if not fitting:
        raise UnknownCellError(name, recorded)
    if len(fitting) > 1:
        raise AmbiguousNameError(name, [each.cell.id for each in fitting])
    return fitting[0]


def _fits(words: list[str], cell: Cell) -> bool:
    """Whether ``words`` are parts of the cell's name, in the order they have in it."""
    parts = iter(
        (
            (cell.scenario,),
            (cell.variant,),
            (cell.installer, f"{cell.installer}@{cell.version}"),
            (cell.attempt, f"{cell.attempt}.{cell.python}"),
        )
    )
    return all(any(word in spellings for spellings in parts) for word in words)
