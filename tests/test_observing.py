"""The readers of ELF and metadata, and the verdicts that follow."""

from __future__ import annotations

import json
import struct
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from native_skew.binaries import ld_cache
from native_skew.distributions import installed as inventory
from native_skew.distributions import metadata
from native_skew.distributions.installed import Installed
from native_skew.errors import CellError
from native_skew.observe.environment import (
    Check,
    Observation,
    OtherConsumer,
    Subject,
    observe,
    probe_facts,
)
from native_skew.observe.judgement import judge, require_answer
from native_skew.publish.publication import JournalEntry
from native_skew.toolchain.process import Outcome
from native_skew.verdict import Verdict
from support.compiler import cc
from support.elf_file import DYNAMIC, segment


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
    found = inventory.violations((installed("app", "1", requirement), installed("lib", "1.0")))
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
    (found,) = inventory.read(tmp_path)
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

OTHER = OtherConsumer(name="other", version="1")
BROKEN = OtherConsumer(name="second", version="1", import_error="ImportError: lib")
MISMATCHED = OtherConsumer(name="second", version="1", abi_mismatch="built against 1")


def test_who_is_broken_is_named() -> None:
    assert judge(observation(others=(OTHER, BROKEN)), 0).because.startswith("second: ImportError")
    both = observation(others=(BROKEN,), import_error="ImportError: first")
    assert judge(both, 0).because.startswith("ImportError: first")


def test_what_a_verdict_rests_on_is_said() -> None:
    broken = {"import_error": "ImportError: lib"}
    for changes, code, because in (
        (broken, 0, "ImportError: lib; pip and uv check passes"),
        ({**broken, "checks": COMPLAINS}, 0, "ImportError: lib; pip check complains"),
        ({"abi_mismatch": "built against 1"}, 0, "built against 1"),
        ({"violations": ("a wants b", "c")}, 0, "imports, though a wants b"),
        ({"consumer_installed": False}, 3, "the tool ended with 3 and did not install the module"),
        ({}, 3, "the tool ended with 3; what was installed before still works"),
        ({}, 0, "built against 7.0.10.99.0.2 and running with it"),
    ):
        assert judge(observation(**changes), code).because == because  # type: ignore[arg-type]


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
        ({"others": (OTHER,)}, 0, "works"),
        ({"others": (OTHER, BROKEN)}, 0, "broken, undetected"),
        ({"others": (BROKEN,), "checks": COMPLAINS}, 0, "broken, detected"),
        ({"others": (MISMATCHED,)}, 0, "wrong result"),
        ({}, 1, "refused"),
    ],
)
def test_verdicts(changes: dict[str, object], exit_code: int, verdict: Verdict) -> None:
    judged = judge(observation(**changes), exit_code)
    assert judged.verdict == verdict
    assert judged.because


def test_only_an_answer_of_the_tool_is_judged() -> None:
    asked = JournalEntry(method="GET", path="/simple/x/", status=200, step=1)
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
    return Outcome(argv=("python",), exit_code=code, output=output)


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


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """An environment whose module needs a library to which no run-time path leads."""
    site = tmp_path / "env/lib/python3/site-packages"
    for name in ("mod", "mod-1.dist-info"):
        (site / name).mkdir(parents=True)
    (site / "mod-1.dist-info/METADATA").write_text("Metadata-Version: 2.1\nName: mod\nVersion: 1\n")
    library = tmp_path / "elsewhere/libcached.so.1"
    library.parent.mkdir()
    source = (
        'char mod_built_against[] = "1.2"; int puts(const char *); int f(void) { return puts(""); }'
    )
    (tmp_path / "x.c").write_text(source)
    options = ("-shared", "-fPIC", "-Wl,--no-as-needed")
    cc(*options, "-Wl,-soname,libcached.so.1", "-o", library, tmp_path / "x.c")
    cc(*options, "-o", site / "mod/_mod.so", tmp_path / "x.c", library)
    return site


def observed(site: Path, program: Path | str = sys.executable) -> Observation:
    facts = {
        "path": [str(site)],
        "executable": str(program),
        "error": "of no matter",
        "loaded": [],
    }
    return observe(
        Subject(consumer="mod", provider="cached", module="mod"),
        lambda _: outcome(f"native-skew:{json.dumps(facts)}"),
        lambda _: (),
    )


def test_a_library_is_found_where_the_loader_finds_it(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By /etc/ld.so.cache too, not only by a search of folders."""
    library = tmp_path / "elsewhere/libcached.so.1"
    read = ld_cache.read
    configuration, cache = tmp_path / "ld.so.conf", tmp_path / "ld.so.cache"
    for folder, found in ((tmp_path, None), (library.parent, str(library))):
        configuration.write_text(f"{folder}\n")
        command = ["/sbin/ldconfig", "-X", "-C", cache, "-f", configuration]
        subprocess.run(command, check=True, capture_output=True)
        monkeypatch.setattr(ld_cache, "read", lambda _, cache=cache: read(cache))
        (module,) = observed(site).modules
        assert module.built_against == "1.2"
        needs = {each.name: each.found for each in module.needs}
        assert needs["libcached.so.1"] == found
        assert needs["libc.so.6"] is not None


def test_what_the_interpreter_has_loaded_is_found(site: Path, tmp_path: Path) -> None:
    library, program = tmp_path / "elsewhere/libcached.so.1", tmp_path / "python"
    main = ("-x", "c", tmp_path / "main.c", "-x", "none")
    (tmp_path / "main.c").write_text("int main(void) { return 0; }\n")
    for linked, found in (((), None), ((library, f"-Wl,-rpath,{library.parent}"), str(library))):
        cc(*main, "-Wl,--no-as-needed", *linked, "-o", program)
        (module,) = observed(site, program).modules
        assert {each.name: each.found for each in module.needs}["libcached.so.1"] == found


def test_nothing_is_recorded_of_a_file_that_two_readers_read_differently(site: Path) -> None:
    path = site / "mod/_mod.so"
    data = bytearray(path.read_bytes())
    # The offset of the dynamic section; the loader goes by its address.
    struct.pack_into("<Q", data, segment(data, DYNAMIC) + 8, 2**40)
    path.write_bytes(data)
    with pytest.raises(CellError, match=r"_mod\.so: its dynamic section: None by pyelftools"):
        observed(site)
