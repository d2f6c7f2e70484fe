"""The guards on untrusted files: each bound at its edge, with a sound file beside it."""

from __future__ import annotations

import gzip
import io
import os
import struct
import tarfile
import tracemalloc
import warnings
import zipfile
from pathlib import Path

import pytest

from native_skew.distributions import CarefulZip, installed, parsed, regular_files, sdists
from native_skew.distributions.archives import sdist_file, wheel_file
from native_skew.doctor.importers import use_of
from native_skew.errors import ArchiveError, SkewError
from support.tarred import tarred

# --- regular files


def test_a_file_is_read_up_to_its_limit(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"0123456789")
    for limit, taken in ((0, b""), (9, b"012345678"), (10, b"0123456789"), (11, b"0123456789")):
        assert regular_files.content(str(path), limit) == taken
    path.write_bytes(b"a\xffb")
    assert regular_files.text(str(path), 9) == "a\ufffdb"
    before = len([*Path("/proc/self/fd").iterdir()])
    regular_files.content(str(path), 1)
    with pytest.raises(OSError, match="not a regular file"):
        regular_files.content(str(tmp_path), 1)
    assert len([*Path("/proc/self/fd").iterdir()]) == before, "a descriptor is left open"


@pytest.mark.parametrize(
    ("make", "word"),
    [
        (os.mkfifo, "not a regular file"),  # waiting for a writer would take for ever
        (os.mkdir, "not a regular file"),
        (lambda path: path.symlink_to("/dev/zero"), "not a regular file"),
        (lambda path: path.symlink_to(path), "symbolic links"),
        (lambda path: None, "No such file"),
    ],
)
def test_what_is_no_regular_file(tmp_path: Path, make, word: str) -> None:  # type: ignore[no-untyped-def]
    make(tmp_path / "x")
    with pytest.raises(OSError, match=word) as told:
        regular_files.content(str(tmp_path / "x"), 9)
    assert told.value.filename == str(tmp_path / "x")


def test_a_name_that_no_file_can_have() -> None:
    with pytest.raises(OSError, match="unusable name") as told:
        regular_files.content("a\0b", 9)
    assert told.value.filename == "a\0b"


def test_tables() -> None:
    assert regular_files.toml(b"[a]\nb = 1\n") == {"a": {"b": 1}}
    for bad in (b"[a", b"a = '\xff'", b"a = " + b"[" * 5000):
        with pytest.raises(ValueError):  # noqa: PT011
            regular_files.toml(bad)


def test_code_of_strangers_is_read_without_a_word(tmp_path: Path) -> None:
    """Python 3.12 and newer warn of an unknown escape sequence, on standard error."""
    package = tmp_path / "package"
    package.mkdir()
    (package / "__init__.py").write_text("from package import part\nx = '\\d'\n")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(parsed("x = '\\d'").body) == 1
        assert use_of("package.part", [tmp_path]) == "always"
    for bad in ("x = (", "\0", "(" * 5000):
        assert parsed(bad).body == []


# --- what is installed


def egg(site: Path, name: str, **files: str) -> str:
    info = site / f"{name}.egg-info"
    info.mkdir(parents=True)
    for file, text in files.items():
        (info / file.replace("__", "-").replace("_txt", ".txt")).write_text(text)
    return str(info)


