"""What the tests of the command line start, and the cells that are quickest to run."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

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


class Running(NamedTuple):
    """A process, as far as anybody may see it."""

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
