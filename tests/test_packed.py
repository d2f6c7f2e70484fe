"""The record: small, reviewed line by line, written completely, and refused if damaged."""

from __future__ import annotations

import difflib
import json
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from email import message_from_bytes
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from native_skew import results, scenarios
from native_skew.distributions import DistributionFile
from native_skew.errors import ResultFileError
from native_skew.installers import INSTALLERS
from native_skew.observe import judge
from native_skew.publish import PublishedRecord, published_in
from native_skew.results import Result
from native_skew.run import Session
from native_skew.toolchain import Interpreter

ROOT = Path(__file__).parent.parent
RECORD = ROOT / results.FOLDER
NEWEST, NEXT, DAY = "0.13.9", "0.14.0", "2027-01-09"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the real record, to be changed."""
    return Path(shutil.copytree(RECORD, tmp_path / "record"))


@pytest.fixture
def few(recorded: dict[str, Result], tmp_path: Path) -> tuple[Path, list[Result]]:
    """A small record, and what it holds: one installer in one scenario."""
    own = [
        r
        for r in recorded.values()
        if (r.cell.scenario, r.cell.installer) == ("unstamped-pin", "uv-sync")
        and r.cell.start == "fresh"  # of one recording
    ]
    results.pack(own, tmp_path / "few")
    return tmp_path / "few", own


def reviewed(folder: Path) -> dict[str, list[str]]:
    """The lines that people review, by file."""
    files = [*folder.glob("*/*.csv"), folder / "versions.toml"]
    return {
        f.relative_to(folder).as_posix(): f.read_text(encoding="utf-8").splitlines() for f in files
    }


def changed(before: dict[str, list[str]], after: dict[str, list[str]]) -> dict[str, int]:
    """How many lines changed in each file; one that is replaced by another is one."""
    found = {}
    for name in before | after:
        diff = difflib.unified_diff(before.get(name, []), after.get(name, []), n=0, lineterm="")
        lines = [line[0] for line in diff if line[:3] not in ("---", "+++")]
        if count := max(lines.count("+"), lines.count("-")):
            found[name] = count
    return found


def in_next(result: Result) -> Result:
    """The result as of a newer release, recorded later, of which nothing is expected yet."""
    then = result.circumstances
    return replace(
        result,
        expected=None,
        cell=replace(result.cell, version=NEXT),
        circumstances=replace(then, date=DAY, checks=then.checks | {"uv": NEXT}),
    )


def flipped(result: Result) -> Result:
    return replace(result, verdict="refused" if result.verdict == "works" else "works")


def test_the_record_keeps_to_its_size() -> None:
    verdicts = list(RECORD.glob("*/*.csv"))
    assert sum(path.stat().st_size for path in verdicts) <= 1_000_000
    assert len(verdicts) <= len(scenarios.load_all()) * len(INSTALLERS) + 10
    evidence = list(RECORD.glob("evidence/*/*.jsonl"))
    cells = sum(path.read_bytes().count(b"\n") for path in evidence)
    assert cells > 1000
    assert sum(path.stat().st_size for path in evidence) <= 4500 * cells


@pytest.mark.slow
def test_a_release_that_changes_three_verdicts_changes_few_lines(copy: Path) -> None:
    of_uv = [r for r in results.read_each(copy) if INSTALLERS[r.cell.installer].tool == "uv"]
    newest = [r for r in of_uv if r.cell.version == NEWEST]
    # Where some were recorded apart: as if all were of one run.
    then = newest[0].circumstances
    old = [replace(r, circumstances=then, expected=None) for r in newest]
    assert results.pack(old, copy) == (len(old), ())
    before = reviewed(copy)
    new = [in_next(result) for result in old]
    works = [number for number, result in enumerate(new) if result.verdict == "works"]
    for number in works[:: len(works) // 3][:3]:
        new[number] = flipped(new[number])
    assert results.pack(new, copy) == (len(new), ())
    assert len(new) > 1000
    found = changed(before, reviewed(copy))
    assert sum(found.values()) <= 15, found
    assert sum(count for name, count in found.items() if name.endswith(".csv")) == 3, found
    now = results.read_all(copy)
    assert {r.cell.id for r in new} <= now.keys()
    assert not {r.cell.id for r in old} & now.keys(), "the older release is still there"
    kept = {r.cell.id for r in of_uv} - {r.cell.id for r in old}
    assert kept
    assert kept <= now.keys(), "what is kept to compare with has gone"
    assert {now[r.cell.id].circumstances.date for r in new} == {DAY}
    assert results.read_versions(copy)["uv"].earlier == (NEWEST,)


def test_a_cell_recorded_alone_states_its_own_version(copy: Path) -> None:
    before, everything = reviewed(copy), results.read_all(copy)
    old = everything["unstamped-pin/only/uv-sync@0.13.9/nothing.cp311"]
    new = in_next(old)
    results.pack([new], copy)
    found = changed(before, reviewed(copy))
    assert found == {"unstamped-pin/uv-sync.csv": 1}, "versions.toml is left alone"
    (line,) = [
        line
        for line in reviewed(copy)["unstamped-pin/uv-sync.csv"]
        if line.startswith("only,nothing,")
    ]
    assert line.rstrip(",").endswith(f",{NEXT},{DAY}")  # behind it is where the cell starts
    del everything[old.cell.id]
    now = results.read_all(copy)
    stated = replace(new, expected=old.expected, expected_because=old.expected_because)
    assert now == everything | {new.cell.id: stated}


def test_what_contradicts_its_scenario_is_left_as_it_was(
    few: tuple[Path, list[Result]],
) -> None:
    """All of the tool's cells were run again, so the file says so; one cell keeps its version."""
    folder, own = few
    new = [replace(in_next(result), expected=result.expected) for result in own]
    (number,) = [n for n, result in enumerate(new) if result.cell.remedy == "nothing"]
    new[number] = flipped(new[number])
    assert results.pack(new, folder) == (len(own) - 1, (results.brief(new[number]),))
    found = results.read_all(folder)
    assert set(found) == {r.cell.id for r in [*new[:number], own[number], *new[number + 1 :]]}
    assert found[own[number].cell.id].circumstances == own[number].circumstances
    assert results.read_versions(folder)["uv"].version == NEXT


