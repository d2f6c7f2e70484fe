"""The differences of two sets of results: which cells are compared, and what is news."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from native_skew import results
from native_skew.errors import SkewError
from native_skew.results import comparison
from native_skew.results.comparison import Comparison
from native_skew.results.record import BriefResult, Circumstances, NotRun, Result
from native_skew.scenarios import Cell

CELL = Cell(
    scenario="unstamped-pin",
    variant="only",
    installer="uv-sync",
    version="0.13.9",
    remedy="nothing",
    python="cp311",
)
RESULT = Result(
    cell=CELL,
    verdict="broken, detected",
    because="seen",
    expected=None,
    expected_because=None,
    origin="none",
    published=(),
    steps=(),
    observation=None,
    journal=(),
    circumstances=Circumstances(
        kit_version="1", python="cp311", platform="p", compiler="c", checks={}, date="2026-01-09"
    ),
)
SAMPLE = results.brief(RESULT)
MISSING = NotRun(cell=replace(CELL, version="9"), reason="the index was away")


def _version(result: BriefResult, version: str, **changes: str) -> BriefResult:
    return replace(result, cell=replace(result.cell, version=version, **changes))


def test_a_folder_without_results_is_no_run(tmp_path: Path) -> None:
    with pytest.raises(SkewError, match="holds no results"):
        comparison.load(tmp_path)
    with pytest.raises(SkewError) as told:
        comparison.load(tmp_path / "nothing")
    assert str(told.value).startswith(f"{tmp_path / 'nothing'}: No such file or directory; ")


def test_every_form_of_a_run_is_read(tmp_path: Path) -> None:
    """A folder with one file per cell, one such file, a list of them, a whole run; and others."""
    one = results.write(RESULT, tmp_path / "files")
    whole = comparison.Run(results=(replace(SAMPLE, date=""),))  # it stands in the evidence
    assert comparison.load(one) == whole
    (found,) = comparison.load(tmp_path / "files").results
    # What is read from a folder is told what its scenario expects now.
    assert replace(found, expected=None, expected_because=None) == SAMPLE
    assert found.expected == "broken, undetected"
    file = tmp_path / "run.json"
    for content, found in (
        ([RESULT], whole),
        ({"results": [RESULT]}, whole),
        ({"results": [RESULT], "not_run": [MISSING]}, replace(whole, not_run=(MISSING,))),
        ({"results": [], "not_run": [MISSING]}, replace(whole, results=(), not_run=(MISSING,))),
    ):
        file.write_bytes(results.encode(content))
        assert comparison.load(file) == found
    for bad, word in (
        (b"", "not a readable run"),
        (b"{}", "not a readable run"),
        (b'"results"', "not a readable run"),
        (b'[{"cell": 1}]', "not a readable run"),
        (b'{"cell": 1}', "not a readable run"),
        (b"\0\xff", "not a readable run"),
        (b'["\xff"]', "not a readable run"),
        (b"[" * 100_000, "not a readable run"),
        (b"[]", "holds no results"),
    ):
        file.write_bytes(bad)
        with pytest.raises(SkewError, match=word) as told:
            comparison.load(file)
        assert str(told.value).startswith(f"{file}: ")
        assert "name a file written by" in str(told.value)


def _against(
    recorded: list[tuple[str, str]], asked: tuple[str, str], *, newer: bool = False
) -> tuple[str, str] | None:
    """The recorded (version, Python) with which the asked one is compared."""
    old = [
        replace(_version(SAMPLE, version, python=python), verdict="refused")
        for version, python in recorded
    ]
    new = replace(_version(SAMPLE, asked[0], python=asked[1]), verdict="works")
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
    version: str, against: str | None, or_newer: str
) -> None:
    known = [("0.9.21", "cp311"), ("0.13.9", "cp311")]
    asked = (version, "cp311")
    assert _against(known, asked) == (against and (against, "cp311"))
    assert _against(known, asked, newer=True) == (or_newer, "cp311")


@pytest.mark.parametrize(
    ("pythons", "asked", "against"),
    [
        (["cp311", "cp312"], "cp312", "cp312"),
        (["cp311"], "cp310", "cp311"),
        (["cp310", "cp311", "cp314"], "cp312", "cp311"),
        (["cp310", "cp312"], "cp311", "cp310"),  # as far: the older one
        (["cp311", "pp311"], "pp311", "pp311"),
        (["cp310", "pp311"], "cp311", "pp311"),
    ],
)
def test_a_python_is_compared_with_itself_then_with_the_nearest(
    pythons: list[str], asked: str, against: str
) -> None:
    known = [("0.13.9", python) for python in pythons]
    assert _against(known, ("0.13.9", asked)) == ("0.13.9", against)


def test_the_same_python_comes_before_a_nearer_version() -> None:
    known = [("0.9.21", "cp312"), ("0.13.9", "cp311")]
    assert _against(known, ("0.14.0", "cp312")) == ("0.9.21", "cp312")


def test_what_is_compared_with_another_version_or_python_or_nothing_is_said() -> None:
    new = [
        _version(SAMPLE, "0.14.0"),
        _version(SAMPLE, "0.13.9", python="cp312"),
        _version(SAMPLE, "0.1.0"),
        _version(SAMPLE, "0.14.0", remedy="override"),
    ]
    assert set(results.compare([SAMPLE], new).notes) == {
        "uv 0.14.0 is new: compared with 0.13.9, in 1 cell",
        "cp312: compared with what cp311 gave, in 1 cell",
        "uv 0.1.0: nothing is recorded to compare with, in 1 cell",
        "uv 0.14.0: nothing is recorded to compare with, in 1 cell",
    }
    assert "uv 0.1.0 compared with the newer 0.13.9, in 1 cell" in (
        results.compare([SAMPLE], new, newer=True).notes
    )


def test_what_a_scenario_expects_is_no_news() -> None:
    """On another Python the tool gives another answer, and the scenario says so."""
    new = replace(_version(SAMPLE, "0.13.9", python="cp310"), verdict="works", expected="works")
    assert not results.compare([SAMPLE], [new]).changed
    (change,) = results.compare([SAMPLE], [replace(new, expected=None)]).changed
    assert (change.old, change.new) == (SAMPLE.verdict, "works")


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
def test_nothing_is_lost(old: dict[Cell, str], new: dict[Cell, str]) -> None:
    def made(verdict_of: dict[Cell, str]) -> list[BriefResult]:
        return [
            replace(SAMPLE, cell=c, verdict=v, expected=None)  # type: ignore[arg-type]
            for c, v in verdict_of.items()
        ]

    def compare(one: list[BriefResult], other: list[BriefResult]) -> Comparison:
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


def test_a_drift_is_told_whole() -> None:
    new = replace(_version(SAMPLE, "0.14.0"), verdict="works", because="cured")
    (drift,) = results.compare([SAMPLE], [new]).changed
    assert drift == comparison.Drift(
        before=CELL, after=new.cell, old="broken, detected", new="works", because="cured"
    )
    other = replace(SAMPLE, cell=replace(CELL, remedy="override"))
    found = results.compare([SAMPLE, other], [new, _version(other, "0.14.0")])
    assert (found.compared, len(found.changed)) == (2, 1)
    assert found.notes == ("uv 0.14.0 is new: compared with 0.13.9, in 2 cells",)
    # What is expected is none, and neither is what it was before, whatever is expected.
    assert not results.compare([SAMPLE], [replace(new, expected="works")]).changed
    assert not results.compare([SAMPLE], [replace(SAMPLE, expected="works")]).changed
    assert results.compare([SAMPLE], [replace(new, expected="refused")]).changed


def test_what_could_not_be_run_is_not_called_vanished() -> None:
    older, other = _version(SAMPLE, "0.9.21"), _version(SAMPLE, "0.13.9", remedy="override")
    told = (MISSING, NotRun(cell=_version(SAMPLE, "0.14.0").cell, reason="a full disk"))
    found = results.compare([older, SAMPLE, other], [], told)
    assert found.not_run == tuple(sorted(told, key=lambda each: each.cell))
    assert (found.compared, found.new) == (0, ())
    # The second stands for the newest; the first, older than all, for none but with ``newer``.
    first = (replace(MISSING, cell=_version(SAMPLE, "0.1.0").cell),)
    assert set(found.vanished) == {older.cell, other.cell}
    assert set(results.compare([older, SAMPLE], [], first).vanished) == {older.cell, CELL}
    assert results.compare([older, SAMPLE], [], first, newer=True).vanished == (CELL,)


def test_changes_are_put_together_by_what_changed() -> None:
    def drift(installer: str, old: str, new: str, remedy: str = "nothing") -> comparison.Drift:
        before = replace(CELL, installer=installer, version=old, remedy=remedy)
        after = replace(before, version=new)
        return comparison.Drift(
            before=before, after=after, old="works", new="refused", because="told"
        )

    changed = [
        drift("uv-sync", "1", "2", "override"),
        drift("uv-sync", "1", "2"),
        drift("pip", "3", "3"),
        drift("uv-sync", "1", "3"),
    ]
    found = comparison.by_tool(changed)
    assert [(name, [each.after.remedy for each in ones]) for name, ones in found.items()] == [
        ("pip 3", ["nothing"]),
        ("uv-sync 1 → 2", ["nothing", "override"]),
        ("uv-sync 1 → 3", ["nothing"]),
    ]


def test_an_installer_that_is_gone_is_named_by_its_id() -> None:
    new = _version(SAMPLE, "1", installer="one-of-old")
    assert results.compare([], [new]).new == (new.cell,)
    assert results.compare([], [new]).notes == (
        "one-of-old 1: nothing is recorded to compare with, in 1 cell",
    )
