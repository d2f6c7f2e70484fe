"""Versions of symbols: what doctor says, and what the dynamic loader does with the same files."""

from __future__ import annotations

import contextlib
import os
import struct
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from elftools.elf.elffile import ELFFile
from hypothesis import given, settings
from hypothesis import strategies as st

from native_skew.binaries import symbol_versions
from native_skew.binaries.image import Image, ImageError
from native_skew.doctor.diagnosis import diagnose
from native_skew.findings import Finding
from support.compiler import cc

SITE = Path(sysconfig.get_path("platlib"))
BOTH = "V1 { one; }; V2 { two; } V1;"
SOURCE = "int one(void), two(void);\nint use(void) { return one() + two(); }\n"
WEAK = (
    "int one(void), two(void) __attribute__((weak));\n"
    "int use(void) { return one() + (two ? two() : 0); }\n"
)
FIRST = "V1 { one; two; };"  # every name that is needed, and not every version


def library(path: Path, script: str = "") -> Path:
    """``libv.so`` with two functions, under the versions of ``script``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    source, versioned = path.with_suffix(".c"), path.with_suffix(".map")
    source.write_text("int one(void) { return 1; }\nint two(void) { return 2; }\n")
    versioned.write_text(script)
    options = [f"-Wl,--version-script={versioned}"] if script else []
    cc("-shared", "-fPIC", "-Wl,-soname,libv.so", "-o", path, source, *options)
    source.unlink()
    versioned.unlink()
    return path


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A module that was built with both versions, and their provider, each a distribution."""
    site = tmp_path / "site"
    built_with = library(site / "provider" / "libv.so", BOTH)
    source = tmp_path / "user.c"
    source.write_text(SOURCE)
    # By way of a library of the module's own: the loader looks at each file that it loads.
    own, module = site / "user" / "libown.so", site / "user" / "_ext.abi3.so"
    own.parent.mkdir()
    for path, *more in (
        (own, source, built_with, "-Wl,-soname,libown.so", "-Wl,-rpath,$ORIGIN/../provider"),
        (module, "-xc", os.devnull, "-xnone", "-Wl,--no-as-needed", own, "-Wl,-rpath,$ORIGIN"),
    ):
        cc("-shared", "-fPIC", "-o", path, *more)
    records = {"provider": ["libv.so"], "user": ["libown.so", "_ext.abi3.so"]}
    for name, files in records.items():
        info = site / f"{name}-1.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n")
        (info / "RECORD").write_text("".join(f"{name}/{file},,\n" for file in files))
    return site


def found(site: Path) -> list[Finding]:
    return [each for each in diagnose(site).findings if each.rule == "older-library"]


