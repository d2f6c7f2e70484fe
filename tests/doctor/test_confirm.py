"""``--confirm`` against what was found in the files: who is contradicted, and who is not."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import pytest
from native_skew.binaries.image import Header
from native_skew.binaries.loader import Closure, Loaded
from native_skew.doctor import rules
from native_skew.doctor.confirm import confirmed
from native_skew.doctor.environment import Environment
from native_skew.doctor.extension_modules import ExtensionModule
from native_skew.doctor.inventory import nameless
from native_skew.findings import Level, Location, Report

_HEADER = Header(
    machine=62, bits=64, little=True, shared=True, interpreter="", soname="", needed=(),
    rpath="", runpath="", no_default=False, tags={},
)  # fmt: skip


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    """One module that imports, one at which the loader stops, one that fails by itself."""
    (tmp_path / "sound.py").touch()
    (tmp_path / "damaged.abi3.so").write_bytes(b"/* no ELF file */")
    (tmp_path / "unwell.py").write_text("raise ImportError('of its own')\n")
    program = tmp_path / "python"
    program.write_text(
        f'#!/bin/sh\nPYTHONPATH={shlex.quote(str(tmp_path))} exec {shlex.quote(sys.executable)} "$@"\n'
    )
    program.chmod(0o755)
    return Environment(
        subject="x", root=tmp_path, sites=(tmp_path,), python="3", program=program, distributions=()
    )


def module(name: str) -> ExtensionModule:
    file = Loaded(path=f"/{name}.so", identity=(0, 0), header=_HEADER)
    closure = Closure(files=(file,), unresolved=(), by_name={})
    return ExtensionModule(name=name, file=file, owner=nameless(()), closure=closure)


@pytest.mark.parametrize(
    ("name", "level", "added"),
    [
        ("sound", None, []),
        ("sound", "note", []),
        ("sound", "warning", []),  # it said that the import succeeds
        ("sound", "error", ["imports-after-all"]),
        ("damaged", None, ["import-fails"]),
        ("damaged", "warning", ["import-fails"]),
        ("damaged", "error", []),
        ("unwell", None, []),
        ("unwell", "error", []),
    ],
)
@pytest.mark.parametrize("key", ["module", "modules"])
def test_what_an_import_adds(
    environment: Environment, name: str, level: Level | None, added: list[str], key: str
) -> None:
    evidence = {key: name if key == "module" else ("other", name)}
    found = [rules.UNDEFINED_SYMBOL.finding("said", Location(), evidence, level=level)]
    report = Report(
        command="doctor",
        subject="x",
        kit_version="1",
        looked_at={},
        findings=tuple(found) if level else (),
    )
    confirming = confirmed(report, [module(name)], environment)
    assert confirming.looked_at == {"imports": 1}
    more = [each for each in confirming.findings if each not in report.findings]
    assert [each.rule for each in more] == added
    assert all(each.evidence == {"module": name} for each in more)
