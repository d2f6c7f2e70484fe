"""What builds get besides what is required: NumPy's headers, what setuptools vendors, extras."""

from __future__ import annotations

from pathlib import Path

import pytest

from native_skew.distributions.archives import DistributionFile, sdist_file, wheel_file
from native_skew.distributions.metadata import core_metadata
from native_skew.toolchain.compiler import Compiler
from support.audit_output import Audit, AuditOutput, Serve
from support.recorded_release import NUMPY_1, linked
from support.release import counted

LINUX = "manylinux_2_17_x86_64"
ELSEWHERE = f"cp310-cp310-{LINUX}"
TARGET = ("--python-version", "3.12", "--python-platform", "x86_64-unknown-linux-gnu")
NATIVE = "from setuptools import Extension, setup\nsetup(ext_modules=[Extension('m', ['m.c'])])\n"


def wheel(
    name: str,
    version: str,
    tag: str = "py3-none-any",
    requires: tuple[str, ...] = (),
    members: dict[str, bytes] | None = None,
) -> DistributionFile:
    metadata = core_metadata(name, version, requires)
    return wheel_file(name, version, tag, metadata, members or {}, 1)


def sdist(
    *build: str, requires: tuple[str, ...] = (), setup: str = NATIVE, backend: str = ""
) -> DistributionFile:
    named = f'build-backend = "{backend}"\n' if backend else ""
    table = "".join(f'"{each}", ' for each in build)
    pyproject = f"[build-system]\nrequires = [{table}]\n{named}"
    members = {"pyproject.toml": pyproject.encode(), "setup.py": setup.encode()}
    return sdist_file("native", "1.0", core_metadata("native", "1.0", requires), members, 1)


@pytest.fixture
def judged(serve: Serve, audit: Audit, tmp_path: Path) -> object:
    """Judges a requirements file with ``pins`` beside ``native``."""

    def judge(files: tuple[DistributionFile, ...], *pins: str) -> AuditOutput:
        lock = tmp_path / "requirements.txt"
        lock.write_text("\n".join(("native==1.0", *pins)) + "\n")
        return audit(str(lock), "--index-url", serve(files), *TARGET)

    return judge


def test_what_is_compiled_with_numpy_1_is_refused_by_numpy_2(
    judged: object, cc: Compiler, tmp_path: Path
) -> None:
    (tmp_path / "m.c").write_text(NUMPY_1)
    module = cc.shared_object(tmp_path, "m.c", "m.abi3.so")
    numpys = (wheel("numpy", "1.26.4"), wheel("numpy", "2.2.6"))
    oldest = wheel("oldest", "1", requires=("numpy==1.26.4",))
    source = sdist("setuptools", "oldest", requires=("numpy",))
    shown = wheel("native", "1.0", ELSEWHERE, members={"m.abi3.so": module})

    found = judged((source, shown, oldest, *numpys), "numpy==2.2.6")  # type: ignore[operator]
    finding = found.of("lock-will-break")
    assert (finding.evidence["built_with"], finding.evidence["locked"]) == ("1.26.4", "2.2.6")
    assert finding.evidence["shown_by"] == shown.filename
    assert {*finding.advice[0].files.values()} == {"numpy<2\n"}

    # Without a wheel that shows it, it is likely; with one that does not call NumPy, too.
    assert counted(judged((source, oldest, *numpys), "numpy==2.2.6")) == ["lock-may-break"]  # type: ignore[operator]

    # The controls: NumPy 1 in the lock, NumPy 2 in the build, nothing native.
    assert counted(judged((source, shown, oldest, *numpys), "numpy==1.26.4")) == []  # type: ignore[operator]
    newest = sdist("setuptools", "numpy", requires=("numpy",))
    assert counted(judged((newest, shown, *numpys), "numpy==2.2.6")) == []  # type: ignore[operator]
    assert counted(judged((newest, shown, *numpys), "numpy==1.26.4")) == []  # type: ignore[operator]
    pure = sdist("setuptools", "oldest", setup="from setuptools import setup\nsetup()\n")
    assert counted(judged((pure, oldest, *numpys), "numpy==2.2.6")) == []  # type: ignore[operator]


def test_a_version_that_is_none_is_not_examined(judged: object) -> None:
    found = judged((sdist("setuptools", "lib"), wheel("lib", "1")), "lib===x.y")  # type: ignore[operator]
    assert (found.code, found.report.not_examined) == (0, ("lib (no version of one)",))


def test_what_setuptools_vendors_is_there(judged: object) -> None:
    source = sdist("setuptools", setup=f"import packaging\n{NATIVE}")
    packaging = wheel("packaging", "25.0")
    bare = wheel("setuptools", "80.0")
    vendored = {"setuptools/_vendor/packaging/__init__.py": b""}
    with_it = wheel("setuptools", "80.0", members=vendored)
    assert counted(judged((source, packaging, with_it), "packaging==25.0")) == []  # type: ignore[operator]
    assert counted(judged((source, packaging, bare), "packaging==25.0")) == ["lock-will-not-build"]  # type: ignore[operator]


