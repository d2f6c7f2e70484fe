"""The command ``native-skew export``."""

from __future__ import annotations

from pathlib import Path

import click

from native_skew import results
from native_skew.export import choose
from native_skew.export.folder import export as write
from native_skew.results import report
from native_skew.run import Session, results_option, work_option
from native_skew.toolchain import interpreter


@click.command(
    epilog="""\b
Example:
  native-skew export unstamped-pin/pip/nothing elsewhere/ --issue

The ids of cells: native-skew report --markdown"""
)
@click.argument("cell")
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--issue", "with_issue", is_flag=True, help="Also a report's text: ISSUE.md.")
@results_option
@work_option
def export(cell: str, directory: Path, with_issue: bool, folder: Path, work: Path) -> None:
    """Writes DIR, which reproduces the recorded CELL without this kit.

    CELL is a cell's id, or as much of it as is needed to tell it from others. With --issue
    the report's text is printed as well. Ends with 2 where there is nothing to export.
    """
    notes = report.console(stderr=True)
    recorded = results.read_all(folder)
    result = choose.find(cell, recorded)
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
