"""What is exported, what is refused, and the messages about it."""

from __future__ import annotations

import filecmp
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from msgspec.structs import replace

from native_skew import results, scenarios
from native_skew.export.errors import ExportFolderError, NotExportableError, StaleRecordError
from native_skew.export.folder import export
from native_skew.export.stages import plan_of
from native_skew.results.record import Result
from native_skew.run.session import Session
from native_skew.toolchain import interpreter
from support.command import ISSUE
from support.exported_cell import Run

SHELLCHECK = shutil.which("shellcheck") or str(Path(sys.executable).with_name("shellcheck"))


def test_what_is_unsupported_is_refused_with_its_reason(
    run: Run, session: Session, tmp_path: Path
) -> None:
    result = run(ISSUE, "pip", "match-runtime")
    with pytest.raises(NotExportableError, match="pip has no way of build requirements matched"):
        export(result, tmp_path / "cell", session)
    assert not (tmp_path / "cell").exists()


def test_real_distributions_are_not_given_away(recorded: dict[str, Result]) -> None:
    live = next(r for r in recorded.values() if r.cell.scenario == "softioc-live" and r.steps)
    with pytest.raises(NotExportableError, match="--live"):
        plan_of(live, scenarios.find("softioc-live"))


def test_the_script_is_clean(run: Run, session: Session, tmp_path: Path) -> None:
    for number, cell in enumerate(
        [
            ("stale-build-tree/new-environment", "uv-tool", "match-runtime"),
            (ISSUE, "poetry-lock-sync", "build-constraint"),
        ]
    ):
        folder = tmp_path / str(number)
        export(run(*cell), folder, session)
        subprocess.run([SHELLCHECK, folder / "run.sh"], check=True)
        subprocess.run(["sh", "-n", folder / "run.sh"], check=True)


def test_the_readme_tells_what_when_and_with_what(
    right: Result, session: Session, tmp_path: Path
) -> None:
    result = right
    told_issue = export(result, tmp_path / "cell", session, with_issue=True)
    readme = (tmp_path / "cell" / "README.md").read_text(encoding="utf-8")
    told = [result.circumstances.date, result.circumstances.python, result.cell.version]
    told += ["libfakecore.so.7.0.7.99.1"]
    assert [each for each in told if each not in readme] == []
    issue = (tmp_path / "cell" / "ISSUE.md").read_text(encoding="utf-8")
    assert issue == told_issue
    for heading in ("What was done", "What happened", "What was expected", "How to reproduce"):
        assert f"## {heading}" in issue
    assert "uv pip install fake-softioc==4.6.1" in issue
    assert [each for each in result.published if each.filename not in issue] == []
    assert str(session.work) not in readme + issue


def test_a_folder_in_use_is_left_alone(right: Result, session: Session, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("x")
    with pytest.raises(ExportFolderError, match="is not an empty folder"):
        export(right, tmp_path, session)
    assert [each.name for each in tmp_path.iterdir()] == ["mine"]


@pytest.mark.slow
def test_what_is_exported_of_the_record_is_what_ran(recorded: dict[str, Result]) -> None:
    exported, known = 0, scenarios.load_all()
    for result in recorded.values():
        with suppress(NotExportableError, StaleRecordError):
            plan = plan_of(result, known[result.cell.scenario])
            for stage, step in zip(plan.stages, result.steps, strict=False):
                ran = tuple(command.argv for command in step.commands)
                assert stage.commands[: len(ran)] == ran
                assert stage.files == step.files
            exported += 1
    assert exported > len(recorded) / 2


@pytest.mark.slow
def test_the_command(call: Callable[..., tuple[int, str, str]], tmp_path: Path) -> None:
    code, _, errors = call("export", "nothing/of/the/kind", str(tmp_path / "x"))
    assert code == 2
    assert "no recorded cell has this name" in errors
    live = "softioc-live/only/pip@26.3/nothing"
    code, _, errors = call("export", live, str(tmp_path / "x"), "--results", str(results.FOLDER))
    assert code == 2
    assert "--live" in errors


def test_a_record_of_other_commands_is_stale(right: Result) -> None:
    result = right
    scenario = scenarios.find(result.cell.scenario)
    (step,) = result.steps
    *before, last = step.commands
    other = replace(step, commands=(*before, replace(last, argv=(*last.argv, "--pre"))))
    with pytest.raises(StaleRecordError, match="a command in «install» differs"):
        plan_of(replace(result, steps=(other,)), scenario)
    other = replace(step, files={})
    with pytest.raises(StaleRecordError, match=r"the file pyproject\.toml"):
        plan_of(replace(result, steps=(other,)), scenario)


def test_what_another_python_recorded_is_exported_as_that_one_does(
    right: Result, session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export(right, tmp_path / "same", session, with_issue=True)
    here = interpreter.find()
    for name, version in (("other", "3.99.0"), ("same", here.version)):
        other = replace(here, version=version)
        monkeypatch.setattr(interpreter, "find", lambda name=None, found=other: found)
        assert (interpreter.find().name == right.cell.python) == (name == "same")
        folder = tmp_path / f"by-{name}"
        export(right, folder, session, with_issue=True)
        same = filecmp.dircmp(tmp_path / "same", folder)
        assert not [*same.left_only, *same.right_only, *same.diff_files, *same.funny_files]
        files = filecmp.dircmp(tmp_path / "same/index/files", folder / "index/files")
        assert files.same_files
        assert not [*files.left_only, *files.right_only, *files.diff_files]
