"""What the diagnosis of one environment costs, against other readers of the same files.

All in one run, in turns, so that what else the machine does falls on each alike.
"""

from __future__ import annotations

import os
import resource
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec

from repro import elf
from repro.doctor.diagnose import diagnose
from repro.doctor.environment import opened
from repro.doctor.image import Image, ImageError

_PT_DYNAMIC, _DT_STRTAB, _DT_NAMES = 2, 5, (1, 14, 15, 29)
_PEAK = """\
import resource, sys
from pathlib import Path
from repro.doctor.diagnose import diagnose
diagnose(Path(sys.argv[1]))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


class DoctorFigures(msgspec.Struct, frozen=True, kw_only=True):
    """One measurement.

    Attributes:
        files: ELF files that were read by ldd, the bare reader and pyelftools.
        modules: extension modules that doctor judged.
        findings: what doctor found; 0 in an environment that is sound.
        seconds: by reader, the least of all rounds; of processor time, children's included.
        faster_than_ldd: ldd's time by doctor's.
        slower_than_bare: doctor's time by the bare reader's.
        peak_bytes: the resident memory of a process that only runs doctor.

    """

    files: int
    modules: int
    findings: int
    seconds: dict[str, float]
    faster_than_ldd: float
    slower_than_bare: float
    peak_bytes: int


def measure(env: Path, rounds: int = 5) -> DoctorFigures:
    """Reads the environment ``env`` with doctor, ldd in one call, a bare reader, pyelftools.

    Raises:
        NotAnEnvironmentError: it is none.

    """
    paths = _elf_files(env)
    names = [str(path) for path in paths]
    readers: dict[str, Callable[[], object]] = {
        "doctor": lambda: diagnose(env),
        "bare": lambda: [_bare(name) for name in names],
        "ldd": lambda: subprocess.run(["ldd", *names], capture_output=True, check=False),
        "pyelftools": lambda: [elf.read(path) for path in paths],
    }
    seconds = {name: float("inf") for name in readers}
    for _ in range(rounds):
        for name, reader in readers.items():
            seconds[name] = min(seconds[name], _cost(reader))
    report = diagnose(env)
    peak = subprocess.run(
        [sys.executable, "-c", _PEAK, str(env)], capture_output=True, text=True, check=True
    ).stdout
    return DoctorFigures(
        files=len(paths),
        modules=report.looked_at["extension modules"],
        findings=len(report.findings),
        seconds={name: round(value, 4) for name, value in seconds.items()},
        faster_than_ldd=round(seconds["ldd"] / seconds["doctor"], 1),
        slower_than_bare=round(seconds["doctor"] / seconds["bare"], 1),
        peak_bytes=int(peak) * 1024,
    )


def _elf_files(env: Path) -> list[Path]:
    """The shared objects that the environment's distributions list."""
    found = []
    with opened(env) as environment:
        for path in sorted({p for each in environment.distributions for p in each.files}):
            try:
                with Image(path):
                    found.append(Path(path))
            except ImageError:
                continue
    return found


def _cost(reader: Callable[[], object]) -> float:
    before = _processor()
    reader()
    return _processor() - before


def _processor() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


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
