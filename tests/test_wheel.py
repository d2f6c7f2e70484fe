"""The wheel: what it brings, and that its commands work where there is no clone."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from native_skew import results
from native_skew.errors import ResultFileError

ROOT = Path(__file__).parent.parent
pytestmark = pytest.mark.slow  # pip fetches the build backend

Installed = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", folder, ROOT]
    subprocess.run(command, check=True)
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """Runs the command from the unpacked wheel, in an empty folder."""
    folder = tmp_path_factory.mktemp("installed")
    zipfile.ZipFile(wheel).extractall(folder)
    empty = tmp_path_factory.mktemp("empty")

    def run(*arguments: str) -> tuple[int, str, str]:
        done = subprocess.run(
            [sys.executable, "-m", "native_skew", *arguments],
            cwd=empty,
            env={**os.environ, "PYTHONPATH": str(folder), "NO_COLOR": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return done.returncode, done.stdout, done.stderr

    return run


def test_it_has_the_record_and_neither_site_nor_benches(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    folders = {name.split("/")[1] for name in names if name.startswith("native_skew/")}
    assert {"recorded", "scenarios", "publish", "export", "doctor"} <= folders
    assert not {"site", "bench"} & folders
    assert not [name for name in names if "bench" in name]
    assert not [name for name in names if name.endswith(".jsonl")]
    assert "native_skew/publish/native/fake-corelibs/fakecore.c" in names


def test_it_reports_what_a_clone_does(installed: Installed) -> None:
    asked = ("report", "--scenario", "unstamped-pin", "--installer", "pip", "--csv")
    code, out, err = installed(*asked)
    assert code == 0, err
    here = [sys.executable, "-m", "native_skew", *asked]
    there = subprocess.run(here, cwd=ROOT, capture_output=True, text=True, check=True)
    assert out == there.stdout
    code, out, _ = installed(*asked[:-1])
    assert code == 0
    assert "broken, undetected" in out


@pytest.mark.parametrize(
    "arguments",
    [
        ("list",),
        ("show", "unstamped-pin"),
        ("schema",),
        ("export", "unstamped-pin/pip/nothing", "exported", "--issue"),
    ],
)
def test_its_commands_work_in_an_empty_folder(
    installed: Installed, arguments: tuple[str, ...]
) -> None:
    code, out, err = installed(*arguments)
    assert (code, bool(out)) == (0, True), err


@pytest.mark.parametrize("command", ["run", "timeline", "merge"])
def test_its_record_is_not_changed(installed: Installed, command: str, tmp_path: Path) -> None:
    code, _, err = installed(command, "--record", *([str(tmp_path)] if command == "merge" else ()))
    assert code == 2
    assert "the record of an installed kit cannot be changed" in err


def test_its_evidence_is_the_clone_s(installed: Installed) -> None:
    asked = ("report", "--scenario", "unstamped-pin", "--json")
    code, out, err = installed(*asked)
    assert code == 0, err
    assert out == installed(*asked, "--results", str(results.FOLDER.resolve()))[1]


def test_damaged_evidence_is_one_line(tmp_path: Path) -> None:
    for name in ("versions.toml", "unstamped-pin/pip.csv", "evidence/unstamped-pin/pip.jsonl"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes((results.FOLDER / name).read_bytes())
    plain = tmp_path / "evidence/unstamped-pin/pip.jsonl"
    assert len(list(results.read_each(tmp_path))) > 1
    compressed = gzip.compress(plain.read_bytes())
    plain.unlink()
    for damaged in (compressed[:-20], b"no gzip", compressed[:40] + b"\0" * 40):
        plain.with_name("pip.jsonl.gz").write_bytes(damaged)
        with pytest.raises(ResultFileError):
            list(results.read_each(tmp_path))


def test_a_clone_has_its_own_record() -> None:
    assert results.FOLDER.resolve() == ROOT / "docs" / "results"
