"""A recorded cell -> what its remedy adds to the project that the plain command was run in."""

from __future__ import annotations

from native_skew.errors import SkewError
from native_skew.installers import Command, Repair, difference
from native_skew.results.record import CommandRecord, Result, StepRecord


def repair_of(result: Result) -> Repair:
    """The repair that a cell after a failure shows: the difference between its steps.

    The index and the project's other lines are the same before and after, and so not in it. Raises
    ``SkewError`` for a cell that starts fresh.
    """
    if result.cell.start == "fresh" or not result.steps:
        raise SkewError(
            f"{result.cell.id}: it starts fresh; cite a cell that starts after a failure"
        )
    last = result.steps[-1].title
    failed = [step for step in result.steps if step.title != last]
    files = {name: text for step in failed for name, text in step.files.items()}
    return difference(files, [(s.files, typed_lines(s)) for s in result.steps if s.title == last])


def typed(step: StepRecord) -> tuple[CommandRecord, ...]:
    """The commands of a step except the creation of the environment, which a reader has."""
    return tuple(each for each in step.commands if each.argv[1:3] != ("-m", "venv"))


def typed_lines(step: StepRecord) -> list[Command]:
    """The command lines of ``typed``."""
    return [each.argv for each in typed(step)]