def test_an_older_release_stands_beside_the_newest(few: tuple[Path, list[Result]]) -> None:
    folder, own = few
    older = replace(own[0], cell=replace(own[0].cell, version="0.10.0"))
    results.pack([older], folder)
    assert results.read_all(folder) == {r.cell.id: r for r in [*own, older]}
    results.pack(map(in_next, own), folder)
    assert set(results.read_all(folder)) == {r.cell.id for r in [*map(in_next, own), older]}


def test_a_recording_that_took_two_days_has_the_day_of_its_end(
    few: tuple[Path, list[Result]],
) -> None:
    folder, own = few
    day = [
        replace(in_next(r).circumstances, date=f"2027-01-0{n % 2 + 8}") for n, r in enumerate(own)
    ]
    results.pack(
        (replace(in_next(r), circumstances=c) for r, c in zip(own, day, strict=True)), folder
    )
    assert {r.circumstances.date for r in results.read_each(folder)} == {DAY}


@pytest.mark.slow
def test_what_is_recorded_again_changes_no_byte(copy: Path) -> None:
    def held() -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in copy.rglob("*.*") if path.suffix}

    before = held()
    for scenario in ("second-consumer", "stale-wheel-cache"):  # recorded apart, and with all
        again = [e for e in results.read_all(copy).values() if e.cell.scenario == scenario]
        assert again
        results.pack(again, copy)
        assert held() == before


def test_verdicts_are_read_without_evidence(copy: Path, recorded: dict[str, Result]) -> None:
    shutil.rmtree(copy / "evidence")
    found = results.read_verdicts(copy)
    assert {each.cell.id: each for each in found} == {
        name: results.brief(result) for name, result in recorded.items()
    }
    with pytest.raises(ResultFileError, match="has no evidence in"):
        results.read_all(copy)


def test_every_recorded_observation_is_judged_as_recorded(recorded: dict[str, Result]) -> None:
    judged = 0
    for result in recorded.values():
        if result.observation is not None:
            exit_code = result.steps[-1].commands[-1].exit_code
            found = judge(result.observation, exit_code)
            assert (found.verdict, found.because) == (result.verdict, result.because), (
                result.cell.id
            )
            judged += 1
        else:
            assert result.verdict == "unsupported", result.cell.id
            assert not result.steps
    assert judged > 1000


