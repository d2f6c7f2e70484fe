"""What the diagnosis of one environment costs, against other readers of the same files."""

from __future__ import annotations

import hashlib
import os
import shutil
import struct
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from packaging.utils import canonicalize_name

from native_skew import __version__
from native_skew.bench.measuring import Stopwatch, Took, least, output_of
from native_skew.bench.record import Bar, Measurement, NotMeasuredError, Row, Setting
from native_skew.binaries import Image, ImageError, gnu_hash, reference
from native_skew.doctor import NotAnEnvironmentError, diagnose, opened
from native_skew.toolchain import Toolbox

# Many extension modules, and libraries of more than a gigabyte. Several gigabytes to fetch.
_DISTRIBUTIONS = (
    "numpy", "scipy", "pandas", "pyarrow", "h5py", "lxml", "matplotlib", "scikit-learn",
    "opencv-python-headless", "torch",
)  # fmt: skip
# Programs that say where a file's libraries are found. ldd takes them all in one call, and the
# others too; lddtree is pax-utils', https://github.com/gentoo/pax-utils, and libtree is
# https://github.com/haampie/libtree. What is not on the PATH is left out.
_PROGRAMS = ("ldd", "libtree", "lddtree")
_FASTER_THAN_LDD, _SLOWER_THAN_BARE, _MEMORY = 20.0, 5.0, 100.0  # times, times, MiB
_TICK = 1e-6  # seconds: less is not told apart from nothing
_SLOW = 60.0  # seconds: a reader that takes longer is timed once

TITLE = "The diagnosis against other tools"
HOW = (
    "An environment with " + ", ".join(_DISTRIBUTIONS) + " and what these require is diagnosed. "
    "The other readers are given the very shared objects that its distributions list, all in one "
    "process: ldd and its like say where each library is found; the bare reader opens each "
    "file, reads its program headers and dynamic section, and the names in it; pyelftools does "
    "the same by its general reader. Only doctor also finds the files, looks for libraries as "
    "the loader does, looks up symbols, and joins what it found with metadata. Time is "
    "processor time, of child processes too; files were read before, so that they are in memory. "
    "Of the rounds, taken in turn, the least counts. The memory is that of a process that only "
    "runs the diagnosis."
)

_PT_DYNAMIC, _DT_STRTAB, _DT_NAMES = 2, 5, (1, 14, 15, 29)
_PEAK = """\
import resource, sys
from pathlib import Path
from native_skew.doctor.diagnosis import diagnose
diagnose(Path(sys.argv[1]))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def measure(setting: Setting) -> Measurement:
    """Diagnoses the large environment, and has its files read otherwise, in turns."""
    home = setting.environment or _made(Toolbox(setting.work / "tools"))
    try:
        paths, report = _elf_files(home), diagnose(home)
    except NotAnEnvironmentError as error:
        raise NotMeasuredError(str(error)) from error
    with opened(home) as environment:
        found = {canonicalize_name(e.name): e.version for e in environment.distributions}
    versions = {str(name): found[name] for name in found if name in _DISTRIBUTIONS}
    took = _timed(_readers(home, paths), setting.rounds)
    looked_at = ", ".join(f"{number} {name}" for name, number in report.looked_at.items())
    doctor, bare = took["doctor"].cpu, took["bare reader"].cpu
    command = [sys.executable, "-c", _PEAK, str(home)]
    peak = int(output_of(command, "the diagnosis in a process of its own"))  # KiB

    def times(seconds: float, digits: int) -> float:
        return round(seconds / max(doctor, _TICK), digits)

    return Measurement(
        id="doctor",
        title=TITLE,
        how=f"{HOW} This one has {looked_at}.",
        columns=("processor time, s", "doctor is faster by", "files read"),
        rows=tuple(
            Row(name=name, values=(round(each.cpu, 3), times(each.cpu, 2), float(len(paths))))
            for name, each in took.items()
        ),
        bars=(
            Bar(
                name="times faster than ldd",
                value=times(took["ldd"].cpu, 1),
                at_least=_FASTER_THAN_LDD,
            ),
            Bar(
                name="times the bare reader of program headers",
                value=round(doctor / max(bare, _TICK), 1),
                at_most=_SLOWER_THAN_BARE,
            ),
            Bar(name="peak memory, MiB", value=round(peak / 1024, 1), at_most=_MEMORY),
        ),
        versions={"native-skew": __version__, **versions},
    )


def _made(toolbox: Toolbox) -> Path:
    """The large environment, fetched where it is not there yet."""
    mark = hashlib.sha256(" ".join(_DISTRIBUTIONS).encode()).hexdigest()[:8]
    asked = ("--only-binary", ":all:", *_DISTRIBUTIONS)
    return toolbox.environment(f"large-{mark}", asked, "a large environment") / "venv"


def _readers(home: Path, paths: Sequence[Path]) -> dict[str, Callable[[], object]]:
    names = [str(path) for path in paths]
    programs: dict[str, Callable[[], object]] = {
        name: lambda found=found: subprocess.run([found, *names], capture_output=True, check=False)  # type: ignore[misc]
        for name in _PROGRAMS
        if (found := shutil.which(name))
    }
    if "ldd" not in programs:
        raise NotMeasuredError("there is no ldd on the PATH to measure against")
    return {
        "doctor": lambda: _afresh(home),
        "bare reader": lambda: [_bare(name) for name in names],
        "pyelftools": lambda: [reference.read(path) for path in paths],
        **programs,
    }


def _afresh(home: Path) -> None:
    """The diagnosis as a process's first, which has read nothing of the machine before."""
    gnu_hash.hashed.cache_clear()
    diagnose(home)


def _timed(readers: dict[str, Callable[[], object]], rounds: int) -> dict[str, Took]:
    turns: dict[str, list[Took]] = {name: [] for name in readers}
    for _ in range(rounds):
        for name, reader in readers.items():
            if turns[name] and turns[name][0].cpu > _SLOW:
                continue
            with Stopwatch() as watch:
                reader()
            turns[name].append(watch.took)
    return {name: least(each) for name, each in turns.items()}


def _elf_files(env: Path) -> list[Path]:
    """The shared objects that distributions list, and that the bare reader can read as well."""
    found = []
    with opened(env) as environment:
        for path in sorted({p for each in environment.distributions for p in each.files}):
            try:
                with Image(path):
                    _bare(path)
            except (ImageError, OSError, struct.error, StopIteration, KeyError):
                continue
            found.append(Path(path))
    return found


def _bare(name: str) -> list[bytes]:
    """What a 64-bit little-endian file needs, and where it looks; no bounds, no search."""
    file = os.open(name, os.O_RDONLY)
    try:
        head = os.pread(file, 4096, 0)
        (at,), (count,) = struct.unpack_from("<Q", head, 32), struct.unpack_from("<H", head, 56)
        headers = list(struct.iter_unpack("<IIQQQQQQ", head[at : at + 56 * count]))
        (offset, size) = next((h[2], h[5]) for h in headers if h[0] == _PT_DYNAMIC)
        tags = list(struct.iter_unpack("<QQ", os.pread(file, size, offset)))
        strings = dict(tags)[_DT_STRTAB]
        start = next(h[2] + strings - h[3] for h in headers if h[3] <= strings < h[3] + h[5])
        return [
            os.pread(file, 256, start + value).partition(b"\0")[0]
            for tag, value in tags
            if tag in _DT_NAMES
        ]
    finally:
        os.close(file)
