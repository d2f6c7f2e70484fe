"""Modules of Linux, macOS and Windows; every wheel on disk; and what was left out."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from native_skew.audit import modules, read
from native_skew.binaries import ImageError
from native_skew.distributions.archives import DistributionFile, sdist_file, wheel_file
from native_skew.distributions.metadata import core_metadata
from native_skew.toolchain.compiler import Compiler
from support.audit_output import Audit, Serve
from support.other_systems import mach_o, pe
from support.recorded_release import NUMPY_1, linked

LINUX = "manylinux_2_17_x86_64"


def test_what_each_kind_needs(tmp_path: Path, cc: Compiler) -> None:
    path = tmp_path / "module"
    path.write_bytes(linked(("libx.so.1",), ("$ORIGIN/../x/lib",), cc))
    found = modules.read(path, "p/m.so")
    assert (found.needed, found.search) == (("libx.so.1",), ("$ORIGIN/../x/lib",))
    path.write_bytes(
        mach_o(
            ("@rpath/libx.1.2.dylib", "/usr/lib/libSystem.B.dylib", "@loader_path/../y/liby.dylib"),
            ("@loader_path/../x/lib",),
        )
    )
    found = modules.read(path, "p/m.so")
    assert found.needed == ("libx.1.2.dylib", "liby.dylib")
    assert set(found.search) == {"$ORIGIN/../x/lib", "$ORIGIN/../y"}
    path.write_bytes(pe(("KERNEL32.dll", "Com.dll")))
    assert modules.read(path, "p/m.pyd").needed == ("KERNEL32.dll", "Com.dll")


@given(kind=st.sampled_from(["elf", "mach-o", "pe"]), cut=st.integers(0, 2000), junk=st.binary())
def test_a_damaged_one_is_said(
    tmp_path_factory: pytest.TempPathFactory, kind: str, cut: int, junk: bytes
) -> None:
    whole = {"elf": b"\x7fELF" + b"\0" * 60, "mach-o": mach_o(("a",)), "pe": pe(("a.dll",))}[kind]
    path = tmp_path_factory.mktemp("m") / "module"
    path.write_bytes(whole[:cut] + junk)
    with suppress(ImageError):
        modules.read(path, "m.so")


def _wheel(
    name: str, version: str, tag: str, members: dict[str, bytes], requires: tuple[str, ...] = ()
) -> DistributionFile:
    return wheel_file(name, version, tag, core_metadata(name, version, requires), members, 1)


KINDS = {
    "Linux": (LINUX, "libx.so.2", "libx.so.1"),
    "macOS": ("macosx_11_0_arm64", "libx.2.dylib", "libx.1.dylib"),
    "Windows": ("win_amd64", "x_rt.2.dll", "x_rt.1.dll"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_library_of_another_version_is_seen_on_each_platform(
    audit: Audit, serve: Serve, cc: Compiler, kind: str
) -> None:
    platform, needed, shipped = KINDS[kind]
    tag = f"cp312-cp312-{platform}"
    member = "user/m.pyd" if kind == "Windows" else "user/m.so"

    def module(name: str) -> bytes:
        if kind == "Linux":
            return linked((name,) if name else (), (), cc)
        if kind == "Windows":
            return pe((name,) if name else ())
        return mach_o((f"@rpath/{name}",), ("@loader_path/../xlib/lib",))

    def release(need: str) -> tuple[DistributionFile, ...]:
        provider = _wheel(
            "xlib", "1.0", f"py3-none-{platform}", {f"xlib/lib/{shipped}": module("")}
        )
        user = _wheel("user", "1.0", tag, {member: module(need)}, ("xlib>=1",))
        return provider, user

    wrong = audit("user==1.0", "--index-url", serve(release(needed)))
    assert wrong.of("range-too-wide").evidence["libraries"] == (needed,)
    assert audit("user==1.0", "--index-url", serve(release(shipped))).rules() == []


@pytest.mark.parametrize(
    ("needed", "expected"), [("libx.so.2", ["range-too-wide"]), ("libx.so.1", [])]
)
def test_a_provider_that_is_built_here_ships_what_its_other_wheels_do(
    audit: Audit, serve: Serve, cc: Compiler, needed: str, expected: list[str]
) -> None:
    """As libtsid, whose wheels are for one Python, and which the others build."""
    shipped = {"xlib/lib/libx.so.1": linked((), (), cc)}
    provider = _wheel("xlib", "1.0", f"cp311-cp311-{LINUX}", shipped)
    source = sdist_file("xlib", "1.0", core_metadata("xlib", "1.0", ()), {}, 1)
    members = {"user/m.so": linked((needed,), (), cc)}
    user = _wheel("user", "1.0", f"cp312-cp312-{LINUX}", members, ("xlib>=1",))
    assert audit("user==1.0", "--index-url", serve((provider, source, user))).rules() == expected
    assert audit("user==1.0", "--index-url", serve((provider, user))).rules() == ["not-told"]


def test_a_windows_module_needs_a_dll_of_nobody_that_is_required(
    audit: Audit, serve: Serve, tmp_path: Path
) -> None:
    provider = _wheel("xlib", "1.0", "py3-none-win_amd64", {"xlib/Com.dll": pe(())})
    members = {
        "user/m.pyd": pe(("KERNEL32.dll", "bcryptprimitives.dll", "com.dll", "python312.dll"))
    }

    def rules(requires: tuple[str, ...]) -> list[str]:
        user = _wheel("user", "1.0", "cp312-cp312-win_amd64", members, requires)
        return audit("user==1.0", "--index-url", serve((provider, user))).rules()

    assert rules(("xlib",)) == []
    assert rules(()) == ["not-told"]


def test_every_wheel_on_disk_is_opened(
    audit: Audit, serve: Serve, cc: Compiler, tmp_path: Path
) -> None:
    """Two wheels with equal metadata, one of them linked to a library of another version."""
    provider = _wheel(
        "fakelib", "1.0", f"py3-none-{LINUX}", {"fakelib/libfake.so.1": linked((), (), cc)}
    )
    url = serve((provider,))
    names = {"cp311-cp311": "libfake.so.2", "cp312-cp312": "libfake.so.1"}
    for tag, library in names.items():
        members = {"user/m.so": linked((library,), (), cc)}
        file = _wheel("user", "1.0", f"{tag}-{LINUX}", members, ("fakelib>=1",))
        (tmp_path / file.filename).write_bytes(file.content)
    output = audit(str(tmp_path), "--index-url", url)
    assert output.of("range-too-wide").location.file == f"user-1.0-cp311-cp311-{LINUX}.whl"
    assert output.report.looked_at["wheels opened"] == 2
    (tmp_path / f"user-1.0-cp311-cp311-{LINUX}.whl").unlink()
    assert audit(str(tmp_path), "--index-url", url).rules() == []


def test_what_was_passed_over_is_in_the_headline(
    audit: Audit, serve: Serve, cc: Compiler, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read, "_LEAST", 10)
    monkeypatch.setattr(read, "_MOST", 10)
    members = {"user/m.so": linked(("libfake.so.2",), (), cc), "user/data": bytes(2_600_000)}
    url = serve((_wheel("user", "1.0", f"cp312-cp312-{LINUX}", members),))
    output = audit("user==1.0", "--index-url", url)
    assert (output.code, output.rules()) == (1, ["incomplete"])
    assert "--thorough reads all of every wheel (up to 3 MB)" in output.of("incomplete").message
    assert output.report.not_examined
    output = audit("user==1.0", "--index-url", url, "--thorough")
    assert (output.code, output.rules()) == (0, ["not-told"])
    assert not output.report.not_examined


def test_the_first_wheel_is_read_however_small_its_release(
    audit: Audit, serve: Serve, cc: Compiler, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As xformers 0.0.28.post3, of whose one module of 16 MB nothing was known."""
    monkeypatch.setattr(read, "_LEAST", 10)
    members = {"user/m.so": linked(("libfake.so.2",), (), cc)}
    tags = (f"cp312-cp312-{LINUX}", "cp312-cp312-manylinux_2_17_aarch64")
    url = serve(tuple(_wheel("user", "1.0", each, members) for each in tags))
    output = audit("user==1.0", "--index-url", url, "--no-cache")
    assert output.of("incomplete").evidence["wheels"] == (f"user-1.0-{tags[1]}.whl",)


