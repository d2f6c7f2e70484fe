"""What the tests of the command line start, and the cells that are quickest to run."""

from __future__ import annotations

import subprocess
from collections.abc import Callable

Start = Callable[..., subprocess.Popen[str]]
Call = Callable[..., tuple[int, str, str]]
ISSUE = "stamped-wheel-elsewhere/no-wheel-fits"
# One cell that its tool refuses: nothing is built.
QUICK = (
    *("--scenario", ISSUE, "--installer", "uv-pip-install==0.9.21"),
    *("--remedy", "constrain-newer"),
)
