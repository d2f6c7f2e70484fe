"""How a run is stopped: no process, no half-written result, and the next run works."""

from __future__ import annotations

import signal
import subprocess
import time
from pathlib import Path

import pytest
from commands import ISSUE, QUICK, Call, Start

from repro import results

WORK = Path(__file__).parent.parent / ".native-skew"


def tools_of(pid: int) -> list[str]:
    """The commands of processes started by ``pid`` and what it started."""
    table = subprocess.run(
        ["ps", "-eo", "pid=,sess=,ppid=,args="], capture_output=True, text=True, check=True
    )
    rows = [line.split(None, 3) for line in table.stdout.splitlines()]
    family = {str(pid)}
    for _ in rows:
        family |= {row[0] for row in rows if row[2] in family or row[1] in family}
    return [row[3] for row in rows if row[0] in family and row[0] != str(pid) and len(row) == 4]


def run_until_a_tool_runs(start: Start, tmp_path: Path) -> tuple[subprocess.Popen[str], Path]:
    folder = tmp_path / "results"
    process = start(
        *("run", "--scenario", ISSUE, "--installer", "pip==25.3", "--installer", "uv==0.9.21"),
        *("--remedy", "nothing", "--results", str(folder), "--record"),
        start_new_session=True,
    )
    deadline = time.monotonic() + 120
    while not any("install" in line for line in tools_of(process.pid)):
        assert time.monotonic() < deadline
        assert process.poll() is None
        time.sleep(0.05)
    return process, folder


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupt_leaves_no_process_no_half_result_and_a_message(
    start: Start, tmp_path: Path, number: signal.Signals, workshop: object
) -> None:
    if signal.getsignal(number) is signal.SIG_IGN:  # inherited, as nohup asks for
        pytest.skip("the tests themselves were told to ignore it")
    process, folder = run_until_a_tool_runs(start, tmp_path)
    process.send_signal(number)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "interrupted: every process was ended, nothing was recorded" in err
    assert "Traceback" not in err
    assert not folder.exists()
    assert not tools_of(process.pid)


def test_after_sigkill_the_next_run_works(
    start: Start, call: Call, tmp_path: Path, workshop: object
) -> None:
    process, folder = run_until_a_tool_runs(start, tmp_path)
    own = set((WORK / "runs").glob(f"{process.pid}-*"))
    assert own
    process.kill()
    process.communicate()
    assert not folder.exists()
    code, out, err = call("run", *QUICK, "--results", str(folder), "--record")
    assert code == 0, err
    assert "refused" in out
    assert not {path for path in own if path.exists()}, "the dead run's folder is still there"
    assert len(results.read_all(folder)) == 1
