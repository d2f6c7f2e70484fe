"""Parts of a matrix are merged, and unsuitable ones refused."""

from __future__ import annotations

import shutil
from itertools import islice
from pathlib import Path

import msgspec
import pytest

from native_skew import results
from native_skew.errors import SkewError
from native_skew.results.record import NotRun, Result
from native_skew.run import parts
from native_skew.run.parts import Shard
from support.matrix_part import part_of


def some_recorded(count: int) -> list[Result]:
    return list(islice(results.read_each(), count))


def written_parts(folder: Path, found: list[Result], count: int = 2) -> list[Path]:
    """``found``, divided into ``count`` parts."""
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
    found = some_recorded(5)
    joined = parts.join(written_parts(tmp_path, found))
    assert not joined.missing
    assert not joined.absent
    joined.write(tmp_path / "whole")
    whole = map(results.read, results.paths(tmp_path / "whole"))
    assert {r.cell.id: r for r in whole} == {r.cell.id: r for r in found}
    assert parts.read(tmp_path / "whole").cells == tuple(sorted(r.cell.id for r in found))


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    found = some_recorded(4)
    first, second = written_parts(tmp_path, found)
    (first / f"{found[0].cell.id}.json").unlink()
    assert parts.join([first, second]).missing == (found[0].cell.id,)
    assert parts.join([first]).absent == (Shard(number=2, count=2),)


def test_a_result_that_no_part_planned_is_left_out(tmp_path: Path) -> None:
    found = some_recorded(3)
    first, second = written_parts(tmp_path, found[:2])
    results.write(found[2], second)
    assert {r.cell.id for r in parts.join([first, second]).results()} == {
        r.cell.id for r in found[:2]
    }


def test_what_could_not_be_run_is_not_missing_and_not_passed(tmp_path: Path) -> None:
    found = some_recorded(2)
    first, second = written_parts(tmp_path, found)
    (first / f"{found[0].cell.id}.json").unlink()
    given_up = NotRun(cell=found[0].cell, reason="no such release")
    parts.write(msgspec.structs.replace(parts.read(first), not_run=(given_up,)), first)
    joined = parts.join([first, second])
    assert not joined.missing
    assert joined.whole.not_run == (given_up,)
    assert [result.cell for result in joined.results()] == [found[1].cell]


def test_parts_that_do_not_belong_together_are_refused_with_every_reason(tmp_path: Path) -> None:
    first, second = written_parts(tmp_path, some_recorded(2))
    wrong = part_of(
        "x", shard=Shard(number=1, count=3), definitions={"unstamped-pin": "other", "native": "b"}
    )
    parts.write(wrong, second)
    with pytest.raises(SkewError) as caught:
        parts.join([first, second])
    assert "define unstamped-pin differently" in str(caught.value)
    assert "is shard 1/3" in str(caught.value)
    shutil.copytree(first, tmp_path / "copy")
    with pytest.raises(SkewError, match="are both shard 1/2"):
        parts.join([first, tmp_path / "copy"])
