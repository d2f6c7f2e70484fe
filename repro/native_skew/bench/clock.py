"""Wall time, and the processor time of this process and of those it started."""

from __future__ import annotations

import resource
import time
from collections.abc import Sequence

import msgspec


class Took(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds: on the wall's clock, and of the processors."""

    wall: float
    cpu: float


class Stopwatch:
    """A context manager; ``took`` is there when it has ended."""

    took: Took

    def __enter__(self) -> Stopwatch:
        self._started = time.monotonic(), _cpu()
        return self

    def __exit__(self, *_: object) -> None:
        wall, cpu = self._started
        self.took = Took(wall=round(time.monotonic() - wall, 6), cpu=round(_cpu() - cpu, 6))


def least(several: Sequence[Took]) -> Took:
    """The least of each kind: what the rounds took where they were disturbed least."""
    return Took(wall=min(t.wall for t in several), cpu=min(t.cpu for t in several))


def _cpu() -> float:
    """Seconds of user and system time, with all processes that have ended and were waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)
