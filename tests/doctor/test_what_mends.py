"""The first advice is what mends: by what links, by extras, by what was put there since."""

from __future__ import annotations

import base64
import hashlib
import subprocess
from pathlib import Path

import pytest

from native_skew.doctor import import_errors, rules
from native_skew.doctor.diagnosis import diagnose
from native_skew.doctor.environment import opened
from native_skew.doctor.inventory import Distribution
from native_skew.findings import Advice, Finding, Location
from native_skew.toolchain.compiler import Compiler

from test_facts import HERE, environment, installed, library, only  # isort: skip

EMPTY = "int PyInit_m(void) { return 0; }\n"


def needing(folder: Path, compiler: Compiler, *names: str, more: str = "") -> Path:
    """A module ``m`` in ``folder`` that needs libraries of these names."""
    stand_ins = [
        library(folder / "built" / name, compiler, "x.so", f"int f{n};", f"-Wl,-soname,{name}")
        for n, name in enumerate(names)
    ]
    made = library(
        folder, compiler, "m.abi3.so", EMPTY, f"-Wl,--no-as-needed{more}", *map(str, stand_ins)
    )
    for each in stand_ins:
        each.unlink()
    return made


def first(advice: tuple[Advice, ...]) -> str:
    return advice[0].commands[-1]


# --- files


def test_an_editable_install_whose_build_folder_is_gone(tmp_path: Path, session) -> None:  # type: ignore[no-untyped-def]
    """None of the system's, and none of a wheel's: it was there when it was built."""
    home = environment(tmp_path / "env")
    site, source = home / HERE, tmp_path / "source"
    needing(source / "own", session.compiler, "libown.so.2", more=f",-rpath,{source}/build")
    (site / "own.pth").write_text(f"{source}\n")
    info = installed(site, "own", "own.pth")
    (info / "direct_url.json").write_text(
        '{"url": "file:///source", "dir_info": {"editable": true}}'
    )
    finding = only(diagnose(home), "missing-library")
    assert f"looks for it in `{source}/build`, where it was built" in finding.message
    # A wheel from an index has the folder of the machine that built it, where nobody looks.
    (site / "own.pth").unlink()
    needing(site / "own", session.compiler, "libown.so.2", more=",-rpath,/project/build")
    (info / "direct_url.json").unlink()
    installed(site, "own", "own/m.abi3.so")
    only(diagnose(home), "missing-system-library")


def test_a_library_beside_the_packages_is_missed_where_it_is_needed(
    tmp_path: Path, session
) -> None:  # type: ignore[no-untyped-def]
    """MPICH's wheel puts its library into the environment's ``lib``."""
    home = environment(tmp_path / "env")
    site = home / HERE
    needing(site / "user", session.compiler, "libmpi.so.991")
    installed(site, "user", "user/m.abi3.so")
    installed(site, "mpi", "../../libmpi.so.991", "../../libothers.so.1")
    finding = only(diagnose(home), "missing-file")
    assert finding.location.distribution == "mpi"
    assert first(finding.advice) == "uv pip install --reinstall-package mpi mpi==1"
    installed(site, "mpi", "../../libothers.so.1")
    only(diagnose(home), "missing-system-library")


def test_files_of_another_release_are_told(tmp_path: Path, session) -> None:  # type: ignore[no-untyped-def]
    home = environment(tmp_path / "env")
    site = home / HERE
    made = library(site / "own", session.compiler, "m.abi3.so", "int gone(void); int PyInit_m(void) { return gone(); }\n")  # fmt: skip
    digest = hashlib.sha256(made.read_bytes()).digest()
    right = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    installed(site, "own", f"own/m.abi3.so,sha256={right}")
    assert only(diagnose(home), "undefined-symbol").advice == ()
    installed(site, "own", f"own/m.abi3.so,sha256={right[::-1]}")
    finding = only(diagnose(home), "undefined-symbol")
    assert "is not the one that own 1's RECORD lists" in finding.message
    assert first(finding.advice) == "uv pip install --reinstall-package own own==1"


