"""Starts all processes of a run: with a time limit, output captured, none left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

_OUTPUT_LIMIT = 4 * 1024 * 1024  # bytes kept of one command's output
TIMED_OUT = -1000  # not the number of any signal; see Outcome.exit_code


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """How a command ended, and what it printed."""

    argv: tuple[str, ...]
    exit_code: int  # negative for a signal; ``TIMED_OUT`` if it exceeded the time limit
    output: str  # standard output and error together, as a terminal would show them


class Processes:
    """Runs commands, each in its own process group, and can end them all."""

    def __init__(self) -> None:
        self._running: set[subprocess.Popen[bytes]] = set()
        self._lock = threading.Lock()
        self.stopped = threading.Event()

    def run(
        self, argv: Sequence[str], *, cwd: Path, environ: Mapping[str, str], limit: float
    ) -> Outcome:
        """Runs ``argv`` until it ends, at most ``limit`` seconds.

        A command that cannot be started has exit code 127, as in a shell.
        """
        with tempfile.TemporaryFile(dir=environ.get("TMPDIR")) as log:
            code = self._wait(argv, cwd, environ, limit, log)
            log.seek(0)
            output = log.read(_OUTPUT_LIMIT).decode("utf-8", "replace")
        return Outcome(argv=tuple(argv), exit_code=code, output=output)

    def stop(self) -> None:
        """Kills all running commands and starts no others."""
        self.stopped.set()
        with self._lock:
            for process in self._running:
                _kill_group(process)

    def _wait(self, argv, cwd, environ, limit, log) -> int:  # type: ignore[no-untyped-def]
        with self._lock:
            if self.stopped.is_set():
                return -signal.SIGINT
            try:
                process = subprocess.Popen(
                    argv,
                    cwd=cwd,
                    env=dict(environ),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            except OSError as error:
                log.write(str(error).encode())
                return 127
            self._running.add(process)
        try:
            return process.wait(timeout=limit)
        except subprocess.TimeoutExpired:
            return TIMED_OUT
        finally:
            with self._lock:
                self._running.discard(process)
            _kill_group(process)
            process.wait()


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    """Kills the command and its children, if they still run."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return
