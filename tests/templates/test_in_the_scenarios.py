"""The generated consumer in place of the fake one: it works where the fake one skews."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from native_skew.installers.registry import INSTALLERS
from native_skew.scenarios import find_variants

from support.substitute import ISSUE, SCENARIOS, fake_sdist, variants, verdicts
from .conftest import BACKENDS, Consumer

pytestmark = pytest.mark.network

# Those of the issue run a variant of each scenario, and any other tool the issue's own; `-m full`
# runs every variant with every one of them.
ALWAYS = ("pip", "uv-pip-install")
OTHERS = tuple(name for name in INSTALLERS if name not in ALWAYS)
# Asks of a consumer for another Python.
OLDER = "older-python-supported"


def worked(sdist: Path, names: Iterable[str], installers: tuple[str, ...]) -> set[str]:
    """Those of the scenarios that a tool has words for: each of them has to work."""
    cells = verdicts(sdist, names, installers)
    assert set(cells.values()) <= {"works", "unsupported"}, cells
    assert len(cells) == variants(names) * len(installers)
    return {cell.rpartition("/")[0] for cell, verdict in cells.items() if verdict == "works"}


def first_variant(scenario: str) -> str:
    return f"{scenario}/{find_variants(scenario)[1][0]}"


def test_generated_consumer_works_unaided(sdist: Path) -> None:
    names = {first_variant(each) for each in SCENARIOS if each != OLDER}
    # Some are about locks, for which most tools have no words.
    locks = names - worked(sdist, names, ALWAYS)
    assert worked(sdist, locks, ("uv-lock-sync",)) == locks


def test_generated_consumer_works_for_older_pythons(
    sdists: Callable[[str], Path]
) -> None:
    names = {first_variant(OLDER)}
    assert worked(sdists(OLDER), names, ALWAYS) == names


def test_generated_consumer_works_with_every_other_tool(sdist: Path) -> None:
    assert worked(sdist, ISSUE, OTHERS) == set(ISSUE)


# The first has been asked above.
@pytest.mark.parametrize("consumer", BACKENDS[1:], indirect=True)
def test_every_backend_works(consumer: Consumer) -> None:
    assert worked(consumer[1], ISSUE, ALWAYS) == set(ISSUE)


@pytest.mark.full
@pytest.mark.parametrize("scenario", [each for each in SCENARIOS if each != OLDER])
def test_every_backend_works_everywhere(
    consumer: Consumer, scenario: str
) -> None:
    assert worked(consumer[1], (scenario,), (*ALWAYS, "uv-sync", "pip-lock", "uv-lock-sync"))


@pytest.mark.full
@pytest.mark.parametrize("installer", INSTALLERS)
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_generated_consumer_works_everywhere(
    sdists: Callable[[str], Path], scenario: str, installer: str
) -> None:
    worked(sdists(scenario), (scenario,), (installer,))


def test_consumer_that_stamps_is_told_apart(tmp_path: Path) -> None:
    """The negative control."""
    cells = verdicts(fake_sdist(tmp_path), ISSUE, ALWAYS)
    assert cells == {f"{ISSUE[0]}/pip": "works", f"{ISSUE[0]}/uv-pip-install": "broken, detected"}
