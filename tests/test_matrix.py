"""The matrix: dealt out, interrupted, gone on with, joined."""

from __future__ import annotations

import random
import shutil
import subprocess
import time
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from repro import results, scenarios
from repro.cell import Task
from repro.errors import SkewError
from repro.matrix import merging, parts
from repro.matrix.merging import MergeError, RecordOwnPartsError
from repro.matrix.parts import Part, PartError, Shard, ShardError
from repro.results import Cell, NotRun, Result
from repro.selection import Selection
from repro.workshop import Workshop

Start = Callable[..., subprocess.Popen[str]]
Call = Callable[..., tuple[int, str, str]]
# Three cells of uv alone: one that it refuses, two that it breaks.
SMALL = (
    *("--scenario", "unstamped-pin", "--scenario", "stamped-wheel-elsewhere/no-wheel-fits"),
    *("--installer", "uv-pip-install==newest", "--remedy", "require-newer", "--remedy", "nothing"),
)


@pytest.fixture(scope="session")
def some_tasks(task: Callable[..., Task]) -> list[Task]:
    return [
        task(scenario, installer)
        for scenario in ("stamped-wheel-elsewhere", "unstamped-pin", "fixed-consumer")
        for installer in ("pip", "uv-sync", "uv-run")
    ]


@given(count=st.integers(1, 12))
def test_each_cell_is_in_just_one_shard(some_tasks: list[Task], count: int) -> None:
    dealt = [parts.cells_of(Shard(number=k, count=count), some_tasks) for k in range(1, count + 1)]
    ids = sorted(task.cell.id for part in dealt for task in part)
    assert ids == sorted(task.cell.id for task in some_tasks)
    assert max(map(len, dealt)) - min(map(len, dealt)) <= 1


@given(seed=st.randoms())
def test_a_shard_is_the_same_in_whatever_order_and_version(
    some_tasks: list[Task], seed: random.Random
) -> None:
    shard = Shard(number=2, count=3)
    newer = [
        msgspec.structs.replace(t, cell=msgspec.structs.replace(t.cell, version="99.1"))
        for t in some_tasks
    ]
    seed.shuffle(newer)
    asked = [task.cell.question for task in parts.cells_of(shard, some_tasks)]
    assert [task.cell.question for task in parts.cells_of(shard, newer)] == asked


@pytest.mark.parametrize("text", ["", "0/3", "4/3", "1", "1/0", "-1/2", "a/b", "1/2/3"])
def test_a_shard_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ShardError, match="say K/N"):
        parts.parse_shard(text)


def test_a_shard_is_read_as_it_is_written() -> None:
    assert str(parts.parse_shard("3/12")) == "3/12"


def part_of(*cells: str, **more: object) -> Part:
    part = Part(
        shard=Shard(),
        kit_version="1",
        definitions={"unstamped-pin": "a", "native": "b"},
        cells=cells,
    )
    return msgspec.structs.replace(part, **more)


def test_a_folder_is_begun_once_and_gone_on_with_on_demand(tmp_path: Path) -> None:
    folder, part = tmp_path / "new", part_of("a/b/c@1/d.cp311")
    assert parts.begin(part, folder, resume=False) == frozenset()
    with pytest.raises(PartError, match="--resume"):
        parts.begin(part, folder, resume=False)
    assert parts.begin(part, folder, resume=True) == frozenset()


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"shard": Shard(number=2, count=3)}, "holds shard 1/1, not 2/3"),
        ({"definitions": {"unstamped-pin": "z", "native": "b"}}, "definitions of unstamped-pin"),
        ({"definitions": {"unstamped-pin": "a", "native": "z"}}, "definitions of native"),
        ({"kit_version": "2"}, "definitions of the kit"),
    ],
)
def test_another_matrix_is_not_gone_on_with(
    tmp_path: Path, change: dict[str, object], word: str
) -> None:
    parts.begin(part_of("x"), tmp_path, resume=False)
    with pytest.raises(PartError, match=word):
        parts.begin(part_of("x", **change), tmp_path, resume=True)


def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine", encoding="ascii")
    with pytest.raises(PartError, match="is not empty, and holds no matrix"):
        parts.begin(part_of("x"), tmp_path, resume=False)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_damaged_manifest_is_said(tmp_path: Path) -> None:
    (tmp_path / parts.MANIFEST).write_text("{", encoding="ascii")
    with pytest.raises(PartError, match=r"matrix\.json"):
        parts.read(tmp_path)


def test_definitions_name_every_scenario_and_the_sources() -> None:
    names = list(scenarios.load_all())
    found = parts.definitions(names)
    assert set(found) == {*names, "native"}
    assert len(set(found.values())) == len(found)
    assert found == parts.definitions(names)


