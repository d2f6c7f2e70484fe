"""Advice is for the tool that installed what is broken, as INSTALLER tells."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from native_skew.doctor.advice import addressed
from native_skew.doctor.environment import Environment
from native_skew.doctor.interpreter import EnvironmentPython
from native_skew.doctor.mending import installing
from native_skew.doctor.rules import UNDEFINED_SYMBOL
from native_skew.findings import Advice, Location
from native_skew.installers import Cause, Place, advise


def tools(installer: str, cause: Cause = "stamped") -> set[str]:
    found = advise(
        cause,
        consumer=("fake-softioc", "4.6.1"),
        provider=("fake-corelibs", "7.0.7.99.1.2"),
        built_against="7.0.10.99.0.2",
        stamped="fake-corelibs>=7.0.10.99.0.2,<7.0.10.99.1",
        from_source=True,
        installer=installer,
        python="3.11",
    )
    assert found
    return {each.tool.partition(" ")[0] for each in found}


@pytest.mark.parametrize(
    "installer", ["uv", "UV", "uv 0.9.21", "pip", "Pip 26.3", "PIP", "uv 0.9.21 of ours"]
)
def test_whatever_the_word_s_case_and_version(installer: str) -> None:
    assert tools(installer) == {installer.split(maxsplit=1)[0].lower()}


@pytest.mark.parametrize("installer", ["", "conda", "uvx", "my uv"])
def test_where_nothing_tells_it_is_for_more_than_one(installer: str) -> None:
    assert tools(installer) >= {"pip", "uv"}


def test_poetry_moves_what_is_locked_and_another_puts_a_lost_file_there_again() -> None:
    def commands(**how: bool) -> list[tuple[str, ...]]:
        what = ("numpy==2.2.6",) if "reinstall" in how else ("numpy",)
        return [each.commands for each in installing(what, "Poetry 2.5.1", "title", **how)]

    assert commands(upgrade=True) == [("poetry update --lock numpy", "poetry sync")]
    assert commands() == [("poetry lock", "poetry sync")]
    # Poetry has no command for that; no project of another tool is started.
    assert [each[0].split()[0] for each in commands(reinstall=True)] == ["uv", "pip"]


def moved(installer: str, **place: Any) -> Advice:
    """The first advice for what a tool has built and installed in ``/app``."""
    found = advise(
        "unstamped",
        consumer=("user", "1"),
        provider=("lib", "2"),
        built_against="",
        from_source=True,
        installer=installer,
        python="3.11",
    )
    (finding,) = addressed(
        [UNDEFINED_SYMBOL.finding("lacks", Location(), {}, found)], Place(path="/app", **place)
    )
    return next(each for each in finding.advice if " install" in each.commands[-1])


@pytest.mark.parametrize("pip", ["", "23.0.1", "25.3", "26.3"])
def test_the_environment_s_own_pip_is_used_and_renewed_where_it_is_too_old(pip: str) -> None:
    """Python 3.11's venv brings pip 23, which has no --build-constraint."""
    advice = moved("pip", pip=pip)
    *before, last = advice.commands
    own = "/app/bin/python -m pip install"
    assert last.startswith(own if pip else "pip --python /app install ")
    assert before == ([f"{own} --upgrade 'pip>=25.3'"] if pip == "23.0.1" else [])
    assert advice.needs == ("" if pip else "pip 25.3")


@pytest.mark.parametrize("installer", ["pip", "uv"])
def test_what_the_system_manages_is_moved_by_force_and_with_a_word(installer: str) -> None:
    forced = moved(installer, kind="managed", pip="23.0.1")
    assert "/app --break-system-packages " in forced.commands[-1].replace("install ", "")
    assert "virtual environment" in forced.trap
    free = moved(installer)
    assert "--break-system-packages" not in free.commands[-1]
    assert "virtual environment" not in free.trap


def test_what_the_system_manages_says_so_beside_its_modules(tmp_path: Path) -> None:
    found = Environment(
        subject="", root=tmp_path, sites=(), distributions=(),
        interpreter=EnvironmentPython(python="3.11"),
    )  # fmt: skip
    assert not found.is_managed
    stdlib = tmp_path / "lib/python3.11"
    stdlib.mkdir(parents=True)
    (stdlib / "EXTERNALLY-MANAGED").touch()
    assert found.is_managed
    (tmp_path / "pyvenv.cfg").touch()
    assert not found.is_managed
