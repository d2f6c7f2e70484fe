"""Scenario files: every one shipped is right, every wrong one is told all that is wrong."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import tomlkit
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from packaging.version import Version

from native_skew import scenarios
from native_skew.errors import ScenarioError, UnknownNameError
from native_skew.installers import (
    GROUPS,
    INSTALLERS,
    NEWEST,
    TOOLS,
    RenderContext,
    Unsupported,
    base,
    pip_tools,
)
from native_skew.run import step_plans_of
from native_skew.scenarios import Cell, Scenario, expected_of

BAD = Path(__file__).parent / "scenarios"
SHIPPED = sorted(path.stem for path in scenarios.FOLDER.glob("*.toml"))


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_scenarios_are_valid_and_state_why(name: str) -> None:
    scenario = scenarios.find(name)
    assert scenario.id == name
    assert scenario.summary.strip()
    assert scenario.sources
    if not scenario.live:
        assert scenario.expect, "states no expected verdict"
        assert all(len(each.because) > 20 for each in scenario.expect)


NEW = "9999"  # as a release that is out of reach, for the newest there is
# Those that the kit is made for. pip-tools locks for the one that it runs on, and pip-sync runs the
# pip that came with it: that of these two changes no more, that of newer ones with a patch release.
PYTHONS = ("3.10", "3.11", "3.12", "3.13", "3.14")
OF_PIP_TOOLS = ("3.10", "3.11")


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("name", SHIPPED)
def test_every_supported_cell_has_an_expected_verdict(
    name: str, python: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pip_tools, "_OWN_PYTHON", python if python in OF_PIP_TOOLS else None)
    # Whether an installer can do it is asked of 20,000 cells; what it would write, of none.
    monkeypatch.setattr(base, "_toml_value", lambda _value: "")
    scenario = scenarios.find(name)
    unstated = [
        cell.id for cell in supported_cells(scenario, python) if not expected_of(scenario, cell)
    ]
    assert not unstated


def supported_cells(scenario: Scenario, python: str) -> Iterator[Cell]:
    """Those that each installer can do, in the versions that are run by default."""
    for variant, installer, remedy in itertools.product(
        scenario.variant_names(), INSTALLERS.values(), scenario.all_remedies
    ):
        for version in TOOLS[installer.tool].default_versions:
            cell = Cell(
                scenario=scenario.id,
                variant=variant,
                installer=installer.id,
                version=NEW if version == NEWEST else version,
                remedy=remedy,
                python=f"cp{python.replace('.', '')}",
            )
            context = RenderContext(
                module=scenario.module,
                python="python",
                python_version=python,
                tool_version=Version(cell.version),
                index_url="",
            )
            with suppress(Unsupported):
                step_plans_of(scenario, cell, context)
                yield cell


def test_installers_are_in_groups_that_mean_something_and_are_used() -> None:
    assert {group for each in INSTALLERS.values() for group in each.groups} == set(GROUPS)
    named = {
        name
        for scenario in scenarios.load_all().values()
        for each in scenario.expect
        for name in each.installers
    }
    assert set(GROUPS) <= named


@pytest.mark.parametrize("path", sorted(BAD.glob("*.toml")), ids=lambda path: path.stem)
def test_a_wrong_file_names_file_place_and_every_problem(path: Path) -> None:
    expected = [
        line.removeprefix("# expect: ")
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.startswith("# expect: ")
    ]
    assert expected, "a bad scenario says in comments what is to be said of it"
    with pytest.raises(ScenarioError) as caught:
        scenarios.load(path)
    message = str(caught.value)
    assert str(path) in message
    for words in expected:
        assert words in message
    assert len(caught.value.problems) == len(expected)


def test_the_bad_scenarios_differ_from_a_good_one_only_where_they_say(tmp_path: Path) -> None:
    good = (scenarios.FOLDER / "unstamped-pin.toml").read_text(encoding="utf-8")
    copy = tmp_path / "copy.toml"
    copy.write_text(good, encoding="utf-8")
    assert scenarios.load(copy).id == "copy"


def test_an_unknown_name_suggests_the_near_one() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'unstamped-pin'"):
        scenarios.find("unstamped-pins")


def test_a_file_that_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"missing\.toml"):
        scenarios.load(tmp_path / "missing.toml")


_LEAF = st.none() | st.booleans() | st.integers(-3, 99) | st.text("a-=<>1.é ", max_size=8)
_KEYS = st.sampled_from(
    ["title", "versions", "ask", "providers", "consumers", "steps", "variants", "expect", "x"]
)


@given(
    st.dictionaries(
        _KEYS,
        st.recursive(
            _LEAF,
            lambda inner: (
                st.lists(inner, max_size=2)
                | st.dictionaries(st.sampled_from(["version", "sdist", "older", "step"]), inner)
            ),
            max_leaves=6,
        ),
        max_size=6,
    )
)
def test_no_file_ends_in_a_traceback(tmp_path_factory: pytest.TempPathFactory, data: dict) -> None:

    def drop_none(value: object) -> object:
        if isinstance(value, dict):
            return {k: drop_none(v) for k, v in value.items() if v is not None}
        if isinstance(value, list):
            return [drop_none(v) for v in value if v is not None]
        return value

    path = tmp_path_factory.mktemp("fuzz") / "fuzz.toml"
    path.write_text(tomlkit.dumps(drop_none(data)), encoding="utf-8")
    with pytest.raises(ScenarioError):
        scenarios.load(path)


@pytest.mark.parametrize(
    ("filters", "fits"),
    [
        ({}, True),
        ({"pythons": "<3.12"}, True),
        ({"pythons": ">=3.12"}, False),
        ({"pythons": "==3.1"}, False),
        ({"tool_versions": "uv>=0.9"}, True),
        ({"tool_versions": "uv<0.9"}, False),
        ({"tool_versions": "pip>=0.9"}, False),
        ({"variants": ("one", "two")}, True),
        ({"variants": ("two",)}, False),
        ({"remedies": ("constrain-newer", "nothing")}, True),
        ({"remedies": ("constrain-newer",)}, False),
    ],
)
def test_each_filter_of_an_expectation_counts(filters: dict[str, object], fits: bool) -> None:
    scenario = scenarios.find("stamped-wheel-elsewhere")
    entry = replace(
        scenario.expect[0], installers=(), **{"variants": (), "remedies": ("nothing",), **filters}
    )
    other = replace(entry, pythons="", tool_versions="", variants=(), remedies=("nothing",))
    cell = Cell(
        scenario=scenario.id, variant="one", installer="uv-sync", version="0.9.21rc1",
        remedy="nothing", python="cp311",
    )  # fmt: skip
    assert expected_of(replace(scenario, expect=(entry, other)), cell) is (entry if fits else other)
    assert expected_of(replace(scenario, expect=(entry,)), cell) is (entry if fits else None)
