"""The progress of a run: a live display on a terminal, plain lines elsewhere."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from native_skew.results import NotRun, Result
from native_skew.run.runner import Watcher
from native_skew.scenarios import Cell

_LONGEST_SILENCE = 2.5  # seconds
_BAR = 46  # columns of the bar, the count and the time


class _Lines:
    """Plain lines on ``console``; what is still running is named again after each silence."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._running: dict[str, float] = {}
        self._last = time.monotonic()
        self._lock, self._ended = threading.Lock(), threading.Event()

    def say(self, line: str) -> None:
        with self._lock:
            self._last = time.monotonic()
            self._console.print(line, soft_wrap=True)

    def started(self, what: str) -> None:
        with self._lock:
            first = not self._running
            self._running[what] = time.monotonic()
            if first:
                self._ended = threading.Event()
                threading.Thread(target=self._beat, args=(self._ended,), daemon=True).start()

    def finished(self, what: str) -> float:
        """Ends ``what``; returns the seconds that it took."""
        with self._lock:
            seconds = time.monotonic() - self._running.pop(what)
            if not self._running:
                self._ended.set()
            return seconds

    def _beat(self, ended: threading.Event) -> None:
        while not ended.wait(_LONGEST_SILENCE / 5):
            with self._lock:
                now = time.monotonic()
                quiet = now - self._last >= _LONGEST_SILENCE
                waited = [f"{what} ({now - since:.0f} s)" for what, since in self._running.items()]
            if quiet and waited and not self._console.is_terminal:
                self.say("still " + ", ".join(waited))


class Phases:
    """Shows what is done before the cells run; several phases may overlap."""

    def __init__(self, console: Console) -> None:
        self._console, self._lines = console, _Lines(console)
        self._live: Progress | None = None
        self._lock = threading.Lock()

    @contextmanager
    def phase(self, what: str) -> Iterator[None]:
        """Shows ``what`` while it is being done, and how long it took."""
        if not self._console.is_terminal:
            self._lines.say(what)
        self._lines.started(what)
        with self._lock:
            live = self._live = self._live or self._begun()
            task = live.add_task(what, total=None)
        try:
            yield
        finally:
            seconds = self._lines.finished(what)
            with self._lock:
                live.remove_task(task)
                if not live.tasks:
                    live.stop()
                    self._live = None
            if self._console.is_terminal:
                self._lines.say(f"{what} ({seconds:.1f} s)")

    def _begun(self) -> Progress:
        live = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            TimeElapsedColumn(),
            console=self._console,
            disable=not self._console.is_terminal,
            transient=True,
        )
        live.start()
        return live


class Display(Watcher):
    """A ``Watcher`` that writes to ``console``; a context manager."""

    def __init__(self, console: Console, total: int) -> None:
        self._console, self._total = console, total
        self._done = 0
        self._lines = _Lines(console)
        self._running: dict[Cell, None] = {}
        self._progress = Progress(
            # What is running comes last, and is cut on a narrow terminal.
            BarColumn(bar_width=16),
            MofNCompleteColumn(),
            TextColumn("cells"),
            TimeRemainingColumn(compact=True),
            TextColumn("{task.description}", markup=False),
            console=console,
            disable=not console.is_terminal,
            transient=True,
        )
        self._bar = self._progress.add_task("", total=total)

    def __enter__(self) -> Display:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()
        for cell in self._running:  # interrupted
            self._lines.finished(cell.id)

    def started(self, cell: Cell) -> None:
        """See ``Watcher``."""
        self._running[cell] = None
        self._lines.started(cell.id)
        self._describe()

    def finished(self, outcome: Result | NotRun) -> None:
        """See ``Watcher``."""
        self._done += 1
        del self._running[outcome.cell]
        seconds = self._lines.finished(outcome.cell.id)
        word = outcome.verdict if isinstance(outcome, Result) else "not run"
        if not self._console.is_terminal:
            self._lines.say(
                f"[{self._done}/{self._total}] {outcome.cell.id}: {word} ({seconds:.1f} s)"
            )
        self._describe()
        self._progress.update(self._bar, completed=self._done)

    def _describe(self) -> None:
        names = [f"{c.installer} {c.version} {c.remedy}" for c in self._running]
        told, room = " | ".join(names), max(self._console.width - _BAR, 0)
        self._progress.update(
            self._bar, description=told if len(told) <= room else told[: max(room - 1, 0)] + "…"
        )
