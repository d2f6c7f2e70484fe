"""Modules for another NumPy, and the provider that a wheel from an index was built for."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace
from test_facts import HERE, environment, installed, library, only, rules

from native_skew.binaries.numpy_c_api import Compiled, compiled
from native_skew.distributions import Distribution, nameless
from native_skew.doctor.diagnosis import diagnose
from native_skew.doctor.fits import fit
from native_skew.doctor.pins import Pins
from native_skew.findings import Location
from native_skew.toolchain.compiler import Compiler
from support.recorded_release import linked

_CHECK = "module compiled against ABI version 0x%x but this version of numpy is 0x%x"
_ONE = ("numpy.core._multiarray_umath", _CHECK)
_TARGET = "module was compiled against NumPy C-API version 0x%x (NumPy {}) but the running NumPy"
_RAISES = "numpy.core.multiarray failed to import"
# Of a module that Cython made, and that calls nothing of NumPy's C API.
_SIZES = "%s.%s size changed, may indicate binary incompatibility. Expected %zd from C header"
# Cython's and pybind11's modules without NumPy's header have some of these, but not the check.
_PYBIND = ("numpy.core.multiarray", "_ARRAY_API")


def _two(oldest: str) -> tuple[str, ...]:
    return ("numpy._core._multiarray_umath", *_ONE, _TARGET.format(oldest))


@pytest.mark.parametrize(
    ("texts", "numpy", "level"),
    [
        ((*_ONE, _RAISES), "2.2.6", "error"),
        (_ONE, "2.2.6", "warning"),  # who does not use the macro may go on
        ((*_ONE, _RAISES), "1.26.4", None),
        ((*_two("1.20"), _RAISES), "2.2.6", None),
        ((*_two("1.20"), _RAISES), "1.26.4", None),
        ((*_two("2.0"), _RAISES), "1.26.4", "error"),
        ((*_two("1.23"), _RAISES), "1.22.4", "error"),
        ((*_PYBIND, _RAISES), "2.2.6", None),
        ((*_ONE, _RAISES), "no version", None),
        # rust-numpy's, which runs with either.
        (("numpy.core.multiarray", "module compiled against ABI version 0x"), "2.2.6", None),
        ((_SIZES, _RAISES), "2.2.6", "error"),
        ((_SIZES, _RAISES), "1.26.4", None),
        ((_SIZES, "numpy._core.multiarray failed to import"), "2.2.6", None),
        ((_SIZES,), "2.2.6", None),  # it compares other types
    ],
)
def test_for_which_numpy_a_module_was_compiled(
    tmp_path: Path, compiler: Compiler, texts: tuple[str, ...], numpy: str, level: str | None
) -> None:
    home = environment(tmp_path / "env")
    site = home / HERE
    kept = "".join(f'const char t{n}[] = "{text}";\n' for n, text in enumerate(texts))
    source = (
        "extern void *PyCapsule_GetPointer(void *, void *), *PyErr_WarnFormat(void *, void *);\n"
        f"{kept}void *PyInit_m(void) {{ return PyCapsule_GetPointer(PyErr_WarnFormat(0, 0), 0); }}\n"
    )
    library(site / "pkg", compiler, "m.abi3.so", source)
    installed(site, "pkg", "pkg/m.abi3.so", more="Requires-Dist: numpy>=1.20\n")
    installed(site, "other", "pkg/m.abi3.so", more="Requires-Dist: pkg\n")  # is not asked
    installed(site, "numpy", version=numpy)
    report = diagnose(home)
    if level is None:
        assert rules(report) == []
        return
    finding = only(report, "other-numpy")
    assert (finding.level, finding.location.distribution) == (level, "pkg")
    assert ("--confirm" in finding.message) is (level == "warning")
    (first, *_) = finding.advice
    wanted = "numpy<2" if "for NumPy" not in finding.message else "numpy>="
    assert wanted in first.commands[0]
    assert not first.files  # it holds for the environment as it stands
    installed(site, "other", "pkg/m.abi3.so")  # requires nothing, as faiss-cpu 1.7
    assert rules(diagnose(home)) == ["other-numpy"] * 2


def test_a_module_of_boost_python_goes_on_without_numpy(tmp_path: Path, compiler: Compiler) -> None:
    """rdkit's print NumPy's error and import: what uses an array fails then."""
    texts = "".join(f'const char t{n}[] = "{text}";\n' for n, text in enumerate((*_ONE, _RAISES)))
    called = "_ZN5boost6python6detail11init_moduleER11PyModuleDefPFvvE"
    for name in ("own", called):
        source = f"{texts}void *PyCapsule_GetPointer(), *{name}();\nvoid *PyInit_m(void) {{ {name}(); return PyCapsule_GetPointer(); }}\n"
        library(tmp_path, compiler, f"{name}.so", source)
    assert compiled(tmp_path / "own.so") == Compiled(oldest="", raises=True)
    assert compiled(tmp_path / f"{called}.so") == Compiled(oldest="", raises=False)


def _distribution(name: str, version: str, *requires: str) -> Distribution:
    return replace(nameless(()), name=name, version=version, requires_dist=requires)


@pytest.mark.parametrize(
    ("consumer", "requires", "provider", "needed", "shipped", "fits"),
    [
        # What is stamped is what it was built with.
        ("6.5.3", "shiboken6 (==6.5.3)", "6.8.0", "libs.so.6.5", "libs.so.6.8", "shiboken6==6.5.3"),
        ("6.5.3", "shiboken6", "6.8.0", "libs.so.6.5", "libs.so.6.8", "shiboken6==6.5.*"),
        ("1", "pyarrow>=10", "21.0.0", "liba.so.1500", "liba.so.2100", "pyarrow==15.0.*"),
        # It is admitted and does not fit: as torchtext 0.18, which asks for torch 2.3 or newer.
        ("1", "pyarrow>=10", "21.0.0", "liba.so.7", "liba.so.9", "pyarrow==10.*"),
        ("0.18.0", "torch>=2.3.0", "2.13.0", "", "libtorch.so", "torch==2.3.*"),
        ("1", "pyarrow>=10", "9.0.0", "liba.so.9", "liba.so.7", "pyarrow>=10"),
        ("6.4.0", "qt6 (>=6.4.0)", "6.11.2", "", "libQt6Core.so.6", "qt6==6.4.*"),
        ("6.6.1", "qt6 (>=6.6.0)", "6.4.3", "", "", "qt6==6.6.*"),
        ("2.1.2+pt21cpu", "torch", "2.4.0", "", "libc10.so", "torch==2.1.*"),
        ("2.6.3+cu123torch2.3cxx11abifalse", "torch", "2.4.0", "", "", "torch==2.3.*"),
        ("1.0", "lib", "2.0", "", "liblib.so", None),
        ("1.0", "lib", "no version", "lib.so.1", "lib.so.2", None),
    ],
)
def test_the_provider_that_a_wheel_was_built_for(
    consumer: str, requires: str, provider: str, needed: str, shipped: str, fits: str | None
) -> None:
    name = requires.partition(" ")[0].partition(">")[0]
    holder = _distribution("consumer", consumer, requires)
    there = _distribution(name, provider)
    pin = Pins((holder, there), "3.11").of(holder)[name]
    found = fit(there, pin, holder, needed, shipped)
    assert (str(found) if found else None) == fits


def test_what_is_required_is_one_command(tmp_path: Path) -> None:
    site = environment(tmp_path / "env") / HERE
    installed(site, "user", more="Requires-Dist: one>=1\nRequires-Dist: two>=2\n")
    installed(site, "other", more="Requires-Dist: one<3; python_version>'3'\n")
    installed(site, "one", version="0.9")
    findings = diagnose(tmp_path / "env").findings
    assert [each.rule for each in findings] == ["violated-requirement"] * 2
    commands = {each.advice[0].commands for each in findings}
    assert commands == {("uv pip install 'one<3,>=1' 'two>=2'",)}


def source(*texts: str, calls: str = "PyCapsule_GetPointer") -> str:
    kept = "".join(f'const char t{n}[] = "{text}";\n' for n, text in enumerate(texts))
    return f"extern void *{calls}(void);\n{kept}void *f(void) {{ return {calls}(); }}\n"


OF_ONE, OF_BOTH = (*_ONE, _RAISES), (*_two("1.20"), _RAISES)


def put(site: Path, name: str, files: dict[str, bytes], *requires: str, version: str = "1") -> None:
    more = "".join(f"Requires-Dist: {each}\n" for each in requires)
    installed(site, name, *files, version=version, more=more)
    for file, content in files.items():
        (site / file).parent.mkdir(parents=True, exist_ok=True)
        (site / file).write_bytes(content)


def test_modules_that_numpy_refuses_are_told_whole(tmp_path: Path, compiler: Compiler) -> None:
    refused = linked((), (), compiler, source(*OF_ONE))
    put(tmp_path, "numpy", {}, version="2.2.6")
    put(tmp_path, "pkg", {"pkg/_m.abi3.so": refused}, "numpy", version="1.5")
    finding = only(diagnose(tmp_path), "other-numpy")
    assert "`pkg/_m.abi3.so` was compiled with the header of NumPy 1, and NumPy 2 refuses it; " in (
        finding.message
    )
    assert (
        "numpy 2.2.6 is installed. Importing it fails. Install `numpy<2`, or a release of pkg "
        in (finding.message)
    )
    put(
        tmp_path, "pkg", {"pkg/_m.abi3.so": refused, "pkg/_n.abi3.so": refused}, "numpy", version="1.5"
    )  # fmt: skip
    finding = only(diagnose(tmp_path), "other-numpy")
    assert "`pkg/_m.abi3.so` and 1 more were compiled with" in finding.message
    assert finding.location == Location(file="pkg/_m.abi3.so", distribution="pkg", version="1.5")
    assert finding.evidence == {
        "module": "pkg._m",
        "modules": ("pkg._m", "pkg._n"),
        "files": ("pkg/_m.abi3.so", "pkg/_n.abi3.so"),
        "provider": "numpy",
        "installed": "2.2.6",
        "built_for": "<2",
    }


def test_a_newer_numpy_than_the_installed_one(tmp_path: Path, compiler: Compiler) -> None:
    put(tmp_path, "numpy", {}, version="1.26.4")
    module = linked((), (), compiler, source(*_two("2.1"), _RAISES))
    put(tmp_path, "pkg", {"pkg/_m.abi3.so": module}, "numpy")
    finding = only(diagnose(tmp_path), "other-numpy")
    assert finding.evidence["built_for"] == ">=2.1"
    assert "was compiled for NumPy 2.1 or newer; numpy 1.26.4 is installed" in finding.message
    # What does not admit it there is named, so the resolver moves it too.
    put(tmp_path, "older", {}, "numpy<2")
    put(tmp_path, "newer", {}, "numpy>=1.2")
    (command,) = only(diagnose(tmp_path), "other-numpy").advice[0].commands
    assert command.split()[-3:] == ["'numpy>=2.1'", "pkg==1", "older"]


def test_a_wheel_is_built_in_one_go(tmp_path: Path, compiler: Compiler) -> None:
    """If the first of its files that tells anything fits, so do the others."""
    silent, fits, refused = (
        linked((), (), compiler, source(*texts)) for texts in ((), OF_BOTH, OF_ONE)
    )
    put(tmp_path, "numpy", {}, version="2.2.6")
    for files, found in (
        ((silent, fits, refused), []),
        ((silent, refused, silent), ["other-numpy"]),
        ((refused, fits, refused), ["other-numpy"]),
    ):
        named = {f"pkg/_{n}.abi3.so": each for n, each in enumerate(files)}
        put(tmp_path, "pkg", named, "numpy")
        assert rules(diagnose(tmp_path)) == found
    # The last one fits, after one that does not: what comes after that is not examined.
    assert only(diagnose(tmp_path), "other-numpy").evidence["modules"] == ("pkg._0",)


@pytest.mark.parametrize(("owner", "found"), [("pkg", ["other-numpy"]), ("other", [])])
def test_libraries_of_its_own_are_looked_at(
    tmp_path: Path, compiler: Compiler, owner: str, found: list[str]
) -> None:
    inner = linked((), (), compiler, source(*OF_ONE), soname="libinner.so")
    module = linked(("libinner.so",), ("$ORIGIN", "$ORIGIN/../other"), compiler)
    put(tmp_path, "numpy", {}, version="2.2.6")
    library = {f"{owner}/libinner.so": inner}
    modules = {"pkg/_m.abi3.so": module, "pkg/_n.abi3.so": module}
    if owner == "pkg":
        put(tmp_path, "pkg", {**modules, **library}, "numpy")
    else:
        put(tmp_path, "pkg", modules, "numpy")
        put(tmp_path, owner, library)
    report = diagnose(tmp_path)
    assert rules(report) == found
    if found:
        (finding,) = report.findings
        assert finding.evidence["files"] == ("pkg/libinner.so",)
        assert finding.location.file == "pkg/libinner.so"
        assert finding.evidence["modules"] == ("pkg._m",)


@pytest.mark.parametrize(("requires", "level"), [((), "note"), (("numpy",), "warning")])
def test_a_library_of_what_does_without_numpy_is_no_warning(
    tmp_path: Path, compiler: Compiler, requires: tuple[str, ...], level: str
) -> None:
    """As shiboken6's, which asks NumPy once it is given an array."""
    inner = linked((), (), compiler, source(*_ONE), soname="libinner.so")
    module = linked(("libinner.so",), ("$ORIGIN/",), compiler)
    put(tmp_path, "numpy", {}, version="2.2.6")
    put(tmp_path, "pkg", {"pkg/_m.abi3.so": module, "pkg/libinner.so": inner}, *requires)
    finding = only(diagnose(tmp_path), "other-numpy")
    assert (finding.level, finding.location.file) == (level, "pkg/libinner.so")


