"""The command ``native-skew export``."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from pathlib import Path

import click

from native_skew import results
from native_skew.export.errors import CellNameError
from native_skew.export.folder import export as write
from native_skew.results import Result, report
from native_skew.run import Session, results_option, work_option
from native_skew.scenarios import Cell
from native_skew.toolchain import interpreter


@click.command(
    epilog="""\b
Example:
  native-skew export unstamped-pin/pip/nothing elsewhere/ --issue

Cells' ids: native-skew report --markdown"""
)
@click.argument("cell")
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--issue", "with_issue", is_flag=True, help="Also write a bug report: ISSUE.md.")
@results_option
@work_option
def export(cell: str, directory: Path, with_issue: bool, folder: Path, work: Path) -> None:
    """Writes DIR, which reproduces the recorded CELL without this kit.

    CELL is a cell's id, or enough of it to be unique. With --issue, the report is printed as
    well. Ends with 2 if there is nothing to export.
    """
    notes = report.console(stderr=True)
    recorded = results.read_all(folder)
    result = find(cell, recorded)
    with Session(work) as session:
        issue = write(result, directory, session, with_issue=with_issue)
    if result.cell.python != interpreter.find().name:
        version = result.circumstances.python_minor
        notes.print(
            f"{result.cell.python} is recorded: run.sh needs Python {version}, as python{version} on "
            "the PATH or by its path in the variable PYTHON",
            soft_wrap=True,
        )
    notes.print(
        f"{result.cell.id} ({result.verdict}): sh {directory}/run.sh reproduces it",
        soft_wrap=True,
    )
    if with_issue:
        click.echo(issue, nl=False)


def find(name: str, recorded: Mapping[str, Result]) -> Result:
    """The recorded result that ``name`` means.

    Args:
        name: a cell's id, or some of its parts in their order: versions and the Python may
            be left out, and so may whole parts, as in ``unstamped-pin/pip/nothing``.
        recorded: results by cell id.

    Raises:
        CellNameError: none fits, or several do.

    """
    name = name.strip("/").removesuffix(".json")
    if name in recorded:
        return recorded[name]
    words = name.split("/")
    fitting = [each for each in recorded.values() if _fits(words, each.cell)]
    if not fitting:
        near = difflib.get_close_matches(name, list(recorded), n=3, cutoff=0.5)
        raise CellNameError(name, "no recorded cell has this name", "near it are", near)
    if len(fitting) > 1:
        several = [each.cell.id for each in fitting]
        raise CellNameError(name, f"{len(several)} recorded cells", "name one of", several)
    return fitting[0]


def _fits(words: list[str], cell: Cell) -> bool:
    """Whether ``words`` are parts of the cell's name, in the same order."""
    parts = iter(
        (
            (cell.scenario,),
            (cell.variant,),
            (cell.installer, f"{cell.installer}@{cell.version}"),
            (cell.attempt, f"{cell.attempt}.{cell.python}"),
        )
    )
    return all(any(word in spellings for spellings in parts) for word in words)