def test_an_egg_info_of_a_folder_and_of_a_file(tmp_path: Path) -> None:
    core = "Metadata-Version: 1.1\nName: Some.Thing\nVersion: 1\n"
    requires = "one>=1\n\n two \n[extra]\nthree\n"
    info = egg(tmp_path, "x", PKG__INFO=core, requires_txt=requires, top_level_txt="some\n_ext\n")
    found = installed.read_one(info)
    assert (found.name, found.version, found.problem) == ("some-thing", "1", "")
    assert found.requires_dist == ("one>=1", "two")  # an extra's are not required
    assert found.top_level == ("some", "_ext", "Some.Thing")
    assert (found.installer, found.tags, found.libraries, found.dynamic) == ("", (), (), ())
    assert (found.generator, found.direct_url) == ("", "")
    # What its metadata says itself comes first.
    own = egg(tmp_path, "y", PKG__INFO=f"{core}Requires-Dist: four\n", requires_txt=requires)
    assert installed.read_one(own).requires_dist == ("four",)
    file = tmp_path / "z.egg-info"
    file.write_text(core)
    found = installed.read_one(str(file))
    assert (found.name, found.requires_dist, found.top_level) == ("some-thing", (), ("Some.Thing",))


@pytest.mark.parametrize("suffix", ["egg-info", "dist-info"])
@pytest.mark.parametrize(
    ("folder", "core", "name", "version", "problem"),
    [
        ("some_thing-1.5", None, "some-thing", "1.5", "No such file"),
        ("some_thing-1.5", "Version: 1\n", "some-thing", "1.5", "no name or no version"),
        ("some_thing-1.5", "Name: -rhttps://x\nVersion: 1\n", "some-thing", "1.5", "allow"),
        ("-rhttps-1", "", "", "rhttps-1", "no name or no version"),
        ("x" * 201 + "-1", "", "", "1", "no name or no version"),
    ],
)
def test_metadata_that_is_none_is_said_and_the_folder_s_name_counts(
    tmp_path: Path,
    suffix: str,
    folder: str,
    core: str | None,
    name: str,
    version: str,
    problem: str,
) -> None:
    info = tmp_path / f"{folder}.{suffix}"
    info.mkdir()
    if core is not None:
        (info / ("PKG-INFO" if suffix == "egg-info" else "METADATA")).write_text(core)
    found = installed.read_one(str(info))
    assert (found.name, found.version) == (name, version)
    assert problem in found.problem
    assert str(tmp_path) not in found.problem
    assert installed.read(tmp_path) == ()


@pytest.mark.parametrize(
    ("name", "version", "valid"),
    [
        ("a", "1", True),
        ("A.b-c_d9", "1.0+local", True),
        ("-rhttps", "1", False),
        ("a-", "1", False),
        ("a b", "1", False),
        ("a\n", "1", False),
        ("", "1", False),
        ("a" * 200, "1", True),
        ("a" * 201, "1", False),
        ("a", "1; id", False),
        ("a", "", False),
        ("a", "1" * 200, True),
        ("a", "1" * 201, False),
    ],
)
def test_which_names_are_fit_for_a_command_line(name: str, version: str, valid: bool) -> None:
    core = installed.Distribution(
        name=name, version=version, requires_dist=(), dynamic=(), tags=(), generator="",
        installer="", direct_url="",
    )  # fmt: skip
    assert core.has_valid_names is valid


def test_what_lies_in_a_folder(tmp_path: Path) -> None:
    for name in ("b.dist-info", "a.dist-info", "c.egg-info", "d.info", "e"):
        (tmp_path / name).mkdir()
    (tmp_path / "a.egg-info").touch()
    found = installed.info_folders(tmp_path)
    assert found == ["a.dist-info", "b.dist-info", "a.egg-info", "c.egg-info"]
    assert installed.info_folders(tmp_path / "absent") == []


