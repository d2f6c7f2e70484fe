"""Indexes that lie, hang and lead astray; archives that bomb: a clear word each."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import struct
import tarfile
import threading
import time
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from said import Audit
from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from repro.archives import PublishedFile, sdist_file, wheel_file
from repro.audit import facts, sdists
from repro.audit.cache import Cache
from repro.audit.errors import AuditError, FileRefusedError, HashMismatchError, IndexRefusedError
from repro.audit.ranges import RangeFile
from repro.audit.release import Reader
from repro.audit.simple import Index
from repro.audit.statement import parse
from repro.audit.transport import Limits, Transport
from repro.audit.zips import ENTRIES, Zip
from repro.metadata import core_metadata

QUICK = Limits(silence=0.5, total=1.5, page=1_000_000, file=20_000_000, retries=0)
PAGE = "application/vnd.pypi.simple.v1+json"
METADATA = core_metadata("victim", "1.0", ("lib<2",))
Answer = Callable[[Request], Response]


def wheel(members: dict[str, bytes] | None = None) -> PublishedFile:
    return wheel_file("victim", "1.0", "py3-none-any", METADATA, members or {}, 1)


class Server:
    """Answers as each test has it: path -> answer."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.seen: list[Request] = []
        self._server = make_server("127.0.0.1", 0, self._application, threaded=True)
        self.url = f"http://127.0.0.1:{self._server.port}/"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def _application(self, environ: dict[str, Any], start: Any) -> Any:
        request = Request(environ)
        self.seen.append(request)
        answer = self.answers.get(request.path)
        return (answer(request) if answer else Response(status=404))(environ, start)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def page(self, file: PublishedFile, **changes: object) -> None:
        """Offers ``file`` on the page of its project, with entries changed."""
        entry = {
            "filename": file.filename,
            "url": f"{self.url}{file.filename}",
            "hashes": {"sha256": hashlib.sha256(file.content).hexdigest()},
            "size": len(file.content),
            **changes,
        }
        data = {"meta": {"api-version": "1.1"}, "name": file.project, "files": [entry]}
        body = json.dumps(data)
        self.answers[f"/{file.project}/"] = lambda _: Response(body, content_type=PAGE)
        self.answers[f"/{file.filename}"] = ranged(file.content)


def ranged(content: bytes) -> Answer:
    def answer(request: Request) -> Response:
        response = Response(content, content_type="application/octet-stream")
        try:
            response.make_conditional(
                request.environ, accept_ranges=True, complete_length=len(content)
            )
        except RequestedRangeNotSatisfiable as error:
            return Response(status=error.code)
        return response

    return answer


def whole(content: bytes) -> Answer:
    return lambda _: Response(content, content_type="application/octet-stream")


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.close()


@pytest.fixture
def read(server: Server) -> Iterator[Callable[[], object]]:
    """Reads the statement of the one file that the server offers."""
    with Transport(server.url, QUICK) as transport:
        index = Index(server.url, transport)
        reader = Reader(transport, Cache(None))
        yield lambda: reader.statement(index.release("victim").files[0])


def test_an_honest_index_is_believed(server: Server, read: Callable[[], Any]) -> None:
    server.page(wheel())
    assert read().requires_dist == ("lib<2",)
    assert all(each.headers["User-Agent"].startswith("native-skew/") for each in server.seen)


def test_a_lie_about_the_sidecar(server: Server, read: Callable[[], object]) -> None:
    file = wheel()
    server.page(file, **{"core-metadata": {"sha256": "0" * 64}})
    server.answers[f"/{file.filename}.metadata"] = whole(METADATA)
    with pytest.raises(HashMismatchError, match=r"announces sha256=000.* and delivers sha256="):
        read()


def test_a_sidecar_that_is_announced_and_not_there(
    server: Server, read: Callable[[], object]
) -> None:
    server.page(wheel(), **{"core-metadata": True})
    with pytest.raises(IndexRefusedError, match="announced, and answers 404"):
        read()


def test_a_lie_about_the_file_where_it_is_read_whole(
    server: Server, read: Callable[[], Any]
) -> None:
    file = wheel()
    server.page(file, hashes={"sha256": "1" * 64})
    server.answers[f"/{file.filename}"] = whole(file.content)
    with pytest.raises(HashMismatchError):
        read()
    server.page(file)  # the truth, and no ranges: the whole file is taken
    server.answers[f"/{file.filename}"] = whole(file.content)