def test_a_module_of_another_size_beside_others_that_are_as_installed(
    tmp_path: Path, session
) -> None:  # type: ignore[no-untyped-def]
    home = environment(tmp_path / "env")
    site = home / HERE
    made = [
        library(
            site / "own", session.compiler, name, f"int PyInit_{name[0]}(void) {{ return 0; }}\n"
        )
        for name in ("m.abi3.so", "n.abi3.so")
    ]
    sizes = [each.stat().st_size for each in made]

    def recorded(*sizes: int, installer: str = "uv") -> list[str]:
        rows = (f"own/{n}.abi3.so,sha256=x,{size}" for n, size in zip("mn", sizes, strict=True))
        (installed(site, "own", *rows) / "INSTALLER").write_text(installer)
        return [f"{each.rule} {each.level}" for each in diagnose(home).findings]

    assert recorded(*sizes) == []
    assert recorded(sizes[0] - 1, sizes[1]) == ["changed-file note"]
    assert recorded(sizes[0] + 1, sizes[1]) == ["changed-file note"]
    assert recorded(sizes[0] + 1, sizes[1] + 1) == ["changed-file note"]
    assert recorded(sizes[0] - 1, sizes[1], installer="conda") == []
    assert recorded(10**30, sizes[1]) == ["changed-file note"]
    (finding,) = diagnose(home).findings
    assert first(finding.advice) == "uv pip install --reinstall-package own own==1"
    made[0].write_bytes(made[0].read_bytes().replace(b".symtab\0", b".symtac\0"))
    assert recorded(sizes[0] + 1, sizes[1]) == []  # as strip leaves it
    made[0].write_bytes(b"")
    assert recorded(*sizes) == ["damaged-file error"]  # one cause, one finding


def test_an_interpreter_that_lacks_a_library(tmp_path: Path, session) -> None:  # type: ignore[no-untyped-def]
    """A Python that was built with its code in libpython, without that."""
    home = environment(tmp_path / "env")
    installed(home / HERE, "own")
    assert diagnose(home).findings == ()
    program = home / "bin/python"
    program.unlink()
    stand_in = library(tmp_path, session.compiler, "x.so", "int f;", "-Wl,-soname,libpython.so.991")
    (tmp_path / "main.c").write_text("int main(void) { return 0; }\n")
    command = [*session.compiler.command, "-o", str(program), str(tmp_path / "main.c")]
    command += ["-Wl,--no-as-needed", str(stand_in)]
    subprocess.run(command, check=True, capture_output=True)
    finding = only(diagnose(home), "missing-interpreter")
    assert finding.evidence["needed"] == ("libpython.so.991",)
    assert finding.advice


@pytest.mark.parametrize("entry", ["PyInit_m", "other"])
def test_a_library_for_another_processor_is_no_module(tmp_path: Path, session, entry: str) -> None:  # type: ignore[no-untyped-def]
    """pyepics has its library for each processor, in folders that are named like packages."""
    home = environment(tmp_path / "env")
    site = home / HERE
    made = library(
        site / "own/arm", session.compiler, "m.so", f"int {entry}(void) {{ return 0; }}\n"
    )
    content = bytearray(made.read_bytes())
    content[18] = 40  # e_machine
    made.write_bytes(content)
    installed(site, "own", "own/arm/m.so")
    found = [each.rule for each in diagnose(home).findings]
    assert found == (["foreign-architecture"] if entry == "PyInit_m" else [])


# --- versions


@pytest.mark.parametrize(
    ("requires", "found"), [(">=3.99", True), (">=3.10", False), ("<3", True), ("nonsense", False)]
)
def test_a_python_that_is_not_admitted(tmp_path: Path, requires: str, found: bool) -> None:
    home = environment(tmp_path)
    site = home / HERE
    installed(site, "own", more=f"Requires-Python: {requires}\n")
    installed(site, "other")
    report = diagnose(home)
    assert [f"{each.rule} {each.level}" for each in report.findings] == (
        ["other-python warning"] if found else []
    )
    if found:
        assert first(report.findings[0].advice).endswith(" own")


def test_what_links_to_the_provider_moves_too_where_only_a_name_tells(
    tmp_path: Path, session
) -> None:  # type: ignore[no-untyped-def]
    """Pinocchio and hpp-fcl beside a newer Boost, of which no requirement speaks."""
    home = environment(tmp_path / "env")
    site = home / HERE
    path = ",-rpath,$ORIGIN/../boost"
    needing(site / "user", session.compiler, "libboost_python.so.1.81.0", more=path)
    needing(site / "other", session.compiler, "libboost_python.so.1.82.0", more=path)
    library(site / "boost", session.compiler, "libboost_python.so.1.82.0", "int f;\n")
    installed(site, "boost", "boost/libboost_python.so.1.82.0", version="1.82.0")
    installed(site, "user", "user/m.abi3.so")
    installed(site, "other", "other/m.abi3.so")
    finding = only(diagnose(home), "skewed-library")
    assert first(finding.advice).endswith(" user other boost")
    last = finding.advice[-1]
    assert "boost==1.81.0.*" in str((last.commands, last.files))
    assert "no such release any more" in last.trap


