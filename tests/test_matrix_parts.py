"""A matrix divided into parts; each begun, resumed, and protected from other runs."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from native_skew import results, scenarios
from native_skew.errors import SkewError
from native_skew.results.record import NotRun
from native_skew.run import parts
from native_skew.run.parts import Shard
from native_skew.run.selection import Selection, Task
from native_skew.scenarios import Cell
from support.matrix_part import part_of


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
    with pytest.raises(SkewError, match="say K/N"):
        parts.parse_shard(text)


def test_a_shard_is_read_as_it_is_written() -> None:
    assert str(parts.parse_shard("3/12")) == "3/12"


def test_a_folder_is_begun_once_and_gone_on_with_on_demand(tmp_path: Path) -> None:
    folder, part = tmp_path / "new", part_of("a/b/c@1/d.cp311")
    assert parts.begin(part, folder, resume=False) == frozenset()
    with pytest.raises(SkewError, match="--resume"):
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
    with pytest.raises(SkewError, match=word):
        parts.begin(part_of("x", **change), tmp_path, resume=True)


def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine", encoding="ascii")
    with pytest.raises(SkewError, match="is not empty, and holds no matrix"):
        parts.begin(part_of("x"), tmp_path, resume=False)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_run_killed_while_it_begins_can_be_begun_again(tmp_path: Path) -> None:
    (tmp_path / f".{parts.MANIFEST}.4711").write_text('{"shard"', encoding="ascii")
    parts.begin(part_of("x"), tmp_path, resume=False)
    assert [path.name for path in tmp_path.iterdir()] == [parts.MANIFEST]
    (tmp_path / f".{parts.MANIFEST}.4712").write_text('{"shard"', encoding="ascii")
    parts.begin(part_of("x"), tmp_path, resume=True)
    assert [path.name for path in tmp_path.iterdir()] == [parts.MANIFEST]


@pytest.mark.parametrize("damaged", [b"{", b'{"kind": "\xff"}', b'{"x":' + b"[" * 100_000])
def test_a_damaged_manifest_is_said(tmp_path: Path, damaged: bytes) -> None:
    (tmp_path / parts.MANIFEST).write_bytes(damaged)
    with pytest.raises(SkewError, match=r"matrix\.json"):
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


def test_two_runs_do_not_write_into_one_folder(tmp_path: Path) -> None:
    with (
        parts.only_writer(tmp_path / "into"),
        pytest.raises(SkewError, match="another run"),
        parts.only_writer(tmp_path / "into"),
    ):
        pass
    with parts.only_writer(tmp_path / "into"):
        pass  # once the other has ended


def test_cells_have_the_ids_of_their_files(tmp_path: Path) -> None:
    path = results.write(next(results.read_each()), tmp_path)
    assert parts.cell_id(path) == results.read(path).cell.id
    cell = Cell(scenario="s", variant="v", installer="i", version="1.2", remedy="r", python="cp311")
    assert parts.cell_id(Path(f"x/{cell.id}.json")) == cell.id
