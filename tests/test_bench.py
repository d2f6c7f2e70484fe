"""Measurements measure what they claim; no test asserts how long anything takes."""

from __future__ import annotations

import inspect
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import jsonschema
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from native_skew import results
from native_skew.bench import (
    audit,
    doctor,
    record,
    replay,
    scale,
)
from native_skew.bench.__main__ import MEASURES, measure_all
from native_skew.bench.record import (
    Bar,
    Bench,
    Measured,
    Measurement,
    NotMeasuredError,
    Row,
    Setting,
)
from native_skew.errors import ResultFileError
from native_skew.findings import schema_of
from native_skew.installers.registry import INSTALLERS
from native_skew.run.selection import Task
from native_skew.run.session import Session
from native_skew.site import tables
from native_skew.toolchain.sandbox import Sandbox

ROOT = Path(__file__).parent.parent
SETTING = Setting(work=ROOT / ".native-skew", rounds=1, jobs=1)


@given(st.floats(0, 100), st.floats(0, 100))
def test_a_bar_is_met_on_its_own_side(value: float, bound: float) -> None:
    assert Bar(name="", value=value, at_least=bound).met == (value >= bound)
    assert Bar(name="", value=value, at_most=bound).met == (value <= bound)
    assert not Bar(name="", value=value).met, "a figure without a bound meets none"


def test_the_loop_does_what_the_runner_did_and_nothing_else(
    session: Session, task: Callable[..., Task]
) -> None:
    one = task("stamped-wheel-elsewhere/no-wheel-fits", "uv-pip-install", "match-runtime")
    marked = replay._marked(one, session.folder / "tool-of-this-test")
    _, (script,) = replay._timed_run(session, [marked], 1)
    typed = [process.argv[:3] for _, process in script.commands]
    assert typed[0][1:] == ("-m", "venv")
    assert typed[1] == ("uv", "pip", "install")
    assert "match-runtime = true" in script.commands[0][0]["pyproject.toml"]
    looked = [" ".join(process.argv) for process in script.looks]
    assert any("fake_softioc" in each for each in looked), "the import"
    assert any(each.endswith("check") for each in looked)

    assert not script.root.exists()
    publication = session.publication(one.scenario, one.cell.variant, one.interpreter)
    session.index.publish(script.root.name, publication)
    Sandbox(root=script.root, index_url="").prepare()
    replay._play(script, looking=False)
    session.index.withdraw(script.root.name)
    (module,) = script.root.glob("project-1/.venv/lib/python*/site-packages/fake_softioc")
    assert module.is_dir(), "the loop installed what the runner had installed"
    # Negative control: against an index that is gone, the same commands install nothing.
    shutil.rmtree(script.root)
    Sandbox(root=script.root, index_url="").prepare()
    replay._play(script, looking=False)
    assert not list(script.root.glob("project-1/.venv/lib/python*/site-packages/fake_softioc"))
    shutil.rmtree(script.root)


@pytest.mark.slow
def test_the_stub_makes_cells_that_count_as_real_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scale, "_LEAST", 6)
    monkeypatch.setitem(INSTALLERS, scale.STUB, INSTALLERS["uv-sync"])  # it registers itself
    taken = scale.run(SETTING.work, 3, 2)
    assert taken.cells == 6
    assert taken.peak > 0


def test_a_stub_that_installs_nothing_is_not_measured(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "check_tools", session.check_tools)
    monkeypatch.setitem(INSTALLERS, scale.STUB, INSTALLERS["uv-sync"])
    first = scale.stub(session)
    (session.folder / scale.STUB / scale.STUB).write_text("#!/bin/sh\nexit 0\n", encoding="ascii")
    with pytest.raises(NotMeasuredError, match=r"No such file or directory: .\.venv/bin/python"):
        scale._run(session, [first], 1)


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
    (fine,) = measure_all(setting, ["doctor", "audit"], said.append).measurements
    assert fine.id == "fine"
    assert fine.cpus > 0
    assert "no memory" in said[1]


@pytest.mark.parametrize("name", MEASURES)
def test_every_measurement_has_a_title_and_takes_a_setting(name: str) -> None:
    assert MEASURES[name].TITLE
    signature = inspect.signature(MEASURES[name].measure)
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


def test_what_is_written_is_read_again_and_fits_the_schema(tmp_path: Path) -> None:
    path, schema = tmp_path / "bench.json", tmp_path / "schema.json"
    assert record.read(path) is None
    record.write(example(), path, schema)
    assert record.read(path) == example()
    known = json.loads(schema.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(known).validate(json.loads(path.read_text(encoding="utf-8")))
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
    text = tables.benchmark(example())
    for words in (
        "12.3",
        "1.23",
        "at most 1.1",
        "**missed**",
        "uv 0.13.9",
        "2 CPUs",
    ):
        assert words in text
    assert "nox -s bench" in tables.benchmark(None)


def test_the_record_fits_its_schema_and_names_no_machine() -> None:
    path, schema = ROOT / record.FILE, ROOT / record.SCHEMA
    assert results.encode(schema_of(Bench)) == schema.read_bytes()
    text = path.read_text(encoding="utf-8")
    jsonschema.Draft202012Validator(schema_of(Bench)).validate(json.loads(text))
    assert not re.search(r"(?<![\w.])/(?:root|home|Users|work|tmp|builds?)/", text)
    bench = record.read(path)
    assert bench is not None
    assert {each.id for each in bench.measurements} <= MEASURES.keys()
