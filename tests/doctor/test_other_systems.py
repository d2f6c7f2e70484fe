"""Environments and wheels of macOS, Windows and other processors: examined as what they are."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_facts import HERE, environment, installed, library, only, rules

from native_skew.distributions.archives import wheel_file
from native_skew.distributions.metadata import core_metadata
from native_skew.doctor.diagnosis import diagnose
from native_skew.doctor.errors import UnknownTargetError
from native_skew.doctor.target import chosen, parse
from native_skew.toolchain.compiler import Compiler
from support.other_systems import mach_o, pe

MAC, WINDOWS = "cp312-cp312-macosx_11_0_arm64", "cp312-cp312-win_amd64"


def put(
    site: Path, name: str, tag: str, files: dict[str, bytes], version: str = "1", more: str = ""
) -> None:
    info = installed(site, name, *files, version=version, more=more)
    (info / "WHEEL").write_text(f"Tag: {tag}\n")
    for file, content in files.items():
        path = site / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def mac(site: Path, shipped: str, needed: str = "@rpath/libx.1.2.dylib") -> Path:
    module = mach_o((needed, "/usr/lib/libSystem.B.dylib"), ("@loader_path/../x/lib",))
    put(site, "user", MAC, {"user/_m.cpython-312-darwin.so": module}, more="Requires-Dist: x\n")
    put(site, "x", MAC, {f"x/lib/{shipped}": mach_o((), name=f"@rpath/{shipped}")}, "1.3.0")
    return site


def framework(site: Path, shipped: str) -> Path:
    """As in Qt's own wheels: files without an extension."""
    module = mach_o(("@rpath/x.framework/Versions/A/x",), ("@loader_path/../x/lib",))
    put(site, "user", MAC, {"user/_m.cpython-312-darwin.so": module}, more="Requires-Dist: x\n")
    put(site, "x", MAC, {f"x/lib/x.framework/{shipped}": mach_o((), name=f"@rpath/{shipped}")})
    return site


def windows(site: Path, shipped: str, needed: str = "libx-1.dll") -> Path:
    module = pe((needed, "KERNEL32.dll", "python312.dll"))
    put(site, "user", WINDOWS, {"user/_m.cp312-win_amd64.pyd": module}, more="Requires-Dist: x\n")
    put(site, "x", WINDOWS, {f"x/lib/{shipped}": pe(())}, "2.0")
    return site


@pytest.mark.parametrize(
    ("make", "shipped", "rule"),
    [
        (mac, "libx.1.2.dylib", None),
        (framework, "Versions/A/x", None),
        (framework, "Versions/A/y", "missing-library"),
        (mac, "libx.1.3.dylib", "skewed-library"),
        (mac, "liby.dylib", "missing-library"),
        (windows, "libx-1.dll", None),
        (windows, "LIBX-1.dll", None),
        (windows, "libx-2.dll", "skewed-library"),
        (windows, "y.dll", None),  # Windows may have it: that is said
    ],
)
def test_a_folder_of_another_system(tmp_path: Path, make, shipped: str, rule: str | None) -> None:  # type: ignore[no-untyped-def]
    report = diagnose(make(tmp_path / "site", shipped))
    assert rules(report) == ([rule] if rule else [])
    assert report.looked_at["extension modules"] == 1
    assert any("not at hand" in each for each in report.not_examined)
    if rule == "skewed-library":
        (finding,) = report.findings
        assert finding.evidence["provider"] == "x"
        # Of macOS the name has the provider's version, of Windows it has not.
        assert any("x==1.2.*" in c for a in finding.advice for c in a.commands) is (make is mac)


def test_what_is_gone_or_damaged(tmp_path: Path) -> None:
    site = mac(tmp_path / "site", "libx.1.2.dylib")
    (site / "x/lib/libx.1.2.dylib").write_bytes(b"\xcf\xfa\xed\xfe")
    assert rules(diagnose(site)) == ["damaged-file"]
    (site / "x/lib/libx.1.2.dylib").unlink()
    assert only(diagnose(site), "missing-file").location.distribution == "x"
    site = windows(tmp_path / "windows", "libx-1.dll")
    (site / "user/_m.cp312-win_amd64.pyd").write_bytes(b"MZ")
    assert rules(diagnose(site)) == ["damaged-file"]


@pytest.mark.parametrize(
    ("tag", "file", "content"),
    [
        (MAC, "user/_m.cpython-{}-darwin.so", mach_o(())),
        (WINDOWS, "user/_m.cp{}-win_amd64.pyd", pe(())),
        ("cp312-cp312-manylinux_2_17_aarch64", "user/_m.abi3.so", b""),
    ],
)
def test_a_wheel_of_another_system_in_an_environment(
    tmp_path: Path, compiler: Compiler, tag: str, file: str, content: bytes
) -> None:
    home = environment(tmp_path / "env")
    if not content:
        made = library(tmp_path, compiler, "x.so", "int PyInit__m;\n").read_bytes()
        content = made[:18] + bytes([183, 0]) + made[20:]  # e_machine: AArch64
    number = HERE.split("/")[1].removeprefix("python").replace(".", "")
    put(home / HERE, "user", tag, {file.format(number): content})
    finding = only(diagnose(home), "foreign-architecture")
    assert "user==1" in finding.advice[0].commands[0]


def test_of_a_release_s_wheels_those_for_one_target(tmp_path: Path) -> None:
    contents = {
        MAC: {"user/_m.cpython-312-darwin.so": mach_o(())},
        WINDOWS: {"user/_m.cp312-win_amd64.pyd": pe(())},
        "cp313-cp313-win_amd64": {"user/_m.cp313-win_amd64.pyd": b"MZ, and no more"},
    }
    for tag, files in contents.items():
        made = wheel_file("user", "1", tag, core_metadata("user", "1", ()), files, 0)
        (tmp_path / made.filename).write_bytes(made.content)
    for name, version, found in (
        ("macos", "3.12", []),
        ("windows", "3.12", []),
        ("x86_64-pc-windows-msvc", "3.13", ["damaged-file"]),
    ):
        report = diagnose(tmp_path, asked=parse(name, version))
        assert rules(report) == found
        assert report.looked_at["extension modules"] == 1 - len(found)
        assert report.not_examined[0].startswith("2 wheels that are not for Python")
    kept, word = chosen(tuple(sorted(tmp_path.glob("*.whl"))), None)
    assert (len(kept), word[:8]) == (1, "2 wheels")


@pytest.mark.parametrize(
    ("platform", "python"),
    [
        ("solaris", None),
        ("macos\nerror forged", None),
        ("linux", "2.7"),
        ("linux", "3.x"),
        ("", None),
    ],
)
def test_a_target_that_nobody_knows(platform: str, python: str | None) -> None:
    with pytest.raises(UnknownTargetError) as refused:
        parse(platform, python)
    assert "\n" not in str(refused.value)
