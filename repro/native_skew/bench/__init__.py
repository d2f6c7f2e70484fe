"""``nox -s bench``: what the kit costs, as ratios within one run on one machine.

Each measurement is a module with a ``TITLE`` and ``measure(setting) -> Measurement``, listed in
``MEASURES`` (``bench/__main__.py``); it raises ``NotMeasuredError`` if it cannot be made here.
"""

from native_skew.bench import record
from native_skew.bench.record import Bar, Bench, Measured