def test_a_part_that_the_provider_has_no_longer_is_its_own(tmp_path: Path, session) -> None:  # type: ignore[no-untyped-def]
    home = environment(tmp_path / "env")
    site = home / HERE
    needing(site / "user", session.compiler, "libboost_system.so.1.81.0", more=",-rpath,$ORIGIN/../lib")  # fmt: skip
    library(site / "lib", session.compiler, "libboost_python.so.1.90.0", "int f;\n")
    installed(site, "boost", "lib/libboost_python.so.1.90.0", version="1.90.0")
    installed(site, "user", "user/m.abi3.so")
    assert only(diagnose(home), "skewed-library").evidence["provider"] == "boost"
    library(site / "lib", session.compiler, "libanother_python.so.1", "int f;\n")
    installed(site, "boost", "lib/libanother_python.so.1", version="1.90.0")
    (site / "lib/libboost_python.so.1.90.0").unlink()
    only(diagnose(home), "missing-library")


def test_an_absent_provider_of_any_version_comes_with_a_newer_consumer(
    tmp_path: Path, session
) -> None:  # type: ignore[no-untyped-def]
    """mkl-service 2.4 requires any MKL, and the newest has another libmkl_rt."""
    home = environment(tmp_path / "env")
    site = home / HERE
    needing(site / "user", session.compiler, "libmkl_rt.so.2")
    installed(site, "user", "user/m.abi3.so", more="Requires-Dist: mkl\n")
    found = only(diagnose(home), "missing-library").advice
    assert first(found).endswith(" user mkl")
    assert any(each.commands[-1].endswith("install mkl") for each in found)
    installed(site, "user", "user/m.abi3.so", more="Requires-Dist: mkl<2026\n")
    assert first(only(diagnose(home), "missing-library").advice).endswith("install 'mkl<2026'")


def test_requirements_that_contradict_each_other_move_those_who_have_them(tmp_path: Path) -> None:
    home = environment(tmp_path)
    site = home / HERE
    installed(site, "provider", version="3")
    installed(site, "one", more="Requires-Dist: provider<2\n")
    installed(site, "two", more="Requires-Dist: provider>=3\n")
    found = only(diagnose(home), "violated-requirement").advice
    assert first(found).endswith(" one provider two")
    installed(site, "two", more="Requires-Dist: provider>=1.5\n")
    assert first(only(diagnose(home), "violated-requirement").advice) == (
        "uv pip install 'provider<2,>=1.5'"
    )


@pytest.mark.parametrize(
    ("requires", "advised"),
    [
        ("nvidia-cublas-cu12==12.*; extra == 'cuda'", "uv pip install 'nvidia-cublas-cu12==12.*'"),
        ("nvidia-other-cu12==12.*; extra == 'cuda'", ""),
        ("nvidia-cublas-cu12; extra == 'cuda' and sys_platform == 'win32'", ""),
    ],
)
def test_what_an_extra_brings(tmp_path: Path, session, requires: str, advised: str) -> None:  # type: ignore[no-untyped-def]
    home = environment(tmp_path / "env")
    site = home / HERE
    needing(site / "user", session.compiler, "libcublas.so.991")
    more = f"Requires-Dist: {requires}\nProvides-Extra: cuda\n"
    installed(site, "user", "user/m.abi3.so", more=more)
    finding = only(diagnose(home), "missing-system-library")
    assert [each.commands[0] for each in finding.advice][:1] == ([advised] if advised else [])
    assert ("in its extra `cuda`" in finding.message) is bool(advised)


