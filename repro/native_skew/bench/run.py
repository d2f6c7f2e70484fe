"""The measurements, in the order in which they are shown, and the running of them."""

from __future__ import annotations

import datetime as dt
import os
import platform
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.util import find_spec

import msgspec

from native_skew import __version__
from native_skew.bench.record import Bench, Measured, Measurement, NotMeasured, Setting
from native_skew.errors import SkewError


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A measurement: the module with its ``measure``, and its heading where that is not there."""

    module: str
    title: str


# One entry each; ``measure`` takes a Setting and returns a Measurement.
MEASURES: dict[str, Entry] = {
    "runner": Entry(module="native_skew.bench.replay", title="The runner against a bare loop"),
    "scale": Entry(module="native_skew.bench.scale", title="Cost per cell as the matrix grows"),
    "doctor": Entry(module="native_skew.bench.doctor", title="The diagnosis against other tools"),
    "audit": Entry(
        module="native_skew.bench.audit", title="The audit against downloading the files"
    ),
    "locks": Entry(
        module="native_skew.bench.locks",
        title="What the audit of a lock foretells, against what happens",
    ),
}


def measure_all(setting: Setting, names: Sequence[str], said: Callable[[str], None]) -> Bench:
    """Makes the measurements of ``names``, one after the other.

    Args:
        setting: for all of them.
        names: keys of ``MEASURES``.
        said: is told each one's beginning.

    """
    done = []
    for name in names:
        said(f"measuring: {MEASURES[name].title}")
        done.append(_measured(name, MEASURES[name], setting))
    return Bench(measurements=tuple(done))


def _measured(name: str, entry: Entry, setting: Setting) -> Measured | NotMeasured:
    if find_spec(entry.module) is None:
        return NotMeasured(id=name, title=entry.title, reason="there is nothing to measure yet")
    measure: Callable[[Setting], Measurement] = import_module(entry.module).measure
    before = os.getloadavg()[0]
    try:
        measurement = measure(setting)
    except (SkewError, OSError) as error:
        return NotMeasured(id=name, title=entry.title, reason=str(error))
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
