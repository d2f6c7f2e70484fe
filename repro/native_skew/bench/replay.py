"""The runner against a bare loop: the same cells, and the same commands without the kit.

A round of the runner notes every process that it starts. The loop then starts the same ones
(argument for argument, with the same environment, in folders of the same names, against the same
index), as many at once, and does nothing else: it does not publish, observe, judge or write.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import threading
from collections import defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
from msgspec.structs import replace

from native_skew import __version__
from native_skew.bench.measuring import Stopwatch, Took, least
from native_skew.bench.record import Bar, Measurement, NotMeasuredError, Row, Setting
from native_skew.installers import INSTALLERS
from native_skew.results import NotRun, Result
from native_skew.run import ISSUE, Filters, Runner, Session, Task, Watcher, select
from native_skew.toolchain import Outcome, Processes, Sandbox, write_below

_CELLS = (
    ("pip", ("nothing", "build-constraint", "constrain-older")),
    (
        "uv-pip-install",
        ("nothing", "match-runtime", "build-constraint", "override", "dependency-metadata"),
    ),
    ("uv-sync", ("nothing", "match-runtime", "build-constraint")),
    ("uv-run", ("nothing", "match-runtime")),
)
_AT_MOST = 1.10

TITLE = "The runner against a bare loop"
HOW = (
    "The runner takes a part of the issue's matrix. Then a bare loop starts the same processes "
    "again, argument for argument, with the same environment and as many at once; the loop's "
    "folders, files and index pages are ready before the clock starts. Two loops: one starts "
    "every process of the run, the other leaves out those by which the kit looks at what came "
    "out (the import in a child process, pip check and uv pip check), which a person who "
    "replays the commands would not start. Processor time is that of all processes together, the "
    "index's included. Of the rounds, taken in turn, each one's least counts."
)


class Started(msgspec.Struct, frozen=True, kw_only=True):
    """A process that the runner started."""

    argv: tuple[str, ...]
    cwd: Path
    environ: Mapping[str, str]


class Watched(Processes):
    """Notes the processes that it runs, by the first folder on their PATH."""

    def __init__(self) -> None:
        super().__init__()
        self.started: dict[str, list[Started]] = defaultdict(list)
        self._noting = threading.Lock()

    def run(
        self, argv: Sequence[str], *, cwd: Path, environ: Mapping[str, str], limit: float
    ) -> Outcome:
        """See ``Processes.run``."""
        noted = Started(argv=tuple(argv), cwd=cwd, environ=dict(environ))
        with self._noting:
            self.started[environ["PATH"].partition(os.pathsep)[0]].append(noted)
        return super().run(argv, cwd=cwd, environ=environ, limit=limit)


class Script(msgspec.Struct, frozen=True, kw_only=True):
    """One cell's processes, each with the files that are written before it."""

    task: Task
    root: Path
    commands: tuple[tuple[Mapping[str, str], Started], ...]
    looks: tuple[Started, ...]


def measure(setting: Setting) -> Measurement:
    """Times the runner and the two loops, in turn."""
    with Session(setting.work) as session:
        session.make_ready()
        tasks = _tasks(session)
        _timed_run(session, tasks, setting.jobs)  # warms caches up
        turns = [_turn(session, tasks, setting.jobs) for _ in range(setting.rounds)]
    runner, everything, commands = (least([turn[number] for turn in turns]) for number in range(3))
    return Measurement(
        id="runner",
        title=TITLE,
        how=HOW,
        columns=("wall time, s", "runner's multiple", "processor time, s", "runner's multiple"),
        rows=(
            _row(f"runner, {len(tasks)} cells, {setting.jobs} at once", runner, runner),
            _row("loop over every process", everything, runner),
            _row("loop over the installers' commands", commands, runner),
        ),
        bars=(
            Bar(
                name="wall time as a multiple of the loop over every process",
                value=round(runner.wall / everything.wall, 3),
                at_most=_AT_MOST,
            ),
            Bar(
                name="processor time as a multiple of the loop over every process",
                value=round(runner.cpu / everything.cpu, 3),
                at_most=_AT_MOST,
            ),
        ),
        versions={task.tool.name: task.tool.version for task in tasks}
        | {"native-skew": __version__},
    )


