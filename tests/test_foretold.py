"""What the audit of a lock foretells, compared with the record."""

from __future__ import annotations

import csv

import pytest
from msgspec.structs import replace

from native_skew.bench import locks
from native_skew.bench.locks import Foretelling, Foretold, measurement, released_later
from native_skew.errors import InterpreterError
from native_skew.results.record import Result
from native_skew.run.session import Session
from native_skew.scenarios import find as scenario
from native_skew.toolchain import interpreter
from native_skew.verdict import Verdict
from test_comparison import CELL

_SAMPLE = ("will break", "may break", "may break later", "holds")


def rows() -> list[dict[str, str]]:
    with locks.FILE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def named(row: dict[str, str]) -> str:
    return "/".join(row[key] for key in ("scenario", "variant", "installer", "remedy"))


def test_each_line_says_what_the_record_says_happened(recorded: dict[str, Result]) -> None:
    known = {
        (f"{c.scenario}/{c.variant}/{c.installer}/{c.remedy}", c.version): each.verdict
        for each in recorded.values()
        if (c := each.cell).start == "fresh" and c.python == "cp311"
    }
    found = rows()
    assert len(found) > 200
    for row in found:
        assert known[named(row), row["version"]] == row["happened"], row


def test_a_sample_is_foretold_anew_as_it_is_recorded(
    session: Session, recorded: dict[str, Result]
) -> None:
    try:
        interpreter.find("3.11")
    except InterpreterError as error:
        pytest.skip(f"the record is of another Python: {error}")
    known = rows()
    foretelling = Foretelling(session)
    for said in _SAMPLE:
        row = next(each for each in known if each["foretold"] == said)
        name = named(row)
        result = next(
            each
            for each in recorded.values()
            if (c := each.cell).start == "fresh"
            and (c.python, c.version) == ("cp311", row["version"])
            and f"{c.scenario}/{c.variant}/{c.installer}/{c.remedy}" == name
        )
        assert foretelling.word(result) == said, name


def foretold(word: str, happened: Verdict, later: Verdict | None = None) -> Foretold:
    return Foretold(cell=CELL, word=word, happened=happened, later=later)


@pytest.mark.parametrize(
    ("found", "missed"),
    [
        ([foretold("will break", "broken, detected")], []),
        ([foretold("will break", "works")], [0]),
        ([foretold("holds", "broken, undetected")], [1]),
        ([foretold("may break", "works")], [2]),
        ([foretold("may break later", "works", "broken, detected")], []),
        ([foretold("may break later", "works", "works")], [3]),
    ],
)
def test_each_wrong_word_misses_its_bar(found: list[Foretold], missed: list[int]) -> None:
    sound = [foretold("holds", "works"), foretold("may break", "broken, detected")]
    bars = measurement([*found, *(sound if missed != [1] else [])]).bars
    assert [number for number, bar in enumerate(bars) if not bar.met] == missed


def test_what_a_cache_decides_is_counted_apart() -> None:
    cached = replace(CELL, scenario="stale-wheel-cache")
    made = measurement([Foretold(cell=cached, word="holds", happened="broken, undetected")])
    (row,) = [each for each in made.rows if each.name == "holds"]
    assert dict(zip(made.columns, row.values, strict=True))["a cache's"] == 1


def test_the_next_release_comes_after_the_lock() -> None:
    changed = released_later(scenario("stamped-wheel-elsewhere"), "no-wheel-fits")
    *_, last = changed.steps_of("no-wheel-fits")
    assert (last.action, last.environment, last.cache) == ("sync", "new", "new")
    assert changed.providers[-1].step == len(changed.steps_of("no-wheel-fits"))
