"""``nox -s bench``: what the kit costs, as ratios that one run on one machine gives.

Each measurement is a module with a ``TITLE`` and ``measure(setting) -> Measurement``, in ``MEASURES``
(``repro/native_skew/bench/__main__.py``); it raises ``NotMeasuredError`` where something is missing.
"""

from native_skew.bench import record
from native_skew.bench.record import Bar, Bench, Measured
