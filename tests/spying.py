"""An index that nobody should ask, and the command as a user would start it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ROOT = Path(__file__).parent.parent
WORK = ROOT / ".native-skew"


class Spy(ThreadingHTTPServer):
    """An index that nobody should ask; it remembers who did."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        spy = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                spy.asked.append(self.path)
                self.send_error(404)

            def log_message(self, *_: object) -> None: ...

            def address_string(self) -> str:
                return "spy"

        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/simple/"


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
