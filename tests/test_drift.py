"""Two recorded runs compared: what changed is named, what did not is not."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from native_skew import results
from native_skew.results import comparison as drift
from native_skew.results.comparison import ComparisonError, Run
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
    """A folder with two results."""
    for cell in (PIP, UV):
        results.write(recorded[cell], tmp_path / "old")
    return tmp_path / "old"


def _version(result: Result, version: str, **changes: str) -> Result:
    return replace(result, cell=replace(result.cell, version=version, **changes))


def test_a_changed_verdict_is_named_with_both_versions(
    call: Call, old: Path, recorded: dict[str, Result], tmp_path: Path
) -> None:
    cured = replace(_version(recorded[UV], "0.14.0"), verdict="works", because="it was | cured")
    new = tmp_path / "new.json"
    new.write_bytes(results.encode(Run(results=(recorded[PIP], cured))))
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
    slower = replace(recorded[UV], seconds=99.0, because="in other words")
    new = tmp_path / "list.json"  # as `report --json` writes it
    new.write_bytes(results.encode([slower, recorded[PIP]]))
    code, output, _ = call("diff", str(old), str(new))
    assert (code, output.strip()) == (0, "2 cells compared, no verdict changed")


def test_new_and_vanished_cells_and_those_not_run(
    call: Call, old: Path, recorded: dict[str, Result], tmp_path: Path
) -> None:
    other = replace(recorded[UV], cell=replace(recorded[UV].cell, remedy="override"))
    kept_from_running = NotRun(cell=recorded[PIP].cell, reason="the index was away")
    new = tmp_path / "new.json"
    new.write_bytes(results.encode(Run(results=(other,), not_run=(kept_from_running,))))
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
        drift.load(tmp_path)
    with pytest.raises(ComparisonError, match="No such file"):
        drift.load(tmp_path / "nothing")


def test_a_version_is_compared_with_itself_then_with_the_next_older(sample: Result) -> None:
    old = Run(results=tuple(_version(sample, v) for v in ("0.9.21", "0.13.9")))

    def against(version: str) -> str:
        new = replace(_version(sample, version), verdict="works")
        (change,) = drift.compare(old, Run(results=(new,))).changed
        return change.before.version

    found = {v: against(v) for v in ("0.8.4", "0.9.21", "0.10.0", "0.13.9", "0.14.0")}
    assert found == {
        "0.8.4": "0.9.21",  # none is older
        "0.9.21": "0.9.21",
        "0.10.0": "0.9.21",  # not the text's order, in which 0.10 is below 0.9
        "0.13.9": "0.13.9",
        "0.14.0": "0.13.9",
    }


def test_another_python_is_compared_where_its_own_is_not_there(
    sample: Result, call: Call, tmp_path: Path
) -> None:
    same, other = (_version(sample, "0.13.9", python=each) for each in ("cp311", "cp312"))
    found = drift.compare(Run(results=(same,)), Run(results=(other,)))
    assert (found.compared, found.changed, found.new, found.vanished) == (1, (), (), ())
    assert found.across == (drift.Across(new="cp312", old="cp311", cells=1),)
    # With its own beside it, whatever the other one says.
    otherwise = replace(same, verdict="works")
    found = drift.compare(Run(results=(otherwise, other)), Run(results=(other,)))
    assert (found.changed, found.across, found.vanished) == ((), (), (same.cell,))
    # A cell that could not be run stands for the one that it would be compared with.
    missing = NotRun(cell=other.cell, reason="no compiler")
    assert not drift.compare(Run(results=(same,)), Run(results=(), not_run=(missing,))).vanished

    for name, result in (("old", same), ("new", replace(other, verdict="works"))):
        (tmp_path / name).write_bytes(results.encode(Run(results=(result,))))
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
    new.write_bytes(results.encode(Run(results=(recorded[PIP],), not_run=tuple(missing))))
    _, output, _ = call("diff", str(old), str(new))
    assert f"2 cells, the first is {PIP}: no such version" in output
    assert f"{PIP}: a full disk" in output
    assert output.count("no such version") == 1


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
    def run(verdict_of: dict[Cell, str], reverse: bool = False) -> Run:
        made = [replace(sample, cell=c, verdict=v) for c, v in verdict_of.items()]  # type: ignore[arg-type]
        return Run(results=tuple(reversed(made) if reverse else made))

    found = drift.compare(run(old), run(new))
    assert found == drift.compare(run(old, reverse=True), run(new, reverse=True))
    assert found.compared + len(found.new) == len(new)
    for cell, verdict in old.items():
        if cell in new:  # compared with itself, whatever else there is
            changed = [each for each in found.changed if each.after == cell]
            assert bool(changed) == (verdict != new[cell])
            assert cell not in found.vanished
    assert {each.after for each in found.changed} <= set(new)
    assert set(found.vanished) <= set(old)
    assert not drift.compare(run(new), run(new)).changed
