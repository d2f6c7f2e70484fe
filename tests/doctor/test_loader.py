"""The kit's loader compared with ld.so, on libraries compiled for the purpose."""

from __future__ import annotations

import ctypes
import os
import struct
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from native_skew.binaries import ld_cache as cache
from native_skew.binaries.loader import Loaded, Loader
from support.compiler import cc, program
from support.elf_file import RUNPATH, dynamic_entries, with_rpath


def library(path: Path, *needs: Path, paths: str = "", new: bool = True) -> Path:
    """Compiles a library under its file's name; ``paths`` is its run-time search path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    source = path.with_suffix(".c")
    source.write_text(f"int {path.name.partition('.')[0]}(void) {{ return 1; }}\n")
    tags = "--enable-new-dtags" if new else "--disable-new-dtags"
    search = [f"-Wl,{tags},-rpath,{paths}"] if paths else []
    cc(
        *("-shared", "-fPIC", "-o", path, source, f"-Wl,-soname,{path.name}"),
        *("-Wl,--no-as-needed", *needs, *search, "-Wl,--allow-shlib-undefined"),
    )
    return path


def loads(path: Path, **environ: str) -> bool:
    """Whether ld.so itself takes it."""
    code = "import ctypes, sys; ctypes.CDLL(sys.argv[1])"
    command = [sys.executable, "-c", code, str(path)]
    return not subprocess.run(
        command, check=False, env={**os.environ, **environ}, capture_output=True
    ).returncode


def missing(path: Path, *library_path: str) -> list[str]:
    loader = Loader(Path(sys.executable), library_path)
    found = loader.open(str(path))
    assert isinstance(found, Loaded)
    return [each.name for each in loader.closure(found).unresolved]


@pytest.mark.parametrize(("new", "gone"), [(False, []), (True, ["libc2.so"])])
def test_rpath_is_inherited_and_runpath_is_not(tmp_path: Path, new: bool, gone: list[str]) -> None:
    deep = library(tmp_path / "deep" / "libc2.so")
    middle = library(tmp_path / "near" / "libb.so", deep)
    top = library(tmp_path / "liba.so", middle, paths=f"{tmp_path}/near:$ORIGIN/deep", new=new)
    assert missing(top) == gone
    assert loads(top) is (not gone)


def test_a_runpath_of_its_own_cuts_what_is_inherited(tmp_path: Path) -> None:
    deep = library(tmp_path / "deep" / "libc2.so")
    middle = library(tmp_path / "near" / "libb.so", deep, paths="/nowhere")
    top = library(tmp_path / "liba.so", middle, paths="$ORIGIN/near:$ORIGIN/deep", new=False)
    assert missing(top) == ["libc2.so"]
    assert not loads(top)


def test_of_one_file_with_both_paths_the_runpath_counts(tmp_path: Path) -> None:
    deep = library(tmp_path / "deep" / "libc2.so")
    top = library(tmp_path / "liba.so", deep, paths=f"{tmp_path}/deep")
    assert missing(top) == []
    data = with_rpath(top.read_bytes())
    runpath = dynamic_entries(data)[RUNPATH]
    text = struct.unpack_from("<Q", data, runpath + 8)[0]
    struct.pack_into("<Q", data, runpath + 8, text + len(str(tmp_path)))
    top.write_bytes(data)  # the DT_RUNPATH is /deep now, and there is nothing
    assert missing(top) == ["libc2.so"]
    assert not loads(top)
    struct.pack_into("<Q", data, runpath, 0x6FFFFEF0)  # a tag that means nothing
    top.write_bytes(data)
    assert missing(top) == []
    assert loads(top)


def test_a_library_loaded_already_satisfies_by_its_soname(tmp_path: Path) -> None:
    hidden = library(tmp_path / "hidden" / "libc2.so")
    first = library(tmp_path / "near" / "libb.so", hidden, paths="$ORIGIN/../hidden")
    top = library(tmp_path / "liba.so", first, hidden, paths="$ORIGIN/near", new=True)
    # ld.so goes breadth first: liba's own need of libc2 comes before libb's.
    assert missing(top) == ["libc2.so"]
    assert not loads(top)
    loader = Loader(Path(sys.executable))
    found, before = loader.open(str(top)), loader.open(str(hidden))
    assert isinstance(found, Loaded)
    assert isinstance(before, Loaded)
    assert not loader.closure(found, loader.closure(before).by_name).unresolved
    ctypes.CDLL(str(hidden))
    ctypes.CDLL(str(top))  # and so does ld.so


def test_ld_library_path_comes_before_runpath(tmp_path: Path) -> None:
    own = library(tmp_path / "own" / "libb.so")
    other = library(tmp_path / "other" / "libb.so")
    top = library(tmp_path / "liba.so", own, paths="$ORIGIN/own")
    loader = Loader(Path(sys.executable), [str(other.parent)])
    found = loader.open(str(top))
    assert isinstance(found, Loaded)
    assert str(other) in [each.path for each in loader.closure(found).files]
    assert missing(top) == []


def test_another_architecture_is_passed_over(tmp_path: Path) -> None:
    good = library(tmp_path / "good" / "libb.so")
    bad = tmp_path / "bad" / "libb.so"
    bad.parent.mkdir()
    data = bytearray(good.read_bytes())
    struct.pack_into("<H", data, 18, 243)  # RISC-V
    bad.write_bytes(data)
    top = library(tmp_path / "liba.so", good, paths="$ORIGIN/bad:$ORIGIN/good")
    assert missing(top) == []
    assert loads(top)
    good.unlink()
    loader = Loader(Path(sys.executable))
    found = loader.open(str(top))
    assert isinstance(found, Loaded)
    (miss,) = loader.closure(found).unresolved
    assert miss.foreign == (f"{tmp_path}/bad/libb.so",)
    assert not loads(top)


def test_the_loader_stops_at_a_damaged_file(tmp_path: Path) -> None:
    good = library(tmp_path / "good" / "libb.so")
    top = library(tmp_path / "liba.so", good, paths="$ORIGIN/bad:$ORIGIN/good")
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "libb.so").write_bytes(b"text")
    assert missing(top) == ["libb.so"]
    assert not loads(top)


def test_musl_inherits_runpath_too(tmp_path: Path) -> None:
    deep = library(tmp_path / "deep" / "libc2.so")
    middle = library(tmp_path / "near" / "libb.so", deep)
    top = library(tmp_path / "liba.so", middle, paths="$ORIGIN/near:$ORIGIN/deep")
    for libc, gone in (("musl", False), ("glibc", True)):
        loader = Loader(libc=libc)  # type: ignore[arg-type]
        found = loader.open(str(top))
        assert isinstance(found, Loaded)
        names = [miss.name for miss in loader.closure(found).unresolved]
        assert ("libc2.so" in names) is gone


def test_it_agrees_with_ldd_on_the_interpreter_s_own_modules() -> None:
    import _ctypes
    import _ssl

    for module in (_ssl.__file__, _ctypes.__file__):
        printed = subprocess.run(
            [program("ldd"), module], capture_output=True, text=True, check=True
        ).stdout
        theirs = {
            os.path.realpath(line.split("=>")[1].split()[0])
            for line in printed.splitlines()
            if "=> /" in line
        }
        loader = Loader(Path(sys.executable))
        found = loader.open(module)
        assert isinstance(found, Loaded)
        closure = loader.closure(found, {})  # with what every process has
        ours = {os.path.realpath(each.path) for each in closure.files[1:]}
        assert not closure.unresolved
        assert theirs <= ours
        assert len(ours - theirs) <= 1  # the loader itself, which ldd names without an arrow


@pytest.mark.skipif(not cache.PATH.exists(), reason="a system without a cache")
def test_the_system_s_cache_is_read_as_ldconfig_prints_it() -> None:
    ldconfig = next((p for p in ("/sbin/ldconfig", "/usr/sbin/ldconfig") if Path(p).exists()), "")
    printed = subprocess.run([ldconfig, "-p"], capture_output=True, text=True, check=True).stdout
    lines = [line.split() for line in printed.splitlines() if "=> /" in line]
    theirs = {(words[0], words[-1]) for words in lines}
    assert theirs == {(name, file) for name, files in cache.read().items() for file in files}


@given(st.binary(max_size=200), st.booleans())
def test_no_cache_does_more_than_be_empty(
    tmp_path_factory: pytest.TempPathFactory, tail: bytes, old: bool
) -> None:
    path = tmp_path_factory.getbasetemp() / f"cache-{os.getpid()}"
    path.write_bytes((b"ld.so-1.7.0\0" if old else b"glibc-ld.so.cache1.1") + tail)
    cache.read(path)
