"""Advice is for the tool that installed what is broken, by INSTALLER's word."""

from __future__ import annotations

import pytest

from native_skew.doctor.advice import Cause, advise, installing


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
    # Poetry has no command for that; no project of another tool's is begun.
    assert [each[0].split()[0] for each in commands(reinstall=True)] == ["uv", "pip"]
