"""How a run is stopped: no process, no half-written result, and the next run works."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import pytest

from native_skew import results
from native_skew.run.session import Session
from support.command import HANG, ISSUE, QUICK, Call, Start, comes_true, processes

pytestmark = pytest.mark.slow

WORK = Path(__file__).parent.parent / ".native-skew"


def tools_of(pid: int, known: Iterable[int] = ()) -> dict[int, str]:
    """The living processes started by ``pid`` and by what it started: process id -> command.

    ``known`` are some of them: nothing leads to them from ``pid`` once that is gone, for each
    tool has a session of its own.
    """
    rows = list(processes())
    family = {pid, *known}
    for _ in rows:
        family |= {row.pid for row in rows if row.parent in family or row.session in family}
    living = (row for row in rows if row.pid in family - {pid} and row.state not in "ZX")
    return {row.pid: row.arguments for row in living if row.arguments}


class Hanging(NamedTuple):
    """A run whose one tool never ends by itself, nor starts anything more."""

    process: subprocess.Popen[str]
    work: Path
    results: Path
    tools: dict[int, str]


@pytest.fixture
def hanging(start: Start, tmp_path: Path, issue_tools: None) -> Iterator[Hanging]:
    """A run in a work folder of its own, with the tools of all and a «uv» 9.9 that hangs."""
    work, folder = tmp_path / "work", tmp_path / "results"
    home = work / "tools" / f"uv-9.9-cp{sys.version_info.major}{sys.version_info.minor}"
    (home / "path").mkdir(parents=True)
    (home / "complete").touch()
    for tool in (WORK / "tools").glob("[!.]*"):
        (home.parent / tool.name).symlink_to(tool)
    uv = home / "path" / "uv"
    uv.write_text(f"#!/bin/sh\nsleep {10 * HANG} & sleep {10 * HANG}\n", encoding="ascii")
    uv.chmod(0o755)
    process = start(
        *("run", "--scenario", ISSUE, "--installer", "uv-pip-install==9.9", "--remedy", "nothing"),
        *("--work", str(work), "--results", str(folder), "--record"),
        start_new_session=True,
    )

    def hangs() -> bool:
        assert process.poll() is None, process.communicate()
        return sum(each.startswith("sleep") for each in tools_of(process.pid).values()) == 2

    assert comes_true(hangs, within=HANG)
    tools = tools_of(process.pid)
    yield Hanging(process, work, folder, tools)
    process.kill()
    process.communicate()
    kill_all(process.pid, tools)


def kill_all(pid: int, known: Iterable[int]) -> None:
    """Ends what ``pid`` started, and returns when none of it is left."""

    def none_is_left() -> bool:
        for each in (left := tools_of(pid, known)):
            with suppress(ProcessLookupError):
                os.kill(each, signal.SIGKILL)
        return not left

    assert comes_true(none_is_left, within=HANG)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupt_leaves_no_process_no_half_result_and_a_message(
    hanging: Hanging, number: signal.Signals
) -> None:
    if signal.getsignal(number) is signal.SIG_IGN:  # inherited, as nohup asks for
        pytest.skip("the tests themselves were told to ignore it")
    process = hanging.process
    process.send_signal(number)
    _, err = process.communicate(timeout=HANG)
    assert process.returncode == 130
    assert "interrupted: every process was ended, nothing was recorded" in err
    assert "Traceback" not in err
    assert not hanging.results.exists()
    # Killed is not gone at once; a tool that was spared would go on for ten times as long.
    assert comes_true(lambda: not tools_of(process.pid, hanging.tools), within=HANG)


def test_after_sigkill_the_next_run_works(hanging: Hanging, call: Call) -> None:
    process, work, folder = hanging.process, hanging.work, hanging.results
    own = set((work / "runs").glob(f"{process.pid}-*"))
    assert own
    process.kill()
    process.communicate()
    # Else they write into the folder that the next run removes.
    kill_all(process.pid, hanging.tools)
    assert not folder.exists()
    code, out, err = call("run", *QUICK, "--work", str(work), "--results", str(folder), "--record")
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
        with Session(tmp_path):
            assert dead.exists()
    with Session(tmp_path):
        assert not dead.exists()
    assert not dead.with_suffix(".lock").exists()
