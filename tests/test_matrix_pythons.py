"""What the matrix asks of other Pythons than its own."""

from __future__ import annotations

import sys

import pytest

from native_skew.errors import InterpreterError
from native_skew.installers import INSTALLERS
from native_skew.run import TOUR_SCENARIO, Filters, Session
from native_skew.run.selection import OTHER_PYTHONS, on_other_pythons
from native_skew.toolchain import interpreter

HERE = f"{sys.version_info.major}.{sys.version_info.minor}"
ASKED = Filters(installers=("uv-sync==newest", "pip==newest"))


def test_a_python_that_is_not_there_is_a_line_and_this_one_is_left_out(session: Session) -> None:
    found, absent = on_other_pythons(ASKED, session.toolbox, ("3.99", HERE))
    assert found.tasks == ()
    assert len(absent) == 1
    assert "3.99" in absent[0]


def test_another_python_is_asked_for_the_plain_command_and_the_first_repair(
    session: Session,
) -> None:
    there = [name for name in OTHER_PYTHONS if name != HERE and _is_there(name)]
    if not there:
        pytest.skip("no other Python is there")
    found, _ = on_other_pythons(ASKED, session.toolbox, there[:1])
    first = INSTALLERS["uv-sync"].repairs["stamped"][0]
    assert {(t.cell.installer, t.cell.remedy, t.cell.start) for t in found.tasks} == {
        ("uv-sync", "nothing", "fresh"),
        ("uv-sync", first, "after-failure"),
        ("pip", "nothing", "fresh"),  # it is not broken: nothing is to be repaired
    }
    assert {task.cell.python for task in found.tasks} == {f"cp{there[0].replace('.', '')}"}
    assert all(task.cell.is_of(TOUR_SCENARIO) for task in found.tasks)


def _is_there(name: str) -> bool:
    try:
        interpreter.find(name)
    except InterpreterError:
        return False
    return True