def test_what_is_derived_is_what_is_published(session: Session, python: Interpreter) -> None:
    for scenario in scenarios.load_all().values():
        for variant in scenario.variant_names():
            if not scenario.live:
                made = session.publication(scenario, variant, python)
                pair = (scenario.consumer, scenario.provider, *scenario.other_consumers(variant))
                real = [listed(each) for each in made.all_files() if each.project in pair]
                told = published_in(scenario, variant, python.name, python.platform_tag)
                assert list(told) == real, f"{scenario.id}/{variant}"


def listed(file: DistributionFile) -> PublishedRecord:
    """What a file's own metadata says."""
    said = message_from_bytes(file.metadata)
    return PublishedRecord(
        filename=file.filename,
        step=file.step,
        requires_dist=tuple(said.get_all("Requires-Dist", ())),
        dynamic=tuple(said.get_all("Dynamic", ())),
    )


VERDICTS, EVIDENCE = "unstamped-pin/uv-sync.csv", "evidence/unstamped-pin/uv-sync.jsonl"


def twice(lines: list[str]) -> list[str]:
    return [*lines, lines[-1]]


def in_conflict(lines: list[str]) -> list[str]:
    return [*lines[:-1], "<<<<<<< ours", lines[-1], "=======", lines[-1], ">>>>>>> theirs"]


def half_resolved(lines: list[str]) -> list[str]:
    return [*lines, ">>>>>>> theirs"]


def cut(lines: list[str]) -> list[str]:
    return [*lines[:-1], lines[-1][:9]]


@pytest.mark.parametrize("name", [VERDICTS, EVIDENCE, "versions.toml"])
@pytest.mark.parametrize("damage", [twice, in_conflict, half_resolved, cut])
def test_damage_is_refused_with_its_line(
    few: tuple[Path, list[Result]], name: str, damage: Callable[[list[str]], list[str]]
) -> None:
    folder, _ = few
    path = folder / name
    lines = path.read_text(encoding="utf-8").splitlines()
    results.read_all(folder)
    path.write_text("\n".join(damage(lines)) + "\n", encoding="utf-8")
    with pytest.raises(ResultFileError) as caught:
        results.read_all(folder)
    told = str(caught.value)
    assert str(path) in told
    if damage in (in_conflict, half_resolved):
        at = len(lines) + (damage is half_resolved)
        assert f"{path}:{at}: " in told
        assert "marks of a merge conflict" in told
        assert "delete the marks" in told
    elif damage is twice and name != "versions.toml":
        assert f"{path}:{len(lines) + 1}: " in told
        assert f"stands in line {len(lines)} too" in told


@pytest.mark.parametrize(
    ("name", "line"), [(EVIDENCE, '{"x":'), (EVIDENCE, '{"evidence":'), ("versions.toml", "x = ")]
)
def test_what_is_nested_too_deeply_is_refused(
    few: tuple[Path, list[Result]], name: str, line: str
) -> None:
    folder, _ = few
    (folder / name).write_text(f"{line}{'[' * 100_000}", encoding="utf-8")
    with pytest.raises(ResultFileError, match=name):
        results.read_all(folder)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("only,nothing,cp311,splendid,because,,", "splendid"),
        ("only,nothing", "shorter"),
        ('only,nothing,cp311,works,"because', "unexpected end"),
        ("other,nothing,cp311,works,because,,", "has no evidence"),
        ("only,nothing,cp311,works,because,not.a-version,", "Invalid version: 'not.a-version'"),
    ],
)
def test_a_line_that_says_nothing_is_refused(
    few: tuple[Path, list[Result]], line: str, told: str
) -> None:
    folder, _ = few
    with (folder / VERDICTS).open("a", encoding="utf-8") as stream:
        stream.write(line + "\n")
    with pytest.raises(ResultFileError, match=told):
        results.read_all(folder)


@pytest.mark.parametrize("name", [VERDICTS, EVIDENCE, "versions.toml"])
@given(data=st.binary(max_size=200))
def test_whatever_stands_there_is_read_or_refused(
    data: bytes, name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("any")
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)
    for read in (results.read_all, results.read_verdicts):
        with suppress(ResultFileError):
            assert not read(folder), "nothing was recorded there"


def test_a_reason_stays_on_its_line(few: tuple[Path, list[Result]]) -> None:
    folder, own = few
    long = replace(own[0], because='ImportError: one,\n  "two"\r\nthree')
    results.pack([long], folder)
    found = results.read_all(folder)[long.cell.id]
    assert found.because == 'ImportError: one, "two" three'
    lines = reviewed(folder)[VERDICTS]
    assert len(lines) == len(own) + 1