def test_without_ranges_the_whole_file_is_read(server: Server, read: Callable[[], Any]) -> None:
    file = wheel()
    server.page(file)
    server.answers[f"/{file.filename}"] = whole(file.content)
    assert read().requires_dist == ("lib<2",)


@pytest.mark.parametrize(
    ("size", "word"),
    [
        (10, "its page announces 10"),
        (99_999, "its page announces 99999"),
        (10**12, "page announces 1000000000000"),
    ],
)
def test_a_lie_about_the_size(
    server: Server, read: Callable[[], object], size: int, word: str
) -> None:
    server.page(wheel({"big": b"x" * 5000}), size=size)
    with pytest.raises(IndexRefusedError, match=word):
        read()


def test_a_file_of_absurd_size(server: Server, read: Callable[[], object]) -> None:
    file = wheel()
    server.page(file, size=None)

    def endless(_: Request) -> Response:
        return Response((b"x" * 65536 for _ in range(10_000)), content_type="application/zip")

    server.answers[f"/{file.filename}"] = endless
    tracemalloc.start()
    with pytest.raises(IndexRefusedError, match="sends more than the 20000000 bytes"):
        read()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 40_000_000  # of 655 MB


def test_a_page_that_never_ends_and_one_that_unpacks_to_too_much(
    server: Server, read: Callable[[], object]
) -> None:
    server.answers["/victim/"] = lambda _: Response(b" " * 65536 for _ in range(10_000))
    with pytest.raises(IndexRefusedError, match="larger than 1000000 bytes"):
        read()
    bomb = gzip.compress(b" " * 300_000_000)
    server.answers["/victim/"] = lambda _: Response(bomb, headers={"Content-Encoding": "gzip"})
    with pytest.raises(IndexRefusedError, match="larger than 1000000 bytes"):
        read()


def test_an_index_that_hangs_or_drips(server: Server, read: Callable[[], object]) -> None:
    def hang(_: Request) -> Response:
        time.sleep(3)
        return Response(b"")

    def drip() -> Iterator[bytes]:
        for _ in range(40):
            time.sleep(0.1)
            yield b" " * 70_000

    server.answers["/victim/"] = hang
    with pytest.raises(IndexRefusedError, match="does not answer in time"):
        read()
    small = Limits(silence=0.5, total=0.5, retries=0)
    server.answers["/victim/"] = lambda _: Response(drip())
    told = pytest.raises(IndexRefusedError, match="took more than")
    with Transport(server.url, small) as transport, told:
        Index(server.url, transport).files("victim")


def test_redirects(server: Server, read: Callable[[], Any]) -> None:
    file = wheel()
    server.page(file)

    def to(place: str) -> Answer:
        return lambda _: Response(status=302, headers={"Location": place})

    name = f"/{file.filename}"
    server.answers["/moved"] = ranged(file.content)
    server.answers[name] = to("/moved")  # an ordinary one
    assert read().requires_dist == ("lib<2",)
    for place, word in (
        (name, "redirects more than 5 times"),
        ("file:///etc/passwd", "leads to file:///etc/passwd, which is not HTTP"),
        ("ftp://127.0.0.1/x", "which is not HTTP"),
    ):
        server.answers[name] = to(place)
        with pytest.raises(IndexRefusedError, match=word):
            read()


