"""What doctor prints is carried out literally, where the plain command left a broken environment."""

from __future__ import annotations

import datetime as dt
import random
import shlex
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from native_skew.doctor import diagnose
from native_skew.findings import Advice
from native_skew.installers import INSTALLERS, tabs
from native_skew.observe import judge
from native_skew.results import Result
from native_skew.run import Session, Task
from native_skew.run.steps import CellSteps
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


# Doctor names the library there, and advises nothing: an environment does not say which extra was
# asked for.
NO_ADVICE = ("lock-reads-another-wheel/extra",)


def follow(advice: Advice, project: Path, run: Callable[[list[str]], int]) -> str:
    """Carries it out; the first command that fails, or nothing."""
    for name, lines in advice.files.items():
        write(project, name, lines)
    return next((each for each in advice.commands if run(shlex.split(each))), "")


def problem(session: Session, made: Task) -> str:
    """Nothing where the first advice for the tool mends what its plain command broke."""
    processes, installer = Processes(), INSTALLERS[made.cell.installer]
    cell = CellSteps(session, made, processes, 300)
    publication = cell.publish()
    try:
        plan, exit_code = cell.run_steps(publication)
        seen, home = cell.observe(plan, exit_code)
        assert judge(seen, exit_code).verdict in FAILURES
        found = [f for f in diagnose(home).findings if f.advice] if home else []
        if not found:
            return f"{made.cell.id}: doctor has no advice"
        worst = min(found, key=lambda f: f.level != "error")
        own = [a for a in worst.advice if a.tool.startswith(installer.title)]
        if not own:  # another tool's then, which this project is not set up for
            told = worst.evidence.get("cause", "symbol")
            cause = "rotten" if worst.evidence.get("imports_pkg_resources") else told
            has_one = cause in installer.repairs
            return f"{made.cell.id}: no advice for its own tool" if has_one else ""
        advice = own[0]
        if failed := follow(
            advice, cell.sandbox.project, lambda argv: cell.run_command(argv, plan).exit_code
        ):
            return f"{made.cell.id}: {advice.remedy}: {failed} fails"
        seen, _ = cell.observe(plan, 0)
        judgement = judge(seen, 0)
        if judgement.verdict != "works":
            return f"{made.cell.id}: {advice.remedy}: {judgement.because}"
        if complaints := [check.output for check in seen.checks if check.exit_code]:
            return f"{made.cell.id}: {advice.remedy}: {complaints}"
        left = [f.message for f in diagnose(home).findings if f.level == "error"]
        return f"{made.cell.id}: {advice.remedy}: doctor says {left}" if left else ""
    finally:
        session.index.withdraw(cell._prefix)
        cell.sandbox.remove()


@pytest.mark.parametrize(("scenario", "installer"), CASES)
def test_the_first_advice_mends_it(
    session: Session, task: Callable[..., Task], scenario: str, installer: str
) -> None:
    assert not problem(session, task(scenario, installer))


@pytest.mark.full
def test_forty_drawn_at_random_mend(
    session: Session, task: Callable[..., Task], recorded: dict[str, Result]
) -> None:
    """Of all recorded cells of the plain command that break, for tools that doctor advises for."""
    told = {each.id for each in tabs().values()}
    broken = sorted(
        {
            (f"{r.cell.scenario}/{r.cell.variant}", r.cell.installer)
            for r in recorded.values()
            if r.cell.remedy == "nothing"
            and r.verdict in FAILURES
            and r.cell.scenario != "softioc-live"
            and r.cell.installer in told
            and f"{r.cell.scenario}/{r.cell.variant}" not in NO_ADVICE
        }
    )
    seed = dt.datetime.now(dt.timezone.utc).toordinal()
    drawn = random.Random(seed).sample(broken, min(40, len(broken)))
    with ThreadPoolExecutor(2) as pool:
        ends = list(pool.map(lambda each: problem(session, task(*each)), drawn))
    problems = [end for end in ends if end]
    print(f"{len(drawn)} of {len(broken)} carried out, {len(problems)} do not mend")
    assert not problems, f"drawn with {seed}:\n" + "\n".join(problems)
