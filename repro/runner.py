"""Runs cells, several at once, and leaves nothing behind: no process, no half result."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Protocol

import msgspec

from repro.cell import CellRun, Task
from repro.errors import SkewError
from repro.installers import INSTALLERS
from repro.process import Processes
from repro.results import Cell, NotRun, Result
from repro.workshop import Workshop


class Watcher(Protocol):
    """Is told how a run goes, from the thread that called ``run``."""

    def started(self, cell: Cell) -> None:
        """``cell`` runs now."""

    def finished(self, outcome: Result | NotRun) -> None:
        """A cell is done."""


class Times(msgspec.Struct, kw_only=True):
    """Seconds of all cells together, and how much of them tools' processes took."""

    cells: float = 0.0
    tools: float = 0.0


class Runner:
    """Runs tasks.

    Args:
        workshop: what they share.
        jobs: how many at once.
        limit: seconds that one command may take.
        keep: leave the cells' folders.
        processes: what starts the commands, where somebody wants to see them.

    """

    def __init__(
        self,
        workshop: Workshop,
        *,
        jobs: int,
        limit: float = 300.0,
        keep: bool = False,
        processes: Processes | None = None,
    ) -> None:
        self._workshop, self._jobs, self._limit, self._keep = workshop, jobs, limit, keep
        self._processes = processes or Processes()
        self.times = Times()
        self.kept: dict[str, Path] = {}

    def run(self, tasks: Sequence[Task], watcher: Watcher) -> list[Result | NotRun]:
        """Runs ``tasks`` as ``outcomes`` does; returns their outcomes by cell."""
        return sorted(self.outcomes(tasks, watcher), key=lambda outcome: outcome.cell)

    def outcomes(self, tasks: Sequence[Task], watcher: Watcher) -> Iterator[Result | NotRun]:
        """Runs ``tasks``, heavier ones first; gives each outcome as soon as it is there.

        An interrupt, or a consumer that stops listening, ends every process.
        """
        waiting = sorted(tasks, key=lambda t: -INSTALLERS[t.cell.installer].cost)
        with ThreadPoolExecutor(self._jobs) as pool:
            try:
                yield from self._drain(pool, iter(waiting), watcher)
            except BaseException:
                self._processes.stop()
                raise

    def _drain(
        self, pool: ThreadPoolExecutor, waiting: Iterator[Task], watcher: Watcher
    ) -> Iterator[Result | NotRun]:
        running: set[Future[Result | NotRun]] = set()
        while True:
            while len(running) < self._jobs and (task := next(waiting, None)):
                watcher.started(task.cell)
                running.add(pool.submit(self._run_one, task))
            if not running:
                return
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                watcher.finished(outcome := future.result())
                yield outcome

    def _run_one(self, task: Task) -> Result | NotRun:
        run = CellRun(self._workshop, task, self._processes, self._limit)
        started = time.monotonic()
        try:
            return run.result()
        except (SkewError, OSError) as error:
            return NotRun(cell=task.cell, reason=str(error))
        finally:
            if self._keep:
                self.kept[task.cell.id] = run.place.project
            else:
                run.place.remove()
            self.times.cells += time.monotonic() - started
            self.times.tools += run.tool_seconds
