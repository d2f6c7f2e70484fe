"""A site-packages folder full of hostile files: doctor reports, without a crash or a hang."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from native_skew.bench.doctor import measure
from native_skew.bench.record import NotMeasuredError, Setting
from native_skew.doctor.diagnosis import diagnose

NAMES = ("fifo", "loop", "sparse", "text", "short", "folder", "gone")


@pytest.fixture
def site(tmp_path: Path) -> Path:
    site = tmp_path / "site-packages"
    info = site / "evil-1.dist-info"
    info.mkdir(parents=True)
    os.mkfifo(site / "fifo.abi3.so")
    (site / "loop.abi3.so").symlink_to("loop.abi3.so")
    with (site / "sparse.abi3.so").open("wb") as stream:
        stream.truncate(8 << 30)
    (site / "text.abi3.so").write_text("GROUP ( libx.so )")
    (site / "short.abi3.so").write_bytes(b"\x7fELF\x02\x01\x01")
    (site / "folder.abi3.so").mkdir()
    (site / os.fsdecode(b"\xff\x1b[2J.abi3.so")).write_bytes(b"no ELF")
    (info / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: evil\nVersion: 1\x1b[2J\nRequires-Dist: ][\nRequires-Dist: a @\n"
        "Requires-Dist: absent>=1\nDynamic: requires-dist\n"
    )
    rows = b"".join(f"{name}.abi3.so,,\n".encode() for name in NAMES)
    (info / "RECORD").write_bytes(rows + b"\xff\x1b[2J.abi3.so,,\n../../../../etc/passwd.so,,\n")
    return site


def test_each_gets_its_word(site: Path) -> None:
    report = diagnose(site)
    words = {
        name.partition(".")[0]: str(finding.evidence.get("reason"))
        for finding in report.findings
        if finding.rule == "damaged-file"
        for name in finding.evidence.get("files", (finding.location.file,))  # type: ignore[union-attr]
    }
    assert words["fifo"] == words["folder"] == "not a regular file"
    assert words["text"] == "not an ELF file"
    assert words["sparse"] == "not an ELF file"
    assert "truncated" in words["short"]
    (gone,) = [each for each in report.findings if each.rule == "missing-file"]
    assert "gone.abi3.so" in gone.evidence["files"]  # type: ignore[operator]
    pins = [each for each in report.findings if each.rule == "violated-requirement"]
    assert [each.evidence["requirement"] for each in pins] == ["absent>=1"]


@pytest.mark.parametrize("form", [(), ("--json",), ("--sarif",), ("--github",)])
def test_no_name_breaks_a_form(site: Path, form: tuple[str, ...], call) -> None:  # type: ignore[no-untyped-def]
    code, text, errors = call("doctor", str(site), *form)
    assert (code, errors) == (1, "")
    assert "\x1b" not in text


@pytest.mark.skipif(not shutil.which("cc"), reason="what is damaged is made by cc")
def test_the_fuzzer_calls_the_readers_as_they_are(tmp_path: Path) -> None:
    """A million inputs are for ``nox -s fuzz``; of these each kind has some."""
    done = subprocess.run(
        [sys.executable, "-m", "programs.fuzz", "--inputs", "150", "--seed", "1"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "150 inputs, seed 1: none crashed" in done.stdout


def test_the_measurement_is_of_what_it_says(pair) -> None:  # type: ignore[no-untyped-def]
    home = pair.install(pair.provider(), pair.consumer("7.0.7.99.1.2", "fake-corelibs"))
    made = measure(Setting(work=home, rounds=1, jobs=1, environment=home))
    assert {"doctor", "bare reader", "ldd", "pyelftools"} <= {row.name for row in made.rows}
    assert {row.values[2] for row in made.rows} == {2.0}
    assert "2 distributions, 1 extension modules" in made.how
    assert made.bars[2].value > 1


def test_where_there_is_no_environment_nothing_is_measured(tmp_path: Path) -> None:
    with pytest.raises(NotMeasuredError, match="nothing is installed"):
        measure(Setting(work=tmp_path, rounds=1, jobs=1, environment=tmp_path))


@pytest.mark.parametrize(
    ("remedy", "verdict", "rules"),
    [("nothing", "broken, detected", ["skewed-library"]), ("override", "works", [])],
)
def test_a_cell_keeps_what_doctor_says(run, remedy: str, verdict: str, rules: list[str]) -> None:  # type: ignore[no-untyped-def]
    result = run("stamped-wheel-elsewhere/no-wheel-fits", "uv-pip-install", remedy)
    assert result.verdict == verdict
    assert [each.rule for each in result.diagnosis] == rules
