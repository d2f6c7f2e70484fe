"""The command as a user would start it, and the cells that are quickest to run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
WORK = ROOT / ".native-skew"

Start = Callable[..., subprocess.Popen[str]]
Call = Callable[..., tuple[int, str, str]]
ISSUE = "stamped-wheel-elsewhere/no-wheel-fits"
# One cell that its tool refuses: nothing is built.
QUICK = (
    *("--scenario", ISSUE, "--installer", "uv-pip-install==0.9.21"),
    *("--remedy", "constrain-newer"),
)
# Seconds after which a command hangs, and is not merely one of many on a busy machine.
HANG = 1200


def comes_true(condition: Callable[[], bool], within: float) -> bool:
    """Whether ``condition`` holds at some moment of the next ``within`` seconds."""
    deadline = time.monotonic() + within
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def native_skew(
    *arguments: str, cwd: Path, work: Path = WORK, **environ: str
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "native_skew", "run", "--json", "--work", str(work)]
    command += ["--results", str(cwd / "no-results"), *arguments]
    # PYTHONSAFEPATH and the like are the kit's own affair: it is started as a user would.
    return subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT / "repro"), **environ},
        capture_output=True,
        text=True,
        check=False,
    )


def verdicts(done: subprocess.CompletedProcess[str]) -> dict[tuple[str, str], str]:
    assert done.returncode == 0, done.stderr + done.stdout[-2000:]
    answer = json.loads(done.stdout)
    assert not answer["not_run"]
    return {
        (r["cell"]["installer"], r["cell"]["remedy"]): r["verdict"]
        for r in answer["results"]
        if r["verdict"] != "unsupported"
    }


class Running(NamedTuple):
    """What every user may see of a process."""

    pid: int
    parent: int
    session: int
    state: str
    arguments: str


def processes() -> Iterator[Running]:
    """All processes of this machine, without ps: https://man7.org/linux/man-pages/man5/proc.5.html"""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            # The command's name, in parentheses, may hold anything.
            state, parent, _, session = (folder / "stat").read_text().rpartition(")")[2].split()[:4]
            words = (folder / "cmdline").read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue  # it ended meanwhile
        yield Running(int(folder.name), int(parent), int(session), state, " ".join(words).strip())
