"""``nox -s bench``: what the kit costs, as ratios that one run on one machine gives.

Each measurement is a module with ``measure(setting) -> Measurement``, named in ``MEASURES``
(``repro/bench/run.py``); it raises ``NotMeasuredError`` where something is missing.
"""
