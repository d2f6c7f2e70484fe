"""What doctor says of environments with the fake pair in them, really compiled."""

from __future__ import annotations

import json
import os
import re
import shutil
import struct
import subprocess
import sys
import venv
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import pytest
import tomlkit
from jsonschema import Draft202012Validator

from native_skew.distributions import core_metadata, wheel_file
from native_skew.doctor import inventory
from native_skew.doctor.diagnosis import diagnose
from native_skew.doctor.sites import Sites
from native_skew.findings import Advice, Finding, Report, schema_of
from native_skew.installers import INSTALLERS, Cause, advise
from native_skew.run.session import Session
from native_skew.toolchain.sandbox import Sandbox, environment

ROOT = Path(__file__).parents[2]
OLDER, NEWER = "7.0.7.99.1.2", "7.0.10.99.0.2"
STAMP = f"fake-corelibs>={NEWER},<7.0.10.99.1"


def only(findings: tuple[Finding, ...], rule: str) -> Finding:
    assert [each.rule for each in findings] == [rule]
    return findings[0]


def test_the_issue_is_told_whole(skewed: Callable[[], Path]) -> None:
    home = skewed()
    (home.parent / "pyproject.toml").touch()  # a project's, which `uv sync` is for
    report = diagnose(home)
    finding = only(report.findings, "skewed-library")
    assert report.exit_code == 1
    for part in (
        "needs `libfakecore.so.7.0.10.99.0`",
        "fake-corelibs 7.0.7.99.1.2 ships `libfakecore.so.7.0.7.99.1`",
        f"wants `fake-corelibs<7.0.10.99.1,>={NEWER}`"
        if "<7.0.10.99.1,>=" in finding.message
        else f"wants `{STAMP}`",
        "installed by uv",
    ):
        assert part in finding.message
    assert finding.location.distribution == "fake-softioc"
    assert finding.evidence["requirement_holds"] is False
    first = finding.advice[0]
    assert (first.remedy, first.tool) == ("override", "uv sync")
    table = tomlkit.parse(first.files["pyproject.toml"])["tool"]["uv"]
    assert table["override-dependencies"] == [f"fake-corelibs=={NEWER}"]
    assert all(each.trap for each in finding.advice)


def test_an_environment_that_uv_made(pair: Any, session: Session) -> None:
    """The control for the environments that the other tests make by hand."""
    files = pair.provider(), pair.consumer(NEWER, STAMP)
    home, tool = pair.folder / "made-by-uv", session.toolbox.tool("uv", "newest")
    venv.create(home, symlinks=True)
    place = Sandbox(root=pair.folder / "uv", index_url="http://127.0.0.1:9/simple")
    place.prepare()
    wheels = [pair.save(file) / file.filename for file in files]
    command = [Path(tool.path) / tool.name, "pip", "install", "--no-deps", "--offline"]
    subprocess.run(
        [*command, "--python", home, *wheels],
        check=True,
        cwd=place.project,
        env=environment(place, (), live=False),
        capture_output=True,
    )
    for each in home.rglob("direct_url.json"):
        each.unlink()  # what comes from an index has none
    by_uv, by_hand = diagnose(home), diagnose(pair.install(*files))
    assert (by_uv.findings, by_uv.looked_at) == (by_hand.findings, by_hand.looked_at)
    assert by_uv.exit_code == 1


@pytest.mark.parametrize("version", [OLDER, NEWER])
def test_a_pair_of_one_version_is_silent(pair, version: str) -> None:  # type: ignore[no-untyped-def]
    home = pair.install(pair.provider(version), pair.consumer(version, "fake-corelibs"))
    report = diagnose(home)
    assert report.findings == ()
    assert report.looked_at["extension modules"] == 1


def test_an_unstamped_skew_is_told_from_a_stamped_one(pair) -> None:  # type: ignore[no-untyped-def]
    home = pair.install(pair.provider(), pair.consumer(NEWER, "fake-corelibs"))
    finding = only(diagnose(home).findings, "skewed-library")
    assert finding.evidence["cause"] == "unstamped"
    assert "built with another version" in finding.message
    assert finding.advice[0].remedy == "match-runtime-rebuild"


def test_a_stale_build_tree(pair) -> None:  # type: ignore[no-untyped-def]
    stamp = f"fake-corelibs>={OLDER},<7.0.7.99.2"
    home = pair.install(pair.provider(), pair.consumer(NEWER, stamp))
    finding = only(diagnose(home).findings, "stale-build")
    assert finding.advice[0].remedy == "match-runtime-rebuild"
    assert "uv cache clean fake-softioc" in finding.advice[0].commands


