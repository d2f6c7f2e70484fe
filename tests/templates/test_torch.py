"""A consumer of torch: for one release of it, or by its stable ABI for many.

The torch here is a small one of the same make: libraries without a version, headers in C++
that offer what TORCH_TARGET_VERSION has, and builds of one release that differ behind "+".
"""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from support import native_wheels
from support.bakery import Bakery, edit
from support.file_index import publish, served
from support.native_wheels import consistency, library
from .test_sessions import nox

OLDEST, NEWEST = "2.10.0", "2.13.0"
HEADER = """
#pragma once
#include <cstdint>
namespace torch::stable {}
extern "C" uint64_t aoti_torch_abi_version();
#if !defined(TORCH_TARGET_VERSION) || TORCH_TARGET_VERSION >= 0x020d000000000000
extern "C" int torch_newer();
#endif
"""
SOURCE = """
#include <cstdint>
#define EXPORTED __attribute__((visibility("default")))
extern "C" EXPORTED uint64_t aoti_torch_abi_version() { return 2ULL << 56 | %dULL << 48 | %dULL << 40; }
#if %d >= 13
extern "C" EXPORTED int torch_newer() { return 1; }
#endif
namespace c10 { EXPORTED int internal() { return 1; } }
"""


# What the real one brings along: more than Python's limited API, and nothing for a stable ABI.
PYTHON_HEADER = """
#pragma once
#include <Python.h>
#ifdef TORCH_TARGET_VERSION
#error "not of the stable ABI"
#endif
inline bool whole_api() { return PyGILState_Check() != 0; }
int of_python();
"""
PYTHON_SOURCE = '__attribute__((visibility("default"))) int of_python() { return 1; }'


def torch_wheel(bakery: Bakery, version: str) -> Path:
    """The wheel of one build of a release."""
    _, minor, patch = map(int, version.partition("+")[0].split("."))
    sources = {
        "libtorch_cpu.so": SOURCE % (minor, patch, minor),
        "libc10.so": "",
        "libtorch_python.so": PYTHON_SOURCE,
    }
    files = {f"torch/lib/{each}": library(bakery, each, text, "c++") for each, text in sources.items()}
    files["torch/__init__.py"] = b""
    files["torch/include/torch/csrc/stable/library.h"] = HEADER.encode()
    files["torch/include/torch/extension.h"] = PYTHON_HEADER.encode()
    return native_wheels.wheel(bakery, "torch", version, files)


def baked(bakery: Bakery, granularity: str, oldest: str, **answers: str) -> Path:
    return bakery.bake(
        "native-consumer",
        pair=False,
        distribution="an-operator",
        provider_distribution="torch",
        abi_granularity=granularity,
        provider_oldest=oldest,
        **({"language": "c++"} | answers),
    )


RUN = ("-c", "import an_operator as m; m.main()")


@pytest.mark.parametrize(
    ("language", "backend"),
    [("c++", "setuptools"), ("c++", "meson-python"), ("pybind11", "scikit-build-core")],
)
def test_stable_abi_runs_with_an_older_torch(bakery: Bakery, language: str, backend: str) -> None:
    project = baked(bakery, "stable", OLDEST, language=language, build_backend=backend)
    torches = {v: torch_wheel(bakery, v) for v in (OLDEST, f"{NEWEST}+cpu")}
    ends = {v: bakery.installed(f"torch-{v}", wheel) for v, wheel in torches.items()}
    bakery.commit(project)
    files = bakery.build(project, ends[f"{NEWEST}+cpu"])
    assert "2 files: 0 problems" in consistency(bakery, project, ends.values(), *files)
    (wheel,) = (path for path in files if path.suffix == ".whl")
    assert ("-abi3-" in wheel.name) is (language == "c++")
    for version, torch in torches.items():
        site = bakery.installed(f"run-{version}", wheel, torch)
        said = bakery.python(*RUN, site=site).split()[1::2]
        assert said == [f"{NEWEST}+cpu", version.partition("+")[0], version]
        bakery.own_tests(project, site)


@pytest.mark.parametrize(
    ("language", "backend"),
    [("c++", "setuptools"), ("c++", "meson-python"), ("pybind11", "scikit-build-core")],
)
def test_whole_of_pythons_api_can_be_used(bakery: Bakery, language: str, backend: str) -> None:
    whole = {"provider_library": "libtorch_python.so libc10.so", "provider_header": "torch/extension.h"}
    project = baked(bakery, "exact", OLDEST, language=language, build_backend=backend, **whole)
    torch = torch_wheel(bakery, OLDEST)
    site = bakery.installed("torch", torch)
    source = project / "src/an_operator/_extension.cpp"
    use = "__attribute__((used)) static int use() { return whole_api() + of_python(); }"
    source.write_text(f"{source.read_text()}\n{use}\n")
    bakery.commit(project)
    (wheel,) = bakery.build(project, site, "--wheel")
    assert "-abi3-" not in wheel.name
    assert "1 files: 0 problems" in consistency(bakery, project, [site], wheel)


