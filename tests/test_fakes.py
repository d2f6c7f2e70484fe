"""The fake pair: real ELF files, compliant archives, the same bytes each time."""

from __future__ import annotations

import hashlib
import io
import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace
from packaging.metadata import Metadata
from packaging.utils import parse_sdist_filename, parse_wheel_filename
from wheel.wheelfile import WheelFile

from native_skew.binaries import reference
from native_skew.distributions import archives
from native_skew.errors import SkewError
from native_skew.publish import fakes
from native_skew.run.session import Session
from native_skew.scenarios.model import ConsumerRelease, ProviderRelease, Sdist, Wheel
from native_skew.toolchain import compiler
from native_skew.toolchain.interpreter import Interpreter
from support import compiler as compiling

OLDER, NEWER = "7.0.7.99.1.2", "7.0.10.99.0.2"


def unpack(file: archives.DistributionFile, folder: Path) -> Path:
    path = folder / file.filename
    path.write_bytes(file.content)
    with WheelFile(path) as archive:  # reading checks every member against RECORD
        for name in archive.namelist():
            if not name.endswith("/RECORD"):
                archive.read(name)
        archive.extractall(folder)
    return folder


@pytest.mark.parametrize("version", [OLDER, NEWER])
def test_the_provider_ships_a_library_named_for_its_abi(
    version: str, python: Interpreter, tmp_path: Path
) -> None:
    file = fakes.provider_file(ProviderRelease(version=version), python, compiling.compiler())
    root = unpack(file, tmp_path)
    abi = version.rpartition(".")[0]
    library = reference.read(root / "fake_corelibs" / "lib" / f"libfakecore.so.{abi}")
    assert library is not None
    assert library.soname == f"libfakecore.so.{abi}"
    assert str(parse_wheel_filename(file.filename)[1]) == version
    helper = (root / "fake_corelibs" / "version.py").read_text(encoding="utf-8")
    scope: dict[str, object] = {}
    exec(helper, scope)
    assert scope["abi_requires"]() == fakes.abi_requirement("fake-corelibs", version)  # type: ignore[operator]


def test_only_a_wheel_that_fits_here_holds_a_module(python: Interpreter, tmp_path: Path) -> None:
    release = ConsumerRelease(
        version="4.6.1",
        wheels=(
            Wheel(tag="here", built_against=OLDER, requires_dist=("fake-corelibs<2",)),
            Wheel(tag="cp310-cp310-macosx_10_9_x86_64", requires_dist=("fake-corelibs<1",)),
        ),
    )
    here, elsewhere = fakes.consumer_files(release, python, compiling.compiler())
    for folder in ("here", "elsewhere"):
        (tmp_path / folder).mkdir()
    root = unpack(here, tmp_path / "here")
    (module,) = root.rglob("_extension*.so")
    found = reference.read(module)
    assert found is not None
    assert "libfakecore.so.7.0.7.99.1" in found.needed
    assert "$ORIGIN/../fake_corelibs/lib" in found.runpath
    assert reference.string_symbol(module, "fake_softioc_built_against") == OLDER
    assert not list(unpack(elsewhere, tmp_path / "elsewhere").rglob("*.so"))
    says = [Metadata.from_email(f.metadata).requires_dist for f in (here, elsewhere)]
    assert [[str(r) for r in requires or ()] for requires in says] == [
        ["fake-corelibs<2"],
        ["fake-corelibs<1"],
    ]


def test_the_second_consumer_is_the_first_under_its_own_name(
    python: Interpreter, tmp_path: Path
) -> None:
    wheel = Wheel(tag="here", built_against=OLDER, requires_dist=("fake-corelibs<2",))
    release = ConsumerRelease(version="1.4.1", name="fake-pvxslibs", wheels=(wheel,))
    (file,) = fakes.consumer_files(release, python, compiling.compiler())
    assert file.filename.startswith("fake_pvxslibs-1.4.1-")
    root = unpack(file, tmp_path)
    (module,) = root.rglob("fake_pvxslibs/_extension*.so")
    assert reference.string_symbol(module, "fake_pvxslibs_built_against") == OLDER
    assert not list(root.rglob("*softioc*"))
    assert all(b"fake_softioc" not in path.read_bytes() for path in root.rglob("*.py"))