def test_rows_of_record(tmp_path: Path) -> None:
    info = tmp_path / "x-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Name: x\nVersion: 1\n")
    (info / "direct_url.json").write_text(' {"url": "u"} ')
    rows = [
        "x/b.so,sha256=b,10", '"x/a,1.so",sha256=a,', "x/w.pyd,,", "x/m.dylib,sha256=m,",
        "x/f.framework/f,,", "x/not.so.py,,", "x/nul\0.so,,", '"x/open.so,,',
        "x/__init__.py,,", "one.py,,", "x/sub/y.py,,", "z/only.py,,", "../bin/t.py,,", "no-name/__init__.py,,",
        "of/many/__init__.py,,", "of/many/sub/__init__.py,,", "of/a-b/__init__.py,,", "x/last.so.1",
    ]  # fmt: skip
    (info / "RECORD").write_text("\r\n".join(rows))
    found = installed.read_one(str(info))
    hashes = [each.partition(",")[0] for each in found.hashes]
    assert dict(zip(found.libraries, hashes, strict=True)) == {
        "x/a,1.so": "sha256=a", "x/b.so": "sha256=b", "x/f.framework/f": "", "x/last.so.1": "",
        "x/m.dylib": "sha256=m", "x/not.so.py": "", "x/w.pyd": "",
    }  # fmt: skip
    assert found.libraries == tuple(sorted(found.libraries))
    assert (found.top_level, found.direct_url) == ((), '{"url": "u"}')
    assert found.packages() == ("x", "of.many", "one")
    (info / "INSTALLER").write_bytes(b"u\xffv\n")
    assert installed.read_one(str(info)).installer == "u\ufffdv"
    (info / "RECORD").unlink()
    (info / "top_level.txt").write_text("y z\n")
    assert installed.read_one(str(info)).top_level == ("y", "z", "x")


# --- zips


def zipped(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> io.BytesIO:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a name twice
        for name, data in members:
            archive.writestr(name, data)
    return stream


def error(reason: str) -> ArchiveError:
    return ArchiveError("x.whl", reason)


@pytest.mark.parametrize(("number", "taken"), [(4, True), (5, False), (6, False)])
def test_a_zip_has_fewer_members_than_its_limit(number: int, taken: bool) -> None:
    stream = zipped(*((f"m{n}", b"") for n in range(number)))
    if taken:
        with CarefulZip(stream, error, 5) as archive:
            assert [each.filename for each in archive.infos] == [f"m{n}" for n in range(number)]
        return
    with pytest.raises(ArchiveError, match="has 5 members or more"):
        CarefulZip(stream, error, 5)


def test_a_directory_that_its_end_understates() -> None:
    """zipfile reads all of it, whatever count its end has."""
    content = bytearray(zipped(*((f"m{n}", b"") for n in range(9))).getvalue())
    content[-14:-10] = struct.pack("<HH", 1, 1)
    with pytest.raises(ArchiveError, match="has 5 members or more"):
        CarefulZip(io.BytesIO(content), error, 5)
    with CarefulZip(io.BytesIO(content), error, 10) as archive:
        assert len(archive.infos) == 9


def test_a_zip_with_a_comment_and_bytes_before_it() -> None:
    stream = zipped(("m", b"data"))
    with zipfile.ZipFile(stream, "a") as archive:
        archive.comment = b"told" * 100
    with CarefulZip(io.BytesIO(b"#!/bin/sh\n" + stream.getvalue()), error, 5) as careful:
        assert b"".join(careful.chunks(careful.infos[0], 4)) == b"data"


def test_a_remote_zip_is_told_what_is_read_next() -> None:
    class Remote(io.BytesIO):
        told: list[tuple[int, int]]

        def prefetch(self, start: int, length: int) -> None:
            self.told.append((start, length))

    content = zipped(("first", b"1" * 999), ("second", b"2"), method=zipfile.ZIP_STORED).getvalue()
    stream = Remote(content)
    stream.told = []
    with CarefulZip(stream, error, 5) as careful:
        directory = content.index(b"PK\1\2")
        assert stream.told == [(directory, len(content) - directory)]
        second = careful.infos[1]
        assert b"".join(careful.chunks(second, 1)) == b"2"
        (start, length) = stream.told[1]
        assert start == second.header_offset
        assert start + length >= content.index(b"2PK")
    stream.told = []
    with pytest.raises(ArchiveError, match="has 2 members or more"):
        CarefulZip(stream, error, 2)
    assert stream.told == [], "nothing of a directory that is too large is fetched"


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("a/b.so", ""),
        ("a/..b", ""),
        ("C/x", ""),
        ("/a", "leaves the archive"),
        ("\\a", "leaves the archive"),
        ("..", "leaves the archive"),
        ("a/../../b", "leaves the archive"),
        ("a\\..\\b", "leaves the archive"),
        ("c:a", "leaves the archive"),
    ],
)
def test_no_name_leads_out_of_a_zip(name: str, word: str) -> None:
    stream = zipped((name, b""))
    if word:
        with pytest.raises(ArchiveError, match=word):
            CarefulZip(stream, error, 5)
    else:
        CarefulZip(stream, error, 5)


