"""How a run goes, for a person: a live display on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from repro.results import Cell, NotRun, Result


class Display:
    """A ``runner.Watcher`` that writes to ``console``; a context manager."""

    def __init__(self, console: Console, total: int) -> None:
        self._console, self._total = console, total
        self._done = 0
        self._running: dict[Cell, float] = {}
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=console,
            disable=not console.is_terminal,
            transient=True,
        )
        self._bar = self._progress.add_task("cells", total=total)

    def __enter__(self) -> Display:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def started(self, cell: Cell) -> None:
        """See ``runner.Watcher``."""
        self._running[cell] = time.monotonic()
        self._describe()

    def finished(self, outcome: Result | NotRun) -> None:
        """See ``runner.Watcher``."""
        self._done += 1
        seconds = time.monotonic() - self._running.pop(outcome.cell)
        word = outcome.verdict if isinstance(outcome, Result) else "not run"
        if not self._console.is_terminal:
            line = f"[{self._done}/{self._total}] {outcome.cell.id}: {word} ({seconds:.1f} s)"
            self._console.print(line, soft_wrap=True, highlight=False, markup=False)
        self._describe()
        self._progress.update(self._bar, completed=self._done)

    def _describe(self) -> None:
        names = [f"{c.installer} {c.version} {c.remedy}" for c in self._running]
        self._progress.update(self._bar, description=" | ".join(names) or "cells")
