"""How a run is stopped: no process, no half-written result, and the next run works."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import pytest
from commands import HANG, ISSUE, QUICK, Call, Start, comes_true

from repro import results
from repro.workshop import Workshop

WORK = Path(__file__).parent.parent / ".native-skew"


def tools_of(pid: int, known: Iterable[int] = ()) -> dict[int, str]:
    """The living processes started by ``pid`` and by what it started: process id -> command.

    ``known`` are some of them: nothing leads to them from ``pid`` once that is gone, for each
    tool has a session of its own.
    """
    table = subprocess.run(
        ["ps", "-eo", "pid=,sess=,ppid=,stat=,args="], capture_output=True, text=True, check=True
    )
    rows = [line.split(None, 4) for line in table.stdout.splitlines()]
    family = {str(pid), *map(str, known)}
    for _ in rows:
        family |= {row[0] for row in rows if row[2] in family or row[1] in family}
    living = (row for row in rows if row[0] in family - {str(pid)} and row[3][0] not in "ZX")
    return {int(row[0]): row[4] for row in living if len(row) == 5}


def run_until_a_tool_runs(start: Start, tmp_path: Path) -> tuple[subprocess.Popen[str], Path]:
    folder = tmp_path / "results"
    process = start(
        *("run", "--scenario", ISSUE, "--installer", "pip==25.3", "--installer", "uv==0.9.21"),
        *("--remedy", "nothing", "--results", str(folder), "--record"),
        start_new_session=True,
    )

    def runs() -> bool:
        assert process.poll() is None
        return any("install" in line for line in tools_of(process.pid).values())

    assert comes_true(runs, within=HANG)
    return process, folder


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupt_leaves_no_process_no_half_result_and_a_message(
    start: Start, tmp_path: Path, number: signal.Signals, workshop: object
) -> None:
    if signal.getsignal(number) is signal.SIG_IGN:  # inherited, as nohup asks for
        pytest.skip("the tests themselves were told to ignore it")
    process, folder = run_until_a_tool_runs(start, tmp_path)
    tools = tools_of(process.pid)
    process.send_signal(number)
    _, err = process.communicate(timeout=HANG)
    assert process.returncode == 130
    assert "interrupted: every process was ended, nothing was recorded" in err
    assert "Traceback" not in err
    assert not folder.exists()
    # Killed is not gone at once; a tool that was spared would go on for longer than this.
    assert comes_true(lambda: not tools_of(process.pid, tools), within=2)


def test_after_sigkill_the_next_run_works(
    start: Start, call: Call, tmp_path: Path, workshop: object
) -> None:
    process, folder = run_until_a_tool_runs(start, tmp_path)
    own = set((WORK / "runs").glob(f"{process.pid}-*"))
    assert own
    orphans = tools_of(process.pid)
    process.kill()
    process.communicate()
    for orphan in orphans:  # else they write into the folder that the next run removes
        with suppress(ProcessLookupError):
            os.kill(orphan, signal.SIGKILL)
    assert not folder.exists()
    code, out, err = call("run", *QUICK, "--results", str(folder), "--record")
    assert code == 0, err
    assert "refused" in out
    assert not {path for path in own if path.exists()}, "the dead run's folder is still there"
    assert len(results.read_all(folder)) == 1


def test_a_dead_run_s_folder_is_removed_by_whichever_run_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when its orphaned tools still write into it while the next run removes it."""
    dead = tmp_path / "runs" / "1-abc"
    dead.mkdir(parents=True)
    dead.with_suffix(".lock").touch()
    with monkeypatch.context() as busy:
        busy.setattr(shutil, "rmtree", lambda *_, **__: None)
        with Workshop(tmp_path):
            assert dead.exists()
    with Workshop(tmp_path):
        assert not dead.exists()
    assert not dead.with_suffix(".lock").exists()
