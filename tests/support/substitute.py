"""A consumer's sdist in the fake one's place: what the kit says of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from native_skew import scenarios
from native_skew.publish import fakes
from native_skew.run.session import Session
from native_skew.toolchain.interpreter import find

ROOT: Final = Path(__file__).parent.parent.parent

# Every scenario on the fake pair, and the one that the kit is about.
SCENARIOS: Final = tuple(each.id for each in scenarios.load_all().values() if not each.live)
ISSUE: Final = ("stamped-wheel-elsewhere/no-wheel-fits",)


def verdicts(
    sdist: Path, folder: Path, scenario_names: Iterable[str], installers: Iterable[str]
) -> tuple[int, dict[str, str]]:
    """The exit code, and the verdicts by scenario, variant and installer."""
    chosen = [word for name in scenario_names for word in ("--scenario", name)]
    chosen += [word for name in installers for word in ("--installer", f"{name}==newest")]
    done = subprocess.run(
        [sys.executable, "-m", "native_skew", "run", "--json", "--consumer", str(sdist), *chosen],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout, done.stderr
    cells = {}
    for result in json.loads(done.stdout)["results"]:
        cell = result["cell"]
        cells[f"{cell['scenario']}/{cell['variant']}/{cell['installer']}"] = result["verdict"]
    return done.returncode, cells


def variants(scenario_names: Iterable[str]) -> int:
    """How many cells one installer has in these scenarios."""
    return sum(len(scenarios.find_variants(name)[1]) for name in scenario_names)


def fake_sdist(folder: Path) -> Path:
    """The fake consumer's own sdist, as if somebody had made it."""
    scenario = scenarios.find("stamped-wheel-elsewhere")
    with Session(ROOT / ".native-skew") as session:
        made = fakes.consumer_files(scenario.consumers[0], find(), session.compiler)[0]
    path = folder / made.filename
    path.write_bytes(made.content)
    return path
