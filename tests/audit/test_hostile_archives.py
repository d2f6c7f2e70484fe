"""Archives that are bombs, leave their folder or are damaged: a clear message, in bounded memory."""

from __future__ import annotations

import gzip
import io
import struct
import tarfile
import tracemalloc
import zipfile
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.wrappers import Request

from native_skew.audit.errors import FileRefusedError
from native_skew.audit.facts import ENTRIES, Zip
from native_skew.audit.ranges import RangeFile
from native_skew.audit.resolver_metadata import parse
from native_skew.audit.transport import Answer, Limits, Transport
from native_skew.distributions import sdists
from native_skew.distributions.archives import sdist_file
from native_skew.distributions.sdists import SourceTexts
from support.server import METADATA, ranged, wheel
from support.zip_directory import HOLE, behind_a_hole, crowded, sparse


def _zip(method: int = zipfile.ZIP_DEFLATED, **members: bytes) -> io.BytesIO:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return packed


def test_a_zip_bomb_and_one_that_understates_itself() -> None:
    bomb = _zip(**{"victim-1.0.dist-info/METADATA": b"\0" * 200_000_000})
    with pytest.raises(FileRefusedError, match="a zip bomb"):
        Zip("victim-1.0-py3-none-any.whl", bomb).metadata("victim")
    data = bytearray(bomb.getvalue())
    sizes = struct.pack("<I", 200_000_000)
    while sizes in data:  # both headers now claim 100 bytes
        place = data.index(sizes)
        data[place : place + 4] = struct.pack("<I", 100)
    tracemalloc.start()
    with pytest.raises(FileRefusedError, match=r"damaged|larger than its header"):
        Zip("victim-1.0-py3-none-any.whl", io.BytesIO(data)).metadata("victim")
    assert tracemalloc.get_traced_memory()[1] < 30_000_000
    tracemalloc.stop()


@pytest.mark.slow
@pytest.mark.parametrize("wide", [False, True])
def test_more_members_than_the_directory_s_end_counts(tmp_path: Path, wide: bool) -> None:
    path = crowded(tmp_path / "victim-1.0-py3-none-any.whl", 300_000, wide=wide)
    tracemalloc.start()
    with path.open("rb") as stream, pytest.raises(FileRefusedError, match=f"{ENTRIES} members"):
        Zip(path.name, stream)
    assert tracemalloc.get_traced_memory()[1] < 2 * path.stat().st_size, "they were all parsed"
    tracemalloc.stop()
    with (
        crowded(path, ENTRIES, wide=wide).open("rb") as stream,
        pytest.raises(FileRefusedError, match=f"{ENTRIES} members"),
    ):
        Zip(path.name, stream)
    with crowded(path, ENTRIES - 1, wide=wide).open("rb") as stream, Zip("x", stream) as archive:
        assert len(archive.members) == ENTRIES - 1


def test_a_larger_directory_than_its_end_says(tmp_path: Path) -> None:
    """600 MB by the 64-bit end, 100 bytes by the other; zipfile reads 600 MB."""
    path = sparse(tmp_path / "victim-1.0-py3-none-any.whl", 600_000_000)
    tracemalloc.start()
    with (
        path.open("rb") as stream,
        pytest.raises(FileRefusedError, match="its directory has 600000000 bytes"),
    ):
        Zip(path.name, stream)
    assert tracemalloc.get_traced_memory()[1] < 5_000_000
    tracemalloc.stop()


def test_a_wheel_as_large_as_a_gpu_s(tmp_path: Path) -> None:
    """Sound, and so large that only the 64-bit end can say where its directory is."""
    path = behind_a_hole(tmp_path / "victim-1.0-py3-none-any.whl", wheel().content)
    assert path.stat().st_size > HOLE
    with path.open("rb") as stream, Zip(path.name, stream) as archive:
        assert archive.read("victim-1.0.dist-info/METADATA") == METADATA


