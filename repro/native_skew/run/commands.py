"""The commands that run something: ``native-skew run`` and ``native-skew serve``."""

from __future__ import annotations

import shlex
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import click
from msgspec.structs import replace
from rich.console import Console
from rich.text import Text

from native_skew import results, scenarios
from native_skew.errors import ExitCode
from native_skew.results import NotRun, Result, report
from native_skew.run.options import Asked, asked_options, require_recordable, work_option
from native_skew.run.progress import Display, Phases
from native_skew.run.runner import Runner
from native_skew.run.selection import Filters, Selection, select, tour
from native_skew.run.session import Session
from native_skew.scenarios import Scenario, request_of
from native_skew.toolchain import find as find_interpreter


@click.command(
    epilog="""\b
Examples:
  native-skew run
  native-skew run --scenario unstamped-pin --installer uv-sync
  native-skew run --all --installer uv=path/to/your/uv
  native-skew run --live --scenario softioc-live

The names: native-skew list"""
)
@asked_options
@click.option("--all", "everything", is_flag=True, help="Every scenario, installer and remedy.")
@click.option("--live", is_flag=True, help="Also scenarios on real distributions (network).")
@click.option("--keep", is_flag=True, help="Leave the environments and say how to enter them.")
@click.option("--json", "as_json", is_flag=True, help="Print the results as JSON.")
@click.option("--record", is_flag=True, help="Record the results; a deliberate act.")
def run(
    asked: Asked,
    everything: bool,
    live: bool,
    keep: bool,
    as_json: bool,
    record: bool,
) -> None:
    """Runs cells and compares them with what is recorded.

    A cell is one scenario, installed by one installer with one remedy. Without a filter:
    the issue's scenario, pip against uv. Ends with 0 when all is as recorded, 1 when a verdict
    changed, 2 when something could not run.
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
        _note(notes, f"work folder: {session.where}")
        selection = _selected(session, filters, everything=everything)
        _note(notes, f"C compiler: {session.compiler.title}")
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
    for line in compared.notes:
        _note(notes, line)
    for cell_id, path in runner.kept.items():
        _note(notes, f"{cell_id}: cd {path}")
    wall = time.monotonic() - started - prepared
    _note(notes, f"{len(done)} cells in {wall:.1f} s after {prepared:.1f} s of preparation")
    contradictory = report.contradictions(done)
    if record:
        number, _ = results.pack(done, asked.folder)
        _note(notes, f"recorded {number} results below {asked.folder}")
        changes = ()
    sys.exit(ExitCode.of(changed=changes or contradictory, not_run=not_run))


def _selected(session: Session, filters: Filters, *, everything: bool) -> Selection:
    """The cells that are asked for; what all of them share is fetched meanwhile."""
    with ThreadPoolExecutor(1) as pool:
        ready = pool.submit(session.make_ready)
        if everything or filters.narrows:
            selection = select(filters, session.toolbox)
        else:
            selection = tour(session.toolbox, filters.pythons)
        ready.result()
    return selection


def _note(notes: Console, line: str) -> None:
    notes.print(line, soft_wrap=True)


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
    help="What is published up to this step; `show` lists them.",
)
@click.option("--python", help="Version or path of an interpreter.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, help="Of 127.0.0.1; 0 for any free one."
)
@work_option
def serve(
    scenario: str, variant: str | None, step: int, python: str | None, port: int, work: Path
) -> None:
    """Keeps SCENARIO's index up and prints the commands to try against it."""
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
        "and the same with pip, which else reads your own indexes too:\n\n"
        "  python3 -m venv venv-pip\n"
        "  unset PIP_FIND_LINKS PIP_EXTRA_INDEX_URL; export PIP_CONFIG_FILE=/dev/null\n"
        f"  venv-pip/bin/pip install --no-cache-dir --index-url {url} {words}\n"
        f"  venv-pip/bin/python -c 'import {scenario.module}'\n\n"
        "Requests are shown below. Ctrl-C ends it.\n"
    )
