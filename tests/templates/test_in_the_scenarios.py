"""The generated consumer in the fake one's place: it works, where the fake one skews."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from repro import fakes, scenarios
from repro.interpreter import find
from repro.workshop import Workshop

from .bakery import LOWEST, Bakery

ROOT = Path(__file__).parent.parent.parent
pytestmark = pytest.mark.network

SCENARIOS = ("stamped-wheel-elsewhere", "stamped-sdist-only/static", "unstamped-pin")
INSTALLERS = ("pip", "uv-pip-install", "uv-sync", "uv-run")


def verdicts(sdist: Path, folder: Path) -> tuple[int, dict[str, str]]:
    """What the kit says of a consumer, by scenario and installer."""
    chosen = [word for name in SCENARIOS for word in ("--scenario", name)]
    chosen += [word for name in INSTALLERS for word in ("--installer", f"{name}==newest")]
    done = subprocess.run(
        [sys.executable, "-m", "repro", "run", "--json", "--consumer", str(sdist), *chosen],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout, done.stderr
    results = json.loads(done.stdout)["results"]
    cells = {f"{r['cell']['scenario']}/{r['cell']['installer']}": r["verdict"] for r in results}
    return done.returncode, cells


def test_the_generated_consumer_works_with_every_installer_unaided(
    bakery: Bakery, sites: dict[str, Path], tmp_path: Path
) -> None:
    project = bakery.bake("native-consumer")
    (sdist,) = bakery.build(project, sites[LOWEST], "--sdist")
    code, cells = verdicts(sdist, tmp_path)
    assert set(cells.values()) == {"works"}, cells
    assert len(cells) == len(SCENARIOS) * len(INSTALLERS)
    assert code == 0


def test_a_consumer_that_stamps_is_told_apart(tmp_path: Path) -> None:
    """The negative control: the fake consumer's own sdist, as if somebody had made it."""
    scenario = scenarios.find("stamped-wheel-elsewhere")
    with Workshop(ROOT / ".native-skew") as workshop:
        sdist = fakes.consumer_files(scenario.consumers[0], find(), workshop.compiler)[0]
    path = tmp_path / sdist.filename
    path.write_bytes(sdist.content)
    code, cells = verdicts(path, tmp_path)
    assert code == 1
    assert cells["stamped-wheel-elsewhere/uv-pip-install"] == "broken, detected"
    assert cells["stamped-wheel-elsewhere/pip"] == "works"