def test_what_the_oldest_torch_lacks_does_not_compile(bakery: Bakery) -> None:
    """Until the range says that it is not needed: one edit, and no second place to forget."""
    project = baked(bakery, "stable", OLDEST)
    source = project / "src/an_operator/_extension.cpp"
    edit(source, "PyUnicode_FromString(", "torch_newer(), PyUnicode_FromString(")
    torches = {v: bakery.installed(v, torch_wheel(bakery, v)) for v in (OLDEST, NEWEST)}
    build = ["-m", "build", "--no-isolation", "--wheel", "--outdir", bakery.root / "dist", project]
    assert "torch_newer" in bakery.python(*build, site=torches[NEWEST], fails=True)
    edit(project / "pyproject.toml", f">={OLDEST}", f">={NEWEST}")
    bakery.python(*build, site=torches[NEWEST])
    (wheel,) = (bakery.root / "dist").iterdir()
    report = consistency(bakery, project, torches.values(), wheel, fails=True)
    assert f"does not load with the providers in {OLDEST}: " in report
    assert "undefined symbol: torch_newer" in report


def test_other_release_is_refused_in_words(bakery: Bakery) -> None:
    """All its libraries have the same names, and the loader takes them."""
    project = baked(bakery, "exact", "2.12.1", language="pybind11")
    built_for, other = torch_wheel(bakery, "2.12.1+cpu"), torch_wheel(bakery, NEWEST)
    (wheel,) = bakery.build(project, bakery.installed("build", built_for), "--wheel")
    bakery.python(*RUN, site=bakery.installed("same", wheel, built_for))
    message = bakery.python(*RUN, site=bakery.installed("other", wheel, other), fails=True)
    assert f"an-operator needs torch==2.12.1, but torch {NEWEST} is installed" in message


@pytest.mark.network
@pytest.mark.parametrize(
    ("granularity", "requirement"), [("exact", "torch==2.12.1"), ("patch", "torch<2.13,>=2.12.1")]
)
def test_wheel_for_another_torch_is_a_version_of_its_own(
    bakery: Bakery, wheelhouse: list[Path], granularity: str, requirement: str
) -> None:
    project = baked(bakery, granularity, NEWEST)
    declared = (project / "pyproject.toml").read_text()
    publish(bakery.root / "index", [*wheelhouse, torch_wheel(bakery, "2.12.1+cpu")])
    with served(bakery.root / "index") as index:
        bakery.run("ruff", "check", "--no-cache", project)
        bakery.run("ruff", "format", "--no-cache", "--check", project)
        nox(bakery, project, index, "-s", "variant", "--", "2.12.1+cpu")
        message = nox(bakery, project, index, "-s", "variant", "--", "2.12.1+cu128", fails=True)
    assert "torch==2.12.1+cu128" in message
    (wheel,) = (project / "dist").iterdir()
    assert wheel.name.startswith("an_operator-0.1.0+pt212cpu-cp3")
    with zipfile.ZipFile(wheel) as archive:
        metadata = archive.read("an_operator-0.1.0+pt212cpu.dist-info/METADATA").decode()
    assert f"Requires-Dist: {requirement}\n" in metadata
    assert (project / "pyproject.toml").read_text() == declared


@pytest.mark.network
def test_what_is_not_of_the_stable_abi_is_reported(bakery: Bakery, wheelhouse: list[Path]) -> None:
    """A symbol that both ends of the range have, and the next torch need not."""
    project = baked(bakery, "stable", OLDEST)
    torches = [torch_wheel(bakery, v) for v in (OLDEST, NEWEST)]
    publish(bakery.root / "index", [*wheelhouse, *torches])
    source = project / "src/an_operator/_extension.cpp"
    text = source.read_text().replace("static PyObject", "namespace c10 { int internal(); }\nstatic PyObject", 1)
    with served(bakery.root / "index") as index:
        assert "Torch ABI:   STABLE" in nox(bakery, project, index, "-s", "consistency")
        source.write_text(text.replace("PyUnicode_FromString(", "c10::internal(), PyUnicode_FromString("))
        report = nox(bakery, project, index, "-R", "-s", "consistency", fails=True)
    assert "2 files: 0 problems" in report
    assert "c10::internal()" in report