@pytest.mark.parametrize(
    ("texts", "calls", "expected"),
    [
        (OF_ONE, "PyCapsule_GetPointer", ("", True)),
        (_ONE, "PyCapsule_GetPointer", ("", False)),
        (OF_ONE, "PyModule_Create2", None),  # it asks for no C API
        (OF_BOTH, "PyCapsule_GetPointer", ("1.20", True)),
        ((*_ONE, "numpy._core._multiarray_umath"), "PyCapsule_GetPointer", None),
        ((*_ONE, _TARGET.format("1.20")), "PyCapsule_GetPointer", None),
        ((_SIZES, _RAISES), "PyErr_WarnFormat", ("", True)),
        ((_SIZES, _RAISES), "PyCapsule_GetPointer", None),
        ((_SIZES, _RAISES, "numpy._core.multiarray failed to import"), "PyErr_WarnFormat", None),
    ],
)
def test_what_a_file_says(
    tmp_path: Path,
    compiler: Compiler,
    texts: tuple[str, ...],
    calls: str,
    expected: tuple[str, bool] | None,
) -> None:
    path = tmp_path / "m.so"
    path.write_bytes(linked((), (), compiler, source(*texts, calls=calls), soname="m.so"))
    found = compiled(str(path))
    assert ((found.oldest, found.raises) if found else None) == expected


def test_what_is_no_module_says_nothing(tmp_path: Path) -> None:
    assert compiled(str(tmp_path / "absent.so")) is None
    (tmp_path / "text.so").write_text("text")
    assert compiled(str(tmp_path / "text.so")) is None


def test_without_numpy_there_is_nothing_to_say(tmp_path: Path, compiler: Compiler) -> None:
    put(tmp_path, "pkg", {"pkg/_m.abi3.so": linked((), (), compiler, source(*OF_ONE))}, "numpy")
    assert rules(diagnose(tmp_path)) == ["violated-requirement"]
