"""Cost per cell, and memory, as the matrix grows.

Each size runs in a process of its own, for memory once taken is seldom given back:
``python -m repro.bench.scale WORK CELLS JOBS`` prints what it took as JSON.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from repro import __version__
from repro.bench import stub
from repro.bench.record import Bar, Measurement, NotMeasuredError, Row, Setting
from repro.bench.replay import Silent
from repro.cell import Task
from repro.results import Result
from repro.runner import Runner
from repro.workshop import Workshop

_WARM_UP = 4  # cells before the clock starts: what is compiled and loaded once
_FLAT = 1.10

HOW = (
    "A stub takes the installer's place: it asks the index for a page and a file, and copies an "
    "environment in which the module works; the check tools are stubs too. All else is as in a "
    "real run: publishing, processes, the import, the verdict, the evidence. Each size runs in "
    "a process of its own, after a warm-up; the cost per cell is the wall time divided by the "
    "cells, and the memory is the process's largest resident set less the one after the warm-up. "
    "Of the rounds, taken in turn, the fastest of each size counts."
)


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """What a run of ``cells`` took: seconds, and MiB of memory after the warm-up and at most."""

    cells: int
    seconds: float
    before: float
    peak: float

    @property
    def each(self) -> float:
        """Milliseconds per cell."""
        return 1000 * self.seconds / self.cells


def measure(setting: Setting) -> Measurement:
    """Runs every size in every round.

    Raises:
        NotMeasuredError: a size could not be run to its end.

    """
    turns = [{n: _child(setting, n) for n in setting.cells} for _ in range(setting.rounds)]
    best = [min((turn[n] for turn in turns), key=lambda t: t.seconds) for n in setting.cells]
    grown = [min(turn[n].peak - turn[n].before for turn in turns) for n in setting.cells]
    costs = [taken.each for taken in best]
    first, last = setting.cells[0], setting.cells[-1]
    return Measurement(
        id="scale",
        title="Cost per cell as the matrix grows",
        how=HOW,
        columns=("per cell, ms", "memory above the warm-up's, MiB"),
        rows=tuple(
            Row(name=f"{taken.cells} cells", values=(round(taken.each, 1), round(more, 1)))
            for taken, more in zip(best, grown, strict=True)
        ),
        bars=(
            Bar(
                name=f"dearest cost per cell as a multiple of the cheapest, {first} to {last} cells",
                value=round(max(costs) / min(costs), 3),
                at_most=_FLAT,
            ),
            Bar(
                name=f"peak memory with {last} cells as a multiple of that with {first}",
                value=round(best[-1].peak / best[0].peak, 3),
                at_most=_FLAT,
            ),
        ),
        versions={"native-skew": __version__},
    )


def _child(setting: Setting, cells: int) -> Taken:
    command = [sys.executable, "-m", "repro.bench.scale", str(setting.work)]
    done = subprocess.run(
        [*command, str(cells), str(setting.jobs)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        last = (done.stderr.strip() or "no output").splitlines()[-1]
        raise NotMeasuredError(f"{cells} cells of the stub: {last}")
    return msgspec.json.decode(done.stdout, type=Taken)


def run(work: Path, cells: int, jobs: int) -> Taken:
    """Runs ``cells`` cells of the stub.

    Raises:
        NotMeasuredError: a cell did not come out as it must.

    """
    with Workshop(work) as workshop:
        workshop.make_ready()
        first = stub.prepare(workshop)
        _run(workshop, [stub.numbered(first, n) for n in range(_WARM_UP)], jobs)
        before = _memory("VmRSS")
        started = time.monotonic()
        _run(workshop, [stub.numbered(first, n) for n in range(cells)], jobs)
        seconds = time.monotonic() - started
    return Taken(cells=cells, seconds=round(seconds, 3), before=before, peak=_memory("VmHWM"))


def _run(workshop: Workshop, tasks: list[Task], jobs: int) -> None:
    for outcome in Runner(workshop, jobs=jobs).outcomes(tasks, Silent()):
        if not isinstance(outcome, Result) or outcome.verdict != "works":
            reason = outcome.because if isinstance(outcome, Result) else outcome.reason
            raise NotMeasuredError(f"{outcome.cell.id}: {reason}")


def _memory(name: str) -> float:
    """MiB of this process, as the kernel counts them.

    https://man7.org/linux/man-pages/man5/proc_pid_status.5.html
    """
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    found = next(line for line in lines if line.startswith(f"{name}:"))
    return round(int(found.split()[1]) / 1024, 1)


def main(arguments: Sequence[str]) -> None:
    """Runs one size and prints what it took."""
    work, cells, jobs = arguments
    taken = run(Path(work), int(cells), int(jobs))
    sys.stdout.write(msgspec.json.encode(taken).decode())


if __name__ == "__main__":
    main(sys.argv[1:])
