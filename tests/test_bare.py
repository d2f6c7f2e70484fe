"""What is required of the machine before anything is fetched; `tests/bare/run` tries it for real."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import threading
import venv
from collections.abc import Sequence
from pathlib import Path

import pytest
from rich.console import Console

from native_skew.errors import ToolUnavailableError
from native_skew.run import progress
from native_skew.toolchain import machine
from native_skew.toolchain.tools import Toolbox

ROOT = Path(__file__).parent.parent
NOBODY = "http://127.0.0.1:9/simple"  # nobody listens there


def _script(path: Path, text: str) -> None:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def test_a_compiler_that_cannot_link_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if real is None:
        pytest.skip("no C compiler on this machine to compare with")
    before = os.environ["PATH"]
    monkeypatch.setenv("PATH", str(tmp_path))
    assert machine.c_compiler() is None
    _script(tmp_path / "cc", "echo 'cannot find crti.o' >&2; exit 1")
    assert machine.c_compiler() is None
    _script(tmp_path / "gcc", f'PATH="{before}" exec {real} "$@"')
    assert machine.c_compiler() == ("gcc", str(tmp_path / "gcc"))


@pytest.mark.parametrize("module", ["venv", "ensurepip"])
def test_debians_missing_half_of_venv_is_named(
    module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert machine.lacks_for_environments() is None
    monkeypatch.setitem(sys.modules, module, None)
    lack = machine.lacks_for_environments()
    assert lack is not None
    assert "-venv" in lack
    assert all(system in lack for system in ("Debian", "Fedora", "Alpine", "macOS"))
    assert "\n" not in lack


@pytest.mark.slow
def test_without_a_network_the_bootstrap_ends_in_one_line(tmp_path: Path) -> None:
    clone = tmp_path / "a bäre folder"
    package = Path("repro/native_skew")
    (clone / package / "toolchain").mkdir(parents=True)
    modules = [package / name for name in ("__init__.py", "errors.py", "toolchain/machine.py")]
    for name in ("noxfile.py", *modules):
        shutil.copy(ROOT / name, clone / name)
    venv.create(tmp_path / "python", symlinks=True)  # one that has no nox
    done = subprocess.run(
        [tmp_path / "python" / "bin" / "python", clone / "noxfile.py", "-s", "repro"],
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_INDEX_URL": NOBODY,
            "PIP_RETRIES": "1",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "the package index cannot be reached" in done.stderr.splitlines()[-1]
    assert (clone / ".nox").exists()
    assert not (clone / ".nox" / "bootstrap" / "ready").exists()


@pytest.mark.slow
def test_without_a_network_a_tool_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", NOBODY)
    monkeypatch.setenv("PIP_RETRIES", "1")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    with pytest.raises(ToolUnavailableError, match="the package index cannot be reached"):
        Toolbox(tmp_path).tool("pip", "25.3")


def test_a_long_phase_is_not_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "_LONGEST_SILENCE", 0.01)
    seen = threading.Event()

    class Told(io.StringIO):
        def write(self, text: str) -> int:
            if "still fetching" in text:
                seen.set()
            return super().write(text)

    told = Told()
    phases = progress.Phases(Console(file=told, markup=False))
    with phases.phase("fetching [a]"), phases.phase("fetching b"):
        assert seen.wait(60)
    lines = told.getvalue().splitlines()
    assert lines[0] == "fetching [a]"
    assert "fetching b" in lines


def test_an_environment_is_made_once_and_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[bool] = []

    def run(toolbox: Toolbox, command: Sequence[str], what: str) -> str:
        begun.append(any(tmp_path.glob("thing-*")))
        if "venv" in command:
            (Path(command[-1]) / "bin").mkdir(parents=True)
            (Path(command[-1]) / "bin" / "there").touch()
        elif len(begun) == 2:
            raise ToolUnavailableError(what, "lost")
        return ""

    monkeypatch.setattr(Toolbox, "_run", run)
    toolbox = Toolbox(tmp_path)
    with pytest.raises(ToolUnavailableError, match="lost"):
        toolbox.environment("thing", ["thing==1"], "the thing", ["there", "not-there"])
    for _ in range(2):
        home = toolbox.environment("thing", ["thing==1"], "the thing", ["there", "not-there"])
        assert [each.name for each in (home / "path").iterdir()] == ["there"]
    assert begun == [False, True, False, True], "what was left of the first is removed"
