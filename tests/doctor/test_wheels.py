"""Wheels as if installed: what they tell, and that hostile ones can do nothing."""

from __future__ import annotations

import contextlib
import io
import os
import resource
import struct
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from native_skew.doctor import wheels
from native_skew.doctor.diagnosis import diagnose
from native_skew.doctor.errors import NotAnEnvironmentError, TemporaryFolderError, WheelError
from support.zip_directory import HOLE, behind_a_hole, crowded, sparse

METADATA = b"Metadata-Version: 2.1\nName: x\nVersion: 1\n"
NAME = "x-1-py3-none-any.whl"


def packed(members: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in {"x-1.dist-info/METADATA": METADATA, **members}.items():
            archive.writestr(name, data)
    return stream.getvalue()


@pytest.fixture
def wheel(tmp_path: Path) -> Callable[[dict[str, bytes]], Path]:
    def make(members: dict[str, bytes]) -> Path:
        path = tmp_path / NAME
        path.write_bytes(packed(members))
        return path

    return make


def test_a_sound_wheel(wheel: Callable[[dict[str, bytes]], Path]) -> None:
    report = diagnose(wheel({"x/__init__.py": b""}))
    assert report.exit_code == 0
    assert report.looked_at["distributions"] == 1


@pytest.mark.parametrize(
    "name",
    ["../../outside.so", "/outside.so", "a/../../outside.so", "x-1.data/purelib/../../o.so"],
)
def test_no_name_leads_out_of_the_folder(
    wheel: Callable[[dict[str, bytes]], Path], name: str, tmp_path: Path
) -> None:
    with pytest.raises(WheelError, match="leads out"):
        diagnose(wheel({name: b"\x7fELF"}))
    assert [path.name for path in tmp_path.iterdir()] == [NAME]


def test_no_name_leads_out_once_its_scheme_is_left_out(
    wheel: Callable[[dict[str, bytes]], Path], tmp_path: Path
) -> None:
    """``x-1.data/purelib//abs/evil.so`` is laid out as ``/abs/evil.so``."""
    for scheme in ("purelib", "platlib"):
        outside = tmp_path / "evil.so"
        with pytest.raises(WheelError, match="leads out of the folder"):
            diagnose(wheel({f"x-1.data/{scheme}/{outside}": b"\x7fELF"}))
        assert not outside.exists()
        # With one slash less it is a name like any other.
        assert diagnose(wheel({f"x-1.data/{scheme}{outside}": b"\x7fELF"})).exit_code == 0


def test_a_name_of_another_system_is_refused(
    wheel: Callable[[dict[str, bytes]], Path],
) -> None:
    with pytest.raises(WheelError, match="leads out of the folder"):
        diagnose(wheel({"x\\evil.so": b"\x7fELF"}))
    assert diagnose(wheel({"x/evil.so": b"\x7fELF"})).exit_code == 0


def test_a_file_that_is_there_twice_is_refused(
    wheel: Callable[[dict[str, bytes]], Path],
) -> None:
    with pytest.raises(WheelError, match="is there twice"):
        diagnose(wheel({"x/a.so": b"", "x-1.data/purelib/x/a.so": b""}))
    assert diagnose(wheel({"x/a.so": b"", "x-1.data/purelib/x/b.so": b""})).exit_code == 0


def test_a_bomb_is_not_unpacked(wheel: Callable[[dict[str, bytes]], Path]) -> None:
    with pytest.raises(WheelError, match="grows from"):
        diagnose(wheel({"x/bomb.so": b"\0" * (64 << 20)}))


def test_a_size_that_lies_is_not_believed(wheel: Callable[[dict[str, bytes]], Path]) -> None:
    path = wheel({"x/bomb.so": b"\0" * (1 << 20)})
    data = path.read_bytes().replace(struct.pack("<I", 1 << 20), struct.pack("<I", 100))
    path.write_bytes(data)
    with pytest.raises(WheelError):
        diagnose(path)


@pytest.mark.slow
def test_a_hundred_thousand_members(wheel: Callable[[dict[str, bytes]], Path]) -> None:
    members = {f"x/data/{number}": b"" for number in range(100_000)}
    assert diagnose(wheel(members)).exit_code == 0


@pytest.mark.slow
@pytest.mark.parametrize("wide", [False, True])
def test_more_members_than_the_directory_s_end_counts(tmp_path: Path, wide: bool) -> None:
    path = crowded(tmp_path / NAME, 300_000, wide=wide)
    tracemalloc.start()
    with pytest.raises(WheelError, match="200000 members or more"):
        diagnose(path)
    assert tracemalloc.get_traced_memory()[1] < 2 * path.stat().st_size, "they were all parsed"
    tracemalloc.stop()
    assert diagnose(crowded(tmp_path / NAME, 70_000, wide=wide)).exit_code == 0


def test_a_larger_directory_than_its_end_says(tmp_path: Path) -> None:
    """600 MB by the 64-bit end, 100 bytes by the other; zipfile reads 600 MB."""
    path = sparse(tmp_path / NAME, 600_000_000)
    tracemalloc.start()
    with pytest.raises(WheelError, match="its directory has 600000000 bytes"):
        diagnose(path)
    assert tracemalloc.get_traced_memory()[1] < 5_000_000
    tracemalloc.stop()


def test_a_wheel_as_large_as_a_gpu_s(tmp_path: Path) -> None:
    """Sound, and so large that only the 64-bit end can say where its directory is."""
    path = behind_a_hole(tmp_path / NAME, packed({"x/__init__.py": b""}))
    assert path.stat().st_size > HOLE
    assert diagnose(path).looked_at["distributions"] == 1


def test_what_has_no_directory_is_told_so(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(b"\xff" * 100_000)
    with pytest.raises(WheelError, match="no zip file: it has no directory"):
        diagnose(tmp_path / NAME)


@pytest.mark.parametrize(
    ("bound", "value", "name", "taken", "refused", "word"),
    [
        ("_METADATA_BYTES", 100, "x-1.dist-info/RECORD", 100, 101, "RECORD has 101 bytes"),
        ("_METADATA_BYTES", 100, "x/a.so", 101, None, ""),
        ("_TOTAL_BYTES", 600, "x/a.so", 600 - len(METADATA), 601 - len(METADATA), "has more than"),
        # Stored members do not grow: that is not more than once.
        ("_RATIO", 1, "x/a.so", 999, None, ""),
        ("_RATIO", 0, "x/a.so", 500, 501, "x/a.so grows from 501 to 501"),
    ],
)
def test_each_bound_at_its_edge(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    bound: str,
    value: int,
    name: str,
    taken: int,
    refused: int | None,
    word: str,
) -> None:
    monkeypatch.setattr(wheels, "_FREE_OF_RATIO", 500)
    monkeypatch.setattr(wheels, bound, value)

    def look(size: int) -> int:
        with zipfile.ZipFile(tmp_path / NAME, "w") as archive:
            for member, data in (("x-1.dist-info/METADATA", METADATA), (name, b"x" * size)):
                archive.writestr(member, data)
        return diagnose(tmp_path / NAME).looked_at["distributions"]

    assert look(taken) == 1
    if refused is not None:
        with pytest.raises(WheelError, match=word):
            look(refused)


def test_two_wheels_share_what_may_be_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("x", "y"):
        with zipfile.ZipFile(tmp_path / f"{name}-1-py3-none-any.whl", "w") as archive:
            archive.writestr(
                f"{name}-1.dist-info/METADATA", METADATA.replace(b" x", b" " + name.encode())
            )
            archive.writestr(f"{name}/a.so", b"x" * 500)
    for left, taken in ((2 * (500 + len(METADATA)), True), (999 + 2 * len(METADATA), False)):
        monkeypatch.setattr(wheels, "_TOTAL_BYTES", left)
        if taken:
            assert diagnose(tmp_path).looked_at["distributions"] == 2
        else:
            with pytest.raises(WheelError, match=r"y-1.*unpacked it has more than"):
                diagnose(tmp_path)


@contextlib.contextmanager
def no_file_larger_than(size: int) -> Iterator[None]:
    """What a full disk does to a writer, without filling one: write(2) fails halfway."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_disk_that_takes_no_more_is_not_the_wheel_s_fault(
    wheel: Callable[[dict[str, bytes]], Path],
) -> None:
    path = wheel({"x/a.so": os.urandom(1 << 20)})
    told = r"cannot be written \(File too large\); free space, or name another folder"
    with no_file_larger_than(1 << 16), pytest.raises(TemporaryFolderError, match=told):
        diagnose(path)
    assert diagnose(path).looked_at["distributions"] == 1


@pytest.mark.parametrize("names", [("x/" + 300 * "a" + ".so",), ("x.so", "x.so/y.so")])
def test_a_name_that_no_disk_takes_is_the_wheel_s_fault(
    wheel: Callable[[dict[str, bytes]], Path], names: tuple[str, ...]
) -> None:
    with pytest.raises(
        WheelError, match=r"read \((File name too long|Not a directory|File exists)\);"
    ):
        diagnose(wheel(dict.fromkeys(names, b"")))


def test_the_same_name_twice(tmp_path: Path) -> None:
    path = tmp_path / NAME
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x/a.so", b"")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("x/a.so", b"")
    with pytest.raises(WheelError, match="twice"):
        diagnose(path)


def test_names_that_are_no_wheel_s(tmp_path: Path) -> None:
    (tmp_path / "x.whl").write_bytes(b"")
    with pytest.raises(WheelError):
        diagnose(tmp_path / "x.whl")
    with pytest.raises(NotAnEnvironmentError, match="nothing at this path"):
        diagnose(tmp_path / "absent")
    (tmp_path / "empty").mkdir()
    with pytest.raises(NotAnEnvironmentError, match="nothing is installed"):
        diagnose(tmp_path / "empty")


SOUND = packed({"x/a.so": b"\x7fELF" + b"\0" * 100, "x-1.dist-info/RECORD": b"x/a.so,,\n"})


@pytest.mark.slow
@given(st.data())
@settings(max_examples=200)
def test_no_damage_does_more_than_raise(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    raw = bytearray(SOUND)
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(raw) - 1))
        raw[at] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.mktemp("fuzz") / NAME
    path.write_bytes(raw[: data.draw(st.integers(1, len(raw)) | st.just(len(raw)))])
    with contextlib.suppress(WheelError):
        diagnose(path)
