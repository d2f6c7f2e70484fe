"""A cell, with all that is needed to run it."""

from __future__ import annotations

import msgspec

from native_skew.publish import Substitute
from native_skew.scenarios import Cell, Scenario
from native_skew.toolchain import Interpreter, Tool


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """A cell with all that is needed to run it.

    ``substitute`` is an sdist that takes the fake consumer's place: it must work unaided.
    """

    cell: Cell
    scenario: Scenario
    interpreter: Interpreter
    tool: Tool
    substitute: Substitute | None = None