def test_a_module_that_is_none_is_said(audit: Audit, serve: Serve) -> None:
    script = b"/* GNU ld script */\nINPUT(libn.so.1)\n"
    members = {"user/m.so": b"\x7fELF damaged", "user/n.so": b"text", "user/libn.so": script}
    output = audit(
        "user", "--index-url", serve((_wheel("user", "1.0", f"cp312-cp312-{LINUX}", members),))
    )
    assert (output.code, output.rules()) == (1, ["incomplete"])
    assert len(output.of("incomplete").evidence["damaged"]) == 2  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("library", "requires", "level", "says"),
    [
        ("libfake.so.1", ('fakelib>=1; extra == "gpu"',), "warning", "for the extra gpu alone"),
        ("libfake.so.1", ("middle",), "note", "which middle brings in turn"),
        ("libfake.so.1", ("fakelib>=1",), "", ""),
        ("libfake.so", ("fakelib>=1",), "note", "whose names carry no version"),
        ("libfake.so", ("fakelib==1.0",), "", ""),
        ("libfake.so.1", ("sound",), "note", "no wheel of its requirements"),
        ("libomp.so", ("bundling",), "note", "no wheel of its requirements"),
    ],
)
def test_whose_a_library_is_is_looked_for_beyond_the_requirements(
    audit: Audit,
    serve: Serve,
    cc: Compiler,
    library: str,
    requires: tuple[str, ...],
    level: str,
    says: str,
) -> None:
    others = (
        _wheel("fakelib", "1.0", f"py3-none-{LINUX}", {f"fakelib/{library}": linked((), (), cc)}),
        _wheel("middle", "1.0", "py3-none-any", {}, ("fakelib>=1",)),
        _wheel("sound", "1.0", "py3-none-any", {}),
        _wheel("bundling", "1.0", f"py3-none-{LINUX}", {"bundling.libs/libomp.so": b""}),
    )
    members = {"user/m.so": linked((library,), (), cc)}
    told = core_metadata("user", "1.0", requires)
    told = told.replace(b"\nVersion: 1.0\n", b"\nVersion: 1.0\nProvides-Extra: gpu\n")
    user = wheel_file("user", "1.0", f"cp312-cp312-{LINUX}", told, members, 1)
    report = audit("user==1.0", "--index-url", serve((*others, user))).report
    assert [each.level for each in report.findings] == ([level] if level else [])
    assert all(says in each.message for each in report.findings)


