"""Cost per cell, and memory, as the matrix grows.

A stub replaces the installer, so that only the kit's own cost is left: it asks the index for a page
and a file, and copies an environment that a real installer made. The check tools are stubs as well.
Each size runs in its own process, for a process seldom gives memory back:
``python -m native_skew.bench.scale WORK CELLS JOBS`` prints what it took as JSON.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec
from msgspec.structs import replace

from native_skew import __version__
from native_skew.bench.measuring import Stopwatch, Took, least, output_of
from native_skew.bench.record import Bar, Measurement, NotMeasuredError, Row, Setting
from native_skew.installers import INSTALLERS, Installer, Plan, RenderContext, Request
from native_skew.results import NotRun, Result
from native_skew.run import ISSUE, Filters, Runner, Session, Task, Watcher, select
from native_skew.toolchain import Tool

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

STUB = "stub"
_INSTALL = """\
#!/bin/sh
exec '{python}' -IS - <<'PROGRAM'
import os, shutil, urllib.parse, urllib.request
page = os.environ["PIP_INDEX_URL"] + "fake-softioc/"
file = urllib.parse.urljoin(page, "../../files/fake_softioc-4.6.1.tar.gz")
for url in (page, file):
    urllib.request.urlopen(url).read()
shutil.copytree({model!r}, ".venv", symlinks=True)
PROGRAM
"""


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """What ``cells`` cells took, and their peak memory in MiB."""

    cells: int
    took: Took
    peak: float


def measure(setting: Setting) -> Measurement:
    """Runs every size in every round."""
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
    """Runs ``cells`` cells of the stub, repeatedly until there are enough to time."""
    with Session(work) as session:
        session.make_ready()
        first = stub(session)
        _run(session, [_numbered(first, n) for n in range(_WARM_UP)], jobs)
        times = max(1, _LEAST // cells)
        with Stopwatch() as watch:
            for _ in range(times):
                _run(session, [_numbered(first, n) for n in range(cells)], jobs)
    return Taken(cells=cells * times, took=watch.took, peak=_peak_memory())


def _run(session: Session, tasks: list[Task], jobs: int) -> None:
    _require_works(Runner(session, jobs=jobs).outcomes(tasks, Watcher()))


def _require_works(outcomes: Iterable[Result | NotRun]) -> None:
    for outcome in outcomes:
        if not isinstance(outcome, Result) or outcome.verdict != "works":
            reason = outcome.because if isinstance(outcome, Result) else outcome.reason
            raise NotMeasuredError(f"{outcome.cell.id}: {reason}")


def stub(session: Session) -> Task:
    """Registers the stub and returns a task for it; further tasks differ in their version."""
    folder = session.folder / STUB
    folder.mkdir()
    model = str(folder / "model")
    asked = Filters(
        scenarios=(ISSUE,),
        installers=("uv-pip-install==newest",),
        remedies=("build-constraint",),
        starts=("fresh",),
    )
    selection = select(asked, session.toolbox)
    runner = Runner(session, jobs=1, keep=True)
    _require_works([*selection.not_run, *runner.run(selection.tasks, Watcher())])
    (made,) = selection.tasks
    project = runner.kept[made.cell.id]
    shutil.copytree(project / ".venv", model, symlinks=True)
    shutil.rmtree(project.parent)
    scripts = {STUB: _INSTALL.format(python=sys.executable, model=model)}
    for name in (STUB, *(tool.name for tool in session.check_tools)):
        (folder / name).write_text(scripts.get(name, "#!/bin/sh\nexit 0\n"), encoding="utf-8")
        (folder / name).chmod(0o755)
    session.check_tools = tuple(replace(tool, path=str(folder)) for tool in session.check_tools)
    INSTALLERS[STUB] = Installer(
        id=STUB, title=STUB, tool=STUB, render=_render, makes_environment=True
    )
    cell = replace(made.cell, installer=STUB, version="0", remedy="nothing")
    return replace(made, cell=cell, tool=Tool(name=STUB, version="0", path=str(folder)))


def _render(request: Request, context: RenderContext) -> Plan:  # noqa: ARG001  (the stub knows no words)
    return Plan(commands=((STUB, "install"),))


def _numbered(first: Task, number: int) -> Task:
    """The stub's task with that number as its version, and so a different cell."""
    version = str(number)
    return replace(
        first, cell=replace(first.cell, version=version), tool=replace(first.tool, version=version)
    )


def _peak_memory() -> float:
    """MiB of this process, as the kernel counts them.

    https://man7.org/linux/man-pages/man5/proc_pid_status.5.html
    """
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    found = next(line for line in lines if line.startswith("VmHWM:"))
    return round(int(found.split()[1]) / 1024, 1)


if __name__ == "__main__":
    _work, _cells, _jobs = sys.argv[1:]
    sys.stdout.write(msgspec.json.encode(run(Path(_work), int(_cells), int(_jobs))).decode())
