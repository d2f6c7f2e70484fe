"""What the tests of exporting share."""

from __future__ import annotations

from collections.abc import Callable

from native_skew.results.record import Result

Run = Callable[..., Result]
Replay = Callable[..., tuple[int, str]]