@pytest.mark.parametrize(
    ("modules", "expected"),
    [
        ({"m.so": "libfake.so.1"}, ["not-told"]),
        ({"m.so": "libfake.so.2"}, ["range-too-wide"]),
        ({"m_cuda11.so": "libfake.so.2"}, ["range-too-wide"]),
        ({"m_cuda11.so": "libfake.so.1", "m_cuda12.so": "libfake.so.2"}, ["not-told", "not-told"]),
    ],
)
def test_what_comes_in_turn_is_held_against_what_is_needed(
    audit: Audit, serve: Serve, cc: Compiler, modules: dict[str, str], expected: list[str]
) -> None:
    """As libsycl.so.7, of what dpcpp-cpp-rt requires; and one module for each CUDA is no need of all."""
    files = {f"user/{name}": linked((library,), (), cc) for name, library in modules.items()}
    shipped = {"fakelib/libfake.so.1": linked((), (), cc)}
    published = (
        _wheel("fakelib", "1.0", f"py3-none-{LINUX}", shipped),
        _wheel("deeper", "1.0", "py3-none-any", {}, ("fakelib",)),
        _wheel("middle", "1.0", "py3-none-any", {}, ("deeper==1.0",)),
        _wheel("user", "1.0", f"cp312-cp312-{LINUX}", files, ("middle",)),
    )
    output = audit("user==1.0", "--index-url", serve(published))
    assert output.rules() == expected
    assert "which middle brings in turn" in output.report.findings[0].message


