"""Files for musl, where there is an interpreter for glibc, and where there is none."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from native_skew.distributions.archives import wheel_file
from native_skew.distributions.metadata import core_metadata
from native_skew.doctor.diagnosis import diagnose
from support.compiler import cc

MUSL, RUST_S = "libc.musl-x86_64.so.1", "libc.so"
MODULES = ("_one", "_two", "_three")


@pytest.fixture
def wheels(tmp_path: Path) -> Path:
    """A folder with a wheel of three modules, linked to libraries with the names of musl's."""
    stubs = {e: compiled(tmp_path, f"stub-{e}", f"-Wl,-soname,{e}") for e in (MUSL, RUST_S)}
    modules = {
        f"thing/{name}.cpython-311-x86_64-linux-musl.so": compiled(
            tmp_path, name, "-Wl,--no-as-needed", str(stubs[RUST_S if number == 2 else MUSL])
        ).read_bytes()
        for number, name in enumerate(MODULES)
    }
    metadata = core_metadata("thing", "1", ())
    tag = "cp311-cp311-musllinux_1_2_x86_64"
    made = wheel_file("thing", "1", tag, metadata, {"thing/__init__.py": b"", **modules}, 1)
    folder = tmp_path / "wheels"
    folder.mkdir()
    (folder / made.filename).write_bytes(made.content)
    return folder


def compiled(folder: Path, name: str, *options: str) -> Path:
    path = folder / f"{name}.so"
    source = f"int PyInit_{name.replace('-', '_').replace('.', '_')}(void) {{ return 0; }}\n"
    command = ("-shared", "-fPIC", "-nostdlib", "-x", "c", "-", "-x", "none", *options)
    cc(*command, "-o", path, source=source)
    return path


def test_wheels_for_musl_are_looked_at_as_what_they_are(wheels: Path) -> None:
    """Their system is not at hand: what it would provide is not missing."""
    report = diagnose(wheels)
    assert report.looked_at["extension modules"] == len(MODULES)
    assert report.findings == ()


def test_beside_an_interpreter_for_glibc_they_are_one_finding(wheels: Path, tmp_path: Path) -> None:
    home = tmp_path / "env"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(home)], check=True)
    # Of the interpreter's own version, or no import would look at them.
    (site,) = home.glob("lib/python3*/site-packages")
    python = site.parent.name.removeprefix("python").replace(".", "")
    (wheel,) = wheels.iterdir()
    subprocess.run([sys.executable, "-m", "zipfile", "-e", str(wheel), str(site)], check=True)
    for module in site.glob("thing/*.so"):
        module.rename(module.with_name(module.name.replace("311", python)))
    (record,) = site.glob("thing-1.dist-info/RECORD")
    record.write_text(record.read_text().replace("cpython-311", f"cpython-{python}"))
    (finding,) = diagnose(home).findings
    assert finding.rule == "foreign-libc"
    assert f"and 2 more need `{MUSL}`" in finding.message
    assert "Install a manylinux wheel" in finding.message
    assert len(finding.evidence["also"]) == 2  # type: ignore[arg-type]
