"""The commands that run cells, ``run`` and ``matrix``, and with them ``serve`` and ``merge``."""

from __future__ import annotations

import shlex
import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import click
from msgspec.structs import replace
from rich.console import Console
from rich.text import Text

from native_skew import results, scenarios
from native_skew.errors import ExitCode
from native_skew.installers import INSTALLERS, NEWEST
from native_skew.results import BriefResult, NotRun, Result, report
from native_skew.run import parts
from native_skew.run.options import (
    Asked,
    asked_options,
    require_recordable,
    results_option,
    work_option,
)
from native_skew.run.parts import Part
from native_skew.run.progress import Display, Phases
from native_skew.run.runner import Runner
from native_skew.run.selection import Filters, Selection, Task, on_other_pythons, select, tour
from native_skew.run.session import DEFAULT_WORK, Session
from native_skew.scenarios import Scenario, request_of
from native_skew.toolchain import find as find_interpreter


@click.command(
    epilog="""\b
Examples:
  native-skew run
  native-skew run --scenario unstamped-pin --installer uv-sync
  native-skew run --all --installer uv=path/to/your/uv
  native-skew run --live --scenario softioc-live

Names: native-skew list"""
)
@asked_options
@click.option("--all", "everything", is_flag=True, help="Every scenario, installer and remedy.")
@click.option("--live", is_flag=True, help="Also scenarios on real distributions (network).")
@click.option("--keep", is_flag=True, help="Keep the environments and print where they are.")
@click.option("--json", "as_json", is_flag=True, help="Print the results as JSON.")
@click.option("--record", is_flag=True, help="Put the results into the record.")
def run(
    asked: Asked,
    everything: bool,
    live: bool,
    keep: bool,
    as_json: bool,
    record: bool,
) -> None:
    """Runs cells and compares them with the record.

    A cell is one scenario, installed by one installer with one remedy. Without a filter, runs
    the issue's scenario, pip against uv. Exits with 0 if all is as recorded, 1 if a verdict
    changed, 2 if something could not run.
    """
    if record:
        require_recordable(asked.folder)
    started = time.monotonic()
    console, notes = report.console(), report.console(stderr=True)
    filters = replace(asked.filters, live=live)
    filters.require_known()
    recorded = results.read_verdicts(asked.folder)
    if record:
        filters.require_releases()
    with Session(asked.work, keep=keep, phase=Phases(notes).phase) as session:
        if asked.newest:
            session.toolbox.forget_newest()
        _print(notes, f"work folder: {session.where}")
        selection = _selected(session, filters, everything=everything)
        _print(notes, f"C compiler: {session.compiler.title}")
        runner = Runner(session, jobs=asked.jobs, limit=asked.limit, keep=keep)
        prepared = time.monotonic() - started
        with Display(notes, len(selection.tasks)) as display:
            outcomes = runner.run(selection.tasks, display)
    done = [each for each in outcomes if isinstance(each, Result)]
    not_run = [*selection.not_run, *(each for each in outcomes if isinstance(each, NotRun))]
    compared = results.compare(recorded, done)
    changes = compared.changed
    if as_json:
        value = {"results": done, "not_run": not_run, "changes": changes}
        sys.stdout.write(results.encode(value).decode())
    else:
        console.print(report.summary(done, not_run, changes, console.width), crop=False)
    _print(notes, *compared.notes)
    _print(notes, *(f"{cell_id}: cd {path}" for cell_id, path in runner.kept.items()))
    wall = time.monotonic() - started - prepared
    _print(notes, f"{len(done)} cells in {wall:.1f} s after {prepared:.1f} s of preparation")
    contradictory = report.contradictions(done)
    if record:
        number, _ = results.pack(done, asked.folder)
        _print(notes, f"recorded {number} results below {asked.folder}")
        changes = ()
    sys.exit(ExitCode.of(changed=changes or contradictory, not_run=not_run))


def _selected(session: Session, filters: Filters, *, everything: bool) -> Selection:
    """The requested cells; meanwhile, what all of them share is fetched."""
    with ThreadPoolExecutor(1) as pool:
        ready = pool.submit(session.make_ready)
        if everything or filters.narrows:
            selection = select(filters, session.toolbox)
        else:
            selection = tour(session.toolbox, filters.pythons)
        ready.result()
    return selection


def _print(console: Console, *lines: str | Text) -> None:
    for line in lines:
        console.print(line, soft_wrap=True)


