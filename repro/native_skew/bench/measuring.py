"""Tools for measurements: a stopwatch, and running programs that must succeed."""

from __future__ import annotations

import resource
import subprocess
import time
from collections.abc import Sequence

import msgspec

from native_skew.bench.record import NotMeasuredError


def output_of(command: Sequence[str], what: str) -> str:
    """The output of ``command``; raises NotMeasuredError, with ``what`` failed, if it does."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        said = done.stderr.strip() or done.stdout.strip() or "no output"
        raise NotMeasuredError(f"{what}: {said.splitlines()[-1]}")
    return done.stdout


class Took(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds of wall time and of processor time."""

    wall: float
    cpu: float


class Stopwatch:
    """A context manager; ``took`` is set when it ends."""

    took: Took

    def __enter__(self) -> Stopwatch:
        self._started = time.monotonic(), _cpu()
        return self

    def __exit__(self, *_: object) -> None:
        wall, cpu = self._started
        self.took = Took(wall=round(time.monotonic() - wall, 6), cpu=round(_cpu() - cpu, 6))


def least(several: Sequence[Took]) -> Took:
    """The least of each kind: the rounds that were disturbed least."""
    return Took(wall=min(t.wall for t in several), cpu=min(t.cpu for t in several))


def _cpu() -> float:
    """Seconds of user and system time, including child processes that were waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)
