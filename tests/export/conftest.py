"""An exported folder, run without the kit."""

from __future__ import annotations

import os
import shutil
import subprocess
import sysconfig
from collections.abc import Callable
from pathlib import Path

import pytest

from native_skew.results.record import Result
from native_skew.run.runner import Runner, Watcher
from native_skew.run.selection import Task
from native_skew.run.session import Session
from native_skew.toolchain.interpreter import Interpreter
from support.command import ISSUE
from support.exported_cell import Replay

# What the README asks for, and no more.
PROGRAMS = (
    "sh",
    "env",
    "mkdir",
    "mktemp",
    "mkfifo",
    "cat",
    "cp",
    "ls",
    "dirname",
    "rm",
    "as",
    "ld",
)


@pytest.fixture
def programs(tmp_path: Path, python: Interpreter) -> Path:
    """A folder for PATH: a shell, a compiler, this Python, and the usual small programs."""
    folder = tmp_path / "programs"
    folder.mkdir()
    compiler = (sysconfig.get_config_var("CC") or "cc").split()[0]
    if not shutil.which(compiler):
        pytest.skip(f"a folder's builds need this Python's C compiler, {compiler}: not on the PATH")
    for name in {*PROGRAMS, "cc", "gcc", compiler}:
        if path := shutil.which(name):
            (folder / Path(name).name).symlink_to(path)
    (folder / "python3").symlink_to(python.path)
    return folder


@pytest.fixture
def replay(programs: Path, tmp_path: Path) -> Replay:
    """Runs an exported folder in an empty directory with only ``tools`` on the PATH besides."""

    def run_it(folder: Path, *tools: Path, **variables: str) -> tuple[int, str]:
        empty = tmp_path / "empty"
        shutil.rmtree(empty, ignore_errors=True)
        empty.mkdir()
        done = subprocess.run(
            ["sh", folder / "run.sh"],
            cwd=empty,
            env={"PATH": os.pathsep.join(map(str, (*tools, programs))), **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert not list(empty.iterdir())
        return done.returncode, done.stdout

    return run_it


@pytest.fixture
def tool(task: Callable[..., Task]) -> Callable[[Result], Path]:
    """The folder for PATH that holds a result's tool alone."""
    return lambda result: Path(
        task(
            result.cell.scenario,
            result.cell.installer,
            result.cell.remedy,
            version=result.cell.version,
        ).tool.path
    )


@pytest.fixture(scope="session")
def right(session: Session, task: Callable[..., Task], watcher: Watcher) -> Result:
    """A cell that works."""
    (outcome,) = Runner(session, jobs=1).run(
        [task(ISSUE, "uv-pip-install", "match-runtime")], watcher
    )
    assert isinstance(outcome, Result), outcome
    return outcome