@pytest.mark.parametrize(("mode", "refused"), [(0o120777, True), (0o100777, False), (0, False)])
def test_no_member_is_a_link(mode: int, refused: bool) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        info = zipfile.ZipInfo("m")
        info.external_attr = mode << 16
        archive.writestr(info, "/etc/passwd")
    if refused:
        with pytest.raises(ArchiveError, match="symbolic link: 'm'"):
            CarefulZip(stream, error, 5)
    else:
        CarefulZip(stream, error, 5)


@pytest.mark.parametrize("at_one_place", [True, False])
def test_members_at_one_place(at_one_place: bool) -> None:
    stream = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(stream, "w") as file:
        warnings.simplefilter("ignore")  # of the name that stands twice
        file.writestr("m", "x")
        file.writestr("m", "x")
        if at_one_place:
            file.filelist[1].header_offset = file.filelist[0].header_offset
    with CarefulZip(stream, error, 5) as opened:
        if at_one_place:
            with pytest.raises(ArchiveError, match="m is where another member is"):
                list(opened.chunks(opened.infos[0], 9))
        else:
            assert b"".join(opened.chunks(opened.infos[0], 9)) == b"x"


def test_a_member_is_no_larger_than_its_limit_and_its_header() -> None:
    with CarefulZip(zipped(("m", b"x" * 300_000)), error, 5) as careful:
        (info,) = careful.infos
        assert [len(each) for each in careful.chunks(info, 300_000)] == [262_144, 37_856]
        with pytest.raises(ArchiveError, match="m unpacks to 300000 bytes, more than the 299999"):
            list(careful.chunks(info, 299_999))
    careful = CarefulZip(zipped(("m", b""), method=zipfile.ZIP_BZIP2), error, 5)
    with pytest.raises(ArchiveError, match="m is neither stored nor deflated"):
        list(careful.chunks(careful.infos[0], 9))


@pytest.mark.parametrize(
    ("at", "what"),
    [
        (-40, b"\xff"),  # its content
        (6, b"\x01"),  # encrypted
    ],
)
def test_a_damaged_member_is_told_so(at: int, what: bytes) -> None:
    content = bytearray(zipped(("m", b"data" * 9), method=zipfile.ZIP_STORED).getvalue())
    place = at if at > 0 else 31
    content[place : place + 1] = what
    if at > 0:
        directory = content.index(b"PK\1\2")
        content[directory + 8 : directory + 9] = what
    careful = CarefulZip(io.BytesIO(content), error, 5)
    with pytest.raises(ArchiveError, match="m is damaged"):
        list(careful.chunks(careful.infos[0], 99))


def test_what_is_no_zip() -> None:
    for content in (b"", b"PK\5\6", b"\xff" * 999):
        with pytest.raises(ArchiveError, match="no zip file: it has no directory"):
            CarefulZip(io.BytesIO(content), error, 5)
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, 99, 0, 0)
    with pytest.raises(ArchiveError, match="no readable zip"):
        CarefulZip(io.BytesIO(b"x" * 99 + end), error, 5)


# --- sdists

PKG_INFO = ("x-1/PKG-INFO", b"Name: x\nVersion: 1\n")


