"""``native-skew timeline``: verdicts by release, and the releases at which they flip."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path

import click
from rich.console import Console

from native_skew import results
from native_skew.errors import ExitCode
from native_skew.installers import INSTALLERS
from native_skew.results import NotRun, Result, report
from native_skew.run import (
    Display,
    Phases,
    Runner,
    Session,
    Task,
    jobs_option,
    limit_option,
    newest_option,
    remedy_option,
    require_recordable,
    scenario_option,
    work_option,
)
from native_skew.timeline import lines, record, words
from native_skew.timeline.lines import LineFilters
from native_skew.timeline.record import Line
from native_skew.timeline.trace import Found, selector, trace
from native_skew.toolchain import find as find_interpreter


@click.command(
    epilog="""\b
Example:
  native-skew timeline --installer uv-sync --remedy override --since 0.9"""
)
@scenario_option
@click.option("--installer", multiple=True, help="ID, or TOOL for all its interfaces; repeatable.")
@remedy_option
@click.option("--python", help="Version or path of an interpreter.")
@click.option("--since", help="The first release; uv 0.8.4 and pip 23.0 by default.")
@click.option("--until", help="The last release; the newest by default.")
@jobs_option
@limit_option
@click.option("--json", "as_json", is_flag=True, help="Print the lines as JSON.")
@click.option("--record", "recording", is_flag=True, help="Record them; a deliberate act.")
@newest_option
@click.option(
    "--results",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=record.FOLDER,
    show_default="docs/results/timeline of a clone; what an installed kit brings along",
    help="Where the timeline is recorded.",
)
@work_option
def timeline(
    scenario_names: tuple[str, ...],
    installer: tuple[str, ...],
    remedy: tuple[str, ...],
    python: str | None,
    since: str | None,
    until: str | None,
    jobs: int,
    time_limit: float,
    as_json: bool,
    recording: bool,
    newest: bool,
    folder: Path,
    work: Path,
) -> None:
    """Asks a tool's releases the same question, and finds where the verdict flips.

    The first and the last of each minor release are run; between two that differ, the
    release that changed is found by bisection. Without a filter: the questions that are
    recorded. Ends with 0 when all is as recorded, 1 when a verdict changed, 2 when a release
    could not be run that could be before.
    """
    if recording:
        require_recordable(folder)
    console, notes = report.console(), report.console(stderr=True)
    filters = LineFilters(
        scenarios=scenario_names, installers=installer, remedies=remedy, since=since, until=until
    )
    interpreter = find_interpreter(python)
    asked = lines.questions(filters, interpreter)
    started = time.monotonic()
    with Session(work, phase=Phases(notes).phase) as session:
        if newest:
            session.toolbox.forget_newest()
        releases = {
            tool: lines.releases(tool, filters, session.toolbox) for tool in lines.tools_of(asked)
        }
        for tool, found in releases.items():
            between = f"{tool}: {len(found)} releases, {found[0]} to {found[-1]}"
            notes.print(between)
        if recording:
            # Before anything runs: no recorded line may become a shorter one.
            lines_of_before = record.read_all(folder)
            for question in asked:
                tool = INSTALLERS[question.installer].tool
                if line := lines_of_before.get(question.id):
                    known = session.toolbox.releases(tool)
                    lines.require_whole(line, releases[tool], known, fresh=newest)
        session.make_ready()
        runner = Runner(session, jobs=jobs, limit=time_limit)

        def run(tasks: Sequence[Task]) -> list[Result | NotRun]:
            with Display(notes, len(tasks)) as display:
                return runner.run(tasks, display)

        outcomes = trace(asked, releases, selector(session.toolbox, interpreter), run)
    done = _lines(outcomes, releases)
    ran = [each for answers in outcomes.values() for each in answers.values()]
    notes.print(f"{len(ran)} cells in {time.monotonic() - started:.0f} s")
    cells = [each for each in ran if isinstance(each, Result)]
    compared = results.compare(results.read_verdicts(folder), cells)
    changes = compared.changed
    for note in compared.notes:
        notes.print(note, soft_wrap=True)
    contradictory = report.contradictions(cells)
    news = _news(outcomes, record.read_all(folder))
    if as_json:
        value = {"lines": done, "not_run": news, "changes": changes}
        sys.stdout.write(results.encode(value).decode())
    else:
        console.print(words.summary(done, news, changes, contradictory))
    if recording:
        _record(done, outcomes, contradictory, folder, notes)
        changes = ()
    sys.exit(ExitCode.of(changed=changes or contradictory, not_run=news))


def _lines(outcomes: Found, releases: dict[str, tuple[str, ...]]) -> list[Line]:
    """One line for each question that at least one release answered."""
    return [
        record.line_of(question, tool, releases[tool], answers)
        for question, answers in outcomes.items()
        if any(isinstance(each, Result) for each in answers.values())
        for tool in (INSTALLERS[question.installer].tool,)
    ]


def _news(outcomes: Found, recorded: dict[str, Line]) -> list[NotRun]:
    """What could not be run, unless the record says so already."""
    known = {(name, each.version) for name, line in recorded.items() for each in line.skipped}
    return [
        each
        for question, answers in outcomes.items()
        for version, each in answers.items()
        if isinstance(each, NotRun) and (question.id, version) not in known
    ]


def _record(
    done: Sequence[Line],
    outcomes: Found,
    contradictory: Sequence[Result],
    folder: Path,
    notes: Console,
) -> None:
    """Writes the lines that agree with their scenario; the rest must be understood first."""
    doubtful = {result.cell.id for result in contradictory}
    sound = [line for line in done if not doubtful.intersection(p.cell for p in line.points)]
    record.write(
        sound,
        (
            each
            for line in sound
            for each in outcomes[line.question].values()
            if isinstance(each, Result)
        ),
        folder,
    )
    notes.print(f"recorded {len(sound)} lines below {folder}")
