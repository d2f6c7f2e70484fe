"""The commands ``native-skew matrix`` and ``native-skew merge``."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import click
from msgspec.structs import replace
from rich.console import Console

from native_skew import results
from native_skew.errors import ExitCode
from native_skew.installers import INSTALLERS, NEWEST
from native_skew.results import BriefResult, Result, report
from native_skew.run import parts
from native_skew.run.options import Asked, asked_options, require_recordable, results_option
from native_skew.run.parts import Part
from native_skew.run.progress import Display, Phases
from native_skew.run.runner import Runner
from native_skew.run.selection import Filters, Selection, Task, on_other_pythons, select
from native_skew.run.session import DEFAULT_WORK, Session

DEFAULT_INTO = DEFAULT_WORK / "matrix"


@click.command(
    epilog="""\b
Examples:
  native-skew matrix --shard 1/4 --into part-1
  native-skew matrix --shard 1/4 --into part-1 --resume
  native-skew merge part-* --into whole"""
)
@asked_options
@click.option("--shard", default="1/1", show_default=True, help="K/N: the K-th of N parts.")
@click.option(
    "--into",
    type=click.Path(path_type=Path, file_okay=False),
    default=DEFAULT_INTO,
    show_default=True,
    help="Where each result is written as soon as it is there.",
)
@click.option("--resume", is_flag=True, help="Go on with what is there, and run only the rest.")
def matrix(asked: Asked, shard: str, into: Path, resume: bool) -> None:
    """Runs every scenario with every installer, in its newest release, and every remedy.

    It takes releases alone, which can be recorded; an executable of your own runs with `run`.

    Where it is told nothing else, also the plain command of the issue and each tool's first repair
    on other Pythons; one that is not there is said, and is no failure.

    Each result is written when its cell is done, so that --resume can go on after whatever
    interrupted the run. Ends as `run` does; recording is `merge --record`.
    """
    notes = report.console(stderr=True)
    wanted = parts.parse_shard(shard)
    newest = tuple(f"{name}=={NEWEST}" for name in INSTALLERS)
    filters = replace(asked.filters, installers=asked.filters.installers or newest)
    filters.require_known()
    filters.require_releases()
    with Session(asked.work, phase=Phases(notes).phase) as session, parts.only_writer(into):
        if asked.newest:
            session.toolbox.forget_newest()
        selection = select(filters, session.toolbox)
        if asked.filters == Filters():
            more, absent = on_other_pythons(filters, session.toolbox)
            selection = Selection.joined((selection, more))
            for line in absent:
                notes.print(line, soft_wrap=True)
        part, mine = parts.planned(wanted, selection)
        done = parts.begin(part, into, resume=resume)
        session.make_ready()
        found = [results.brief(results.read(into / f"{cell}.json")) for cell in done]
        runner = Runner(session, jobs=asked.jobs, limit=asked.limit)
        part = _run(mine, part, found, runner, into, notes)
    changed = _print_end(part, found, asked.folder)
    sys.exit(ExitCode.of(changed=changed, not_run=part.not_run))


def _run(
    tasks: Sequence[Task],
    part: Part,
    found: list[BriefResult],
    runner: Runner,
    into: Path,
    notes: Console,
) -> Part:
    """Runs what is not found yet, writes each result, and adds it to what is found.

    Returns the part with what was not run.
    """
    done = {result.cell for result in found}
    waiting = [task for task in tasks if task.cell not in done]
    notes.print(f"{len(waiting)} cells to run, {len(done)} done before, into {into}")
    started = time.monotonic()
    not_run = list(part.not_run)
    try:
        with Display(notes, len(waiting)) as display:
            for outcome in runner.outcomes(waiting, display):
                if isinstance(outcome, Result):
                    results.write(outcome, into)
                    found.append(results.brief(outcome))
                else:
                    not_run.append(outcome)
    except KeyboardInterrupt:
        notes.print(f"what is done stays in {into}: --resume goes on with it", soft_wrap=True)
        raise
    notes.print(f"{len(waiting)} cells in {time.monotonic() - started:.0f} s")
    ended = replace(part, not_run=tuple(not_run))
    parts.write(ended, into)
    return ended


def _print_end(part: Part, found: Sequence[BriefResult], recorded: Path) -> bool:
    """Counts verdicts and tells the news; returns whether a verdict is another than it was."""
    ordered = sorted(found, key=lambda result: result.cell)
    verdicts = Counter(result.verdict for result in ordered)
    compared = results.compare(results.read_verdicts(recorded), ordered)
    contradictory = report.contradictions(ordered)
    console = report.console()
    for verdict, number in [*verdicts.most_common(), ("not run", len(part.not_run))]:
        console.print(f"{number:6} {verdict}")
    for note in compared.notes:
        console.print(note, soft_wrap=True)
    for line in report.news(part.not_run, contradictory, compared.changed):
        console.print(line, soft_wrap=True)
    return bool(compared.changed or contradictory)


@click.command(
    epilog="""\b
Example:
  native-skew merge part-* --into whole"""
)
@click.argument(
    "folders", nargs=-1, required=True, type=click.Path(path_type=Path, file_okay=False)
)
@click.option(
    "--into", type=click.Path(path_type=Path, file_okay=False), help="A new folder for the whole."
)
@click.option("--record", is_flag=True, help="Put the results among the recorded; deliberate.")
@results_option
def merge(folders: tuple[Path, ...], into: Path | None, record: bool, folder: Path) -> None:
    """Joins the parts of a matrix; refuses parts of different scenario definitions.

    Ends with 0 when all shards are there and every cell was run, 2 when something is missing.
    """
    if not into and not record:
        raise click.UsageError("say --into FOLDER, or --record, or both")
    if record:
        require_recordable(folder)
    console = report.console()
    joined = parts.join(folders)
    if into:
        joined.write(into)
    if record:
        number, contradictory = results.pack(joined.results(), folder)
        console.print(f"recorded {number} results below {folder}")
        for line in report.news((), contradictory, ()):
            console.print(line, soft_wrap=True)
    for shard in joined.absent:
        console.print(f"shard {shard} is not among the parts")
    for cell in joined.missing:
        console.print(f"{cell}: no result yet: --resume runs it", soft_wrap=True)
    for line in report.news(joined.whole.not_run, (), ()):
        console.print(line, soft_wrap=True)
    incomplete = joined.absent or joined.missing or joined.whole.not_run
    sys.exit(ExitCode.of(changed=False, not_run=incomplete))