def read(*members: tuple[str, bytes]) -> sdists.SourceTexts:
    return sdists.read("x-1.tar.gz", tarred(*members))


def test_only_the_files_at_the_top_are_read() -> None:
    found = read(
        ("x-1/src/PKG-INFO", b"no"),
        ("setup.py", b"no"),
        PKG_INFO,
        ("x-1/setup.py", b"yes\xff"),
        ("x-1/tests/setup.py", b"no"),
    )
    assert (found.pkg_info, found.setup_py) == (PKG_INFO[1], "yes\ufffd")
    assert found.build_requires == ("setuptools>=40.8.0",)
    assert found.backend == "setuptools.build_meta:__legacy__"


@pytest.mark.parametrize(
    ("pyproject", "requires", "backend", "problem"),
    [
        ("", ("setuptools>=40.8.0",), "setuptools.build_meta:__legacy__", ""),
        (
            '[build-system]\nrequires = ["a>=1"]\n',
            ("a>=1",),
            "setuptools.build_meta:__legacy__",
            "",
        ),
        ('[build-system]\nrequires = []\nbuild-backend = "b"\n', (), "b", ""),
        ('[build-system]\nrequires = ["a !"]\n', (), "", "cannot be understood"),
        ("[build-system]\nrequires = 3\n", (), "", "cannot be understood"),
        ("build-system = 3\n", (), "", "cannot be understood"),
        ("[", (), "", "cannot be understood"),
    ],
)
def test_what_builds_it(
    pyproject: str, requires: tuple[str, ...], backend: str, problem: str
) -> None:
    found = read(PKG_INFO, ("x-1/pyproject.toml", pyproject.encode()))
    assert found.build_requires == requires
    assert found.backend == (backend or "setuptools.build_meta:__legacy__")
    assert len(found.problems) == bool(problem)
    assert all(problem in each for each in found.problems)


def test_another_backend_s_setup_py_is_not_waited_for() -> None:
    """It may lie behind gigabytes; setuptools' is read at any place."""
    late = ("x-1/setup.py", b"late")
    for backend, text in (("setuptools.build_meta", "late"), ("hatchling.build", "")):
        pyproject = f'[build-system]\nrequires = []\nbuild-backend = "{backend}"\n'.encode()
        assert read(PKG_INFO, ("x-1/pyproject.toml", pyproject), late).setup_py == text
        assert read(("x-1/pyproject.toml", pyproject), PKG_INFO, late).setup_py == text


@pytest.mark.parametrize("name", ["/etc/x", "x-1/../../y", ".."])
def test_no_name_leads_out_of_an_sdist(name: str) -> None:
    with pytest.raises(ArchiveError, match="leaves the archive"):
        read((name, b""), PKG_INFO)


def test_a_link_in_place_of_a_text_is_none() -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        info = tarfile.TarInfo("x-1/PKG-INFO")
        info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(info)
    packed.seek(0)
    with pytest.raises(ArchiveError, match="has no PKG-INFO"):
        sdists.read("x-1.tar.gz", packed)


def test_an_sdist_has_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    others = tuple((f"x-1/{n}", b"12345678") for n in range(4))
    monkeypatch.setattr(sdists, "_MEMBERS", 4)
    assert read(*others, PKG_INFO).pkg_info
    with pytest.raises(ArchiveError, match="too many members"):
        read(*others, ("x-1/more", b""), PKG_INFO)
    monkeypatch.setattr(sdists, "_MEMBERS", 99)
    monkeypatch.setattr(sdists, "METADATA_LIMIT", len(PKG_INFO[1]))
    assert read(PKG_INFO).pkg_info == PKG_INFO[1]
    monkeypatch.setattr(sdists, "METADATA_LIMIT", len(PKG_INFO[1]) - 1)
    with pytest.raises(ArchiveError, match=f"PKG-INFO unpacks to {len(PKG_INFO[1])} bytes"):
        read(PKG_INFO)
    monkeypatch.setattr(sdists, "METADATA_LIMIT", 99)
    # Of the sizes that headers state, and of the bytes that are there.
    monkeypatch.setattr(sdists, "_UNPACKED", 10_000)
    for size, word in ((10_000, "no readable sdist"), (10_001, "or too large ones")):
        with pytest.raises(ArchiveError, match=word):
            sdists.read("x-1.tar.gz", io.BytesIO(gzip.compress(claiming(size))))
    with pytest.raises(ArchiveError, match="unpacks to more than 10000 bytes"):
        read(*((f"x-1/{n}", b"") for n in range(20)), PKG_INFO)


