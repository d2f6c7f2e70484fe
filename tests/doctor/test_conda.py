"""A conda prefix: the owners of libraries, what is required of them, and conda's commands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from test_facts import HERE, environment, library, only, rules

from native_skew.doctor.diagnosis import diagnose
from native_skew.toolchain.compiler import Compiler

SOURCE = "int wanted(void) { return 1; }\n"
MODULE = "extern int wanted(void); int PyInit_native(void) { return wanted(); }\n"


def record(home: Path, name: str, version: str, *files: str, **more: object) -> None:
    folder = home / "conda-meta"
    folder.mkdir(exist_ok=True)
    said = {"name": name, "version": version, "files": files, **more}
    (folder / f"{name}-{version}-0.json".replace("/", "_")).write_text(json.dumps(said))


@pytest.fixture
def home(tmp_path: Path, compiler: Compiler) -> Path:
    """A module that was built with icu 73, which is installed."""
    home = environment(tmp_path / "env")
    shipped(home, compiler, "73")
    search = ("-Wl,-rpath,$ORIGIN/../..", str(home / "lib/libicuuc.so.73"))
    library(home / HERE, compiler, "native.abi3.so", MODULE, *search)
    depends = ["icu >=73.2,<74.0a0 h1*", "python_abi 3.11.* *", "__glibc >=2.17"]
    record(home, "native", "1", f"{HERE}/native.abi3.so", depends=depends)
    record(home, "icu", "73.2", "lib/libicuuc.so.73")
    return home


def shipped(home: Path, compiler: Compiler, version: str) -> None:
    name = f"libicuuc.so.{version}"
    library(home / "lib", compiler, name, SOURCE, f"-Wl,-soname,{name}")


def test_a_sound_prefix(home: Path) -> None:
    report = diagnose(home)
    assert (rules(report), report.looked_at["distributions"]) == ([], 2)


@pytest.mark.parametrize("depends", [True, False])
def test_another_version_of_a_library(home: Path, compiler: Compiler, depends: bool) -> None:
    (home / "lib/libicuuc.so.73").unlink()
    (home / "conda-meta/icu-73.2-0.json").unlink()
    shipped(home, compiler, "75")
    record(home, "icu", "75.1", "lib/libicuuc.so.75")
    if not depends:
        record(home, "native", "1", f"{HERE}/native.abi3.so")
    finding = only(diagnose(home), "skewed-library")
    assert (finding.location.distribution, finding.evidence["provider"]) == ("native", "icu")
    (advice,) = finding.advice
    wanted = "'icu<74.0a0,>=73.2'" if depends else "icu=73"
    assert advice.commands == (f"conda install {wanted}",)


def test_a_package_whose_dist_info_lists_nothing(home: Path, compiler: Compiler) -> None:
    """Conda's record tells its files and its dependencies."""
    info = home / HERE / "native-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Name: native\nVersion: 1\n")
    (info / "INSTALLER").write_text("conda\n")
    assert rules(diagnose(home)) == []
    (home / "lib/libicuuc.so.73").unlink()
    (home / "conda-meta/icu-73.2-0.json").unlink()
    shipped(home, compiler, "75")
    record(home, "icu", "75.1", "lib/libicuuc.so.75")
    finding = only(diagnose(home), "skewed-library")
    assert finding.location.distribution == "native"
    assert finding.advice[0].commands == ("conda install 'icu<74.0a0,>=73.2'",)


def test_a_file_that_a_record_lists_is_gone(home: Path) -> None:
    (home / "lib/libicuuc.so.73").unlink()
    finding = only(diagnose(home), "missing-file")
    assert finding.location.distribution == "icu"
    assert [each.commands for each in finding.advice] == [("conda install --force-reinstall icu",)]


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{" * 9000,
        '{"name": 1}',
        '{"name": "x", "version": "1", "files": ["../../etc/a.so"]}',
    ],
)
def test_a_record_that_is_none(home: Path, content: str) -> None:
    (home / "conda-meta/x-1-0.json").write_text(content)
    assert rules(diagnose(home)) == []


def test_no_name_becomes_an_option(home: Path) -> None:
    (home / "lib/libicuuc.so.73").unlink()
    record(home, "-rhttps://x", "1; id", "lib/libicuuc.so.73")
    commands = [c for f in diagnose(home).findings for a in f.advice for c in a.commands]
    assert commands == ["conda install --force-reinstall icu"]
