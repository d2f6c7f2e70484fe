"""The reader of ELF files survives whatever lies in a folder."""

from __future__ import annotations

import contextlib
import os
import struct
import sysconfig
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from native_skew.binaries import gnu_hash, symbol_versions, symbols
from native_skew.binaries.gnu_hash import GnuHash
from native_skew.binaries.image import Image, ImageError
from support.compiler import cc
from support.elf_file import segment

SITE = Path(sysconfig.get_path("platlib"))


def word(path: Path | str) -> str:
    """Why ``path`` cannot be read."""
    with pytest.raises(ImageError) as caught, Image(path):
        pass
    return str(caught.value)


@pytest.fixture
def library(tmp_path: Path, compiled: Path) -> Path:
    """A library that may be damaged."""
    path = tmp_path / "libx.so"
    path.write_bytes(compiled.read_bytes())
    return path


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("elf")
    (folder / "x.c").write_text(
        "int puts(const char *);\nextern int missing(void); extern int perhaps(void) "
        '__attribute__((weak));\nint shown(void) { puts("x"); return missing() + '
        "(perhaps ? perhaps() : 0); }\nstatic int hidden;\n"
    )
    arguments = ["-shared", "-fPIC", "-Wl,-soname,libx.so.1", "-Wl,--enable-new-dtags"]
    arguments += ["-Wl,-rpath,$ORIGIN/../lib", "-Wl,--hash-style=gnu", "-o", "libx.so", "x.c"]
    cc(*arguments, cwd=folder)
    return folder / "libx.so"


def test_names_that_share_an_end_and_one_both_needed_and_given(tmp_path: Path) -> None:

    from elftools.elf.elffile import ELFFile

    (tmp_path / "x.c").write_text(
        "extern int other(void), lacked_shared_end(void);\n"
        "int twice(void) { return other(); }\n"
        "int with_shared_end(void) { return lacked_shared_end(); }\n"
        "int shared_end(void) { return 1; }\n"
    )
    path = tmp_path / "libx.so"
    cc("-shared", "-fPIC", "-o", path, "x.c", cwd=tmp_path)
    with path.open("r+b") as stream:
        table = ELFFile(stream).get_section_by_name(".dynsym")
        assert table is not None
        rows = {s.name: (n, s["st_name"]) for n, s in enumerate(table.iter_symbols())}  # type: ignore[attr-defined]
        # As a library does that defines one version of a symbol and needs another.
        stream.seek(table["sh_offset"] + rows["other"][0] * table["sh_entsize"])
        stream.write(struct.pack("<I", rows["twice"][1]))
    with Image(path) as image:
        assert {b"twice", b"lacked_shared_end"} <= symbols.undefined(image)
        names = {b"twice", b"shared_end", b"with_shared_end"}
        lacked = {b"lacked_shared_end", b"end", b"other", b"libc.so.6"}
        hashed = GnuHash(image)
        assert {name for name in names | lacked if hashed.index(name)} == names
        assert symbols.defined(image, names | lacked) == names
        assert symbols.all_defined(image) >= names
        assert not symbols.all_defined(image) & lacked


def test_an_interpreter_s_names_can_be_left_out(compiled: Path) -> None:
    for path in (compiled, *sorted(SITE.rglob("*.so"))[:40]):
        with Image(path) as image:
            every, most = symbols.undefined(image), symbols.undefined(image, python=False)
            assert most <= every, path
            assert all(name.startswith((b"Py", b"_Py")) for name in every - most), path


def test_weak_symbols_are_not_needed(compiled: Path) -> None:
    with Image(compiled) as image:
        assert b"missing" in symbols.undefined(image)
        assert b"perhaps" not in symbols.undefined(image)
        assert symbols.defined(image, [b"shown", b"missing", b"hidden"]) == {b"shown"}


def test_section_headers_are_not_looked_at(library: Path) -> None:
    data = bytearray(library.read_bytes())
    struct.pack_into("<Q", data, 40, 2**63)  # e_shoff
    struct.pack_into("<HHH", data, 58, 7, 65535, 65535)
    library.write_bytes(data)
    with Image(library) as image:
        assert image.header.soname == "libx.so.1"
        assert b"missing" in symbols.undefined(image)