@click.command(
    epilog="""\b
Example:
  native-skew serve stale-build-tree --step 2 --port 8080"""
)
@click.argument("scenario")
@click.option("--variant", help="Which variant; the first by default.")
@click.option(
    "--step",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    help="Publish the files up to this step; `show` lists the steps.",
)
@click.option("--python", help="Version or path of an interpreter.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, help="On 127.0.0.1; 0 for any free one."
)
@work_option
def serve(
    scenario: str, variant: str | None, step: int, python: str | None, port: int, work: Path
) -> None:
    """Serves SCENARIO's index and prints commands to try against it."""
    found = scenarios.find(scenario)
    chosen = variant or found.variant_names()[0]
    if chosen not in found.variant_names():
        raise click.BadParameter(
            f"known are {', '.join(found.variant_names())}", param_hint="variant"
        )
    if found.live:
        raise click.BadParameter("a live scenario has no index of its own", param_hint="scenario")
    console = report.console()
    notes = report.console(stderr=True)
    with Session(work, port=port, phase=Phases(notes).phase) as session:
        publication = session.publication(found, chosen, find_interpreter(python))
        publication.step = step
        url = session.index.publish(found.id, publication)
        console.print(Text(_instructions(found, chosen, url)), soft_wrap=True)
        seen = 0
        while True:
            time.sleep(0.2)
            for entry in publication.journal[seen:]:
                console.print(f"{entry.status} {entry.method} {entry.path}")
            seen = len(publication.journal)


def _instructions(scenario: Scenario, variant: str, url: str) -> str:
    """The commands that reproduce ``variant`` against the index at ``url`` by hand."""
    request = request_of(scenario, variant)
    source = [word for name in request.build_from_source for word in ("--no-binary", name)]
    words = shlex.join([*source, *request.requirements])
    return (
        f"{scenario.id}/{variant} is served at {url}\n\n"
        "In another terminal, in an empty folder:\n\n"
        f"  uv venv && uv pip install --no-config --no-cache --default-index {url} {words}\n"
        f"  .venv/bin/python -c 'import {scenario.module}'; uv pip check\n\n"
        "and the same with pip, kept from reading your own indexes too:\n\n"
        "  python3 -m venv venv-pip\n"
        "  unset PIP_FIND_LINKS PIP_EXTRA_INDEX_URL; export PIP_CONFIG_FILE=/dev/null\n"
        f"  venv-pip/bin/pip install --no-cache-dir --index-url {url} {words}\n"
        f"  venv-pip/bin/python -c 'import {scenario.module}'\n\n"
        "Requests are shown below. Ctrl-C ends it.\n"
    )


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
    default=DEFAULT_WORK / "matrix",
    show_default=True,
    help="The folder for results, each written when its cell is done.",
)
@click.option("--resume", is_flag=True, help="Keep the results in --into, and run only the rest.")
def matrix(asked: Asked, shard: str, into: Path, resume: bool) -> None:
    """Runs every scenario with every installer, in its newest release, and every remedy.

    Only releases can be run, so that the results can be recorded; use `run` for an executable of
    your own.

    Without filters, it also runs the plain command of the issue's scenario and each tool's first
    repair on other Pythons; a missing Python is reported and is no failure.

    Each result is written when its cell is done, so that --resume can continue after an
    interruption. Ends as `run` does; `merge --record` records the results.
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
            _print(notes, *absent)
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
    """Runs the ``tasks`` without a result in ``found``, and writes and adds their results.

    Returns the part with the cells that could not run.
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
        _print(notes, f"what is done stays in {into}: --resume goes on with it")
        raise
    notes.print(f"{len(waiting)} cells in {time.monotonic() - started:.0f} s")
    ended = replace(part, not_run=tuple(not_run))
    parts.write(ended, into)
    return ended


def _print_end(part: Part, found: Sequence[BriefResult], recorded: Path) -> bool:
    """Prints the counts of verdicts and the changes; returns whether a verdict changed."""
    ordered = sorted(found, key=lambda result: result.cell)
    verdicts = Counter(result.verdict for result in ordered)
    compared = results.compare(results.read_verdicts(recorded), ordered)
    contradictory = report.contradictions(ordered)
    console = report.console()
    counted = [*verdicts.most_common(), ("not run", len(part.not_run))]
    _print(console, *(f"{number:6} {verdict}" for verdict, number in counted), *compared.notes)
    _print(console, *report.news(part.not_run, contradictory, compared.changed))
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
@click.option("--record", is_flag=True, help="Put the results into the record.")
@results_option
def merge(folders: tuple[Path, ...], into: Path | None, record: bool, folder: Path) -> None:
    """Joins the parts of a matrix; refuses parts with different scenario definitions.

    Exits with 0 if all shards are there and every cell was run, 2 if something is missing.
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
        _print(console, f"recorded {number} results below {folder}")
        _print(console, *report.news((), contradictory, ()))
    _print(console, *(f"shard {shard} is not among the parts" for shard in joined.absent))
    _print(console, *(f"{cell}: no result yet: --resume runs it" for cell in joined.missing))
    _print(console, *report.news(joined.whole.not_run, (), ()))
    incomplete = joined.absent or joined.missing or joined.whole.not_run
    sys.exit(ExitCode.of(changed=False, not_run=incomplete))
