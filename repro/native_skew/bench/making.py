"""What a measurement needs besides the kit: made once, and programs that must succeed."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from filelock import FileLock

from native_skew.bench.record import NotMeasuredError


def made_once(home: Path, make: Callable[[], None]) -> Path:
    """``home``, filled by ``make`` where it is not there yet, whole.

    Raises:
        NotMeasuredError: ``make``'s.

    """
    home.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(home.with_name(f".{home.name}.lock")):
        if not (home / "complete").exists():
            shutil.rmtree(home, ignore_errors=True)
            make()
            (home / "complete").touch()
    return home


def output_of(command: Sequence[str], what: str) -> str:
    """What ``command`` prints.

    Raises:
        NotMeasuredError: it fails; names ``what`` it was for, and the last line that it says.

    """
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        said = done.stderr.strip() or done.stdout.strip() or "no output"
        raise NotMeasuredError(f"{what}: {said.splitlines()[-1]}")
    return done.stdout
