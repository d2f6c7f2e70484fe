"""The measurements, in the order in which they are shown, and the running of them."""

from __future__ import annotations

import datetime as dt
import os
import platform
from collections.abc import Callable, Sequence
from types import ModuleType

from native_skew import __version__
from native_skew.bench import audit, doctor, locks, replay, scale
from native_skew.bench.record import Bench, Measured, Measurement, Setting
from native_skew.errors import SkewError

# ``measure`` of each takes a Setting and returns a Measurement; ``TITLE`` is its heading.
MEASURES: dict[str, ModuleType] = {
    "runner": replay,
    "scale": scale,
    "doctor": doctor,
    "audit": audit,
    "locks": locks,
}


def measure_all(setting: Setting, names: Sequence[str], said: Callable[[str], None]) -> Bench:
    """Makes the measurements of ``names``, one after the other; one that cannot be made is missing.

    Args:
        setting: for all of them.
        names: keys of ``MEASURES``.
        said: is told each one's beginning, and why one cannot be made.

    """
    done = []
    for name in names:
        said(f"measuring: {MEASURES[name].TITLE}")
        try:
            done.append(_measured(MEASURES[name], setting))
        except (SkewError, OSError) as error:
            said(f"not measured: {error}")
    return Bench(measurements=tuple(done))


def _measured(module: ModuleType, setting: Setting) -> Measured:
    before = os.getloadavg()[0]
    measurement: Measurement = module.measure(setting)
    return Measured(
        measurement=measurement,
        kit_version=__version__,
        python=platform.python_version(),
        platform=platform.platform(aliased=True, terse=True) + " " + platform.machine(),
        cpus=os.cpu_count() or 1,
        rounds=setting.rounds,
        load=(round(before, 2), round(os.getloadavg()[0], 2)),
        date=dt.datetime.now(tz=dt.timezone.utc).date().isoformat(),
    )