def test_nothing_derived_is_recorded(recorded: dict[str, Result]) -> None:
    for name in ("user_agent", "seconds", "sha256", "expected", "published"):
        for path in RECORD.rglob("*.jsonl"):
            assert f'"{name}":' not in path.read_text(encoding="utf-8"), path
    assert any(result.expected for result in recorded.values())
    assert any(result.published for result in recorded.values())


def test_two_that_record_at_once_lose_nothing(recorded: dict[str, Result], tmp_path: Path) -> None:
    chosen = [r for r in recorded.values() if r.cell.scenario == "unstamped-pin"]
    halves = (chosen[::2], chosen[1::2])
    threads = [
        threading.Thread(target=results.pack, args=(iter(half), tmp_path / "both"))
        for half in halves
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(results.read_all(tmp_path / "both")) == {r.cell.id for r in chosen}


def test_what_cannot_all_be_written_changes_no_file(few: tuple[Path, list[Result]]) -> None:
    from native_skew.errors import WorkFolderError

    folder, own = few
    before = reviewed(folder)
    (folder / "stale-build-tree").touch()  # a file where a folder is to be
    other = replace(own[0], cell=replace(own[0].cell, scenario="stale-build-tree"))
    with pytest.raises(WorkFolderError):
        results.pack([flipped(own[0]), other], folder)
    assert reviewed(folder) == before
    assert not [path for path in folder.rglob(".*") if path.name != ".lock"]


# Records the cells of a folder, and kills itself at the given one of its writes and renames.
RECORDS = """
import os, signal, sys
from pathlib import Path
from native_skew import results
at, cells, folder = int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
found = [results.read(path) for path in results.paths(cells)]
def count(event, arguments):
    global at
    writes = event == "open" and arguments[2] & (os.O_WRONLY | os.O_RDWR)
    if (writes or event == "os.rename") and str(arguments[0]).startswith(folder):
        at -= 1
        if not at:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(count)
results.pack(found, Path(folder))
"""


@pytest.mark.slow
def test_a_kill_at_any_moment_leaves_the_old_record_or_the_new(
    few: tuple[Path, list[Result]], tmp_path: Path
) -> None:
    folder, own = few
    for each in own:  # so that each file of the record changes
        results.write(replace(in_next(each), because="another", journal=()), tmp_path / "cells")

    def record(at: int, into: Path) -> int:
        arguments = (str(at), str(tmp_path / "cells"), str(into))
        return subprocess.run([sys.executable, "-c", RECORDS, *arguments], check=False).returncode

    old = results.read_all(folder)
    shutil.copytree(folder, tmp_path / "whole")
    assert record(0, tmp_path / "whole") == 0
    new = results.read_all(tmp_path / "whole")
    assert {each.because for each in new.values()} == {"another"}
    seen = []
    for at in range(1, 99):
        torn = Path(shutil.copytree(folder, tmp_path / str(at)))
        if record(at, torn) == 0:
            break
        found = results.read_all(torn)
        assert found in (old, new), at
        seen.append(found == new)
        if at % 3 == 0:
            assert record(0, torn) == 0
            assert results.read_all(torn) == new
            assert not [path for path in torn.rglob(".*") if path.name != ".lock"]
    # The lock, three drafts and the rename of their folder; then a rename a file.
    assert seen == [False] * 5 + [True] * 3


def test_results_come_one_at_a_time(recorded: dict[str, Result]) -> None:
    stream = results.read_each(RECORD)
    assert isinstance(stream, Iterator)
    first = next(stream)
    assert recorded[first.cell.id] == first


def test_a_result_of_an_older_kit_is_recorded(recorded: dict[str, Result], tmp_path: Path) -> None:
    """Files of cells with what is not kept any more: durations, user agents, sums."""
    result = next(r for r in recorded.values() if r.journal and r.published)
    raw = json.loads(results.encode(result))
    raw["seconds"] = 1.5
    raw["journal"] = [each | {"user_agent": "uv/0.13.9"} for each in raw["journal"]]
    raw["published"] = [each | {"sha256": "0" * 64} for each in raw["published"]]
    for step in raw["steps"]:
        step["commands"] = [each | {"seconds": 0.1} for each in step["commands"]]
    path = tmp_path / "cell.json"
    path.write_text(json.dumps(raw), encoding="utf-8")
    results.pack([results.read(path)], tmp_path / "record")
    assert results.read_all(tmp_path / "record") == {result.cell.id: result}
