"""Real cells: one for each verdict, the mechanism of the issue, and what must not be a verdict."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from native_skew.results.record import NotRun, Result
from native_skew.run import session as workshop_module
from native_skew.run.runner import Runner, Watcher
from native_skew.run.selection import Task
from native_skew.run.session import Session
from native_skew.toolchain.tools import Tool
from support.command import comes_true, processes

ISSUE = "stamped-wheel-elsewhere/no-wheel-fits"
FOREIGN = "/files/fake_softioc-4.6.1-cp310-cp310-macosx_10_9_x86_64.whl.metadata"
SDIST = "/files/fake_softioc-4.6.1.tar.gz"
Run = Callable[..., Result]


def test_works_a_pair_that_is_right(run: Run) -> None:
    result = run(ISSUE, "uv-pip-install", "match-runtime")
    seen = result.observation
    assert result.verdict == "works"
    assert seen is not None
    assert seen.built_against == seen.installed == seen.loaded == "7.0.7.99.1.2"
    assert not seen.violations
    assert all(need.found for module in seen.modules for need in module.needs)
    assert any(path.endswith("libfakecore.so.7.0.7.99.1") for path in seen.libraries)


def test_broken_detected_and_the_journal_shows_how(run: Run) -> None:
    result = run(ISSUE, "uv-pip-install")
    seen = result.observation
    assert result.verdict == "broken, detected"
    assert result.origin == "built"
    assert seen is not None
    assert "libfakecore.so.7.0.10.99.0: cannot open" in (seen.import_error or "")
    assert (seen.built_against, seen.installed) == ("7.0.10.99.0.2", "7.0.7.99.1.2")
    assert [check.exit_code for check in seen.checks] == [1, 1]
    paths = [entry.path for entry in result.journal]
    assert paths.index(FOREIGN) < paths.index(SDIST)
    assert FOREIGN.removesuffix(".metadata") not in paths


def test_pip_never_reads_the_foreign_wheel(run: Run) -> None:
    result = run(ISSUE, "pip")
    paths = [entry.path for entry in result.journal]
    assert result.verdict == "works"
    assert SDIST in paths
    assert FOREIGN not in paths


def test_the_versions_of_the_issue_show_it_too(run: Run, issue_versions: dict[str, str]) -> None:
    for installer, verdict in (("uv-pip-install", "broken, detected"), ("pip", "works")):
        version = issue_versions["pip" if installer == "pip" else "uv"]
        result = run(ISSUE, installer, version=version)
        assert (result.verdict, result.cell.version) == (verdict, version)


def test_broken_undetected(run: Run) -> None:
    result = run("unstamped-pin", "uv-pip-install")
    assert result.verdict == "broken, undetected"
    assert result.observation is not None
    assert [check.exit_code for check in result.observation.checks] == [0, 0]
    assert not result.observation.violations
    assert run("unstamped-pin", "uv-pip-install", "build-constraint").verdict == "works"


def test_wrong_result(run: Run) -> None:
    result = run(ISSUE, "uv-pip-install", "library-path")
    assert result.verdict == "wrong result"
    assert "two generations" in result.because
    loaded = {Path(p).name for p in result.observation.libraries} if result.observation else set()
    assert {"libfakecore.so.7.0.7.99.1", "libfakecore.so.7.0.10.99.0"} <= loaded


def test_refused(run: Run) -> None:
    result = run(ISSUE, "uv-pip-install", "constrain-newer")
    assert result.verdict == "refused"
    assert result.steps[-1].commands[-1].exit_code == 1
    assert result.origin == "none"


def test_refused_before_there_is_an_environment(run: Run) -> None:
    for installer in ("uv-lock-sync", "uv-tool"):
        result = run(ISSUE, installer, "require-newer")
        assert result.verdict == "refused"
        assert result.observation is not None
        assert not result.observation.consumer_installed


def test_unsupported(run: Run) -> None:
    result = run(ISSUE, "pip", "match-runtime")
    assert result.verdict == "unsupported"
    assert not result.steps
    assert "no way of" in result.because


def test_a_published_wheel_is_told_from_one_built_here(run: Run) -> None:
    wheel = run("stamped-wheel-elsewhere/no-binary", "uv-pip-install", "matching-wheel")
    built = run("stamped-wheel-elsewhere/no-binary", "uv-pip-install", "build-constraint")
    assert (wheel.origin, built.origin) == ("published", "built")
    assert wheel.verdict == built.verdict == "works"


def test_a_stale_build_tree_restamps_metadata_and_keeps_the_module(run: Run) -> None:
    result = run("stale-build-tree/same-environment", "uv-sync", "match-runtime")
    seen = result.observation
    assert result.verdict == "broken, undetected"
    assert seen is not None
    softioc = next(d for d in seen.distributions if d.name == "fake-softioc")
    assert softioc.requires_dist == ("fake-corelibs<7.0.7.99.2,>=7.0.7.99.1.2",)
    assert seen.needed == "libfakecore.so.7.0.10.99.0"
    cured = run("stale-build-tree/same-environment", "uv-sync", "match-runtime-clean")
    assert cured.verdict == "works"


@pytest.mark.parametrize(
    ("variant", "verdict"),
    [("dynamic-upper", "works"), ("dynamic-lower", "broken, detected")],
)
def test_the_spelling_of_dynamic_decides_in_uv(run: Run, variant: str, verdict: str) -> None:
    assert run(f"stamped-sdist-only/{variant}", "uv-pip-install").verdict == verdict


def test_validators_decide_whether_uv_builds_again(run: Run) -> None:
    kept = run("stale-wheel-cache/no-cache", "uv-pip-install")
    assert kept.verdict == "broken, undetected"
    assert {e.status for e in kept.journal if e.path == SDIST and e.step == 2} == {304}
    again = run("stale-wheel-cache/no-validators", "uv-pip-install")
    assert again.verdict == "works"
    assert {e.status for e in again.journal if e.path == SDIST and e.step == 2} == {200}


def test_the_same_variable_reaches_the_build_until_pip_26_2(run: Run) -> None:
    """One remedy, one tool, two answers: what expectations by version are for."""
    older = run("unstamped-pin", "pip", "constraint-variable", version="25.3")
    newer = run("unstamped-pin", "pip", "constraint-variable", version="26.2.1")
    assert (older.verdict, newer.verdict) == ("works", "broken, undetected")
    assert older.expected == older.verdict
    assert newer.expected == newer.verdict


def test_a_changed_struct_is_a_wrong_result_that_no_loader_sees(run: Run) -> None:
    result = run("unversioned-soname/struct", "uv-pip-install")
    assert result.verdict == "wrong result"
    assert "maximum() answers 1 instead of 100" in result.because
    missing = run("unversioned-soname/undefined-symbol", "uv-pip-install")
    assert missing.verdict == "broken, undetected"
    assert "undefined symbol: fakecore_version_2" in missing.because


def test_uv_run_is_judged_by_the_environment_that_holds_the_files(run: Run) -> None:
    result = run("unstamped-pin", "uv-run")
    assert result.verdict == "broken, undetected"
    assert result.observation is not None
    assert all(
        "compatible" in c.output or "No broken" in c.output for c in result.observation.checks
    )


def fake_tool(folder: Path, script: str) -> Tool:
    """A «uv» that does what ``script`` says."""
    path = folder / "path"
    path.mkdir()
    program = path / "uv"
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return Tool(name="uv", version="9.9", path=str(path))


@pytest.mark.parametrize(
    ("script", "limit", "words"),
    [
        # Enough for what comes before it, the environment, on a busy machine.
        ("sleep 600 & sleep 600", 10, "took longer than 10 s and was ended: see --time-limit"),
        ("kill -SEGV $$", 300, "crashed (exit code -11)"),
        ("echo 'thread panicked'; exit 101", 300, "crashed (exit code 101): thread panicked"),
    ],
)
def test_a_tool_that_hangs_or_crashes_has_no_verdict(
    session: Session,
    task: Callable[..., Task],
    watcher: Watcher,
    tmp_path: Path,
    script: str,
    limit: float,
    words: str,
) -> None:
    chosen = task(ISSUE, "uv-pip-install", tool=fake_tool(tmp_path, script))
    (outcome,) = Runner(session, jobs=1, limit=limit).run([chosen], watcher)
    assert isinstance(outcome, NotRun)
    assert words in outcome.reason
    assert "uv pip install" in outcome.reason


def test_a_hanging_tool_leaves_no_process(
    session: Session, task: Callable[..., Task], watcher: Watcher, tmp_path: Path
) -> None:
    mark = f"sleep 777.{os.getpid()}"
    script = f"touch {tmp_path}/started; {mark} & {mark}"
    chosen = task(ISSUE, "uv-pip-install", tool=fake_tool(tmp_path, script))
    Runner(session, jobs=1, limit=10).run([chosen], watcher)
    assert (tmp_path / "started").exists()

    def ended() -> bool:
        return all(mark not in each.arguments for each in processes())

    # Killed is not gone at once; by itself it would not end in this time.
    assert comes_true(ended, within=60)


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("exit 0", "ended with 0 and installed nothing"),
        ("echo 'connection refused'; exit 1", "never reached the local index"),
        ("echo 'error: unexpected argument'; exit 2", "failed otherwise than by an answer: error"),
    ],
)
def test_what_is_no_answer_is_no_refusal(
    session: Session,
    task: Callable[..., Task],
    watcher: Watcher,
    tmp_path: Path,
    script: str,
    words: str,
) -> None:
    chosen = task(ISSUE, "uv-pip-install", tool=fake_tool(tmp_path, script))
    (outcome,) = Runner(session, jobs=1).run([chosen], watcher)
    assert isinstance(outcome, NotRun)
    assert words in outcome.reason


def test_a_full_disk_is_not_a_refusal(
    session: Session, task: Callable[..., Task], watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workshop_module, "MINIMUM_FREE", 1 << 62)
    (outcome,) = Runner(session, jobs=1).run([task(ISSUE, "uv-pip-install")], watcher)
    assert isinstance(outcome, NotRun)
    assert "free space" in outcome.reason