def test_a_provider_that_is_not_installed(pair) -> None:  # type: ignore[no-untyped-def]
    home = pair.install(pair.consumer(NEWER, "fake-corelibs"))
    finding = only(diagnose(home).findings, "missing-library")
    assert "requires fake-corelibs, which is not installed" in finding.message
    assert "install fake-corelibs" in finding.advice[0].commands[0]


def test_a_violated_pin_without_a_library(pair) -> None:  # type: ignore[no-untyped-def]
    home = pair.install(pair.provider(), pair.consumer(OLDER, STAMP))
    finding = only(diagnose(home).findings, "violated-requirement")
    assert finding.level == "warning"


def test_an_unversioned_library_with_another_abi(pair) -> None:  # type: ignore[no-untyped-def]
    home = pair.install(pair.provider(), pair.consumer(NEWER, "fake-corelibs"))
    (module,) = home.rglob("_extension*.so")
    (library,) = home.rglob("libfakecore.so.*")
    # The name that the loader looks for is there, and is the older library.
    library.rename(library.with_name("libfakecore.so.7.0.10.99.0"))
    record = next(home.rglob("fake_corelibs*/RECORD"))
    record.write_text(record.read_text().replace(library.name, "libfakecore.so.7.0.10.99.0"))
    finding = only(diagnose(home).findings, "other-abi")
    assert finding.evidence["built_against"] == NEWER
    assert finding.advice[0].remedy in INSTALLERS["uv-pip-install"].repairs["symbol"]
    assert module.exists()


def test_a_library_off_the_path_is_a_note(pair) -> None:  # type: ignore[no-untyped-def]
    home = pair.install(pair.provider(NEWER), pair.consumer(NEWER, "fake-corelibs"))
    (library,) = home.rglob("libfakecore.so.*")
    elsewhere = library.parents[1] / "preloaded" / library.name
    elsewhere.parent.mkdir()
    library.rename(elsewhere)
    record = next(home.rglob("fake_corelibs*/RECORD"))
    record.write_text(record.read_text().replace("lib/libfakecore", "preloaded/libfakecore"))
    report = diagnose(home)
    assert only(report.findings, "preloaded-library").level == "note"
    assert report.exit_code == 0


def test_another_copy_on_ld_library_path(pair) -> None:  # type: ignore[no-untyped-def]
    home = pair.install(pair.provider(), pair.consumer(NEWER, STAMP))
    aside = pair.install(pair.provider(NEWER), target=pair.folder / "other")
    folder = str(aside / "fake_corelibs" / "lib")
    rules = [each.rule for each in diagnose(home, (folder,)).findings]
    assert "mixed-generations" in rules
    assert "skewed-library" not in rules


def test_another_copy_of_the_same_generation(pair) -> None:  # type: ignore[no-untyped-def]
    """As in epicscorelibs: the library has two names, one of them without a version."""
    home = pair.install(pair.provider(NEWER), pair.consumer(NEWER, STAMP))
    aside = pair.install(pair.provider(NEWER), target=pair.folder / "other")
    (library,) = home.rglob("libfakecore.so.*")
    (library.parent / "libfakecore.so").write_bytes(library.read_bytes())
    record = next(home.rglob("fake_corelibs*/RECORD"))
    record.write_text(record.read_text() + "fake_corelibs/lib/libfakecore.so,,\n")
    assert diagnose(home, (str(aside / "fake_corelibs" / "lib"),)).findings == ()


def test_a_library_for_another_architecture(pair) -> None:  # type: ignore[no-untyped-def]
    home = pair.install(pair.provider(), pair.consumer(OLDER, "fake-corelibs"))
    (library,) = home.rglob("libfakecore.so.*")
    data = bytearray(library.read_bytes())
    struct.pack_into("<H", data, 18, 243)  # RISC-V
    library.unlink()  # uv may have linked it to its cache
    library.write_bytes(data)
    assert only(diagnose(home).findings, "foreign-architecture")


def test_a_truncated_module(pair) -> None:  # type: ignore[no-untyped-def]
    home = pair.install(pair.provider(), pair.consumer(OLDER, "fake-corelibs"))
    (module,) = home.rglob("_extension*.so")
    data = module.read_bytes()
    module.unlink()
    module.write_bytes(data[:1000])
    assert "truncated" in only(diagnose(home).findings, "damaged-file").message


