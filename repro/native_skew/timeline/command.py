"""``native-skew timeline``: verdicts by release, and the releases at which they flip."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from pathlib import Path

import click
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from native_skew import results
from native_skew.errors import ExitCode
from native_skew.installers import INSTALLERS
from native_skew.results import STYLES, NotRun, Result, report
from native_skew.run import (
    Display,
    Filters,
    Phases,
    Runner,
    Selection,
    Session,
    jobs_option,
    limit_option,
    newest_option,
    remedy_option,
    require_recordable,
    scenario_option,
    select,
    work_option,
)
from native_skew.timeline import lines, record, search
from native_skew.timeline.record import Line, Question
from native_skew.toolchain import Interpreter, Toolbox
from native_skew.toolchain import find as find_interpreter

Found = dict[Question, dict[str, Result | NotRun]]
Batch = Sequence[tuple[Question, str]]  # questions, each with a release


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
@click.option("--record", "recording", is_flag=True, help="Put the lines into the record.")
@newest_option
@click.option(
    "--results",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=record.FOLDER,
    show_default="docs/results/timeline of a clone, or the installed record",
    help="The folder of the timeline's record.",
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
    """Asks a tool's releases the same question, and finds where the verdict changes.

    The first and the last of each minor release are run; between two that differ, the
    release that changed is found by bisection. Without a filter, asks the recorded questions.
    Exits with 0 if all is as recorded, 1 if a verdict changed, 2 if a release could not run that
    could run before.
    """
    if recording:
        require_recordable(folder)
    console, notes = report.console(), report.console(stderr=True)
    filters = lines.LineFilters(
        scenarios=scenario_names, installers=installer, remedies=remedy, since=since, until=until
    )
    interpreter = find_interpreter(python)
    asked = lines.questions(filters, interpreter)
    tools = dict.fromkeys(INSTALLERS[question.installer].tool for question in asked)
    started = time.monotonic()
    with Session(work, phase=Phases(notes).phase) as session:
        toolbox = session.toolbox
        if newest:
            toolbox.forget_newest()
        releases = {tool: lines.releases(tool, filters, toolbox) for tool in tools}
        for tool, found in releases.items():
            notes.print(f"{tool}: {len(found)} releases, {found[0]} to {found[-1]}")
        if recording:
            # Before anything runs: no recorded line may become shorter.
            lines_of_before = record.read_all(folder)
            for question in asked:
                tool = INSTALLERS[question.installer].tool
                if line := lines_of_before.get(question.id):
                    known = toolbox.releases(tool)
                    lines.require_whole(line, releases[tool], known, fresh=newest)
        session.make_ready()
        runner = Runner(session, jobs=jobs, limit=time_limit)

        def ask(batch: Batch) -> list[Result | NotRun]:
            selection = _selected(batch, toolbox, interpreter)
            with Display(notes, len(selection.tasks)) as display:
                return [*selection.not_run, *runner.run(selection.tasks, display)]

        outcomes = trace(asked, releases, ask)
    done = [
        record.line_of(question, tool, releases[tool], answers)
        for question, answers in outcomes.items()
        if any(isinstance(each, Result) for each in answers.values())
        for tool in (INSTALLERS[question.installer].tool,)
    ]
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
        console.print(Group(*_tables(done), *report.news(news, contradictory, changes)))
    if recording:
        # Only those that agree with their scenario: the rest must be understood first.
        doubtful = {result.cell.id for result in contradictory}
        sound = [line for line in done if not doubtful.intersection(p.cell for p in line.points)]
        evidence = (each for line in sound for each in outcomes[line.question].values())
        record.write(sound, (each for each in evidence if isinstance(each, Result)), folder)
        notes.print(f"recorded {len(sound)} lines below {folder}")
        changes = ()
    sys.exit(ExitCode.of(changed=changes or contradictory, not_run=news))


def trace(
    questions: Sequence[Question],
    releases: Mapping[str, Sequence[str]],
    ask: Callable[[Batch], Iterable[Result | NotRun]],
) -> Found:
    """Asks each question of as few releases as it takes to find where its verdict changes.

    ``releases`` are those of each tool, oldest first; ``ask`` runs the questions of one round in
    parallel.
    """
    found: Found = {question: {} for question in questions}
    while batch := [
        (question, release)
        for question in questions
        for release in search.wanted(
            releases[INSTALLERS[question.installer].tool], record.verdicts(found[question])
        )
    ]:
        for outcome in ask(batch):
            found[record.question_of(outcome.cell)][outcome.cell.version] = outcome
    return found


def _selected(batch: Batch, toolbox: Toolbox, python: Interpreter) -> Selection:
    """The tasks of a round, with their tools fetched in parallel."""

    def one(pair: tuple[Question, str]) -> Selection:
        question, release = pair
        filters = Filters(
            scenarios=(f"{question.scenario}/{question.variant}",),
            installers=(f"{question.installer}=={release}",),
            remedies=(question.remedy,),
            pythons=(python.path,),
            starts=("fresh",),
        )
        return select(filters, toolbox)

    with ThreadPoolExecutor(4) as pool:
        return Selection.joined(pool.map(one, batch))


def _news(outcomes: Found, recorded: dict[str, Line]) -> list[NotRun]:
    """What could not run, unless the record says so already."""
    known = {(name, each.version) for name, line in recorded.items() for each in line.skipped}
    return [
        each
        for question, answers in outcomes.items()
        for version, each in answers.items()
        if isinstance(each, NotRun) and (question.id, version) not in known
    ]


def _tables(done: Sequence[Line]) -> Iterator[RenderableType]:
    """A table for each variant of a scenario, for the terminal."""
    place = lambda line: f"{line.question.scenario}/{line.question.variant}"
    for name, group in groupby(sorted(done, key=place), place):
        grid = Table(box=None, padding=(0, 1), header_style="bold")
        for heading in ("question", "releases", "verdict", "what it rests on"):
            grid.add_column(heading)
        for line in group:
            title = f"{INSTALLERS[line.question.installer].title}, {line.question.remedy}"
            for span in line.spans():
                first = span[0]
                verdict = Text(first.verdict, style=STYLES[first.verdict])
                grid.add_row(title, record.between(span), verdict, first.because)
                title = ""
            skipped = ", ".join(each.version for each in line.skipped)
            ran = f"{len(line.points)} of {len(line.releases)} releases run"
            grid.add_row("", Text(ran + (f"; not to be run: {skipped}" if skipped else ""), "dim"))
        yield from (Text(name, style="bold underline"), grid, Text())
