"""Runs cells in parallel, and leaves no process and no partial result behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

from native_skew.errors import SkewError
from native_skew.installers import INSTALLERS
from native_skew.results import NotRun, Result
from native_skew.run.cell import CellRun
from native_skew.run.live_builds import Builds
from native_skew.run.selection import Task
from native_skew.run.session import Session
from native_skew.scenarios import Cell
from native_skew.toolchain import Processes


class Watcher:
    """Is told about the progress, in the thread that called ``run``; this one ignores it."""

    def started(self, cell: Cell) -> None:
        """``cell`` has started."""

    def finished(self, outcome: Result | NotRun) -> None:
        """A cell has finished."""


class Runner:
    """Runs tasks: ``jobs`` cells at once, each command at most ``limit`` seconds.

    With ``keep`` the cells' folders stay, and ``kept`` has the project folders by cell id.
    ``processes`` starts the commands; a caller may pass its own to watch them.
    """

    def __init__(
        self,
        session: Session,
        *,
        jobs: int,
        limit: float = 300.0,
        keep: bool = False,
        processes: Processes | None = None,
    ) -> None:
        self._session, self._jobs, self._limit, self._keep = session, jobs, limit, keep
        self._processes = processes or Processes()
        self._builds = Builds(session, self._processes, limit)
        self.kept: dict[str, Path] = {}

    def run(self, tasks: Sequence[Task], watcher: Watcher) -> list[Result | NotRun]:
        """Runs ``tasks`` as ``outcomes`` does; returns the outcomes sorted by cell."""
        return sorted(self.outcomes(tasks, watcher), key=lambda outcome: outcome.cell)

    def outcomes(self, tasks: Sequence[Task], watcher: Watcher) -> Iterator[Result | NotRun]:
        """Runs ``tasks``, slower ones first, and yields each outcome as soon as it is there.

        All processes are ended on an interrupt, or if the iterator is closed.
        """
        waiting = sorted(tasks, key=lambda t: -INSTALLERS[t.cell.installer].cost)
        # Twice as many threads: while a cell is judged and its folder removed, which needs no
        # process, the next cell's commands run.
        with ThreadPoolExecutor(2 * self._jobs) as pool:
            try:
                yield from self._drain(pool, iter(waiting), watcher)
            except BaseException:
                self._processes.stop()
                raise

    def _drain(
        self, pool: ThreadPoolExecutor, waiting: Iterator[Task], watcher: Watcher
    ) -> Iterator[Result | NotRun]:
        # None: a cell's processes have ended, and another cell may start.
        events: SimpleQueue[Future[Result | NotRun] | None] = SimpleQueue()
        free, unfinished = self._jobs, 0
        while True:
            while free and (task := next(waiting, None)):
                watcher.started(task.cell)
                future = pool.submit(self._run_one, task, lambda: events.put(None))
                future.add_done_callback(events.put)
                free, unfinished = free - 1, unfinished + 1
            if not unfinished:
                return
            event = events.get()
            if event is None:
                free += 1
                continue
            unfinished -= 1
            watcher.finished(outcome := event.result())
            yield outcome

    def _run_one(self, task: Task, ended: Callable[[], None]) -> Result | NotRun:
        """One cell's outcome; calls ``ended`` when its last process has ended."""
        run = CellRun(self._session, task, self._processes, self._limit, self._builds)
        try:
            try:
                run.run()
            finally:
                ended()
            return run.result()
        except (SkewError, OSError) as error:
            return NotRun(cell=task.cell, reason=str(error))
        finally:
            if self._keep:
                self.kept[task.cell.id] = run.steps.sandbox.project
            else:
                run.steps.sandbox.remove()
