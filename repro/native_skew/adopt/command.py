"""The command ``native-skew adopt``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from native_skew.adopt import folder
from native_skew.adopt import proof as reading
from native_skew.adopt.causes import Wishes
from native_skew.adopt.plan import propose
from native_skew.adopt.project import Project
from native_skew.adopt.ranges import GRANULARITIES, Granularity, parsed
from native_skew.errors import ExitCode
from native_skew.findings import plain
from native_skew.toolchain import UserIndexes, user_indexes


@click.command(
    epilog="""\b
Examples:
  native-skew adopt path/to/project
  native-skew adopt . --range 'epicscorelibs>=7.0.7.99.1.2,<7.0.7.99.2'
  native-skew adopt . --abi patch --write"""
)
@click.argument("path", type=click.Path(path_type=Path, file_okay=False, exists=True), default=".")
@click.option(
    "--range",
    "asked",
    multiple=True,
    metavar="REQUIREMENT",
    help="The range of a provider to declare, e.g. 'epicscorelibs>=7.0.7.99.1.2,<7.0.7.99.2'.",
)
@click.option(
    "--abi",
    type=click.Choice(GRANULARITIES),
    help="Which releases of a provider keep its ABI, if no range is given.",
)
@click.option("--library-folder", metavar="NAME", help="The folder of its library in its package.")
@click.option(
    "--wheel",
    "wheels",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="A wheel of the project, which proves what it is linked to; by default those in dist/, "
    "or else the newest on the index.",
)
@click.option(
    "--index-url", help="The only index to use; by default, all that pip and uv are set up with."
)
@click.option("--no-index", is_flag=True, help="Do not ask an index for the published wheel.")
@click.option("--write", is_flag=True, help="Change the files; without it, nothing is written.")
def adopt(
    path: Path,
    asked: tuple[str, ...],
    abi: Granularity | None,
    library_folder: str | None,
    wheels: tuple[Path, ...],
    index_url: str | None,
    no_index: bool,
    write: bool,
) -> None:
    """Says what in the build files of PATH causes skew, and prints the change as a diff.

    The files are read, and nothing in them is run. The diff goes to standard output, all
    else to standard error. Exits with 0 if there is nothing to change, with 1 if there is, and
    with 2 if a file is not understood: then nothing is proposed or written.
    """
    wishes = Wishes(
        ranges=tuple(map(parsed, asked)), granularity=abi, library_folder=library_folder
    )
    before = folder.read(path)
    local = folder.local_modules(path)
    project = Project(before, local)
    indexes = None
    if not no_index:
        indexes = UserIndexes(default=index_url) if index_url else user_indexes(path)
    proof = reading.read(path, wheels, project.name, indexes, project.build_requires)
    proposal = propose(before, wishes, proof, local)
    for finding in proposal.findings:
        click.echo(str(finding), err=True)
    for note in proposal.notes:
        click.echo(f"note: {plain(note)}", err=True)
    if write:
        for changed in folder.write(path, before, proposal.after):
            click.echo(f"written: {plain(str(path / changed))}", err=True)
    else:
        sys.stdout.write(proposal.diff)
    if not proposal.findings:
        click.echo("nothing to change", err=True)
    sys.exit(ExitCode.of(changed=proposal.findings))
