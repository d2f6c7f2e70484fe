"""The generated consumer in the fake one's place: it works, where the fake one skews."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from native_skew.installers.registry import INSTALLERS

from support.substitute import ISSUE, SCENARIOS, fake_sdist, variants, verdicts

pytestmark = pytest.mark.network

# Those of the issue run every scenario, and any other tool the issue's own; `-m full` runs
# every scenario with every one of them.
ALWAYS = ("pip", "uv-pip-install")
OTHERS = tuple(name for name in INSTALLERS if name not in ALWAYS)


def assert_works(sdist: Path, folder: Path, names: tuple[str, ...], installers: tuple[str, ...]) -> None:
    code, cells = verdicts(sdist, folder, names, installers)
    assert "works" in cells.values(), cells
    # A question that a tool has no words for, such as a lock of its own, has no answer.
    assert set(cells.values()) <= {"works", "unsupported"}, cells
    assert len(cells) == variants(names) * len(installers)
    assert code == 0


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_generated_consumer_works_unaided(
    sdists: Callable[[str], Path], tmp_path: Path, scenario: str
) -> None:
    locking = ("uv-lock-sync",) if scenario == "lock-elsewhere" else ()
    assert_works(sdists(scenario), tmp_path, (scenario,), (*ALWAYS, *locking))


@pytest.mark.parametrize("installer", OTHERS)
def test_generated_consumer_works_with_every_other_tool(
    sdist: Path, tmp_path: Path, installer: str
) -> None:
    assert_works(sdist, tmp_path, ISSUE, (installer,))


def test_every_backend_works(consumer: tuple[Path, Path, Path], tmp_path: Path) -> None:
    assert_works(consumer[1], tmp_path, ISSUE, ALWAYS)


@pytest.mark.full
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_backend_works_everywhere(
    consumer: tuple[Path, Path, Path], tmp_path: Path, scenario: str
) -> None:
    code, cells = verdicts(consumer[1], tmp_path, (scenario,), (*ALWAYS, "uv-sync", "pip-lock"))
    assert "works" in cells.values(), cells
    assert set(cells.values()) <= {"works", "unsupported"}, cells
    assert code == 0


@pytest.mark.full
@pytest.mark.parametrize("installer", OTHERS)
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_generated_consumer_works_everywhere(
    sdists: Callable[[str], Path], tmp_path: Path, scenario: str, installer: str
) -> None:
    code, cells = verdicts(sdists(scenario), tmp_path, (scenario,), (installer,))
    assert set(cells.values()) <= {"works", "unsupported"}, cells
    assert code == 0


def test_project_for_older_pythons_cannot_have_it(sdist: Path, tmp_path: Path) -> None:
    """The kit says so itself, before a tool's refusal passes for a verdict on skew."""
    names = ("older-python-supported/older-python", "older-python-supported/this-python")
    _, cells = verdicts(sdist, tmp_path, names, ("uv-sync",))
    assert list(cells.values()) == ["unsupported", "works"]


def test_consumer_that_stamps_is_told_apart(tmp_path: Path) -> None:
    """The negative control."""
    code, cells = verdicts(fake_sdist(tmp_path), tmp_path, ISSUE, ALWAYS)
    assert code == 1
    assert cells == {f"{ISSUE[0]}/pip": "works", f"{ISSUE[0]}/uv-pip-install": "broken, detected"}