def test_an_sdist_s_members_are_not_kept() -> None:
    stream = tarred(*((f"x-1/{number}", b"") for number in range(3000)), PKG_INFO)
    tracemalloc.start()
    assert sdists.read("x-1.tar.gz", stream).pkg_info == PKG_INFO[1]
    assert tracemalloc.get_traced_memory()[1] < 500_000
    tracemalloc.stop()


def claiming(size: int) -> bytes:
    """The header of a member without its content."""
    info = tarfile.TarInfo("x-1/big")
    info.size = size
    return info.tobuf()


def test_the_error_is_the_caller_s() -> None:
    class OwnError(SkewError):
        pass

    with pytest.raises(OwnError):
        sdists.read("x-1.zip", io.BytesIO(b""), OwnError)
    for name in ("x-1.tar.bz2", "x-1.tar", "x-1"):
        with pytest.raises(ArchiveError, match=f"{name}: not unpacked .*PEP 625"):
            sdists.read(name, io.BytesIO(b""))
    sdists.read("x-1.tgz", tarred(PKG_INFO))


# --- what is packed for others


def test_nothing_tells_when_or_where_it_was_packed() -> None:
    one = sdist_file("some-name", "1", b"Name: x\n", {"b.py": b"b", "a.py": b"a"}, 3)
    assert one.content[3:8] == bytes(5), "gzip's header has a name, or a time"
    with tarfile.open(fileobj=io.BytesIO(one.content)) as archive:
        members = archive.getmembers()
        names = [each.name for each in members]
        assert names == [f"some_name-1/{each}" for each in ("PKG-INFO", "a.py", "b.py")]
        assert {(each.mode, each.uid, each.gid, each.uname) for each in members} == {
            (0o644, 0, 0, "")
        }
        assert len({each.mtime for each in members}) == 1
    assert (one.filename, one.is_wheel, one.step) == ("some_name-1.tar.gz", False, 3)
    assert (one.project, one.version, one.metadata) == ("some-name", "1", b"Name: x\n")
    info = {"entry_points.txt": b"e"}
    made = wheel_file("some-name", "1", "py3-none-any", b"M", {"b.py": b"b", "a.py": b"a"}, 2, info)
    assert (made.filename, made.is_wheel) == ("some_name-1-py3-none-any.whl", True)
    assert (made.project, made.version, made.metadata, made.step) == ("some-name", "1", b"M", 2)
    with zipfile.ZipFile(io.BytesIO(made.content)) as archive:
        infos = archive.infolist()
        files = ("METADATA", "WHEEL", "entry_points.txt", "RECORD")
        assert [each.filename for each in infos] == [
            "a.py", "b.py", *(f"some_name-1.dist-info/{each}" for each in files)
        ]  # fmt: skip
        assert len({each.date_time for each in infos}) == 1
        assert {each.external_attr >> 16 for each in infos} == {0o100644}
        assert archive.read("some_name-1.dist-info/WHEEL") == (
            b"Wheel-Version: 1.0\nGenerator: native-skew\nRoot-Is-Purelib: false\n"
            b"Tag: py3-none-any\n"
        )
        assert b"a.py,sha256=" in archive.read("some_name-1.dist-info/RECORD")
