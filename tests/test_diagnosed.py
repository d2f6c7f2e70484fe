"""What doctor says of every recorded environment, compared with the verdict."""

from __future__ import annotations

from functools import partial

import pytest
from msgspec.structs import replace

from native_skew import results
from native_skew.findings.model import BriefFinding
from native_skew.results.record import Result
from native_skew.site import markup, tables

ALARM = BriefFinding(rule="skewed-library", level="error", message="It needs another.")
NOTE = BriefFinding(rule="preloaded", level="note", message="It is loaded before.")


@pytest.fixture(scope="module")
def one() -> Result:
    """Any result; its verdict and diagnosis are set by each test."""
    return next(results.read_each())


@pytest.mark.parametrize(
    ("verdict", "diagnosis", "wrong"),
    [
        ("works", (), False),
        ("works", (NOTE,), False),
        ("works", (ALARM,), True),
        ("broken, detected", (ALARM,), False),
        ("broken, undetected", (NOTE,), True),
        ("wrong result", (), True),
        ("wrong result", (NOTE, ALARM), False),
    ],
)
def test_a_missed_skew_and_a_false_alarm_are_both_wrong(
    one: Result, verdict: str, diagnosis: tuple[BriefFinding, ...], wrong: bool
) -> None:
    result = replace(one, verdict=verdict, diagnosis=diagnosis)
    assert tables.is_wrong(result) == wrong
    page = tables.diagnosed([result], "evidence.md")
    assert ("They disagree here" in page) == wrong
    assert (result.cell.id in page) == wrong


def test_what_was_not_asked_or_not_installed_is_not_counted(one: Result) -> None:
    asked = replace(one, verdict="works", diagnosis=())
    others = [replace(one, verdict="refused", diagnosis=()), replace(one, diagnosis=None)]
    assert tables.judged([asked, *others]) == [asked]
    assert "No recorded environment" in tables.diagnosed(others, "evidence.md")


def test_a_cell_says_what_doctor_found_and_that_it_found_nothing(one: Result) -> None:
    section = partial(markup.rendered, "diagnosis.html")
    assert "It needs another." in section(result=replace(one, diagnosis=(ALARM,)))
    assert "finds nothing" in section(result=replace(one, diagnosis=()))
    assert not section(result=replace(one, diagnosis=None))


def test_doctor_finds_every_recorded_skew_and_accuses_no_sound_environment(
    recorded: dict[str, Result],
) -> None:
    asked = tables.judged(recorded.values())
    assert {result.verdict for result in asked} >= {"works", "broken, detected", "wrong result"}
    assert [result.cell.id for result in asked if tables.is_wrong(result)] == []
