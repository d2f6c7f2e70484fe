"""Cost per cell, and memory, as the matrix grows.

Each size runs in a process of its own, for memory once taken is seldom given back:
``python -m native_skew.bench.scale WORK CELLS JOBS`` prints what it took as JSON.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from native_skew import __version__
from native_skew.bench import stub
from native_skew.bench.measuring import Stopwatch, Took, least, output_of
from native_skew.bench.record import Bar, Measurement, NotMeasuredError, Row, Setting
from native_skew.results import Result
from native_skew.run import Runner, Session, Task, Watcher

_SIZES = (10, 100, 1000)  # cells
_WARM_UP = 4  # cells before the clock starts: what is compiled and loaded once
_LEAST = 100  # cells that a size is timed over, in several runs where it is smaller
_FLAT = 1.10

TITLE = "Cost per cell as the matrix grows"
HOW = (
    "A stub takes the installer's place: it asks the index for a page and a file, and copies an "
    "environment in which the module works; the check tools are stubs too. All else is as in a "
    "real run: publishing, processes, the import, the verdict, the evidence. Each size runs in "
    "a process of its own, after a warm-up, a small one several times; the cost per cell is the "
    "processor time of all its processes divided by the cells, and the memory is the largest that "
    "the runner's process had resident. Of the rounds, taken in turn, the least of each size "
    "counts; the largest size runs once."
)


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """What ``cells`` cells took, and MiB of memory at most."""

    cells: int
    took: Took
    peak: float


def measure(setting: Setting) -> Measurement:
    """Runs every size in every round.

    Raises:
        NotMeasuredError: a size could not be run to its end.

    """
    turns: dict[int, list[Taken]] = {size: [] for size in _SIZES}
    for number in range(setting.rounds):
        for size in _SIZES if number == 0 else _SIZES[:-1]:
            turns[size].append(_child(setting, size))
    rows = [_row(size, turns[size]) for size in _SIZES]
    cpu, peaks = [row.values[0] for row in rows], [row.values[2] for row in rows]
    return Measurement(
        id="scale",
        title=TITLE,
        how=HOW,
        columns=("processor time per cell, ms", "wall time per cell, ms", "peak memory, MiB"),
        rows=tuple(rows),
        bars=(
            Bar(
                name=f"dearest cost per cell as a multiple of the cheapest, {_SIZES[0]} to {_SIZES[-1]} cells",
                value=round(max(cpu) / min(cpu), 3),
                at_most=_FLAT,
            ),
            Bar(
                name=f"peak memory with {_SIZES[-1]} cells as a multiple of that with {_SIZES[0]}",
                value=round(peaks[-1] / peaks[0], 3),
                at_most=_FLAT,
            ),
        ),
        versions={"native-skew": __version__},
    )


def _row(size: int, turns: Sequence[Taken]) -> Row:
    took = least([turn.took for turn in turns])
    cells = turns[0].cells
    each = (1000 * took.cpu / cells, 1000 * took.wall / cells, min(turn.peak for turn in turns))
    return Row(name=f"{size} cells", values=tuple(round(value, 1) for value in each))


def _child(setting: Setting, cells: int) -> Taken:
    sizes = (str(setting.work), str(cells), str(setting.jobs))
    command = [sys.executable, "-m", "native_skew.bench.scale", *sizes]
    return msgspec.json.decode(output_of(command, f"{cells} cells of the stub"), type=Taken)


def run(work: Path, cells: int, jobs: int) -> Taken:
    """Runs ``cells`` cells of the stub, again and again until there are enough to time.

    Raises:
        NotMeasuredError: a cell did not come out as it must.

    """
    with Session(work) as session:
        session.make_ready()
        first = stub.prepare(session)
        _run(session, [stub.numbered(first, n) for n in range(_WARM_UP)], jobs)
        times = max(1, _LEAST // cells)
        with Stopwatch() as watch:
            for _ in range(times):
                _run(session, [stub.numbered(first, n) for n in range(cells)], jobs)
    return Taken(cells=cells * times, took=watch.took, peak=_peak_memory())


def _run(session: Session, tasks: list[Task], jobs: int) -> None:
    for outcome in Runner(session, jobs=jobs).outcomes(tasks, Watcher()):
        if not isinstance(outcome, Result) or outcome.verdict != "works":
            reason = outcome.because if isinstance(outcome, Result) else outcome.reason
            raise NotMeasuredError(f"{outcome.cell.id}: {reason}")


def _peak_memory() -> float:
    """MiB of this process, as the kernel counts them.

    https://man7.org/linux/man-pages/man5/proc_pid_status.5.html
    """
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    found = next(line for line in lines if line.startswith("VmHWM:"))
    return round(int(found.split()[1]) / 1024, 1)


def main(arguments: Sequence[str]) -> None:
    """Runs one size and prints what it took."""
    work, cells, jobs = arguments
    taken = run(Path(work), int(cells), int(jobs))
    sys.stdout.write(msgspec.json.encode(taken).decode())


if __name__ == "__main__":
    main(sys.argv[1:])
