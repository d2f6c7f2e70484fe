"""The matrix on the command line: interrupted, resumed, merged, recorded."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import msgspec
import pytest

from native_skew import results
from native_skew.run import parts
from support.command import Call, Start

pytestmark = pytest.mark.slow

# Three cells of uv alone: one that it refuses, two that it breaks.
SMALL = (
    *("--scenario", "unstamped-pin", "--scenario", "stamped-wheel-elsewhere/no-wheel-fits"),
    *("--installer", "uv-pip-install==newest", "--remedy", "require-newer", "--remedy", "nothing"),
)


def what_counts(folder: Path) -> dict[str, object]:
    """The results of a run, without times, dates, and the order of requests."""
    return {
        r.cell.id: (
            *(r.verdict, r.because, r.origin, r.published),
            r.observation and r.observation.needed,
        )
        for r in map(results.read, results.paths(folder))
    }


def test_kills_at_any_moment_and_a_resume_make_what_an_undisturbed_run_makes(
    start: Start, call: Call, tmp_path: Path, session: object
) -> None:
    whole, torn = tmp_path / "whole", tmp_path / "torn"
    code, told, err = call("matrix", *SMALL, "--into", str(whole), "--jobs", "1")
    assert code == 0, told + err
    moments = [0.3, 0.6, 0.9, 1.2, 1.5, 1.8]
    while moments:
        resume = ("--resume",) if (torn / parts.MANIFEST).exists() else ()
        process = start("matrix", *SMALL, "--into", str(torn), "--jobs", "1", *resume)
        time.sleep(moments[0])
        done = process.poll() is not None
        process.kill()
        process.communicate()
        if done:  # too soon to be killed: lose a result, so that there is work again
            results.paths(torn)[0].unlink()
        else:
            moments.pop(0)
    code, out, err = call("matrix", *SMALL, "--into", str(torn), "--resume")
    assert code == 0, out + err
    assert what_counts(torn) == what_counts(whole)
    assert out == told
    # What was done before is compared with the record as well.
    result = results.read(results.paths(torn)[0])
    results.pack([result], tmp_path / "record")
    cured = msgspec.structs.replace(result, verdict="works", expected=None)
    into = ("--into", str(torn), "--results", str(tmp_path / "record"))
    for found, ended, word in ((cured, 1, "changed: "), (result, 0, "")):
        results.write(found, torn)
        code, out, err = call("matrix", *SMALL, *into, "--resume")
        assert "0 cells to run" in err
        assert code == ended, out + err
        assert f"{word}{result.cell.id}: {result.verdict}" in out or not word
        assert ("changed" in out) == bool(word)


def test_a_cell_that_cannot_be_run_is_told_and_tried_again(
    call: Call, tmp_path: Path, session: object
) -> None:
    into = tmp_path / "into"
    arguments = (*SMALL[:4], "--installer", "uv-pip-install==0.0.1a9", "--remedy", "nothing")
    code, out, err = call("matrix", *arguments, "--into", str(into))
    assert code == 2, out + err
    assert "not run: 2 cells, the first is unstamped-pin/only/uv-pip-install@0.0.1a9" in out
    assert not results.paths(into)
    assert len(parts.read(into).not_run) == 2
    code, out, err = call("merge", str(into), "--into", str(tmp_path / "whole"))
    assert code == 2, out + err


def test_shards_on_the_command_line_are_joined_and_recorded(
    call: Call, tmp_path: Path, session: object
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
    assert {parts.cell_id(path) for path in results.paths(into)} == set(results.read_all(kept))
    assert len(results.paths(into)) == 3
    assert (kept / "schema.json").exists()
    code, out, err = call("merge", folders[0], "--record", "--results", str(kept))
    assert code == 2
    assert "shard 2/2 is not among the parts" in out
    code, out, err = call("merge", *folders)
    assert code == 2
    assert "say --into FOLDER, or --record" in err


def test_what_nobody_else_can_fetch_is_no_part_of_a_matrix(call: Call, tmp_path: Path) -> None:
    """What somebody can is one, as the shards above are."""
    into = tmp_path / "own"
    asked = ("--scenario", "unstamped-pin", "--remedy", "nothing", "--into", str(into))
    code, _, err = call("matrix", "--installer", f"uv-pip-install={sys.executable}", *asked)
    assert code == 2
    assert "not recorded as those of a release" in err
    assert not into.exists()
