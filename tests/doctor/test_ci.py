"""The pre-commit hook and the action: their files, and what they run."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import venv
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import yaml

from native_skew.doctor.command import doctor
from native_skew.findings import FORMS

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))


@pytest.fixture
def path_with_the_command(tmp_path: Path) -> str:
    """A PATH on which ``native-skew`` is this checkout's."""
    folder = tmp_path / "bin"
    folder.mkdir()
    script = folder / "native-skew"
    script.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m native_skew "$@"\n')
    script.chmod(0o755)
    return f"{folder}:{os.environ['PATH']}"


def test_the_hook_looks_at_the_project_s_environment(
    skewed: Callable[[], Path], path_with_the_command: str, tmp_path: Path
) -> None:
    """Not at the active one: pre-commit sets VIRTUAL_ENV to the hook's own environment."""
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    hook = next(each for each in hooks if each["id"] == "native-skew-doctor")
    assert hook["pass_filenames"] is False
    assert hook["always_run"] is True
    active = tmp_path / "active"
    venv.create(active, symlinks=True)
    environ = {
        "PATH": path_with_the_command,
        "PYTHONPATH": str(ROOT / "repro"),
        "VIRTUAL_ENV": str(active),
    }

    def run_hook(arguments: Sequence[str]) -> subprocess.CompletedProcess[str]:
        command = [*shlex.split(hook["entry"]), *arguments]
        return subprocess.run(
            command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False
        )

    (tmp_path / ".venv").symlink_to(skewed())
    done = run_hook(hook["args"])
    assert done.returncode == 1
    assert "skewed-library" in done.stdout
    assert run_hook([]).returncode == 0, "what it would say of the active one"


def look(environ: dict[str, str], tmp_path: Path) -> subprocess.CompletedProcess[str]:
    """Runs the action's last step as a runner does: a script for bash, inputs as variables."""
    (step,) = (each for each in ACTION["runs"]["steps"] if each.get("id") == "look")
    home = tmp_path / "home"
    (home / "bin").mkdir(parents=True, exist_ok=True)
    script = home / "bin" / "native-skew"
    script.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m native_skew "$@"\n')
    script.chmod(0o755)
    inputs = {"SUBJECT", "AUDITED", "FORMAT", "SARIF_FILE", "UPLOAD"}
    assert set(step["env"]) == {"HOME_OF_DOCTOR", *inputs}
    plain = {k: v for k, v in os.environ.items() if k not in ("VIRTUAL_ENV", "CONDA_PREFIX")}
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
        env={**plain, "PYTHONPATH": str(ROOT / "repro"), "HOME_OF_DOCTOR": str(home), **environ},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_action_prints_each_form(skewed: Callable[[], Path], tmp_path: Path) -> None:
    home = str(skewed())
    starts = {"github": "::error ", "text": "error skewed-library", "json": "{", "sarif": "{"}
    for form, start in starts.items():
        done = look({"SUBJECT": home, "FORMAT": form}, tmp_path)
        assert (done.returncode, done.stdout.startswith(start)) == (1, True), done.stderr
    assert look({"SUBJECT": "", "FORMAT": "text", "VIRTUAL_ENV": home}, tmp_path).returncode == 1
    assert look({"SUBJECT": "", "FORMAT": "text"}, tmp_path).returncode == 2
    assert look({"SUBJECT": home, "FORMAT": "loud"}, tmp_path).returncode == 2


def test_the_action_writes_a_log_to_upload(skewed: Callable[[], Path], tmp_path: Path) -> None:
    home, outputs = str(skewed()), tmp_path / "outputs"
    plain = {"SUBJECT": home, "FORMAT": "github", "GITHUB_OUTPUT": str(outputs)}
    assert look({**plain, "SARIF_FILE": "out/skew.sarif"}, tmp_path).returncode == 1
    assert outputs.read_text() == "sarif-file=out/skew.sarif\n"
    (run,) = json.loads((tmp_path / "out/skew.sarif").read_text())["runs"]
    (result,) = run["results"]
    (place,) = result["locations"]
    file = place["physicalLocation"]["artifactLocation"]["uri"]
    assert (tmp_path / file).is_file()  # as the workspace has it
    assert look({**plain, "UPLOAD": "true"}, tmp_path).returncode == 1
    assert outputs.read_text().endswith("sarif-file=native-skew.sarif\n")
    for refused in ("/etc/x", "../x", "a/../../x", "-x", "a b", "$(id)", "a\nsarif-file=/x"):
        done = look({**plain, "SARIF_FILE": refused}, tmp_path)
        assert (done.returncode, refused in done.stdout) == (2, False)
    assert outputs.read_text().count("\n") == 2


def test_annotations_are_at_files_of_the_workspace(
    skewed: Callable[[], Path], tmp_path: Path
) -> None:
    home = skewed()
    done = look({"SUBJECT": str(home), "FORMAT": "github"}, tmp_path)
    file = done.stdout.partition("file=")[2].partition(",")[0]
    assert (tmp_path / file).is_file()
    (tmp_path / "elsewhere").mkdir()
    home.rename(tmp_path / "elsewhere" / "env")
    (tmp_path / "w").mkdir()
    outside = look({"SUBJECT": "../elsewhere/env", "FORMAT": "github"}, tmp_path / "w")
    assert outside.returncode == 1
    assert "file=" not in outside.stdout


def test_the_action_audits_a_lock_instead(tmp_path: Path) -> None:
    project = '[[package]]\nname = "app"\nversion = "1"\nsource = { virtual = "." }\n'
    (tmp_path / "uv.lock").write_text(f'version = 1\nrequires-python = ">=3.11"\n{project}')
    done = look({"AUDITED": "uv.lock", "FORMAT": "text"}, tmp_path)
    assert (done.returncode, "uv.lock" in done.stdout) == (0, True), done.stderr


def test_a_sound_environment_has_a_word(pair, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    home = pair.install(pair.provider())
    done = look({"SUBJECT": str(home), "FORMAT": "github"}, tmp_path)
    assert done.returncode == 0
    assert "::notice title=native-skew doctor::" in done.stdout
    assert "nothing found" in done.stdout


def test_no_input_of_the_action_is_a_piece_of_shell(
    skewed: Callable[[], Path], tmp_path: Path
) -> None:
    trace = tmp_path / "ran"
    for what in ("SUBJECT", "AUDITED"):
        done = look({what: f"$(touch {trace}); touch {trace}", "FORMAT": "text"}, tmp_path)
        assert (done.returncode, trace.exists()) == (2, False)
        done = look({what: "--help", "FORMAT": "text"}, tmp_path)
        assert (done.returncode, "Usage: " in done.stdout) == (2, False)
    for step in ACTION["runs"]["steps"]:
        assert "${{" not in step.get("run", "")


def test_the_action_is_of_the_form_that_github_reads() -> None:
    assert ACTION["runs"]["using"] == "composite"
    assert set(ACTION["inputs"]) == {"env", "audit", "format", "sarif-file", "upload-sarif"}
    assert all(step.get("shell") == "bash" or "uses" in step for step in ACTION["runs"]["steps"])
    options = {option for each in doctor.params for option in each.opts}
    assert {f"--{form}" for form in FORMS} <= options