def test_what_comes_in_turn_is_of_a_version_that_can_be_had(
    audit: Audit, serve: Serve, cc: Compiler
) -> None:
    """As PyQt6 6.12.0, which was there before the PyQt6-Qt6 that it requires."""
    shipped = {"fakelib/libfake.so.1": linked((), (), cc)}
    published = (
        _wheel("fakelib", "1.0", f"py3-none-{LINUX}", shipped),
        _wheel("middle", "1.0", "py3-none-any", {}, ("fakelib<2",)),
        _wheel("middle", "2.0", "py3-none-any", {}, ("fakelib>=2",)),
        _wheel(
            "user",
            "1.0",
            f"cp312-cp312-{LINUX}",
            {"user/m.so": linked(("libfake.so.1",), (), cc)},
            ("middle",),
        ),
    )
    output = audit("user==1.0", "--index-url", serve(published))
    assert "which middle brings in turn" in output.of("not-told").message


@pytest.mark.parametrize(
    ("needed", "requires", "expected"),
    [
        ("libx.so.1", ("xlib", "base<2"), []),
        ("libx.so.3", ("xlib", "base<2"), ["range-too-wide"]),
        ("libx.so.1", ("xlib", "base"), ["range-too-wide"]),
        ("libx.so.1", ("xlib", "holder"), []),
    ],
)
def test_the_provider_is_the_one_that_goes_with_what_else_is_required(
    audit: Audit,
    serve: Serve,
    cc: Compiler,
    needed: str,
    requires: tuple[str, ...],
    expected: list[str],
) -> None:
    """As pin, whose newest needs another cmeel-boost; and NumPy, which thinc holds below 2."""
    published = tuple(
        _wheel(
            "xlib",
            f"{number}.0",
            f"py3-none-{LINUX}",
            {f"xlib/libx.so.{number}": linked((), (), cc)},
            (f"base>={number}",),
        )
        for number in (1, 2)
    )
    members = {"user/m.so": linked((needed,), (), cc)}
    output = audit(
        "user==1.0",
        "--index-url",
        serve(
            (
                *published,
                *(_wheel("base", each, "py3-none-any", {}) for each in ("1.0", "2.0")),
                _wheel("holder", "1.0", "py3-none-any", {}, ("xlib<2",)),
                _wheel("user", "1.0", f"cp312-cp312-{LINUX}", members, requires),
            )
        ),
    )
    assert output.rules() == expected


@pytest.mark.parametrize(
    ("source", "requires", "expected"),
    [
        (NUMPY_1, ("numpy>=1.20",), ["range-too-wide"]),
        (NUMPY_1, ("numpy>=1.20,<2",), []),
        (NUMPY_1, ("numpy>=1.20", "holder"), []),
        (NUMPY_1, ("numpy>=1.20", "private"), ["range-too-wide"]),
        (NUMPY_1, (), []),
        ("", ("numpy>=1.20",), []),
    ],
)
def test_a_wheel_of_numpy_1_that_lets_numpy_2_in(
    audit: Audit,
    serve: Serve,
    cc: Compiler,
    source: str,
    requires: tuple[str, ...],
    expected: list[str],
) -> None:
    """As h5py 3.9.0: «numpy.dtype size changed»."""
    members = {"user/m.so": linked((), (), cc, source), "user/n.so": linked((), (), cc)}
    published = (
        *(_wheel("numpy", each, f"cp312-cp312-{LINUX}", {}) for each in ("1.26.4", "2.2.6")),
        _wheel("holder", "1.0", "py3-none-any", {}, ("numpy<2",)),
        _wheel("user", "1.0", f"cp312-cp312-{LINUX}", members, requires),
    )
    assert audit("user==1.0", "--index-url", serve(published)).rules() == expected


