"""Results are compared: what changed is reported, unless it is expected."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from native_skew import results
from native_skew.results.record import NotRun, Result

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
