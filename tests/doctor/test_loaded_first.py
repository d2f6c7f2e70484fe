"""Libraries that something else loads: frameworks, Python code; and operator libraries."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_facts import HERE, environment, installed, library, only, rules

from native_skew.doctor.diagnosis import diagnose
from native_skew.toolchain.compiler import Compiler


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return environment(tmp_path / "env") / HERE


OLD, NEW = "int f(void) { return 1; }\nint g(void) { return 2; }\n", "int f(void) { return 1; }\n"
CALLS = "extern int f(void), g(void); int {}(void) {{ return f() + g(); }}\n"


def torch(site: Path, compiler: Compiler, version: str, source: str) -> Path:
    made = library(
        site / "torch" / "lib", compiler, "libtorch.so", source, "-Wl,-soname,libtorch.so"
    )
    installed(site, "torch", "torch/lib/libtorch.so", version=version)
    return made


@pytest.mark.parametrize(
    ("file", "entry"),
    [("ops/_C.abi3.so", "PyInit__C"), ("ops/_C.so", "operator_of_torch")],
)
def test_symbols_of_what_is_loaded_first(
    site: Path, compiler: Compiler, file: str, entry: str
) -> None:
    """An extension of torch finds its libraries by nothing but torch's import."""
    older = torch(site, compiler, "2.4.0", OLD)
    folder, _, name = file.rpartition("/")
    library(site / folder, compiler, name, CALLS.format(entry), str(older))
    installed(site, "ops", file, version="2.1.2+pt24cpu", more="Requires-Dist: torch\n")
    assert rules(diagnose(site.parents[2])) == ["preloaded-library"]
    for version, advised in (("2.4.0", " ops"), ("2.3.0", "'torch==2.4.*' ops==")):
        torch(site, compiler, version, NEW)
        found = {each.rule: each for each in diagnose(site.parents[2]).findings}
        finding = found["undefined-symbol"]
        assert finding.evidence["needed"] == ("g",)
        assert finding.evidence["provider"] == "torch"
        # What is installed already is not advised.
        assert advised in finding.advice[0].commands[0]


def test_a_framework_without_the_library(site: Path, compiler: Compiler) -> None:
    """Built for CUDA, beside a torch for CPUs only."""
    device = library(site.parent, compiler, "x.so", OLD, "-Wl,-soname,libtorch_cuda.so")
    source = CALLS.format("PyInit__C")
    library(site / "ops", compiler, "_C.abi3.so", source, "-Wl,--no-as-needed", str(device))
    installed(site, "ops", "ops/_C.abi3.so", more="Requires-Dist: torch (==2.5.1)\n")
    torch(site, compiler, "2.6.0", OLD)
    finding = only(diagnose(site.parents[2]), "skewed-library")
    assert finding.evidence["provider"] == "torch"
    assert "torch==2.5.1" in finding.advice[0].commands[0]
    assert not any("apt-get" in command for each in finding.advice for command in each.commands)


@pytest.mark.parametrize(
    ("file", "python", "rule", "level"),
    [
        (
            "gbm/lib_gbm.so",
            "import ctypes\nPATH = 'lib_gbm.so'\n",
            "missing-system-library",
            "warning",
        ),
        ("gbm/lib_gbm.so", "", "optional-module", "note"),
        ("gbm/Qt/plugins/platforms/libqxcb.so", "", "missing-system-library", "note"),
    ],
)
def test_a_library_that_no_module_brings_in(
    site: Path, compiler: Compiler, file: str, python: str, rule: str, level: str
) -> None:
    # A library that wheels are known to take from the system, and that test machines lack.
    absent = library(site.parent, compiler, "x.so", OLD, "-Wl,-soname,libodbc.so.2")
    folder, _, name = file.rpartition("/")
    library(site / folder, compiler, name, NEW, "-Wl,--no-as-needed", str(absent))
    (site / "gbm" / "__init__.py").write_text(python)
    installed(site, "gbm", file)
    finding = only(diagnose(site.parents[2]), rule)
    assert finding.level == level
    assert finding.evidence["needed"] == ("libodbc.so.2",)


@pytest.mark.parametrize("spoken_of", [True, False])
def test_a_module_that_loads_a_library_from_beside_the_packages(
    site: Path, compiler: Compiler, spoken_of: bool
) -> None:
    """gmsh.py, whose library lies in the prefix."""
    absent = library(site.parent, compiler, "x.so", OLD, "-Wl,-soname,libodbc.so.2")
    home = site.parents[2]
    library(home / "share", compiler, "libmesh.so.4", NEW, "-Wl,--no-as-needed", str(absent))
    name = "mesh" if spoken_of else "other"
    (site / "mesher.py").write_text(f"import ctypes\nlib = ctypes.CDLL('lib{name}.so')\n")
    installed(site, "mesher", "../../../share/libmesh.so.4", "mesher.py")
    rule = "missing-system-library" if spoken_of else "optional-module"
    assert only(diagnose(home), rule).level == ("warning" if spoken_of else "note")
