"""A recorded cell -> what its remedy adds to the project that the plain command was run in."""

from __future__ import annotations

from native_skew.errors import SkewError
from native_skew.installers import Command, Repair, difference
from native_skew.results.record import Result, StepRecord


def repair_of(result: Result) -> Repair:
    """The difference between the steps of a cell that starts after a failure, and of no other.

    It holds nothing that belongs to the laboratory: the index and the project's other lines are
    the same before and after.
    """
    if result.cell.start == "fresh" or not result.steps:
        raise SkewError(
            f"{result.cell.id}: it starts fresh; cite a cell that starts after a failure"
        )
    last = result.steps[-1].title
    failed = [step for step in result.steps if step.title != last]
    files = {name: text for step in failed for name, text in step.files.items()}
    return difference(files, [(s.files, typed(s)) for s in result.steps if s.title == last])


def typed(step: StepRecord) -> list[Command]:
    """The command lines of a step without the making of the environment: a reader has one."""
    return [each.argv for each in step.commands if tuple(each.argv[1:3]) != ("-m", "venv")]