def test_a_dynamic_segment_with_a_wrong_offset_loads_all_the_same(library: Path) -> None:
    data = bytearray(library.read_bytes())
    struct.pack_into("<Q", data, segment(data, 2) + 8, 2**40)
    library.write_bytes(data)
    with Image(library) as image:
        assert image.header.soname == "libx.so.1"
    struct.pack_into("<Q", data, segment(data, 2) + 16, 2**40)  # the address: this one counts
    library.write_bytes(data)
    assert "no segment holds the address" in word(library)


def test_a_name_past_the_end_of_the_table(library: Path) -> None:
    with Image(library) as image:
        strings = image.header.tags[10]
    data = bytearray(library.read_bytes())
    at = data.index(struct.pack("<QQ", 10, strings))  # DT_STRSZ
    struct.pack_into("<Q", data, at + 8, 1)
    library.write_bytes(data)
    assert "past the end of the string table" in word(library)


@pytest.mark.parametrize("size", [0, 3, 17, 63, 64, 100, 400])
def test_truncated(library: Path, size: int) -> None:
    library.write_bytes(library.read_bytes()[:size])
    assert word(library)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"/* GNU ld script */ GROUP ( libx.so.1 )", "not an ELF file"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 9\n", "Git LFS"),
        (b"\x7fELF" + b"\xff" * 4096, "damaged"),
        (b"\x7fELF\x02\x01" + b"\0" * 4096, "no program headers"),
    ],
)
def test_not_elf(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "x.so"
    path.write_bytes(content)
    assert reason in word(path)


def test_huge_sizes_take_no_memory(library: Path) -> None:
    data = bytearray(library.read_bytes())
    at = segment(data, 2)
    struct.pack_into("<QQ", data, at + 32, 2**62, 2**62)
    library.write_bytes(data)
    with Image(library) as image:
        assert image.header.soname == "libx.so.1"


def test_a_sparse_file_of_8_gib(library: Path) -> None:
    os.truncate(library, 8 << 30)
    with Image(library) as image:
        assert image.header.soname == "libx.so.1"
    empty = library.with_name("empty.so")
    empty.touch()
    os.truncate(empty, 8 << 30)
    assert "not an ELF file" in word(empty)


def test_what_is_no_file_at_all(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo.so")
    assert "not a regular file" in word(tmp_path / "fifo.so")
    (tmp_path / "folder.so").mkdir()
    assert "not a regular file" in word(tmp_path / "folder.so")
    (tmp_path / "loop.so").symlink_to("loop.so")
    assert "symbolic links" in word(tmp_path / "loop.so")
    assert word("nul\0byte")
    assert "No such file" in word(tmp_path / "absent.so")
    assert "device" not in word("/dev/null")


@pytest.mark.slow
@given(st.data())
@settings(max_examples=300)
def test_no_damage_does_more_than_raise(compiled: Path, data: st.DataObject) -> None:
    raw = bytearray(compiled.read_bytes())
    for _ in range(data.draw(st.integers(1, 12))):
        at = data.draw(st.integers(0, min(len(raw), 4096) - 1) | st.integers(0, len(raw) - 1))
        size = data.draw(st.sampled_from([1, 4, 8]))
        raw[at : at + size] = data.draw(st.binary(min_size=size, max_size=size))
    read_all(compiled, bytes(raw))


def read_all(beside: Path, raw: bytes) -> None:
    """Reads ``raw`` as far as doctor would; anything but ImageError is a failure."""
    path = beside.with_name(f"fuzzed-{os.getpid()}.so")
    path.write_bytes(raw)
    with contextlib.suppress(ImageError), Image(path) as image:
        for read in (
            symbols.undefined,
            symbols.all_defined,
            lambda image: symbols.defined(image, [b"shown", b"missing"]),
            lambda image: symbols.location(image, b"shown"),
            symbol_versions.wanted,
            symbol_versions.defined,
        ):
            with contextlib.suppress(ImageError):
                read(image)


@pytest.mark.parametrize("names", [20, 400])
def test_tables_that_are_too_large_are_read_name_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, names: int
) -> None:
    """A provider with a million symbols defines what it defines."""
    source, path = tmp_path / "many.c", tmp_path / "libmany.so"
    source.write_text("".join(f"void s{number}(void) {{}}\n" for number in range(400)))
    cc("-shared", "-fPIC", "-o", path, source)
    asked = [b"s%d" % number for number in range(names)]
    for module in (symbols, gnu_hash):
        monkeypatch.setattr(module, "TABLE_BYTES", 6000)  # 400 symbols have 9600
    with Image(path) as image:
        assert symbols.defined(image, [*asked, b"missing"]) == set(asked)