def test_a_part_names_what_the_whole_is_made_of(some_tasks: list[Task]) -> None:
    given_up = NotRun(cell=some_tasks[0].cell, reason="no such release")
    selection = Selection(tasks=tuple(some_tasks), not_run=(given_up,))
    made = [parts.planned(Shard(number=k, count=9), selection)[0] for k in range(1, 10)]
    assert all(part.definitions == made[0].definitions for part in made)
    assert set(made[0].definitions) == {*(t.cell.scenario for t in some_tasks), "native"}
    assert [part.not_run for part in made] == [(given_up,), *[()] * 8]


def recorded(count: int) -> list[Result]:
    found = results.paths()[:count]
    return [results.read(path) for path in found]


def written_parts(folder: Path, found: list[Result], count: int = 2) -> list[Path]:
    """``found``, dealt out to ``count`` parts."""
    folders = []
    for number in range(1, count + 1):
        mine = found[number - 1 :: count]
        path = folder / f"part-{number}"
        parts.begin(
            part_of(*(r.cell.id for r in mine), shard=Shard(number=number, count=count)),
            path,
            resume=False,
        )
        for result in mine:
            results.write(result, path)
        folders.append(path)
    return folders


def test_parts_are_joined_to_what_one_run_would_have_made(tmp_path: Path) -> None:
    found = recorded(5)
    joined = merging.join(written_parts(tmp_path, found))
    assert not joined.missing
    assert not joined.absent
    joined.write(tmp_path / "whole")
    assert results.read_all(tmp_path / "whole") == {r.cell.id: r for r in found}
    assert parts.read(tmp_path / "whole").cells == tuple(sorted(r.cell.id for r in found))


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    found = recorded(4)
    first, second = written_parts(tmp_path, found)
    (first / f"{found[0].cell.id}.json").unlink()
    assert merging.join([first, second]).missing == (found[0].cell.id,)
    assert merging.join([first]).absent == (Shard(number=2, count=2),)


def test_a_result_that_no_part_planned_is_left_out(tmp_path: Path) -> None:
    found = recorded(3)
    first, second = written_parts(tmp_path, found[:2])
    results.write(found[2], second)
    assert {r.cell.id for r in merging.join([first, second]).results()} == {
        r.cell.id for r in found[:2]
    }


def test_what_could_not_be_run_is_not_missing_and_not_passed(tmp_path: Path) -> None:
    found = recorded(2)
    first, second = written_parts(tmp_path, found)
    (first / f"{found[0].cell.id}.json").unlink()
    given_up = NotRun(cell=found[0].cell, reason="no such release")
    parts.write(msgspec.structs.replace(parts.read(first), not_run=(given_up,)), first)
    joined = merging.join([first, second])
    assert not joined.missing
    assert joined.whole.not_run == (given_up,)
    assert [result.cell for result in joined.results()] == [found[1].cell]


def test_parts_that_do_not_belong_together_are_refused_with_every_reason(tmp_path: Path) -> None:
    first, second = written_parts(tmp_path, recorded(2))
    wrong = part_of(
        "x", shard=Shard(number=1, count=3), definitions={"unstamped-pin": "other", "native": "b"}
    )
    parts.write(wrong, second)
    with pytest.raises(MergeError) as caught:
        merging.join([first, second])
    assert "define unstamped-pin differently" in str(caught.value)
    assert "is shard 1/3" in str(caught.value)
    shutil.copytree(first, tmp_path / "copy")
    with pytest.raises(MergeError, match="are both shard 1/2"):
        merging.join([first, tmp_path / "copy"])


def test_executables_of_somebody_s_own_stay_known(tmp_path: Path) -> None:
    """In the part, in what it is joined into, and for whoever goes on with it."""
    first, second = written_parts(tmp_path, recorded(2))
    merging.join([first, second]).require_releases()
    parts.write(msgspec.structs.replace(parts.read(second), own_executables=("uv=./uv",)), second)
    joined = merging.join([first, second])
    with pytest.raises(RecordOwnPartsError, match=r"part-2: uv=\./uv") as caught:
        joined.require_releases()
    assert str(first) not in str(caught.value)
    joined.write(tmp_path / "whole")
    with pytest.raises(RecordOwnPartsError, match=r"whole: uv=\./uv"):
        merging.join([tmp_path / "whole"]).require_releases()


@pytest.mark.parametrize(
    ("begun", "resumed", "word"),
    [
        (("uv=./uv",), (), r"was begun with uv=\./uv"),
        ((), ("uv=./uv",), "was begun with no executable of your own"),
        (("uv=./uv",), ("uv=./uv",), None),
    ],
)
def test_a_part_is_gone_on_with_by_the_same_executables(
    tmp_path: Path, begun: tuple[str, ...], resumed: tuple[str, ...], word: str | None
) -> None:
    parts.begin(part_of("x", own_executables=begun), tmp_path, resume=False)
    refused = pytest.raises(PartError, match=word) if word else nullcontext()
    with refused:
        parts.begin(part_of("x", own_executables=resumed), tmp_path, resume=True)


