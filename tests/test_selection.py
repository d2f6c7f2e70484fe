"""Which cells a run has: names checked before anything is fetched, versions that have the feature."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from native_skew import scenarios
from native_skew.errors import (
    NothingSelectedError,
    SkewError,
    ToolUnavailableError,
    UnknownNameError,
)
from native_skew.installers import INSTALLERS
from native_skew.results import Result
from native_skew.run.selection import Filters, select, tour, toured
from native_skew.scenarios import STARTS, Cell
from native_skew.scenarios.asked import expected_of
from native_skew.toolchain.tools import NEWEST, Tool
from support.command import ISSUE, Call


class FakeToolbox:
    """A toolbox that has everything at hand, and notes what it is asked for."""

    def __init__(self, *missing: str) -> None:
        self.asked: list[str] = []
        self._missing = missing

    def tool(self, name: str, version: str) -> Tool:
        self.asked.append(f"{name}=={version}")
        if version in self._missing:
            raise ToolUnavailableError(f"{name}=={version}", "no such version")
        return Tool(name=name, version="99" if version == NEWEST else version, path="/")

    def own(self, name: str, binary: str) -> Tool:
        return Tool(name=name, version="98", path=binary)


def versions(installer: str) -> list[str]:
    filters = Filters(scenarios=(ISSUE,), installers=(installer,), remedies=("nothing",))
    return [task.cell.version for task in select(filters, FakeToolbox()).tasks]  # type: ignore[arg-type]


def test_a_default_is_run_where_the_tool_has_the_interface() -> None:
    assert versions("pip-lock") == ["99"]
    assert versions("pip") == ["25.3", "99"]
    assert versions("pip-lock==25.3") == ["25.3"]  # who asks for it is told


def test_nothing_is_expected_of_a_version_without_the_interface() -> None:
    def expected(version: str) -> bool:
        scenario, (variant,) = scenarios.find_variants(ISSUE)
        cell = Cell(
            scenario=scenario.id,
            variant=variant,
            installer="pip-lock",
            version=version,
            remedy="nothing",
            python="cp311",
        )
        return expected_of(scenario, cell) is not None

    assert not expected("25.3")
    assert expected("26.1")


@pytest.mark.parametrize(
    ("names", "error"),
    [
        ({"scenarios": ("nothing-here",)}, UnknownNameError),
        ({"scenarios": ("stale-build-tree/x",)}, UnknownNameError),
        ({"installers": ("pip", "uvv")}, UnknownNameError),
        ({"installers": ("uv==latest",)}, UnknownNameError),
        ({"remedies": ("prayer",)}, UnknownNameError),
        ({"pythons": ("9.9",)}, SkewError),
        ({"scenarios": ("unstamped-pin",), "remedies": ("override",)}, NothingSelectedError),
        ({"scenarios": ("softioc-live",)}, NothingSelectedError),
    ],
)
def test_a_slip_fails_before_a_tool_is_fetched(
    names: dict[str, tuple[str, ...]], error: type[SkewError]
) -> None:
    toolbox = FakeToolbox()
    with pytest.raises(error):
        select(Filters(**names), toolbox)  # type: ignore[arg-type]
    assert not toolbox.asked
    select(Filters(scenarios=(ISSUE,), installers=("uv",)), toolbox)  # type: ignore[arg-type]
    assert sorted(toolbox.asked) == ["uv==0.9.21", "uv==newest"]


def test_what_narrows_a_run() -> None:
    assert not Filters().narrows
    assert not Filters(pythons=("3.11",)).narrows
    for name in ("scenarios", "installers", "remedies"):
        assert Filters(**{name: ("x",)}).narrows  # type: ignore[arg-type]
    assert Filters(live=True).narrows
    assert Filters(starts=("fresh",)).narrows


def test_without_a_filter_it_is_everything_but_what_needs_the_network() -> None:
    own = Filters(installers=("pip==26.3",), remedies=("nothing",), starts=("fresh",))
    found = {task.cell.scenario for task in select(own, FakeToolbox()).tasks}  # type: ignore[arg-type]
    live = {name for name, each in scenarios.load_all().items() if each.live}
    assert live
    assert found == scenarios.load_all().keys() - live
    every = Filters(scenarios=(ISSUE,), remedies=("nothing",), starts=("fresh",))
    tasks = select(every, FakeToolbox()).tasks  # type: ignore[arg-type]
    assert {task.cell.installer for task in tasks} == set(INSTALLERS)


def test_an_executable_of_one_s_own(tmp_path: Path) -> None:
    for name in ("one", "other"):
        (tmp_path / name).touch()
    one, other = f"pip={tmp_path / 'one'}", f"pip={tmp_path / 'other'}"
    filters = Filters(scenarios=(ISSUE,), installers=("uv==0.9.21", one), remedies=("nothing",))
    with pytest.raises(SkewError, match=f"--installer {one}: results of an executable of your own"):
        filters.require_releases()
    replace(filters, installers=("uv==0.9.21",)).require_releases()
    tasks = select(filters, FakeToolbox()).tasks  # type: ignore[arg-type]
    assert {task.tool.path for task in tasks} == {"/", str(tmp_path / "one")}
    # The same cell twice is one; two executables of one version could not be told apart.
    twice = Filters(scenarios=(ISSUE,), installers=(one, one), remedies=("nothing",))
    assert len(select(twice, FakeToolbox()).tasks) == 1  # type: ignore[arg-type]
    both = Filters(scenarios=(ISSUE,), installers=(one, other), remedies=("nothing",))
    with pytest.raises(SkewError, match="asked for twice"):
        select(both, FakeToolbox())  # type: ignore[arg-type]


def test_only_what_its_plain_command_breaks_is_repaired() -> None:
    filters = Filters(scenarios=("stamped-wheel-elsewhere",), starts=("after-failure",))
    found = {task.cell.installer for task in select(filters, FakeToolbox()).tasks}  # type: ignore[arg-type]
    assert "uv-sync" in found
    assert "pip" not in found, "pip does not break it"
    for start in STARTS:
        some = replace(filters, starts=(start,))
        assert {t.cell.start for t in select(some, FakeToolbox()).tasks} == {start}  # type: ignore[arg-type]


def test_of_the_tour_the_newest_of_each_is_shown(recorded: dict[str, Result]) -> None:
    found = toured(list(recorded.values()))
    assert {each.cell.id for each in toured(found[::-1])} == {each.cell.id for each in found}
    newest = next(each for each in found if each.cell.installer == "uv-sync")
    older = replace(newest, cell=replace(newest.cell, version="0.0.1"))
    assert toured([older, newest]) == toured([newest, older]) == [newest]
    assert toured([older]) == [older]


@pytest.mark.parametrize("command", ["run", "matrix"])
def test_a_slip_leaves_no_trace_of_a_run(call: Call, tmp_path: Path, command: str) -> None:
    folders = ("--work", str(tmp_path / "work"), "--results", str(tmp_path / "results"))
    code, _, err = call(command, "--remedy", "prayer", *folders)
    assert (code, "unknown remedy 'prayer'" in err) == (2, True)
    assert not list(tmp_path.iterdir())


def test_a_version_that_does_not_exist_costs_its_own_cells_alone() -> None:
    filters = Filters(scenarios=(ISSUE,), installers=("uv==99.99.99", "uv==0.9.21"))
    found = select(filters, FakeToolbox("99.99.99"))  # type: ignore[arg-type]
    assert {task.cell.version for task in found.tasks} == {"0.9.21"}
    assert {each.cell.version for each in found.not_run} == {"99.99.99"}
    assert len({each.reason for each in found.not_run}) == 1


def test_the_tour_has_each_remedy_once_and_an_older_uv_with_none() -> None:
    cells = [task.cell for task in tour(FakeToolbox()).tasks]  # type: ignore[arg-type]
    assert cells[0].installer == "pip"
    assert [each.remedy for each in cells if each.version == "0.9.21"] == ["nothing"]
    remedies = [each.remedy for each in cells if each.installer == "uv-pip-install"]
    assert len(set(remedies)) == len(remedies) - 1  # nothing, with both
    assert len(cells) <= 12
    assert {each.start for each in cells} == {"fresh"}
