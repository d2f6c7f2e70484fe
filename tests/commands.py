"""What the tests of the command line start, and the cells that are quickest to run."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable

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
