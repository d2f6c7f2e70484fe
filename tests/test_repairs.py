"""What is offered to somebody whose environment is broken mends it from there, as it is shown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import get_args

import pytest
from msgspec.structs import replace
from packaging.version import Version

from native_skew import results, scenarios
from native_skew.errors import ResultFileError, SkewError
from native_skew.installers import INSTALLERS, Cause, RenderContext, tabs
from native_skew.results import NotRun, Result, repair_of
from native_skew.run import Runner, Session, Task, step_plans_of
from native_skew.run.runner import Watcher
from native_skew.scenarios import Cell
from native_skew.verdict import FAILURES

# pip resolves with the metadata of what it builds, so its plain command does not leave a stamped
# consumer broken: what is offered there is recorded from a new environment alone.
NEVER_BROKEN = {("pip", "stamped"), ("pip", "rotten")}

REQUIREMENTS = ("newer-release", "require-older", "no-build-isolation-rebuild")


def started(recorded: dict[str, Result]) -> list[Result]:
    return [r for r in recorded.values() if r.cell.start != "fresh" and r.observation]


def cell(scenario: str, variant: str, remedy: str, start: scenarios.Start) -> Cell:
    return Cell(
        scenario=scenario,
        variant=variant,
        installer="uv-sync",
        version="0.13.9",
        remedy=remedy,
        python="cp311",
        start=start,
    )


def plans(one: Cell) -> list[tuple[str, tuple[tuple[str, ...], ...]]]:
    context = RenderContext(
        module="fake_softioc",
        python="python",
        python_version="3.11",
        tool_version=Version("0.13.9"),
        index_url="http://index.example/simple/",
    )
    found = step_plans_of(scenarios.find(one.scenario), one, context)
    return [(each.step.title, each.plan.commands_of(each.step.action)) for each in found]


def test_the_plain_command_comes_first_and_the_remedy_into_what_it_left() -> None:
    plain = plans(cell("unstamped-pin", "only", "nothing", "fresh"))
    tried = plans(cell("unstamped-pin", "only", "match-runtime-rebuild", "after-failure"))
    assert tried[:-1] == plain
    assert tried[-1] == (
        "repair what is broken",
        (
            ("uv", "cache", "clean", "fake-softioc"),
            ("uv", "sync", "--reinstall-package", "fake-softioc"),
        ),
    )
    stale = cell("stale-build-tree", "same-environment", "override", "after-failure")
    failed = plans(replace(stale, remedy="match-runtime", start="fresh"))
    assert plans(stale)[:-1] == failed  # there another attempt came before


def test_a_fresh_cell_keeps_its_name_and_the_other_has_one_of_its_own() -> None:
    fresh = cell("unstamped-pin", "only", "rebuild", "fresh")
    after = replace(fresh, start="after-failure")
    assert fresh.id == "unstamped-pin/only/uv-sync@0.13.9/rebuild.cp311"
    assert after.id == "unstamped-pin/only/uv-sync@0.13.9/rebuild+after-failure.cp311"
    assert fresh.question != after.question
    assert "--start after-failure" in after.command
    assert "--start" not in fresh.command
    assert b"start" not in results.encode(fresh)


def test_where_nothing_is_broken_no_verdict_is_given(
    session: Session, task: Callable[..., Task], watcher: Watcher
) -> None:
    """A repair of what works would be recorded as one that works."""
    made = task("stamped-wheel-elsewhere/no-wheel-fits", "pip", "build-constraint-rebuild")
    cell = replace(made.cell, start="after-failure")
    (outcome,) = Runner(session, jobs=1).run([replace(made, cell=cell)], watcher)
    assert isinstance(outcome, NotRun)
    assert "nothing is broken" in outcome.reason


def test_the_record_holds_both_starts_and_reads_files_without_them(
    recorded: dict[str, Result], tmp_path: Path
) -> None:
    own = [
        r
        for r in recorded.values()
        if (r.cell.scenario, r.cell.installer) == ("unstamped-pin", "uv-sync")
    ]
    fresh = [r for r in own if r.cell.start == "fresh"]
    assert 0 < len(fresh) < len(own)
    after = [r for r in own if r not in fresh]
    for new, some, column in ((fresh, fresh, False), (after, own, True)):
        results.pack(new, tmp_path)
        (path,) = tmp_path.glob("*/*.csv")
        head = path.read_text(encoding="utf-8").splitlines()[0]
        assert head.endswith(",start") is column
        assert results.read_all(tmp_path) == {r.cell.id: r for r in some}
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("after-failure", "afterwards"), encoding="utf-8")
    with pytest.raises(ResultFileError, match="afterwards"):
        results.read_verdicts(tmp_path)


def test_each_recorded_repair_starts_from_the_recorded_failure(
    recorded: dict[str, Result],
) -> None:
    found = started(recorded)
    assert len(found) > 100
    known = scenarios.load_all()
    for result in found:
        assert result.before in FAILURES, result.cell.id
        after = known[result.cell.scenario].repairs.after
        plain = replace(result.cell, remedy=after, start="fresh")
        if plain.id in recorded:
            assert recorded[plain.id].verdict == result.before, result.cell.id


def test_a_repair_holds_the_lines_to_add_and_nothing_of_the_laboratory(
    recorded: dict[str, Result],
) -> None:
    for result in started(recorded):
        repair = repair_of(result)
        text = "".join(repair.files.values()) + repr(repair.commands)
        # A requirement that the repair adds or changes stands below [project], and so does a file
        # that is new.
        there = {name for step in result.steps[:-1] for name in step.files}
        changes = result.cell.remedy in REQUIREMENTS or "pyproject.toml" not in there
        own = () if changes else ("[project]",)
        for word in ("127.0.0.1", "/cell", *own, "package-mode", "distribution =", "source"):
            assert word not in text, (result.cell.id, word)
        typed = [" ".join(argv) for argv in repair.commands]
        cleaning = [n for n, line in enumerate(typed) if "cache clean" in line]
        syncing = [n for n, line in enumerate(typed) if line.startswith("uv sync")]
        assert not cleaning or not syncing or max(cleaning) < min(syncing)
    fresh = next(r for r in recorded.values() if r.cell.start == "fresh")
    with pytest.raises(SkewError, match="starts fresh"):
        repair_of(fresh)


def test_a_repair_of_one_consumer_that_breaks_the_other_is_recorded_as_such(
    recorded: dict[str, Result],
) -> None:
    """The second consumer is imported too: one that is moved alone, or not moved, is seen."""
    own = [r for r in started(recorded) if r.cell.is_of("second-consumer")]
    tools = {r.cell.installer for r in own if r.cell.remedy == "override"}
    assert {"uv-sync", "uv-pip-install"} <= tools
    for result in own:
        seen = result.observation
        assert seen
        (other,) = seen.others
        if result.cell.remedy == "override" and result.cell.installer in (
            "uv-sync",
            "uv-lock-sync",
        ):
            assert result.verdict == "broken, detected"
            assert not seen.import_error
            assert other.import_error
        if result.verdict == "works":
            assert not other.import_error
            assert not other.abi_mismatch


# Where each choice of repairs is recorded.
RECORDED_IN: dict[Cause, str] = {
    "stamped": "stamped-wheel-elsewhere",
    "shared": "second-consumer",
    "rotten": "rotten-build-requirement",
    "stale": "stale-build-tree",
    "unstamped": "unstamped-pin",
    "cached": "stale-wheel-cache/public-headers",
    "symbol": "unversioned-soname",
}
assert set(RECORDED_IN) == set(get_args(Cause))


@pytest.mark.parametrize("cause", RECORDED_IN)
def test_each_repair_that_is_offered_mends_what_the_plain_command_broke(
    cause: Cause, recorded: dict[str, Result]
) -> None:
    known = scenarios.load_all()
    offering = [each for each in tabs().values() if cause in each.repairs]
    assert offering
    for installer in offering:
        start, where = "after-failure", RECORDED_IN[cause]
        if (installer.id, cause) in NEVER_BROKEN:
            start, where = "fresh", RECORDED_IN["stamped"]
        ends = []
        for remedy in installer.repairs[cause]:
            runs = [
                r
                for r in recorded.values()
                if (r.cell.installer, r.cell.remedy, r.cell.start) == (installer.id, remedy, start)
                and r.cell.is_of(where)
            ]
            works = [r for r in runs if r.verdict == "works"]
            assert works, (installer.id, cause, remedy)
            if start == "after-failure":
                newest = max(Version(r.cell.version) for r in runs)
                last = [r.verdict for r in runs if Version(r.cell.version) == newest]
                assert "works" in last, (installer.id, cause, remedy)
            versions = known[works[-1].cell.scenario].versions
            assert works[-1].observation
            ends.append(works[-1].observation.installed == versions.newer)
        assert ends == sorted(ends, reverse=True), (installer.id, cause, "the newer comes first")


def test_what_does_not_mend_a_broken_environment_is_offered_by_nobody(
    recorded: dict[str, Result],
) -> None:
    """The control: such cells are there, and one of them offered would be found."""
    useless = {
        (r.cell.installer, r.cell.remedy)
        for r in started(recorded)
        if r.cell.is_of("unstamped-pin") and r.verdict != "works"
    }
    assert ("uv-sync", "match-runtime") in useless
    assert ("pip", "build-constraint") in useless
    for installer in INSTALLERS.values():
        offered = {(installer.id, remedy) for remedy in installer.repairs.get("unstamped", ())}
        assert not offered & useless
