"""What the tests of exporting share."""

from __future__ import annotations

from collections.abc import Callable

from repro.results import Result

Run = Callable[..., Result]
Replay = Callable[..., tuple[int, str]]