def read_sdist(name: str, stream: io.BytesIO) -> SourceTexts:
    return sdists.read(name, stream, partial(FileRefusedError, name))


def test_an_sdist_of_old_is_a_zip() -> None:
    texts = {"victim-1.0/PKG-INFO": METADATA, "victim-1.0/src/setup.py": b"no", "setup.py": b"no"}
    assert read_sdist("victim-1.0.zip", _zip(**texts)).pkg_info == METADATA
    assert not read_sdist("victim-1.0.zip", _zip(**texts)).setup_py
    with pytest.raises(FileRefusedError, match="leaves the archive"):
        read_sdist("victim-1.0.zip", _zip(**texts, **{"victim-1.0/../../evil": b"x"}))
    with pytest.raises(FileRefusedError, match="a zip bomb"):
        read_sdist("victim-1.0.zip", _zip(**{"victim-1.0/PKG-INFO": b"\0" * 5_000_000}))


def test_an_sdist_header_that_asks_for_gigabytes() -> None:
    """A PAX header is read into memory whole: one that claims 3 GB must not be."""
    info = tarfile.TarInfo("victim-1.0/PaxHeader")
    info.type, info.size = tarfile.XHDTYPE, 3_000_000_000
    packed = gzip.compress(info.tobuf(tarfile.USTAR_FORMAT) + b"\0" * 1_000_000)
    tracemalloc.start()
    # Since Python 3.14.10 tarfile reads it bit by bit, to the end of the file.
    with pytest.raises(FileRefusedError, match=r"at once|empty header"):
        read_sdist("victim-1.0.tar.gz", io.BytesIO(packed))
    assert tracemalloc.get_traced_memory()[1] < 20_000_000
    tracemalloc.stop()


@given(st.binary(max_size=400), st.integers(0, 10_000), st.integers(0, 400))
def test_damaged_archives_get_a_word(noise: bytes, place: int, cut: int) -> None:
    """With any bytes anywhere in a sound file, it is read as before, or refused."""
    name, content = "victim-1.0-py3-none-any.whl", wheel({"victim/__init__.py": b"x = 1\n"}).content
    at = place % len(content)
    broken = (content[:at] + noise + content[at + len(noise) :])[: len(content) - cut]
    with suppress(FileRefusedError):
        Zip(name, io.BytesIO(broken)).contents("victim", 1_000_000, 1_000_000)
    pkg = sdist_file("victim", "1.0", METADATA, {"pyproject.toml": b"[build-system]\n"}, 1).content
    broken = (pkg[:at] + noise + pkg[at + len(noise) :])[: len(pkg) - cut]
    with suppress(FileRefusedError):
        read_sdist("victim-1.0.tar.gz", io.BytesIO(broken))


@given(st.binary(max_size=600))
def test_any_metadata_is_read_or_refused(noise: bytes) -> None:
    with suppress(ValueError):
        parse(METADATA.partition(b"\n\n")[0] + b"\nRequires-Dist: " + noise)
    with suppress(ValueError):
        parse(noise)


class _Direct(Transport):
    """Ranges of a content, as the server gives them; no session is made."""

    def __init__(self, content: bytes) -> None:
        self.limits, self._answer = Limits(), ranged(content)

    def part(self, url: str, asked: str, limit: int) -> Answer:
        request = {"HTTP_RANGE": asked, "REQUEST_METHOD": "GET", "wsgi.url_scheme": "http"}
        response = self._answer(Request(request))
        assert len(response.data) <= limit
        return Answer(
            url=url, status=response.status_code, headers=response.headers, body=response.data
        )


@given(st.lists(st.tuples(st.integers(0, 50_000), st.integers(0, 9_000)), max_size=8))
def test_ranges_give_the_bytes_of_the_file(reads: list[tuple[int, int]]) -> None:
    content = bytes(range(256)) * 160
    file = RangeFile(_Direct(content), "x", len(content), {}, ahead=512, tail=1024)
    for start, length in reads:
        file.seek(start)
        assert file.read(length) == content[start : start + length]
