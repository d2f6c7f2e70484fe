"""Real packages from the real index: ``pytest -m live``."""

from __future__ import annotations

import subprocess
import venv
from collections.abc import Callable
from pathlib import Path

import pytest

from native_skew.doctor.diagnosis import diagnose
from native_skew.run.session import Session
from native_skew.toolchain import user_index as live
from native_skew.toolchain.interpreter import Interpreter

pytestmark = pytest.mark.live

SOFTIOC = ("--no-binary", "softioc", "softioc==4.6.1")
LARGE = (
    "numpy",
    "scipy",
    "pandas",
    "pyarrow",
    "h5py",
    "lxml",
    "matplotlib",
    "scikit-learn",
    "opencv-python-headless",
    "torch",
)


@pytest.fixture(autouse=True)
def asked_for(pytestconfig: pytest.Config) -> None:
    if "live" not in str(pytestconfig.getoption("markexpr")):
        pytest.skip("asks the public index: pytest -m live")


@pytest.fixture
def made(session: Session, tmp_path: Path) -> Callable[..., Path]:
    """An environment that pip or uv filled from the user's index."""

    def make(tool: str, *arguments: str) -> Path:
        home = tmp_path / tool
        venv.create(home, symlinks=True)
        program = session.toolbox.tool(tool, "newest")
        command = [str(Path(program.path) / program.name)]
        target = ("--python", str(home / "bin" / "python"))
        command += ["pip", "install", *target] if tool == "uv" else [*target, "install"]
        index = ("--default-index" if tool == "uv" else "--index-url", live.index_url())
        cache = ("--no-cache" if tool == "uv" else "--no-cache-dir",)
        subprocess.run([*command, *index, *cache, *arguments], check=True, cwd=tmp_path)
        return home

    return make


def test_softioc_built_by_uv(made: Callable[..., Path]) -> None:
    (finding,) = diagnose(made("uv", *SOFTIOC)).findings
    assert finding.rule == "skewed-library"
    assert len(finding.evidence["needed"]) == 2  # type: ignore[arg-type]
    assert all(name in finding.message for name in finding.evidence["needed"])  # type: ignore[union-attr]
    assert finding.evidence["provider"] == "epicscorelibs"
    assert finding.evidence["requirement_holds"] is False
    assert "installed by uv" in finding.message
    assert finding.advice[0].remedy == "override"
    assert any("epicscorelibs==" in text for text in finding.advice[0].files.values())


def test_softioc_built_by_pip(made: Callable[..., Path]) -> None:
    assert diagnose(made("pip", *SOFTIOC)).findings == ()


def test_no_false_alarm_on_a_large_environment(
    made: Callable[..., Path], python: Interpreter
) -> None:
    report = diagnose(made("uv", *LARGE))
    assert report.findings == ()
    assert report.looked_at["extension modules"] > 200