def _row(name: str, took: Took, runner: Took) -> Row:
    values = (took.wall, runner.wall / took.wall, took.cpu, runner.cpu / took.cpu)
    return Row(name=name, values=tuple(round(each, 3) for each in values))


def _tasks(session: Session) -> tuple[Task, ...]:
    selections = [
        select(
            Filters(
                scenarios=(ISSUE,),
                installers=(f"{installer}==newest",),
                remedies=remedies,
                starts=("fresh",),
            ),
            session.toolbox,
        )
        for installer, remedies in _CELLS
    ]
    tasks = (task for selection in selections for task in selection.tasks)
    return tuple(_marked(task, session.folder / f"tool-{n}") for n, task in enumerate(tasks))


def _marked(task: Task, link: Path) -> Task:
    """``task`` with a unique path to its tool, by which its processes are recognised."""
    link.symlink_to(task.tool.path)
    return replace(task, tool=replace(task.tool, path=str(link)))


def _turn(session: Session, tasks: Sequence[Task], jobs: int) -> tuple[Took, Took, Took]:
    """What the runner took, the loop over all of its processes, and the one over the commands."""
    ran, scripts = _timed_run(session, tasks, jobs)
    looking, typing = (_timed_loop(session, scripts, jobs, looking=each) for each in (True, False))
    return ran, looking, typing


def _timed_run(session: Session, tasks: Sequence[Task], jobs: int) -> tuple[Took, list[Script]]:
    watched = Watched()
    runner = Runner(session, jobs=jobs, processes=watched)
    with Stopwatch() as watch:
        outcomes = runner.run(tasks, Watcher())
    for outcome in outcomes:
        if isinstance(outcome, NotRun):
            raise NotMeasuredError(f"{outcome.cell.id}: {outcome.reason}")
    by_cell = {o.cell: o for o in outcomes if isinstance(o, Result)}
    scripts = [_script(task, by_cell[task.cell], watched.started[task.tool.path]) for task in tasks]
    # As the runner orders them: heavier ones first.
    return watch.took, sorted(scripts, key=lambda s: -INSTALLERS[s.task.cell.installer].cost)


def _script(task: Task, result: Result, started: Sequence[Started]) -> Script:
    """Puts a cell's processes beside the files that its steps wrote."""
    rest = iter(started)
    commands = [
        ({} if number else step.files, next(rest))
        for step in result.steps
        for number in range(len(step.commands))
    ]
    return Script(
        task=task, root=started[0].cwd.parent, commands=tuple(commands), looks=tuple(rest)
    )


def _timed_loop(session: Session, scripts: Sequence[Script], jobs: int, *, looking: bool) -> Took:
    for script in scripts:
        publication = session.publication(
            script.task.scenario, script.task.cell.variant, script.task.interpreter
        )
        session.index.publish(script.root.name, publication)
        Sandbox(root=script.root, index_url="").prepare()
    with Stopwatch() as watch, ThreadPoolExecutor(jobs) as pool:
        list(pool.map(lambda script: _play(script, looking), scripts))
    for script in scripts:
        session.index.withdraw(script.root.name)
        shutil.rmtree(script.root, ignore_errors=True)
    return watch.took


def _play(script: Script, looking: bool) -> None:
    for files, process in script.commands:
        write_below(process.cwd, files)
        _start(process)
    for process in script.looks if looking else ():
        _start(process)


def _start(process: Started) -> None:
    with tempfile.TemporaryFile() as said:
        subprocess.run(
            process.argv,
            cwd=process.cwd,
            env=dict(process.environ),
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            check=False,
        )
