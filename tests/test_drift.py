"""Results compared: what changed is named, what did not, or is expected, is not."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from native_skew import results
from native_skew.results import comparison
from native_skew.results.comparison import Comparison, ComparisonError
from native_skew.results.record import NotRun, Result
from native_skew.scenarios.cell import Cell

Call = Callable[..., tuple[int, str, str]]
TOUR = "stamped-wheel-elsewhere/no-wheel-fits"
PIP, UV = f"{TOUR}/pip@26.3/nothing.cp311", f"{TOUR}/uv-pip-install@0.13.9/nothing.cp311"


@pytest.fixture(scope="module")
def sample(recorded: dict[str, Result]) -> Result:
    return recorded[UV]


@pytest.fixture
def old(recorded: dict[str, Result], tmp_path: Path) -> Path:
    """A record of two results."""
    results.pack([recorded[PIP], recorded[UV]], tmp_path / "old")
    return tmp_path / "old"


def run_of(*found: Result, not_run: tuple[NotRun, ...] = ()) -> bytes:
    """A run as ``run --json`` prints it."""
    return results.encode({"results": found, "not_run": not_run, "changes": ()})


def _version(result: Result, version: str, **changes: str) -> Result:
    return replace(result, cell=replace(result.cell, version=version, **changes))


def test_a_changed_verdict_is_named_with_both_versions(
    call: Call, old: Path, recorded: dict[str, Result], tmp_path: Path
) -> None:
    cured = replace(_version(recorded[UV], "0.14.0"), verdict="works", because="it was | cured")
    new = tmp_path / "new.json"
    new.write_bytes(run_of(recorded[PIP], cured))
    code, output, _ = call("diff", str(old), str(new))
    assert code == 1
    assert "2 cells compared, 1 verdict changed" in output
    assert "uv-pip-install 0.13.9 → 0.14.0: 1" in output
    assert f"{TOUR}/nothing.cp311: broken, detected → works" in output
    assert "pip 26.3" not in output
    code, output, _ = call("diff", str(old), str(new), "--json")
    (change,) = json.loads(output)["changed"]
    assert (code, change["old"], change["new"]) == (1, "broken, detected", "works")
    assert (change["before"]["version"], change["after"]["version"]) == ("0.13.9", "0.14.0")
    code, output, _ = call("diff", str(old), str(new), "--markdown")
    row = f"| `{TOUR}/nothing.cp311` | broken, detected | works | it was \\| cured |"
    assert code == 1
    assert row in output.splitlines()


def test_what_is_the_same_is_no_change(
    call: Call, old: Path, recorded: dict[str, Result], tmp_path: Path
) -> None:
    reworded = replace(recorded[UV], because="in other words")
    new = tmp_path / "list.json"  # as `report --json` writes it
    new.write_bytes(results.encode([reworded, recorded[PIP]]))
    code, output, _ = call("diff", str(old), str(new))
    assert (code, output.strip()) == (0, "2 cells compared, no verdict changed")


def test_new_and_vanished_cells_and_those_not_run(
    call: Call, old: Path, recorded: dict[str, Result], tmp_path: Path
) -> None:
    other = replace(recorded[UV], cell=replace(recorded[UV].cell, remedy="override"))
    kept_from_running = NotRun(cell=recorded[PIP].cell, reason="the index was away")
    new = tmp_path / "new.json"
    new.write_bytes(run_of(other, not_run=(kept_from_running,)))
    code, output, _ = call("diff", str(old), str(new), "--json")
    found = json.loads(output)
    assert code == 2  # nothing was compared
    assert [each["remedy"] for each in found["new"]] == ["override"]
    assert [each["installer"] for each in found["vanished"]] == ["uv-pip-install"]
    assert [each["reason"] for each in found["not_run"]] == ["the index was away"]
    _, output, _ = call("diff", str(old), str(new))
    for line in ("new: 1", "vanished: 1", "not run: 1", "the index was away"):
        assert line in output


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "not a readable run"),
        ("{}", "results"),
        ('{"results": []}', "holds no results"),
        ('[{"cell": 1}]', "not a readable run"),
        ('"results"', "not a readable run"),
        ("\x00\xff", "not a readable run"),
    ],
)
def test_bad_input_is_one_message(
    text: str, told: str, call: Call, old: Path, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.json"
    bad.write_text(text, encoding="latin-1")
    code, _, errors = call("diff", str(old), str(bad))
    assert code == 2
    assert told in errors
    assert "bad.json" in errors
    assert call("diff", str(bad), str(old))[0] == 2


def test_a_folder_without_results_is_no_run(tmp_path: Path) -> None:
    with pytest.raises(ComparisonError, match="holds no results"):
        comparison.load(tmp_path)
    with pytest.raises(ComparisonError, match="No such file"):
        comparison.load(tmp_path / "nothing")


def test_every_form_of_a_run_is_read(
    old: Path, recorded: dict[str, Result], tmp_path: Path
) -> None:
    """A record, a folder with a file a cell, one such file, a list of them."""
    for cell in (PIP, UV):
        path = results.write(recorded[cell], tmp_path / "files")
    (tmp_path / "list.json").write_bytes(results.encode([recorded[PIP], recorded[UV]]))
    whole = set(comparison.load(old).results)
    assert whole == {results.brief(recorded[cell]) for cell in (PIP, UV)}
    assert set(comparison.load(tmp_path / "files").results) == whole
    assert set(comparison.load(tmp_path / "list.json").results) == whole
    assert comparison.load(path).results == (results.brief(recorded[UV]),)


def _against(
    sample: Result, recorded: list[tuple[str, str]], asked: tuple[str, str], *, newer: bool = False
) -> tuple[str, str] | None:
    """Which of the recorded (version, Python) the asked one is compared with."""
    unexpected = replace(sample, expected=None)
    old = [
        replace(_version(unexpected, version, python=python), verdict="refused")
        for version, python in recorded
    ]
    new = replace(_version(unexpected, asked[0], python=asked[1]), verdict="works")
    found = results.compare(old, [new], newer=newer)
    assert bool(found.changed) != bool(found.new)
    return (
        (found.changed[0].before.version, found.changed[0].before.python) if found.changed else None
    )


@pytest.mark.parametrize(
    ("version", "against", "or_newer"),
    [
        ("0.8.4", None, "0.9.21"),  # none is older
        ("0.9.21", "0.9.21", "0.9.21"),
        ("0.10.0", "0.9.21", "0.9.21"),  # not the text's order, in which 0.10 is below 0.9
        ("0.13.9", "0.13.9", "0.13.9"),
        ("0.14.0", "0.13.9", "0.13.9"),
    ],
)
def test_a_version_is_compared_with_itself_then_with_the_next_older(
    sample: Result, version: str, against: str | None, or_newer: str
) -> None:
    known = [("0.9.21", "cp311"), ("0.13.9", "cp311"), ("0.15.0", "cp311")][:2]
    asked = (version, "cp311")
    assert _against(sample, known, asked) == (against and (against, "cp311"))
    assert _against(sample, known, asked, newer=True) == (or_newer, "cp311")


@pytest.mark.parametrize(
    ("pythons", "asked", "against"),
    [
        (["cp311", "cp312"], "cp312", "cp312"),
        (["cp311"], "cp310", "cp311"),
        (["cp310", "cp311", "cp314"], "cp312", "cp311"),
        (["cp310", "cp312"], "cp311", "cp310"),  # as far: the older one
    ],
)
def test_a_python_is_compared_with_itself_then_with_the_nearest(
    sample: Result, pythons: list[str], asked: str, against: str
) -> None:
    known = [("0.13.9", python) for python in pythons]
    assert _against(sample, known, ("0.13.9", asked)) == ("0.13.9", against)


def test_the_same_python_comes_before_a_nearer_version(sample: Result) -> None:
    known = [("0.9.21", "cp312"), ("0.13.9", "cp311")]
    assert _against(sample, known, ("0.14.0", "cp312")) == ("0.9.21", "cp312")


def test_what_is_compared_with_another_version_or_python_or_nothing_is_said(
    sample: Result,
) -> None:
    new = [
        _version(sample, "0.14.0"),
        _version(sample, "0.13.9", python="cp312"),
        _version(sample, "0.1.0"),
        _version(sample, "0.14.0", remedy="override"),
    ]
    assert set(results.compare([sample], new).notes) == {
        "uv 0.14.0 is new: compared with 0.13.9, in 1 cell",
        "cp312: compared with what cp311 gave, in 1 cell",
        "uv 0.1.0: nothing is recorded to compare with, in 1 cell",
        "uv 0.14.0: nothing is recorded to compare with, in 1 cell",
    }
    assert "uv 0.1.0 compared with the newer 0.13.9, in 1 cell" in (
        results.compare([sample], new, newer=True).notes
    )


def test_another_python_is_compared_where_its_own_is_not_there(
    sample: Result, call: Call, tmp_path: Path
) -> None:
    unexpected = replace(sample, expected=None)
    same, other = (_version(unexpected, "0.13.9", python=each) for each in ("cp311", "cp312"))
    found = results.compare([same], [other])
    assert (found.compared, found.changed, found.new, found.vanished) == (1, (), (), ())
    # With its own beside it, whatever the other one says.
    otherwise = replace(same, verdict="works")
    found = results.compare([otherwise, other], [other])
    assert (found.changed, found.notes, found.vanished) == ((), (), (same.cell,))
    # A cell that could not be run stands for the one that it would be compared with.
    missing = NotRun(cell=other.cell, reason="no compiler")
    assert not results.compare([same], [], [missing]).vanished

    for name, result in (("old", same), ("new", replace(other, verdict="works"))):
        (tmp_path / name).write_bytes(run_of(result))
    code, output, _ = call("diff", str(tmp_path / "old"), str(tmp_path / "new"))
    assert code == 1
    assert output.count("cp312: compared with what cp311 gave, in 1 cell\n") == 1


def test_nothing_compared_is_no_success(
    call: Call, old: Path, recorded: dict[str, Result], tmp_path: Path
) -> None:
    new = tmp_path / "new.json"
    other = replace(recorded[UV], cell=replace(recorded[UV].cell, remedy="override"))
    new.write_bytes(results.encode([other]))
    code, output, errors = call("diff", str(old), str(new))
    assert (code, "0 cells compared" in output) == (2, True)
    assert "nothing could be compared" in errors
    new.write_bytes(results.encode([other, recorded[PIP]]))
    code, _, errors = call("diff", str(old), str(new))
    assert (code, errors) == (0, "")


def test_one_reason_is_one_line(
    call: Call, old: Path, recorded: dict[str, Result], tmp_path: Path
) -> None:
    cells = [recorded[each].cell for each in (PIP, UV)]
    missing = [NotRun(cell=each, reason="no such version") for each in cells]
    missing.append(NotRun(cell=cells[0], reason="a full disk"))
    new = tmp_path / "new.json"
    new.write_bytes(run_of(recorded[PIP], not_run=tuple(missing)))
    _, output, _ = call("diff", str(old), str(new))
    assert f"2 cells, the first is {PIP}: no such version" in output
    assert f"{PIP}: a full disk" in output
    assert output.count("no such version") == 1


def test_what_a_scenario_expects_is_no_news(sample: Result) -> None:
    """On another Python the tool answers otherwise, and the scenario says so."""
    new = replace(_version(sample, "0.13.9", python="cp310"), verdict="works", expected="works")
    assert not results.compare([sample], [new]).changed
    (change,) = results.compare([sample], [replace(new, expected=None)]).changed
    assert (change.old, change.new) == (sample.verdict, "works")


cells = st.builds(
    Cell,
    scenario=st.sampled_from("ab"),
    variant=st.just("only"),
    installer=st.sampled_from(["pip", "uv-sync"]),
    version=st.sampled_from(["1", "2", "10", "2.1rc1"]),
    remedy=st.just("nothing"),
    python=st.sampled_from(["cp311", "cp312"]),
)
verdicts = st.sampled_from(["works", "refused", "broken, detected"])
runs = st.dictionaries(cells, verdicts, max_size=12)


@given(old=runs, new=runs)
def test_nothing_is_lost(old: dict[Cell, str], new: dict[Cell, str], sample: Result) -> None:
    def made(verdict_of: dict[Cell, str]) -> list[Result]:
        return [
            replace(sample, cell=c, verdict=v, expected=None)  # type: ignore[arg-type]
            for c, v in verdict_of.items()
        ]

    def compare(one: list[Result], other: list[Result]) -> Comparison:
        return results.compare(one, other, newer=True)

    before, after = made(old), made(new)
    found = compare(before, after)
    assert found == compare(before[::-1], after[::-1])
    assert found.compared + len(found.new) == len(new)
    for cell, verdict in old.items():
        if cell in new:  # compared with itself, whatever else there is
            changed = [each for each in found.changed if each.after == cell]
            assert bool(changed) == (verdict != new[cell])
            assert cell not in found.vanished
    assert {each.after for each in found.changed} <= set(new)
    assert set(found.vanished) <= set(old)
    assert not compare(after, after).changed
