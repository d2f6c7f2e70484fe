"""The fast reader agrees with pyelftools, and pyelftools with readelf, on every file at hand."""

from __future__ import annotations

import re
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from elftools.elf.elffile import ELFFile
from elftools.elf.gnuversions import GNUVerDefSection, GNUVerNeedSection
from elftools.elf.sections import SymbolTableSection
from hypothesis import given
from hypothesis import strategies as st

from native_skew.binaries import reference, symbol_versions, symbols
from native_skew.binaries.image import Image, ImageError
from native_skew.toolchain.interpreter import Interpreter
from support.compiler import cc, program
from support.elf_file import with_rpath

_OLD, _NEW = "-Wl,--disable-new-dtags", "-Wl,--enable-new-dtags"


def _at_hand() -> list[Path]:
    """The libraries of the tests' environment, and those that this process has loaded."""
    site = Path(sysconfig.get_path("platlib"))
    maps = Path("/proc/self/maps").read_text(encoding="utf-8")
    loaded = {Path(p) for p in re.findall(r"/\S+", maps) if ".so" in p or "/python" in p}
    return sorted({p.resolve() for p in (*site.rglob("*.so*"), *loaded) if p.is_file()})


AT_HAND = _at_hand()


@pytest.fixture(params=["compiled", pytest.param("at hand", marks=pytest.mark.slow)])
def files(request: pytest.FixtureRequest, compiled: list[Path]) -> list[Path]:
    return compiled if request.param == "compiled" else AT_HAND


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Libraries with each kind of search path, hash table and version."""
    folder = tmp_path_factory.mktemp("compiled")
    (folder / "x.c").write_text(
        "int puts(const char *);\nextern int missing(void);\n"
        "extern int perhaps(void) __attribute__((weak));\n"
        'char x_built_against[] = "1.2.3";\nstatic int hidden;\n'
        'int shown(void) { puts("x"); return missing() + (perhaps ? perhaps() : 0) + hidden; }\n'
    )
    (folder / "x.map").write_text("V1 { shown; }; V2 { x_built_against; } V1;\n")
    kinds = {
        "plain": [],
        "runpath": [_NEW, "-Wl,-rpath,$ORIGIN/../lib:/second"],
        "rpath": [_OLD, "-Wl,-rpath,$ORIGIN/../lib:/second"],
        "sysv": ["-Wl,--hash-style=sysv"],
        "gnu": ["-Wl,--hash-style=gnu"],
        "versions": ["-Wl,--version-script=x.map"],
        "nothing-needed": ["-nostdlib", "-Wl,-soname,"],
    }
    for name, options in kinds.items():
        named = f"-Wl,-soname,lib{name}.so.1"
        cc("-shared", "-fPIC", named, *options, "-o", f"{name}.so", "x.c", cwd=folder)
    (folder / "both.so").write_bytes(with_rpath((folder / "runpath.so").read_bytes()))
    return [folder / f"{name}.so" for name in (*kinds, "both")]


def test_names_and_search_paths(files: list[Path], python: Interpreter) -> None:
    read = 0
    for path in (*files, Path(python.path).resolve()):
        expected = reference.read(path)
        try:
            with Image(path) as image:
                header = image.header
        except ImageError:
            assert expected is None, path
            continue
        assert expected == reference.DynamicSection(
            soname=header.soname, needed=header.needed, rpath=header.rpath, runpath=header.runpath
        ), path
        read += 1
    assert read > 5  # msgspec, the interpreter, and what the tests bring


def test_symbols(files: list[Path]) -> None:
    for path in files:
        with path.open("rb") as stream:
            table = ELFFile(stream).get_section_by_name(".dynsym")
            if not isinstance(table, SymbolTableSection):
                continue
            # A function that a program at a fixed address calls has a stub's address there, and is hashed.
            entries = [
                (s.name.encode(), s["st_info"]["bind"], s["st_shndx"] != "SHN_UNDEF")
                for s in table.iter_symbols()
                if s["st_shndx"] != "SHN_UNDEF" or not s["st_value"]
            ]
        with Image(path) as image:
            undefined = {n for n, bind, here in entries if bind == "STB_GLOBAL" and not here}
            assert symbols.undefined(image) == undefined, path
            names = {n for n, bind, here in entries if here and bind != "STB_LOCAL"}
            assert symbols.defined(image, {*names, b"no_such_name"}) == names, path
            assert symbols.all_defined(image) >= names, path


def test_versions_of_symbols(files: list[Path]) -> None:
    required = defined = 0
    for path in files:
        with path.open("rb") as stream:
            sections = list(ELFFile(stream).iter_sections())
            needs = [
                (need.name, {aux.name for aux in auxiliaries})
                for each in sections
                if isinstance(each, GNUVerNeedSection)
                for need, auxiliaries in each.iter_versions()
            ]
            definitions = [
                entry["vd_hash"]
                for each in sections
                if isinstance(each, GNUVerDefSection)
                for entry, _ in each.iter_versions()
            ]
        try:
            with Image(path) as image:
                found = [
                    (file, {image.name_at(each.name) for each in versions})
                    for file, versions in symbol_versions.wanted(image).items()
                ]
                hashes = symbol_versions.defined(image)
        except ImageError:
            assert not needs, path
            continue
        assert found == needs, path
        assert (hashes or frozenset()) == set(definitions), path
        required, defined = required + len(needs), defined + len(definitions)
    assert required
    assert defined


def test_the_text_of_a_symbol(compiled: list[Path]) -> None:
    for path in compiled:
        assert reference.string_symbol(path, "x_built_against") == "1.2.3", path
        assert reference.string_symbol(path, "missing_text") is None


@pytest.mark.parametrize("path", AT_HAND[:25], ids=lambda path: path.name)
def test_the_reference_agrees_with_readelf(path: Path) -> None:
    command = [program("readelf"), "-dW", path]
    dump = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = reference.read(path)
    assert found is not None
    assert list(found.needed) == re.findall(r"\(NEEDED\).*\[(.*)\]", dump)
    assert [found.soname] == (re.findall(r"\(SONAME\).*\[(.*)\]", dump) or [""])
    assert found.runpath == "".join(re.findall(r"\(RUNPATH\).*\[(.*)\]", dump))


def test_what_is_no_shared_object_is_none(tmp_path: Path) -> None:
    text = tmp_path / "libtext.so"
    text.write_text("INPUT(libother.so)", encoding="ascii")
    assert reference.read(text) is None
    assert reference.read(tmp_path / "missing.so") is None
    assert reference.read(tmp_path) is None
    assert reference.string_symbol(text, "x") is None


@given(data=st.binary(max_size=200), cut=st.integers(0, 4000))
def test_damaged_files_never_crash_the_reference(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, cut: int
) -> None:
    path = tmp_path_factory.mktemp("elf") / "lib.so"
    path.write_bytes(b"\x7fELF" + data)
    reference.read(path)
    whole = AT_HAND[0].read_bytes()
    path.write_bytes(whole[:cut] + data + whole[cut + len(data) : cut + 4096])
    reference.read(path)
    reference.string_symbol(path, "PyInit__core")


def test_doctor_starts_without_pyelftools() -> None:
    program = "import sys, native_skew.{0}; print('elftools' in sys.modules)"
    for module, loaded in (("doctor", "False"), ("observe", "True")):
        command = [sys.executable, "-c", program.format(module)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        assert done.stdout.strip() == loaded, module