@pytest.mark.parametrize(
    ("name", "rule"),
    [("space-part-cu1", "undeclared-library"), ("space-other-cu1", "not-told")],
)
def test_the_owner_of_a_folder_of_a_namespace_is_asked_for_by_its_name(
    audit: Audit, serve: Serve, cc: Compiler, name: str, rule: str
) -> None:
    """As ``nvidia/cublas/lib``, of nvidia-cublas-cu12."""
    members = {"user/m.so": linked(("libp.so.1",), ("$ORIGIN/../space/part/lib",), cc)}
    published = (
        _wheel(name, "1.0", f"py3-none-{LINUX}", {"space/part/lib/libp.so.1": b""}),
        _wheel("sound", "1.0", "py3-none-any", {}),
        _wheel("user-cu1", "1.0", f"cp312-cp312-{LINUX}", members, ("sound",)),
    )
    assert audit("user-cu1==1.0", "--index-url", serve(published)).rules() == [rule]


@pytest.mark.parametrize(
    ("setup", "build", "expected"),
    [
        ("import fakelib\n", ("setuptools",), ["undeclared-build-requirement"]),
        ("import fakelib\n", ("setuptools", "fakelib"), ["not-told"]),  # what it links, nobody sees
        ("import fakelib\n", ("setuptools", "middle"), []),
        ("import vendored\n", ("setuptools",), []),
        ("import other\n", ("setuptools",), []),
        ("import torch\n", ("setuptools",), ["undeclared-build-requirement"]),
        ("import torch\n", ("setuptools", "torch"), []),
        ("import torch\n", ("setuptools", "bringing"), []),
        ("try:\n    import fakelib\nexcept ImportError:\n    pass\n", ("setuptools",), []),
    ],
)
def test_a_setup_py_that_imports_what_no_isolated_build_has(
    audit: Audit, serve: Serve, setup: str, build: tuple[str, ...], expected: list[str]
) -> None:
    """As xformers 0.0.28.post3, whose wheels require one torch and whose sdist names none.

    And torch-cluster 1.6.3, which requires none either.
    """
    names = ", ".join(f'"{each}"' for each in build)
    backend = 'build-backend = "setuptools.build_meta"'
    texts = {
        "setup.py": setup.encode(),
        "pyproject.toml": f"[build-system]\nrequires = [{names}]\n{backend}\n".encode(),
    }
    requires = ("fakelib==1.0", "vendored")
    said = core_metadata("user", "1.0", requires, dynamic="Requires-Dist")
    published = (
        sdist_file("user", "1.0", said, texts, 1),
        _wheel("user", "1.0", "py3-none-any", {}, requires),
        _wheel("fakelib", "1.0", "py3-none-any", {}),
        _wheel("middle", "1.0", "py3-none-any", {}, ("fakelib",)),
        _wheel("bringing", "1.0", "py3-none-any", {}, ("torch",)),
        _wheel("torch", "1.0", "py3-none-any", {}),
        _wheel(
            "setuptools", "80.0", "py3-none-any", {"setuptools/_vendor/vendored/__init__.py": b""}
        ),
    )
    assert audit("user==1.0", "--index-url", serve(published)).rules() == expected


@pytest.mark.parametrize(
    ("needed", "said"), [("libx.so.1", "1.0 ships and"), ("libx.so.2", "ships under another name")]
)
def test_an_undeclared_library_is_said_to_be_shipped_where_it_is(
    audit: Audit, serve: Serve, cc: Compiler, needed: str, said: str
) -> None:
    table = b'[build-system]\nrequires = ["setuptools", "xlib"]\n'
    members = {"user/m.so": linked((needed,), (), cc)}
    published = (
        sdist_file("user", "1.0", core_metadata("user", "1.0", ()), {"pyproject.toml": table}, 1),
        _wheel("user", "1.0", f"cp312-cp312-{LINUX}", members),
        _wheel("xlib", "1.0", f"py3-none-{LINUX}", {"xlib/libx.so.1": b""}),
    )
    found = audit("user==1.0", "--index-url", serve(published)).of("undeclared-library")
    assert said in found.message
