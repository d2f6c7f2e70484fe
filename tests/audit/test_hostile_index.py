"""Indexes that lie, hang and mislead: a clear message each."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterator
from threading import Event
from typing import Any

import pytest
from werkzeug.wrappers import Request, Response

from native_skew.audit.errors import IndexRefusedError
from native_skew.audit.release import Cache, Reader
from native_skew.audit.simple import IndexClient
from native_skew.audit.transport import Limits, Transport
from support.audit_output import Audit
from support.server import METADATA, PAGE, SMALL, Server, ranged, wheel, whole


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.close()


@pytest.fixture
def read(server: Server) -> Iterator[Callable[[], object]]:
    """Reads the metadata of the one file that the server offers."""
    with Transport(SMALL) as transport:
        index = IndexClient(server.url, transport)
        reader = Reader(transport, Cache(None))
        yield lambda: reader.metadata(index.release("victim").files[0])


def test_an_honest_index_is_believed(server: Server, read: Callable[[], Any]) -> None:
    server.page(wheel())
    assert read().requires_dist == ("lib<2",)
    assert all(each.headers["User-Agent"].startswith("native-skew/") for each in server.seen)


def test_a_lie_about_the_sidecar(server: Server, read: Callable[[], object]) -> None:
    file = wheel()
    server.page(file, **{"core-metadata": {"sha256": "0" * 64}})
    server.answers[f"/{file.filename}.metadata"] = whole(METADATA)
    with pytest.raises(IndexRefusedError, match=r"announces sha256=000.* and delivers sha256="):
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
    with pytest.raises(IndexRefusedError, match=r"announces .* and delivers"):
        read()


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


def test_an_index_that_hangs_or_drips(server: Server) -> None:
    told = Event()

    def hang(_: Request) -> Response:
        told.wait()
        return Response(b"")

    def drip() -> Iterator[bytes]:
        while not told.wait(0.1):
            yield b" " * 70_000

    for answer, limits, word in (
        (hang, Limits(silence=0.5, retries=0), "does not answer in time"),
        (lambda _: Response(drip()), Limits(total=0.5, retries=0), "took more than"),
    ):
        told.clear()
        server.answers["/victim/"] = answer
        with Transport(limits) as transport:
            with pytest.raises(IndexRefusedError, match=word):
                IndexClient(server.url, transport).files("victim")
            told.set()


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
        output = audit("victim", "--index-url", server.url)
        assert (output.code, output.rules()) == (0, ["redirected"])
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
