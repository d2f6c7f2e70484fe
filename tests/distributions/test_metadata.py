"""The one reader of core metadata, WHEEL and RECORD: as installers read them, and bounded."""

from __future__ import annotations

import csv
import os
import sysconfig
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.metadata import parse_email

from native_skew.distributions import installed, library_names, metadata

SITE = Path(sysconfig.get_path("purelib"))
SOUND = b"Metadata-Version: 2.4\nName: Fake_Softioc\nVersion: 4.6.1\n"


@pytest.mark.parametrize(
    "path", sorted(SITE.glob("*.dist-info/METADATA")), ids=lambda p: p.parts[-2]
)
def test_it_agrees_with_packaging(path: Path) -> None:
    data = path.read_bytes()
    expected, _ = parse_email(data)
    found = metadata.parse(data)
    assert found.metadata_version == expected["metadata_version"]
    assert (found.name, found.version) == (expected["name"], expected["version"])
    requires = [" ".join(each.split()) for each in expected.get("requires_dist", [])]
    assert list(found.requires_dist) == requires
    assert found.requires_python == expected.get("requires_python", "")
    assert list(found.provides_extra) == expected.get("provides_extra", [])
    assert list(found.dynamic) == expected.get("dynamic", [])


def test_what_installers_take() -> None:
    found = metadata.parse(
        b"metadata-version: 2.4\r\nNAME: one\r\nName: two\r\nVersion: 1\r\n"
        b"Requires-Dist: lib\r\n  >=1,\r\n\t<2\r\nrequires-dist: \xff\r\nDynamic: requires-dist\r\n"
        b"Requires-External: C\r\n\r\nRequires-Dist: of-the-description\r\n"
    )
    assert (found.name, found.version, found.metadata_version) == ("one", "1", "2.4")
    assert found.requires_dist == ("lib >=1, <2", "\ufffd")
    assert found.dynamic == ("requires-dist",)


@pytest.mark.parametrize(
    "data", [b"", b"Name: x\n", b"Version: 1\n", b"Name:\nVersion: 1\n", b"\n" + SOUND]
)
def test_no_name_or_no_version(data: bytes) -> None:
    with pytest.raises(ValueError, match="no name or no version"):
        metadata.parse(data)


@given(st.binary(max_size=300))
def test_no_bytes_do_more_than_raise(data: bytes) -> None:
    metadata.parse(SOUND + data)
    metadata.wheel_values(data, "Tag")


def test_what_is_installed(tmp_path: Path) -> None:
    info = tmp_path / "fake_softioc-4.6.1.dist-info"
    info.mkdir()
    (info / "METADATA").write_bytes(SOUND + b"Requires-Dist: lib<2\n\nText\n")
    (info / "WHEEL").write_bytes(b"Generator: kit\nTag: py3-none-any\nTag: py2-none-any\nTags: x\n")
    (info / "INSTALLER").write_bytes(b"uv\n")
    (info / "RECORD").write_bytes(
        b'pkg/_e.so,sha256=x,1\n"a,b.so.1",,\r\npkg/so.py,,\npkg/x.so.txt.py/y,,\n../lib/z.so.2.1,,'
    )
    (found,) = installed.read(tmp_path)
    assert (found.name, found.version, found.installer) == ("fake-softioc", "4.6.1", "uv")
    assert (found.generator, found.tags) == ("kit", ("py3-none-any", "py2-none-any"))
    assert found.requires_dist == ("lib<2",)
    assert found.libraries == ("../lib/z.so.2.1", "a,b.so.1", "pkg/_e.so")


def test_what_is_none_is_passed_over(tmp_path: Path) -> None:
    for name in ("empty", "fifo", "folder"):
        (tmp_path / f"{name}-1.dist-info").mkdir()
    os.mkfifo(tmp_path / "fifo-1.dist-info/METADATA")
    (tmp_path / "folder-1.dist-info/METADATA").mkdir()
    (tmp_path / "file-1.dist-info").write_bytes(SOUND)
    assert installed.read(tmp_path) == ()
    assert installed.read(tmp_path / "absent") == ()


def test_the_libraries_are_those_of_record() -> None:
    compared = 0
    for folder in installed.info_folders(SITE):
        found = installed.read_one(f"{SITE}/{folder}")
        assert found is not None
        record = (SITE / folder / "RECORD").read_text(encoding="utf-8")
        names = [row[0] for row in csv.reader(record.splitlines()) if row]
        expected = sorted(name for name in names if ".so" in PurePosixPath(name).suffixes)
        assert list(found.libraries) == expected
        compared += bool(expected)
    assert compared > 2


def test_a_library_s_name_without_its_version() -> None:
    assert library_names.stem("libX.so.1.2") == library_names.stem("libX.so") == "libX"
    assert library_names.stem("_ext.abi3.so") == "_ext.abi3"