def test_a_setup_py_that_another_backend_leaves_alone_fails_nothing(judged: object) -> None:
    files = (sdist("backend", setup=f"import lib\n{NATIVE}", backend="mesonpy"), wheel("lib", "1"))
    assert counted(judged(files, "lib==1")) == []  # type: ignore[operator]
    by_setuptools = (sdist("setuptools", setup=f"import lib\n{NATIVE}"), *files[1:])
    assert counted(judged((*by_setuptools, wheel("setuptools", "80")), "lib==1")) == [  # type: ignore[operator]
        "lock-will-not-build"
    ]


def test_a_setup_py_that_imports_what_setuptools_has_no_more(judged: object) -> None:
    """As lap 0.4.0, which names no build requirement."""
    setup = f"from pkg_resources import parse_version\n{NATIVE}"
    both = (wheel("setuptools", "80.9.0"), wheel("setuptools", "82.0.0"))
    for build, expected in (("setuptools", ["lock-will-not-build"]), ("setuptools<81", [])):
        files = (sdist(build, setup=setup), wheel("lib", "1"), *both)
        assert counted(judged(files, "lib==1")) == expected  # type: ignore[operator]
    old = (sdist("setuptools", setup=setup), wheel("lib", "1"), both[0])
    assert counted(judged(old, "lib==1")) == []  # type: ignore[operator]


def test_a_library_without_a_version_counts_beside_those_with_one(judged: object) -> None:
    """As torch has libtorch.so beside a compiler's libgomp.so.1, which never changes."""
    libraries = {"lib/libown.so": b"", "lib/libgomp.so.1": b""}
    twins = {"lib/libown.so": b"", "lib/libown.so.1": b""}
    tag = f"py3-none-{LINUX}"
    source = sdist("setuptools", "lib")
    for members, expected in ((libraries, ["lock-may-break"]), (twins, [])):
        files = (wheel("lib", each, tag, members=members) for each in ("1", "2"))
        found = judged((source, *files), "lib==1")  # type: ignore[operator]
        assert counted(found) == expected
        if expected:
            assert found.of("lock-may-break").evidence["libraries"] == ("libown.so",)


@pytest.mark.parametrize(
    ("library", "expected"), [("libx.abi3.so.{}", ["lock-will-break"]), ("x{}.abi3.so", [])]
)
def test_a_library_for_the_stable_abi_is_no_module(
    judged: object, cc: Compiler, library: str, expected: list[str]
) -> None:
    """As libshiboken6.abi3.so.6.8, which others link; x.abi3.so is what Python imports."""
    module = {"native/m.abi3.so": linked((library.format(1),), (), cc)}
    shown = wheel("native", "1.0", ELSEWHERE, requires=("lib",), members=module)
    libs = tuple(
        wheel("lib", each, f"cp312-abi3-{LINUX}", members={f"lib/{library.format(each)}": b""})
        for each in ("1", "2")
    )
    source = sdist("setuptools", "lib", requires=("lib",))
    assert counted(judged((source, shown, *libs), "lib==1")) == expected  # type: ignore[operator]


def test_what_it_compiles_of_another_s_declarations_is_not_known(judged: object) -> None:
    """As xmlsec of lxml: both hold libxml2, and no library's name tells."""
    source = sdist("setuptools", "lib", requires=("lib",))
    native = tuple(wheel("lib", each, f"cp312-cp312-{LINUX}") for each in ("1", "2"))
    found = judged((source, *native), "lib==1")  # type: ignore[operator]
    assert (found.code, found.rules()) == (0, ["lock-not-known"])
    assert judged((source, *native), "lib==2").rules() == ["lock-builds"]  # type: ignore[operator]
    pure = tuple(wheel("lib", each) for each in ("1", "2"))
    assert judged((source, *pure), "lib==1").rules() == ["lock-builds"]  # type: ignore[operator]


@pytest.mark.parametrize(
    ("extra", "level"), [('lib; extra == "full"', "warning"), ('lib; extra == "dev"', "error")]
)
def test_who_is_built_with_and_asked_for_with_an_extra(
    extra: str, level: str, serve: Serve, audit: Audit, cc: Compiler
) -> None:
    """As Kivy is built with gstreamer, which it asks for with an extra; a developer's is none."""
    tag = f"cp312-cp312-{LINUX}"
    module = {"native/m.abi3.so": linked(("libx.so.1",), (), cc)}
    provider = wheel("lib", "1", f"py3-none-{LINUX}", members={"lib/libx.so.1": b""})
    shown = wheel("native", "1.0", tag, requires=(extra,), members=module)
    output = audit("native==1.0", "--index-url", serve((sdist("lib"), shown, provider)))
    assert output.of("undeclared-library").level == level
