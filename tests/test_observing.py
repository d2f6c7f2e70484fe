"""The readers and the verdict: ELF, metadata, and what they amount to."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import msgspec
import pytest
from compiling import program
from hypothesis import given
from hypothesis import strategies as st
from native_skew.binaries import elf
from native_skew.distributions import metadata
from native_skew.distributions.metadata import Installed
from native_skew.errors import CellError
from native_skew.observe.answers import require_answer
from native_skew.observe.environment import Check, Observation, probe_facts
from native_skew.observe.judgement import judge
from native_skew.publish.publication import JournalEntry
from native_skew.toolchain.interpreter import Interpreter
from native_skew.toolchain.process import Outcome
from native_skew.verdict import Verdict


def libraries() -> list[Path]:
    """Shared objects of this very environment, of all sorts."""
    site = Path(msgspec.__file__).parent.parent
    return sorted(site.rglob("*.so*"))[:25]


@pytest.mark.parametrize("path", libraries(), ids=lambda path: path.name)
def test_the_reader_agrees_with_readelf(path: Path) -> None:
    dump = subprocess.run(
        [program("readelf"), "-dW", path], capture_output=True, text=True, check=True
    ).stdout
    found = elf.read(path)
    assert found is not None
    assert list(found.needed) == re.findall(r"\(NEEDED\).*\[(.*)\]", dump)
    assert [found.soname] == (re.findall(r"\(SONAME\).*\[(.*)\]", dump) or [""])
    runpath = re.findall(r"\(RUNPATH\).*\[(.*)\]", dump)
    assert ":".join(found.runpath) == "".join(runpath)


def test_what_is_no_shared_object_is_none(tmp_path: Path) -> None:
    text = tmp_path / "libtext.so"
    text.write_text("INPUT(libother.so)", encoding="ascii")
    assert elf.read(text) is None
    assert elf.read(tmp_path / "missing.so") is None
    assert elf.read(tmp_path) is None
    assert elf.string_symbol(text, "x") is None


@pytest.mark.slow
@given(data=st.binary(max_size=200), cut=st.integers(0, 4000))
def test_damaged_files_never_crash_the_reader(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, cut: int
) -> None:
    path = tmp_path_factory.mktemp("elf") / "lib.so"
    path.write_bytes(b"\x7fELF" + data)
    elf.read(path)
    whole = libraries()[0].read_bytes()
    path.write_bytes(whole[:cut] + data + whole[cut + len(data) : cut + 4096])
    elf.read(path)
    elf.string_symbol(path, "PyInit__core")


def test_runpath_and_library_path_are_searched_as_the_loader_does(tmp_path: Path) -> None:
    (tmp_path / "pkg").mkdir()
    for folder in ("own", "other"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "libx.so.1").touch()
    module = elf.SharedObject(
        path=str(tmp_path / "pkg" / "m.so"),
        machine="EM_X86_64",
        soname="",
        needed=("libx.so.1", "libx.so.2"),
        rpath=(),
        runpath=("${ORIGIN}/../own",),
    )
    found, missing = elf.resolve(module)
    assert found.found == str(tmp_path / "own" / "libx.so.1")
    assert missing.found is None
    first, _ = elf.resolve(module, library_path=[str(tmp_path / "other")])
    assert first.found == str(tmp_path / "other" / "libx.so.1")


def installed(name: str, version: str, *requires: str) -> Installed:
    return Installed(
        name=name,
        version=version,
        requires_dist=requires,
        dynamic=(),
        tags=(),
        generator="",
        installer="",
        direct_url="",
    )


@pytest.mark.parametrize(
    ("requirement", "violated"),
    [
        ("lib>=2", True),
        ("lib<2", False),
        ("Lib_ >=2", True),
        ("missing", True),
        ("lib>=2; python_version<'3'", False),
        ("lib>=2; extra=='more'", False),
        ("not a requirement !", True),
    ],
)
def test_violations(requirement: str, violated: bool) -> None:
    found = metadata.violations((installed("app", "1", requirement), installed("lib", "1.0")))
    assert bool(found) == violated


def test_installed_metadata_is_read_and_folders_without_it_passed_over(tmp_path: Path) -> None:
    good = tmp_path / "fake_softioc-4.6.1.dist-info"
    good.mkdir()
    good.joinpath("METADATA").write_bytes(
        metadata.core_metadata("fake-softioc", "4.6.1", ("fake-corelibs<2",), "requires-dist")
    )
    good.joinpath("WHEEL").write_text(
        "Generator: g 1\nTag: cp311-cp311-linux_x86_64\n", encoding="utf-8"
    )
    good.joinpath("INSTALLER").write_text("uv", encoding="utf-8")
    record = "pkg/m.cpython-311.so,sha256=x,1\npkg/lib/libx.so.1.2,,\npkg/a.py,,\n"
    good.joinpath("RECORD").write_text(record, encoding="utf-8")
    (tmp_path / "broken-1.dist-info").mkdir()
    (found,) = metadata.read_installed(tmp_path)
    assert (found.name, found.version, found.installer) == ("fake-softioc", "4.6.1", "uv")
    assert found.requires_dist == ("fake-corelibs<2",)
    assert found.dynamic == ("requires-dist",)
    assert found.tags == ("cp311-cp311-linux_x86_64",)
    assert found.generator == "g 1"
    assert found.libraries == ("pkg/lib/libx.so.1.2", "pkg/m.cpython-311.so")


def observation(**changes: object) -> Observation:
    facts: dict[str, object] = {
        "consumer_installed": True,
        "built_against": "7.0.10.99.0.2",
        "installed": "7.0.10.99.0.2",
        "loaded": "7.0.10.99.0.2",
        "checks": (
            Check(tool="pip", exit_code=0, output=""),
            Check(tool="uv", exit_code=0, output=""),
        ),
    }
    return Observation(**{**facts, **changes})  # type: ignore[arg-type]


COMPLAINS = (
    Check(tool="pip", exit_code=1, output="no"),
    Check(tool="uv", exit_code=0, output=""),
)


@pytest.mark.parametrize(
    ("changes", "exit_code", "verdict"),
    [
        ({}, 0, "works"),
        ({"import_error": "ImportError: lib"}, 0, "broken, undetected"),
        ({"import_error": "ImportError: lib", "checks": COMPLAINS}, 0, "broken, detected"),
        ({"import_error": "ImportError: lib"}, 1, "broken, undetected"),
        ({"abi_mismatch": "built against 1, running with 2"}, 0, "wrong result"),
        ({"violations": ("a requires b",)}, 0, "wrong result"),
        ({"consumer_installed": False}, 1, "refused"),
        ({}, 1, "refused"),
    ],
)
def test_verdicts(changes: dict[str, object], exit_code: int, verdict: Verdict) -> None:
    judged = judge(observation(**changes), exit_code)
    assert judged.verdict == verdict
    assert judged.because


def test_only_an_answer_of_the_tool_is_judged() -> None:
    asked = JournalEntry(method="GET", path="/simple/x/", status=200, step=1, user_agent="uv")
    failed = msgspec.structs.replace(asked, status=500)
    absent, unseen = observation(consumer_installed=False), observation(loaded=None)
    require_answer(["uv"], 1, absent, [asked])  # an honest refusal
    require_answer(["uv"], 0, observation(), [asked])
    for exit_code, seen, journal in (
        (0, absent, [asked]),
        (1, absent, []),
        (1, absent, [asked, failed]),
        (0, unseen, [asked]),
        (0, unseen, None),
    ):
        with pytest.raises(CellError):
            require_answer(["uv"], exit_code, seen, journal)


def outcome(output: str, code: int = 0) -> Outcome:
    return Outcome(argv=("python",), exit_code=code, output=output, seconds=0.1)


def test_a_process_that_dies_while_importing_is_an_import_error() -> None:
    died = probe_facts(
        outcome('noise\nnative-skew:{"path": ["/x"]}\nnative-skew:{"imported": true}', -6)
    )
    assert "imported" not in died
    assert "-6" in died["error"]
    odd = outcome(
        'native-skew:{"path": []}\nnative-skew:{"imported": true}\n'
        'native-skew:{"error": "OSError: lib"}\nnative-skew:{"loaded": []}'
    )
    assert probe_facts(odd)["error"] == "OSError: lib", "a call that fails is no success"
    lived = probe_facts(
        outcome(
            'native-skew:{"path": []}\nnative-skew:{"imported": true}\nnative-skew:{"loaded": []}'
        )
    )
    assert lived["imported"] is True
    assert "error" not in lived


def test_the_interpreter_names_its_tags(python: Interpreter) -> None:
    assert python.name in python.extension_tag
    assert python.extension_tag.endswith(python.platform_tag)