def loader_says(site: Path) -> str:
    code = "import ctypes, sys; ctypes.CDLL(sys.argv[1])"
    command = [sys.executable, "-c", code, site / "user" / "_ext.abi3.so"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stderr


def test_the_version_that_was_built_with_is_there(site: Path) -> None:
    assert found(site) == []
    assert loader_says(site) == ""


def test_a_version_that_the_installed_library_lacks(site: Path) -> None:
    library(site / "provider" / "libv.so", FIRST)
    assert "version `V2' not found (required by" in loader_says(site)
    (finding,) = found(site)
    assert finding.level == "error"
    assert finding.location.file == "user/libown.so"
    assert finding.location.distribution == "user"
    assert finding.evidence["versions"] == ("V2",)
    assert finding.evidence["provider"] == "provider"
    assert finding.evidence["module"] == "user._ext"
    assert "Install a newer provider, or build user with this one" in finding.message
    assert [each.rule for each in diagnose(site).findings] == ["older-library"]  # no symbol lacks


def test_an_older_provider_is_one_finding(site: Path) -> None:
    """As an older Qt below a newer PyQt: forty modules, versions, symbols and libraries it lacks."""
    source, provider, more = site / "m.c", site / "provider", site / "provider" / "libmore.so"
    cc("-shared", "-fPIC", "-Wl,-soname,libmore.so", "-o", more, "-xc", os.devnull)
    search = ("-Wl,-rpath,$ORIGIN/../provider", "-Wl,--no-as-needed")
    names = [f"_m{number}" for number in range(3)]
    for name in names:
        source.write_text(
            f"int one(void), two(void);\nint PyInit_{name}(void) {{ return one() + two(); }}\n"
        )
        libraries = (provider / "libv.so", *([more] if name == "_m2" else []))
        cc("-shared", "-fPIC", "-o", site / f"user/{name}.abi3.so", source, *search, *libraries)
    info = site / "user-1.dist-info"
    with (info / "RECORD").open("a") as record:
        record.writelines(f"user/{name}.abi3.so,,\n" for name in names)
    assert diagnose(site).findings == ()
    more.unlink()
    library(provider / "libv.so", "V1 { global: one; local: *; };")
    with (info / "METADATA").open("a") as metadata:
        metadata.write("Requires-Dist: provider>=2\n")
    (finding,) = diagnose(site).findings
    assert finding.rule == "older-library"
    assert len(finding.evidence["files"]) == 4  # type: ignore[arg-type]
    assert "3 more need" in finding.message
    first = finding.advice[0]
    assert first.commands == ("uv pip install 'provider>=2' user==1",)


def test_a_library_without_any_version_is_no_error(site: Path) -> None:
    library(site / "provider" / "libv.so")
    assert "Error" not in loader_says(site)
    assert found(site) == []


def test_a_version_that_is_wanted_weakly_is_no_error(site: Path) -> None:
    own, provider = site / "user" / "libown.so", site / "provider" / "libv.so"
    (site / "weak.c").write_text(WEAK)
    search = "-Wl,-rpath,$ORIGIN/../provider"
    command = ("-shared", "-fPIC", "-o", own, site / "weak.c", provider, search)
    cc(*command, "-Wl,-soname,libown.so")
    library(provider, FIRST)
    with own.open("r+b") as stream:
        table = ELFFile(stream).get_section_by_name(".gnu.version_r")
        assert table is not None
        for _, wanted in table.iter_versions():  # type: ignore[attr-defined]
            for each in wanted:
                if each.name == "V2":
                    hashed = struct.pack("<I", each["vna_hash"])
        at = table["sh_offset"]
        stream.seek(at)
        stream.seek(at + stream.read(table["sh_size"]).index(hashed) + 4)
        stream.write(struct.pack("<H", 2))  # VER_FLG_WEAK
    assert "Error" not in loader_says(site)
    assert found(site) == []


def test_versions_agree_with_pyelftools(site: Path) -> None:
    provider, own = site / "provider" / "libv.so", site / "user" / "libown.so"
    compared = 0
    for path in (provider, own, Path(sys.executable).resolve()):
        with path.open("rb") as stream, Image(path) as image:
            needs = ELFFile(stream).get_section_by_name(".gnu.version_r")
            gives = ELFFile(stream).get_section_by_name(".gnu.version_d")
            theirs = {
                library.name: {each.name for each in wanted}
                for library, wanted in (needs.iter_versions() if needs else ())
            }
            ours = {
                library: {image.name_at(each.name) for each in wanted}
                for library, wanted in symbol_versions.wanted(image).items()
            }
            assert ours == theirs
            hashes = {entry["vd_hash"] for entry, _ in gives.iter_versions()} if gives else None
            assert symbol_versions.defined(image) == hashes
            compared += bool(theirs) + bool(hashes)
    assert compared >= 2


@pytest.mark.slow
@given(data=st.data())
@settings(max_examples=200)
def test_no_damage_does_more_than_raise(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.getbasetemp()
    sound = folder / f"versioned-{os.getpid()}.so"
    if not sound.exists():
        library(sound, BOTH)
    raw = bytearray(sound.read_bytes())
    with Image(sound) as image:
        tables = [
            image.header.tags[tag] for tag in (0x6FFFFFFC, 0x6FFFFFFE) if tag in image.header.tags
        ]
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.sampled_from(tables)) + data.draw(st.integers(0, 80))
        raw[at : at + 2] = data.draw(st.binary(min_size=2, max_size=2))
    path = folder / f"damaged-{os.getpid()}.so"
    path.write_bytes(raw)
    with Image(path) as image:
        for read in (symbol_versions.wanted, symbol_versions.defined):
            with contextlib.suppress(ImageError):
                read(image)


@pytest.mark.parametrize("step", [4, 1 << 20, 0xFFFFFFFF])
def test_a_table_without_an_end(site: Path, step: int) -> None:
    path = site / "provider" / "libv.so"
    with Image(path) as image:
        at = image.header.tags[0x6FFFFFFC]  # in the first segment, where it is the offset too
    raw = bytearray(path.read_bytes())
    struct.pack_into("<I", raw, at + 16, step)
    struct.pack_into("<I", raw, at + 20, 0xFFFFFFFF)
    path.write_bytes(raw)
    with Image(path) as image, pytest.raises(ImageError, match="without an end"):
        symbol_versions.defined(image)
    assert found(site) == []  # nothing can be said of it


def test_a_function_that_went_without_its_version(site: Path) -> None:
    """For a system's library a version tells enough; for another distribution's it does not."""
    module, provider = site / "user" / "_ext.abi3.so", site / "provider" / "libv.so"
    source = site.parent / "user.c"
    search = "-Wl,-rpath,$ORIGIN/../provider"
    cc("-shared", "-fPIC", "-o", module, source, library(provider, FIRST), search)
    assert diagnose(site).findings == ()
    provider.unlink()
    library(provider, "V1 { global: one; local: two; };")
    (finding,) = diagnose(site).findings
    assert "`two`" in finding.message
    assert finding.evidence["needed"] == ("two",)