def test_two_runs_do_not_write_into_one_folder(tmp_path: Path) -> None:
    with (
        parts.only_writer(tmp_path / "into"),
        pytest.raises(PartError, match="another run"),
        parts.only_writer(tmp_path / "into"),
    ):
        pass
    with parts.only_writer(tmp_path / "into"):
        assert issubclass(PartError, SkewError)


def what_counts(folder: Path) -> dict[str, object]:
    """What a run found, without times, dates, and the order in which tools asked."""
    return {
        cell: (r.verdict, r.because, r.origin, r.published, r.observation and r.observation.needed)
        for cell, r in results.read_all(folder).items()
    }


def test_twenty_kills_and_a_resume_make_what_an_undisturbed_run_makes(
    start: Start, call: Call, tmp_path: Path, workshop: object
) -> None:
    whole, torn = tmp_path / "whole", tmp_path / "torn"
    code, told, err = call("matrix", *SMALL, "--into", str(whole), "--jobs", "1")
    assert code == 0, told + err
    seed = random.Random(20)
    kills = 0
    while kills < 20:
        resume = ("--resume",) if (torn / parts.MANIFEST).exists() else ()
        process = start("matrix", *SMALL, "--into", str(torn), "--jobs", "1", *resume)
        time.sleep(seed.uniform(0.3, 2.5))
        done = process.poll() is not None
        process.kill()
        process.communicate()
        if done:  # too soon to be killed: lose a result, so that there is work again
            random.Random(kills).choice(results.paths(torn)).unlink()
        else:
            kills += 1
    code, out, err = call("matrix", *SMALL, "--into", str(torn), "--resume")
    assert code == 0, out + err
    assert what_counts(torn) == what_counts(whole)
    assert out == told
    # What was done before is compared with the record as well.
    result = results.read(results.paths(torn)[0])
    results.write(msgspec.structs.replace(result, verdict="works"), tmp_path / "record")
    into = ("--into", str(torn), "--results", str(tmp_path / "record"))
    code, out, err = call("matrix", *SMALL, *into, "--resume")
    assert "0 cells to run" in err
    assert code == 1, out + err
    assert f"changed: {result.cell.id}: works" in out


def test_a_cell_that_cannot_be_run_is_told_and_tried_again(
    call: Call, tmp_path: Path, workshop: object
) -> None:
    into = tmp_path / "into"
    arguments = (*SMALL[:4], "--installer", "uv-pip-install==0.0.1a9", "--remedy", "nothing")
    code, out, err = call("matrix", *arguments, "--into", str(into))
    assert code == 2, out + err
    assert "not run: unstamped-pin/only/uv-pip-install@0.0.1a9" in out
    assert not results.paths(into)
    assert len(parts.read(into).not_run) == 2
    code, out, err = call("merge", str(into), "--into", str(tmp_path / "whole"))
    assert code == 2, out + err


def test_shards_on_the_command_line_are_joined_and_recorded(
    call: Call, tmp_path: Path, workshop: object
) -> None:
    folders = [str(tmp_path / name) for name in ("one", "two")]
    for number, folder in enumerate(folders, 1):
        code, out, err = call("matrix", *SMALL, "--shard", f"{number}/2", "--into", folder)
        assert code == 0, out + err
    into = tmp_path / "whole"
    kept = tmp_path / "recorded"
    code, out, err = call(
        "merge", *folders, "--into", str(into), "--record", "--results", str(kept)
    )
    assert code == 0, out + err
    assert set(results.read_all(into)) == set(results.read_all(kept))
    assert len(results.paths(into)) == 3
    assert (kept / "schema.json").exists()
    code, out, err = call("merge", folders[0], "--record", "--results", str(kept))
    assert code == 2
    assert "shard 2/2 is not among the parts" in out
    code, out, err = call("merge", *folders)
    assert code == 2
    assert "say --into FOLDER, or --record" in err


def test_cells_have_the_ids_of_their_files() -> None:
    path = results.paths()[0]
    assert parts.cell_id(path) == results.read(path).cell.id
    cell = Cell(scenario="s", variant="v", installer="i", version="1.2", remedy="r", python="cp311")
    assert parts.cell_id(Path(f"x/{cell.id}.json")) == cell.id


def test_a_part_of_somebody_s_own_executable_is_not_recorded(
    call: Call, tmp_path: Path, workshop: Workshop
) -> None:
    kept = tmp_path / "recorded"
    own = Path(workshop.toolbox.tool("uv", "newest").path) / "uv"
    for name, installer, code in (("own", f"={own}", 2), ("release", "==newest", 0)):
        into = str(tmp_path / name)
        arguments = ("--scenario", "unstamped-pin", "--remedy", "nothing", "--into", into)
        done = call("matrix", "--installer", f"uv-pip-install{installer}", *arguments)
        assert done[0] == 0, done
        done = call("merge", into, "--record", "--results", str(kept))
        assert done[0] == code, done
        assert bool(results.paths(kept)) is (code == 0)
        if code:
            assert f"{into}: uv-pip-install={own}" in "".join(done[2].split("\n  - "))