def test_a_redirect_to_a_weaker_scheme_is_refused(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The transport is asked for https; what answers stands in for a TLS server."""
    server.answers["/x"] = lambda _: Response(status=302, headers={"Location": f"{server.url}y"})
    with Transport(server.url, QUICK) as transport:
        asked = transport._session.get

        def plain(url: str, **more: Any) -> Any:
            return asked(url.replace("https://", "http://"), **more)

        monkeypatch.setattr(transport._session, "get", plain)
        secure = server.url.replace("http://", "https://")
        with pytest.raises(IndexRefusedError, match="which is not encrypted"):
            transport.get(f"{secure}x")


def test_credentials_go_to_the_index_alone(server: Server) -> None:
    other = Server()
    try:
        server.answers["/victim/"] = lambda _: Response(
            status=302, headers={"Location": f"{other.url}victim/"}
        )
        url = server.url.replace("http://", "http://user:word@")
        with Transport(url, QUICK) as transport, pytest.raises(AuditError) as told:
            Index(url, transport).files("victim")
        assert "word" not in str(told.value)
        assert server.seen[0].authorization is not None
        assert other.seen[0].authorization is None
    finally:
        other.close()


def test_a_redirect_to_another_host_is_said(server: Server, audit: Audit) -> None:
    file = wheel()
    server.page(file)
    assert audit("victim", "--index-url", server.url).rules() == []
    other = Server()
    try:
        other.answers["/there"] = ranged(file.content)
        server.answers[f"/{file.filename}"] = lambda _: Response(
            status=307, headers={"Location": f"{other.url}there"}
        )
        said = audit("victim", "--index-url", server.url)
        assert (said.code, said.rules()) == (0, ["redirected"])
    finally:
        other.close()


@pytest.mark.parametrize(
    ("body", "kind", "word"),
    [
        (b"<html>", "text/plain", "answers with text/plain"),
        (b"[1, 2", PAGE, "cannot be understood"),
        (b"[" * 100_000, PAGE, "cannot be understood"),
        (b'{"meta": {"api-version": "9.0"}, "name": "victim", "files": []}', PAGE, "understood"),
        (b'{"files": 3}', PAGE, "cannot be understood"),
    ],
)
def test_pages_that_make_no_sense(
    server: Server, read: Callable[[], object], body: bytes, kind: str, word: str
) -> None:
    server.answers["/victim/"] = lambda _: Response(body, content_type=kind)
    with pytest.raises(IndexRefusedError, match=word):
        read()


def test_an_error_and_a_short_range(server: Server, read: Callable[[], object]) -> None:
    file = wheel()
    server.page(file)
    server.answers[f"/{file.filename}"] = lambda _: Response(status=500)
    with pytest.raises(IndexRefusedError, match="answers 500"):
        read()
    head = {"Content-Range": f"bytes 0-99/{len(file.content)}"}
    server.answers[f"/{file.filename}"] = lambda _: Response(b"x", status=206, headers=head)
    with pytest.raises(IndexRefusedError, match="contradicts itself"):
        read()


# Archives


def _zip(**members: bytes) -> io.BytesIO:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return packed


@pytest.mark.parametrize("name", ["../../evil.py", "/etc/evil", "a/../../b", "C:\\evil", "..\\up"])
def test_a_wheel_that_leaves_its_folder(name: str) -> None:
    packed = io.BytesIO(wheel().content)
    with zipfile.ZipFile(packed, "a") as archive:
        archive.writestr(name, b"x")
    with pytest.raises(FileRefusedError, match="leaves the archive"):
        Zip("victim-1.0-py3-none-any.whl", packed)


def test_a_wheel_with_a_symbolic_link() -> None:
    packed = io.BytesIO(wheel().content)
    with zipfile.ZipFile(packed, "a") as archive:
        info = zipfile.ZipInfo("victim/link.so")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
    with pytest.raises(FileRefusedError, match="symbolic link"):
        Zip("victim-1.0-py3-none-any.whl", packed)


def test_a_zip_bomb_and_one_that_understates_itself() -> None:
    bomb = _zip(**{"victim-1.0.dist-info/METADATA": b"\0" * 200_000_000})
    with pytest.raises(FileRefusedError, match="a zip bomb"):
        facts.wheel_statement("victim-1.0-py3-none-any.whl", "victim", bomb)
    data = bytearray(bomb.getvalue())
    sizes = struct.pack("<I", 200_000_000)
    while sizes in data:  # both headers now claim 100 bytes
        place = data.index(sizes)
        data[place : place + 4] = struct.pack("<I", 100)
    tracemalloc.start()
    with pytest.raises(FileRefusedError, match=r"damaged|larger than its header"):
        facts.wheel_statement("victim-1.0-py3-none-any.whl", "victim", io.BytesIO(data))
    assert tracemalloc.get_traced_memory()[1] < 30_000_000
    tracemalloc.stop()


def test_a_hundred_thousand_members(tmp_path: Path) -> None:
    path = tmp_path / "victim-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(100_000):
            archive.writestr(f"victim/{number}", b"")
    tracemalloc.start()
    with path.open("rb") as stream, pytest.raises(FileRefusedError, match=f"{ENTRIES} members"):
        Zip(path.name, stream)
    assert tracemalloc.get_traced_memory()[1] < 5_000_000
    tracemalloc.stop()


def _sdist(*members: tuple[str, bytes]) -> io.BytesIO:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    packed.seek(0)
    return packed


def test_an_sdist_that_leaves_its_folder_or_bombs() -> None:
    name = "victim-1.0.tar.gz"
    with pytest.raises(FileRefusedError, match="leaves the archive"):
        sdists.read(name, _sdist(("victim-1.0/../../evil", b"x")))
    with pytest.raises(FileRefusedError, match="PKG-INFO unpacks to 5000000 bytes"):
        sdists.read(name, _sdist(("victim-1.0/PKG-INFO", b"\0" * 5_000_000)))
    with pytest.raises(FileRefusedError, match="has no PKG-INFO"):
        sdists.read(name, _sdist(("victim-1.0/README", b"x")))
    with pytest.raises(FileRefusedError, match="no readable sdist"):
        sdists.read(name, io.BytesIO(b"no gzip"))
    with pytest.raises(FileRefusedError, match="PEP 625"):
        sdists.read("victim-1.0.tar.xz", io.BytesIO(b""))


def test_an_sdist_header_that_asks_for_gigabytes() -> None:
    """A PAX header is read into memory whole: one that claims 3 GB must not be."""
    info = tarfile.TarInfo("victim-1.0/PaxHeader")
    info.type, info.size = tarfile.XHDTYPE, 3_000_000_000
    packed = gzip.compress(info.tobuf(tarfile.USTAR_FORMAT) + b"\0" * 1_000_000)
    tracemalloc.start()
    with pytest.raises(FileRefusedError, match="at once"):
        sdists.read("victim-1.0.tar.gz", io.BytesIO(packed))
    assert tracemalloc.get_traced_memory()[1] < 20_000_000
    tracemalloc.stop()


@given(st.binary(max_size=400), st.integers(0, 10_000), st.integers(0, 400))
def test_damaged_archives_get_a_word(noise: bytes, place: int, cut: int) -> None:
    """Any bytes, anywhere in a sound file: read as before, or refused; nothing else."""
    name, content = "victim-1.0-py3-none-any.whl", wheel({"victim/__init__.py": b"x = 1\n"}).content
    at = place % len(content)
    broken = (content[:at] + noise + content[at + len(noise) :])[: len(content) - cut]
    with suppress(FileRefusedError):
        facts.wheel_contents(name, "victim", io.BytesIO(broken), 1_000_000, 1_000_000)
    pkg = sdist_file("victim", "1.0", METADATA, {"pyproject.toml": b"[build-system]\n"}, 1).content
    broken = (pkg[:at] + noise + pkg[at + len(noise) :])[: len(pkg) - cut]
    with suppress(FileRefusedError):
        sdists.read("victim-1.0.tar.gz", io.BytesIO(broken))


@given(st.binary(max_size=600))
def test_any_metadata_is_read_or_refused(noise: bytes) -> None:
    with suppress(ValueError):
        parse(METADATA.partition(b"\n\n")[0] + b"\nRequires-Dist: " + noise)
    with suppress(ValueError):
        parse(noise)


@given(st.lists(st.tuples(st.integers(0, 50_000), st.integers(0, 9_000)), max_size=8))
def test_ranges_give_the_bytes_of_the_file(reads: list[tuple[int, int]]) -> None:
    content = bytes(range(256)) * 160

    class Direct(Transport):
        def part(self, url: str, asked: str, limit: int) -> Any:
            response = ranged(content)(
                Request({"HTTP_RANGE": asked, "REQUEST_METHOD": "GET", "wsgi.url_scheme": "http"})
            )
            assert len(response.data) <= limit
            from repro.audit.transport import Answer as Answered

            return Answered(
                url=url, status=response.status_code, headers=response.headers, body=response.data
            )

    file = RangeFile(Direct(), "x", len(content), {}, ahead=512, tail=1024)
    for start, length in reads:
        file.seek(start)
        assert file.read(length) == content[start : start + length]