def test_every_kind_of_environment_says_the_same(pair) -> None:  # type: ignore[no-untyped-def]
    provider, consumer = pair.provider(), pair.consumer(NEWER, STAMP)
    target = pair.install(provider, consumer, target=pair.folder / "target")
    venv = pair.install(provider, consumer)
    conda = pair.folder / "conda"
    shutil.copytree(venv, conda, symlinks=True, ignore=shutil.ignore_patterns("pyvenv.cfg"))
    (conda / "conda-meta").mkdir()
    wheels = pair.save(provider, consumer, name="dist")
    (site,) = venv.glob("lib/python*/site-packages")
    for kind in (venv, conda, target, site, wheels):
        finding = only(diagnose(kind).findings, "skewed-library")
        assert finding.location.file.endswith(".so"), kind
        assert not finding.location.file.startswith("/"), kind
    # Alone, the consumer's wheel cannot know what it will be installed beside.
    alone = pair.save(consumer, name="alone") / consumer.filename
    assert [f.rule for f in diagnose(alone).findings] == ["missing-library"]


def test_the_command_and_its_exit_codes(skewed, call, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    home = str(skewed())
    code, text, _ = call("doctor", home)
    assert (code, "skewed-library" in text) == (1, True)
    assert "nothing imported: --confirm does" in text
    code, text, _ = call("doctor", home, "--json")
    Draft202012Validator(schema_of(Report)).validate(json.loads(text))
    assert code == 1
    annotation = call("doctor", home, "--github")[1]
    assert annotation.startswith("::error ")
    assert "_extension" in annotation
    assert json.loads(call("doctor", home, "--sarif")[1])["runs"][0]["results"]
    code, _, errors = call("doctor", str(tmp_path / "absent"))
    assert (code, "nothing at this path" in errors) == (2, True)
    code, _, errors = call("doctor", str(tmp_path / ("long" * 99)))
    assert (code, "File name too long" in errors) == (2, True)  # so it is not known to be absent
    code, text, _ = call("doctor", home, "--confirm")
    assert (code, "imports)" in text, "imports-after-all" in text) == (1, True, False)
    assert "nothing imported" not in text


def test_confirm_finds_what_files_do_not_tell(pair, call) -> None:  # type: ignore[no-untyped-def]
    home = pair.install(pair.provider(NEWER), pair.consumer(NEWER, "fake-corelibs"))
    assert call("doctor", str(home), "--confirm")[0] == 0
    (package,) = home.rglob("fake_softioc/__init__.py")
    package.write_text("raise ImportError('x.so: cannot open shared object file')\n")
    code, text, _ = call("doctor", str(home), "--confirm")
    assert (code, "import-fails" in text) == (1, True)
    assert call("doctor", str(home))[0] == 0  # and without it nothing is run


def test_nothing_in_the_environment_is_run(pair, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    home = pair.install(pair.provider(), pair.consumer(OLDER, "fake-corelibs"))
    (site,) = home.glob("lib/python*/site-packages")
    trace = tmp_path / "ran"
    (site / "evil.pth").write_text(f"import pathlib; pathlib.Path({str(trace)!r}).touch()\n")
    python = home / "bin" / "python"
    python.unlink()
    python.write_text(f"#!/bin/sh\ntouch {trace}\n")
    python.chmod(0o755)
    diagnose(home)
    assert not trace.exists()


def test_the_active_environment(skewed, start) -> None:  # type: ignore[no-untyped-def]
    for name, code in (("VIRTUAL_ENV", 1), ("CONDA_PREFIX", 1), ("NOTHING", 2)):
        plain = {k: v for k, v in os.environ.items() if k not in ("VIRTUAL_ENV", "CONDA_PREFIX")}
        environ = {**plain, "PYTHONPATH": str(ROOT / "repro"), name: str(skewed())}
        command = [sys.executable, "-m", "native_skew", "doctor"]
        done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
        assert done.returncode == code, done.stderr
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize("installer", ["uv", "pip", "Poetry 2.5.1", "pdm"])
@pytest.mark.parametrize("cause", get_args(Cause))
def test_advice_holds_what_the_remedy_adds_and_nothing_of_the_kit_s(
    cause: Cause, installer: str
) -> None:
    """The reader has a project and an index; a lock is made anew, and a cache cleaned first."""
    found = advise(
        cause,
        consumer=("fake-softioc", "4.6.1"),
        provider=("fake-corelibs", "7.0.7.99.1.2"),
        built_against="7.0.10.99.0.2",
        from_source=True,
        installer=installer,
        python="3.11",
    )
    assert found
    for each in found:
        text = "".join(each.files.values())
        assert not re.search(r"url|source|package-mode|distribution|project\]", text), text
        tool = each.tool.partition(" ")[0]
        if tool in ("poetry", "pdm"):
            assert f"{tool} lock" in each.commands
        if each.remedy.endswith("rebuild") and tool not in ("pip", "pipenv"):
            assert "cache" in each.commands[0]
        if each.remedy in ("override", "override-older", "build-constraint-rebuild"):
            assert "fake-corelibs" in text


def test_a_record_cannot_point_far_and_is_bounded(tmp_path: Path) -> None:
    info = tmp_path / "x-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_bytes(b"Name: x\nVersion: 1\n\nbody")
    (info / "RECORD").write_bytes(b'"a,b.so",,\n../../etc/x.so,,\na/b.so.1,,\nc.so.py,,\n')
    sites = Sites(folders=(tmp_path,))
    ((owner, gone),) = inventory.read(sites).gone
    assert owner.files == ()
    assert gone == (f"{tmp_path}/a,b.so", f"{tmp_path}/a/b.so.1")
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "y-1.dist-info").mkdir()
    os.mkfifo(tmp_path / "y-1.dist-info" / "METADATA")
    read = inventory.read(sites)
    assert [each.name for each in read.distributions] == ["x", "y"]
    assert read.not_examined == ("the metadata of y (not a regular file)",)


def test_who_else_needs_the_library_is_named_and_moves_with_it(pair: Any) -> None:
    """As with pvxslibs beside softioc: it is no repair if it breaks another consumer."""

    def first(home: Path) -> tuple[str, str]:
        finding = only(
            [f for f in diagnose(home).findings if f.rule == "skewed-library"], "skewed-library"
        )
        return finding.message, finding.advice[0].commands[-1]

    home = pair.install(pair.provider(), pair.consumer(NEWER, STAMP))
    (home.parent / "pyproject.toml").touch()  # a project's, which `uv sync` is for
    alone = first(home)
    assert "must move with it" not in alone[0]
    assert alone[1] == "uv sync"
    metadata = core_metadata("fake-pvxs", "1.4.1", ["fake-corelibs<7.0.7.99.2"])
    members = {"fake_pvxs/__init__.py": b""}
    other = wheel_file("fake-pvxs", "1.4.1", "py3-none-any", metadata, members, 1)
    message, command = first(pair.install(other))
    assert "`fake-pvxs` requires that library too, and must move with it" in message
    assert command == "uv sync --upgrade-package fake-pvxs"
    offered = [
        each.remedy
        for finding in diagnose(home).findings
        for each in finding.advice
        if each.tool == "uv sync" and finding.rule == "skewed-library"
    ]
    assert offered == list(INSTALLERS["uv-sync"].repairs["shared"])


def test_the_tool_whose_lock_stands_beside_comes_first(pair: Any) -> None:
    """What pip installed may be Pipenv's, which would undo what pip does."""

    def tools(home: Path) -> list[str]:
        found = [f for f in diagnose(home).findings if f.rule == "skewed-library"]
        return [each.tool for each in only(found, "skewed-library").advice]

    home = pair.install(pair.provider(), pair.consumer(NEWER, "fake-corelibs"))
    for installer in home.rglob("INSTALLER"):
        installer.write_text("pip\n", encoding="ascii")
    assert set(tools(home)) == {"pip install"}, "no Pipfile: no project of Pipenv's"
    (home.parent / "Pipfile").touch()
    assert tools(home)[0] == "pip install"
    (home.parent / "Pipfile.lock").touch()
    assert tools(home)[0] == "pipenv lock, pipenv sync"


def test_no_forged_name_or_version_reaches_a_command_line() -> None:
    def advised(consumer: str, version: str, built: str = NEWER) -> tuple[Advice, ...]:
        return advise(
            "stamped",
            consumer=(consumer, version),
            provider=("fake-corelibs", OLDER),
            built_against=built,
            from_source=True,
            installer="uv",
            python="3.11",
        )

    assert advised("fake-softioc", "4.6.1")
    for name, version in (
        ("-rhttps://evil.example", "1"),
        ("x; rm -rf ~", "1"),
        ("x @ https://evil.example/x.whl", "1"),
        ("x[extra]", "1"),
        ("fake-softioc", "1\n--index-url=https://evil.example"),
        ("fake-softioc", "1; os_name=='posix'"),
    ):
        assert not advised(name, version), (name, version)
    assert not advised("fake-softioc", "4.6.1", built="1 --pre")