@pytest.mark.parametrize(
    ("dynamic", "line"),
    [("Requires-Dist", "Dynamic: Requires-Dist"), ("requires-dist", "Dynamic: requires-dist")],
)
def test_the_spelling_of_dynamic_is_kept(dynamic: str, line: str, python: Interpreter) -> None:
    pkg_info = _pkg_info(Sdist(build_requires=("setuptools",), dynamic=dynamic), python)  # type: ignore[arg-type]
    assert line in pkg_info.splitlines()
    absent = _pkg_info(Sdist(build_requires=("setuptools",)), python)
    assert "Dynamic" not in absent


def _pkg_info(sdist: Sdist, python: Interpreter) -> str:
    (file,) = fakes.consumer_files(
        ConsumerRelease(version="4.6.1", sdist=sdist), python, compiling.compiler()
    )
    assert parse_sdist_filename(file.filename)[0] == "fake-softioc"
    with tarfile.open(fileobj=io.BytesIO(file.content)) as archive:
        member = archive.extractfile("fake_softioc-4.6.1/PKG-INFO")
        assert member is not None
        assert member.read() == file.metadata
    return file.metadata.decode()


_DIGESTS = """
import hashlib, json, sys
import msgspec
from native_skew.publish import fakes
from native_skew.toolchain import interpreter
from native_skew.toolchain.compiler import Compiler
from native_skew.scenarios.model import *
cc, python = msgspec.json.decode(sys.argv[1], type=Compiler), interpreter.find()
files = [fakes.provider_file(ProviderRelease(version="7.0.7.99.1.2"), python, cc)]
files += fakes.consumer_files(ConsumerRelease(version="4.6.1", sdist=Sdist(build_requires=("setuptools",)),
    wheels=(Wheel(tag="here", built_against="7.0.7.99.1.2"),)), python, cc)
print(json.dumps({f.filename: hashlib.sha256(f.content).hexdigest() for f in files}))
"""


def test_the_same_bytes_in_another_process_folder_and_time(tmp_path: Path) -> None:
    digests = []
    for number, epoch in enumerate(["0", "1700000000"]):
        folder = tmp_path / str(number)
        folder.mkdir()
        environ = {
            **os.environ,
            "TMPDIR": str(folder),
            "SOURCE_DATE_EPOCH": epoch,
            "TZ": f"UTC{number}",
        }
        done = subprocess.run(
            [sys.executable, "-c", _DIGESTS, msgspec.json.encode(compiling.compiler())],
            env=environ,
            capture_output=True,
            text=True,
            check=True,
        )
        digests.append(json.loads(done.stdout))
    assert len(digests[0]) == 3
    assert digests[0] == digests[1]


def test_a_failing_compiler_is_quoted(python: Interpreter) -> None:
    found = compiling.compiler()
    broken = replace(found, command=(*found.command, "--no-such-option"))
    with pytest.raises(SkewError, match="--no-such-option"):
        fakes.provider_file(ProviderRelease(version="1.0.99.0.1"), python, broken)


def test_missing_headers_name_the_package_to_install(python: Interpreter, tmp_path: Path) -> None:
    bare = Interpreter(**{**_fields(python), "include": str(tmp_path)})
    with pytest.raises(SkewError, match="python3-dev"):
        bare.require_headers()
    (tmp_path / "Python.h").touch()
    bare.require_headers()  # the negative control


def _fields(python: Interpreter) -> dict[str, str]:
    return {name: getattr(python, name) for name in python.__struct_fields__}


def test_without_a_compiler_ziglang_takes_its_place(
    session: Session, python: Interpreter, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    compiler.system_compiler.cache_clear()
    monkeypatch.setenv("PATH", str(tmp_path))
    try:
        found = session.toolbox.compiler()
    finally:
        compiler.system_compiler.cache_clear()
    assert "ziglang" in found.title
    assert "no C compiler" in found.title
    assert {"CC", "LDSHARED", "ZIG_GLOBAL_CACHE_DIR"} == set(found.environ)
    (tmp_path / "sitecustomize.py").write_text("import sys; sys.path.clear()", encoding="utf-8")
    environ = {"PYTHONPATH": str(tmp_path), **found.environ}  # as in a build of PDM's
    subprocess.run([*found.command, "--version"], env=environ, check=True)
    file = fakes.provider_file(ProviderRelease(version=NEWER), python, found)
    again = fakes.provider_file.__wrapped__(ProviderRelease(version=NEWER), python, found)
    assert hashlib.sha256(file.content).digest() == hashlib.sha256(again.content).digest()
    library = reference.read(_library(unpack(file, tmp_path)))
    assert library is not None
    assert library.soname == "libfakecore.so.7.0.10.99.0"


def _library(root: Path) -> Path:
    return next((root / "fake_corelibs" / "lib").iterdir())