@pytest.mark.parametrize("source", ["from ._core import *", "from . import _core", ""])
def test_a_module_that_nobody_asks_for_beside_one_that_is(
    tmp_path: Path, session, source: str
) -> None:  # type: ignore[no-untyped-def]
    """daal4py without MPI; PyQt6's package imports none of its modules, and each may be wanted."""
    home = environment(tmp_path / "env")
    site = home / HERE
    needing(site / "user", session.compiler, "libmore.so.991")
    library(
        site / "user", session.compiler, "_core.abi3.so", "int PyInit__core(void) { return 0; }\n"
    )
    (site / "user/__init__.py").write_text(source)
    installed(site, "user", "user/m.abi3.so", "user/_core.abi3.so")
    only(diagnose(home), "optional-module" if source else "missing-system-library")


@pytest.mark.parametrize(
    ("name", "optional"), [("libcublas.so.991", True), ("libmore.so.991", False)]
)
def test_a_device_s_module_beside_others_that_load(
    tmp_path: Path, session, name: str, optional: bool
) -> None:  # type: ignore[no-untyped-def]
    """cupy_backends, whose modules cupy's compiled ones import where there is CUDA."""
    home = environment(tmp_path / "env")
    site = home / HERE
    needing(site / "backends", session.compiler, name)
    installed(site, "user", "backends/m.abi3.so")
    only(diagnose(home), "missing-system-library")
    library(site / "user", session.compiler, "n.abi3.so", "int PyInit_n(void) { return 0; }\n")
    installed(site, "user", "backends/m.abi3.so", "user/n.abi3.so")
    only(diagnose(home), "optional-module" if optional else "missing-system-library")


def test_what_the_system_lacks_comes_last_among_errors() -> None:
    def found(rule: str, level: str) -> Finding:
        return Finding(rule=rule, level=level, message="", location=Location())  # type: ignore[arg-type]

    apart = rules.arranged(
        [
            found("missing-system-library", "error"),
            found("missing-system-library", "warning"),
            found("import-fails", "error"),
            found("violated-requirement", "warning"),
        ]
    )
    assert [each.rule for each in apart] == [
        "import-fails", "missing-system-library", "violated-requirement", "missing-system-library",
    ]  # fmt: skip


# --- an import's own words


@pytest.mark.parametrize(
    ("error", "requires", "advised"),
    [
        ("cannot import name 'triu' from 'scipy.linalg' (/x/scipy/linalg/__init__.py)", "scipy", "--upgrade-package scipy own scipy"),
        ("lxml & xmlsec libxml2 library version mismatch", "lxml", "own lxml"),
        ("it needs lxml-html-clean", "lxml", ""),
        ("No module named 'own_binary'", "own-binary==1; extra == 'binary'", "install own-binary==1"),
        ("No module named 'own_binary'", "own-binary==1", ""),
        ("cannot load library 'libgobject-2.0-0': no such file", "cffi", "libglib2.0-0"),
        ("libportaudio.so.2: cannot open shared object file", "cffi", "libportaudio2"),
        ("libc.so.6 is there", "cffi", ""),
        ("something else", "scipy", ""),
    ],
)  # fmt: skip
def test_what_the_words_name(tmp_path: Path, error: str, requires: str, advised: str) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/os-release").write_text("ID=debian\n")
    home = environment(tmp_path / "env")
    site = home / HERE
    installed(site, "own", more=f"Requires-Dist: {requires}\n")
    installed(site, "scipy")
    installed(site, "lxml")
    with opened(home) as found:
        owner = next(each for each in found.distributions if each.name == "own")
        _, evidence, advice = import_errors.explained(owner, error, found)
    assert bool(evidence) is bool(advised)
    commands = " ".join(command for each in advice for command in each.commands)
    assert advised in commands
    assert bool(commands) is bool(advised)


def test_what_its_python_code_asks_the_loader_for(tmp_path: Path) -> None:
    """As pyzbar, whose own words name no file."""
    home = environment(tmp_path)
    site = home / HERE
    (site / "own").mkdir()
    code = site / "own/__init__.py"
    installed(site, "own", "own/__init__.py")
    named: Distribution
    with opened(home) as found:
        (named,) = found.distributions
        for source, needed in (
            ("from ctypes.util import find_library\nfind_library('portaudio')\n", ("libportaudio.so.2",)),
            ("import ctypes\nctypes.CDLL('libportaudio.so.2')\n", ("libportaudio.so.2",)),
            ("import ctypes\nctypes.CDLL('libc.so.6')\n", None),
            ("find_library('portaudio')\n", None),
        ):  # fmt: skip
            code.write_text(source)
            _, evidence, _ = import_errors.explained(named, "not found", found)
            assert evidence.get("needed") == needed, source
