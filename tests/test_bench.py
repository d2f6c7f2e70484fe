"""What is measured is what it says; how long it takes is not asserted anywhere."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from native_skew.bench import audit, doctor, record, run
from native_skew.bench.record import (
    Bar,
    Bench,
    Measured,
    Measurement,
    Row,
    Setting,
)
from native_skew.errors import ResultFileError
from native_skew.site import benchmark

ROOT = Path(__file__).parent.parent


@given(st.floats(0, 100), st.floats(0, 100))
def test_a_bar_is_met_on_its_own_side(value: float, bound: float) -> None:
    assert Bar(name="", value=value, at_least=bound).met == (value >= bound)
    assert Bar(name="", value=value, at_most=bound).met == (value <= bound)
    assert not Bar(name="", value=value).met, "a figure without a bound meets none"


def test_what_fails_is_said_and_costs_its_own_entry_only(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    measured = Measurement(
        id="fine", title="Fine", how="", columns=(), rows=(), bars=(), versions={}
    )
    monkeypatch.setattr(audit, "measure", lambda setting: measured)
    (tmp_path / "x-1.dist-info").mkdir()
    (tmp_path / "x-1.dist-info" / "METADATA").write_text("Name: x\nVersion: 1\n\n")
    monkeypatch.setattr(doctor, "_PEAK", "raise SystemExit('no memory')")
    setting = Setting(work=tmp_path, rounds=1, jobs=1, environment=tmp_path)
    said: list[str] = []
    (fine,) = run.measure_all(setting, ["doctor", "audit"], said.append).measurements
    assert fine.id == "fine"
    assert fine.cpus > 0
    assert "no memory" in said[1]


@pytest.mark.parametrize("name", run.MEASURES)
def test_every_measurement_has_a_title_and_takes_a_setting(name: str) -> None:
    assert run.MEASURES[name].TITLE
    signature = inspect.signature(run.MEASURES[name].measure)
    assert list(signature.parameters) == ["setting"]


def example() -> Bench:
    made = Measurement(
        id="runner",
        title="The runner",
        how="In turns.",
        columns=("wall, s",),
        rows=(Row(name="loop", values=(12.345,)),),
        bars=(Bar(name="ratio", value=1.23, at_most=1.1),),
        versions={"uv": "0.13.9"},
    )
    measured = Measured(
        measurement=made,
        kit_version="0.1.0",
        python="3.11.7",
        platform="Linux",
        cpus=2,
        rounds=3,
        load=(0.5, 2.0),
        date="2026-11-23",
    )
    return Bench(measurements=(measured,))


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "bench.json"
    assert record.read(path) is None
    record.write(example(), path)
    assert record.read(path) == example()
    path.write_text("{}", encoding="utf-8")
    with pytest.raises(ResultFileError, match=re.escape(str(path))):
        record.read(path)


def test_a_later_run_of_some_replaces_those_alone() -> None:
    (first,) = example().measurements
    other = msgspec.structs.replace(
        first, measurement=msgspec.structs.replace(first.measurement, id="other")
    )
    anew = msgspec.structs.replace(first, date="2026-11-28")
    both = Bench(measurements=(first, other)).updated(Bench(measurements=(anew,)))
    assert both.measurements == (anew, other)


def test_the_page_says_the_recorded_figures_and_what_was_missed() -> None:
    text = benchmark.render(example())
    for words in (
        "12.3",
        "1.23",
        "at most 1.1",
        "**missed**",
        "uv 0.13.9",
        "2 CPUs",
    ):
        assert words in text
    assert "nox -s bench" in benchmark.render(None)


def test_the_record_can_be_read_and_names_no_machine() -> None:
    text = (ROOT / record.FILE).read_text(encoding="utf-8")
    assert not re.search(r"(?<![\w.])/(?:root|home|Users|work|tmp|builds?)/", text)
    bench = record.read(ROOT / record.FILE)
    assert bench is not None
    assert {each.id for each in bench.measurements} <= run.MEASURES.keys()
