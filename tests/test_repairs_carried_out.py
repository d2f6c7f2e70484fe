"""What doctor prints is carried out literally, where the plain command left a broken environment."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

from native_skew.doctor import diagnose
from native_skew.findings import Advice
from native_skew.observe import judge
from native_skew.run import CellRun, Session, Task
from native_skew.run.live_builds import Builds
from native_skew.toolchain import Processes
from native_skew.verdict import FAILURES
from support.following import write

pytestmark = pytest.mark.slow
CASES = [
    ("unstamped-pin/only", "uv-sync"),
    ("unstamped-pin/only", "uv-pip-install"),
    ("unstamped-pin/only", "pip"),
    ("unversioned-soname/undefined-symbol", "uv-sync"),
    ("stale-wheel-cache/public-headers", "uv-pip-install"),
    ("stamped-wheel-elsewhere/no-wheel-fits", "uv-sync"),
]


def follow(advice: Advice, project: Path, run: Callable[[list[str]], int]) -> None:
    for name, lines in advice.files.items():
        write(project, name, lines)
    for command in advice.commands:
        assert run(shlex.split(command)) == 0, command


@pytest.mark.parametrize(("scenario", "installer"), CASES)
def test_the_first_advice_mends_it(
    session: Session, task: Callable[..., Task], scenario: str, installer: str
) -> None:
    processes = Processes()
    made = task(scenario, installer)
    cell = CellRun(session, made, processes, 300, Builds(session, processes, 300))
    publication = cell._publish()
    try:
        plan, exit_code = cell._run_steps(publication)
        seen, home = cell._observe(plan, exit_code)
        assert judge(seen, exit_code).verdict in FAILURES
        assert home
        (finding,) = [f for f in diagnose(home).findings if f.advice and f.level == "error"][:1]
        advice = next(a for a in finding.advice if a.tool.startswith(cell._installer.title))
        follow(advice, cell.sandbox.project, lambda argv: cell._run(argv, plan).exit_code)
        seen, _ = cell._observe(plan, 0)
        assert judge(seen, 0).verdict == "works", (advice.remedy, judge(seen, 0).because)
        assert all(check.exit_code == 0 for check in seen.checks)
        assert not [f for f in diagnose(home).findings if f.level == "error"]
    finally:
        session.index.withdraw(cell._prefix)
        cell.sandbox.remove()
