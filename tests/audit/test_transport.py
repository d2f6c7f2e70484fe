"""The bounds of what an index may answer, each at its edge; without an index, and without sockets."""

from __future__ import annotations

import gzip
import hashlib
import io
from typing import Any

import pytest
import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPResponse

from native_skew.audit.errors import (
    FileRefusedError,
    IndexRefusedError,
)
from native_skew.audit.ranges import BLOCK, RangeFile
from native_skew.audit.transport import Answer, Limits, Transport

URL = "https://index.example/x"
LIMITS = Limits(page=100, file=200, retries=0)
Reply = tuple[int, dict[str, str], bytes] | Exception


class Index(HTTPAdapter):
    """Answers each address as the test says."""

    def __init__(self, replies: dict[str, Reply]) -> None:
        super().__init__()
        self.replies, self.seen = replies, list[requests.PreparedRequest]()

    def send(self, request: requests.PreparedRequest, *_: object, **__: object) -> Any:
        self.seen.append(request)
        reply = self.replies[str(request.url)]
        if isinstance(reply, Exception):
            raise reply
        status, headers, body = reply
        raw = HTTPResponse(io.BytesIO(body), headers, status, preload_content=False)
        return self.build_response(request, raw)


def opened(replies: dict[str, Reply], limits: Limits = LIMITS) -> tuple[Transport, Index]:
    transport, index = Transport(limits), Index(replies)
    for scheme in ("http://", "https://"):
        transport._session.mount(scheme, index)
    return transport, index


def body(size: int, status: int = 200, **headers: str) -> Reply:
    return status, {key.replace("_", "-"): value for key, value in headers.items()}, b"x" * size


def to(place: str) -> Reply:
    return 302, {"Location": place}, b""


# --- how large


@pytest.mark.parametrize(
    ("size", "limit", "taken"), [(100, 0, 1), (101, 0, 0), (7, 7, 1), (8, 7, 0)]
)
def test_an_answer_is_as_large_as_is_allowed_and_no_larger(
    size: int, limit: int, taken: bool
) -> None:
    transport, index = opened({URL: body(size)})
    if taken:
        assert transport.get(URL, limit=limit).body == b"x" * size
        assert index.seen[0].headers["Accept-Encoding"] == "identity"
        assert transport.traffic == {"requests": 1, "bytes fetched": size}
        return
    with pytest.raises(IndexRefusedError, match=f"larger than {limit or 100} bytes"):
        transport.get(URL, limit=limit)


def test_a_page_is_measured_unpacked() -> None:
    packed = gzip.compress(b"x" * 101)
    assert len(packed) < 100
    transport, _ = opened({URL: (200, {"Content-Encoding": "gzip"}, packed)})
    with pytest.raises(IndexRefusedError, match="larger than 100 bytes"):
        transport.get(URL)


@pytest.mark.parametrize(
    ("sent", "announced", "word"),
    [
        (200, None, ""),
        (201, None, "sends more than the 200 bytes expected"),
        (50, 50, ""),
        (51, 50, "sends more than the 50 bytes expected"),
        (49, 50, "has 49 bytes, and its page announces 50"),
        (0, 0, ""),
        (1, 0, "sends more than the 0 bytes expected"),
        (201, 999, "sends more than the 200 bytes expected"),
    ],
)
def test_a_file_is_as_large_as_its_page_announces(
    sent: int, announced: int | None, word: str
) -> None:
    transport, _ = opened({URL: body(sent)})
    taken = io.BytesIO()
    if word:
        with pytest.raises(IndexRefusedError, match=word):
            transport.download(URL, taken, announced, {})
        return
    transport.download(URL, taken, announced, {})
    assert taken.getvalue() == b"x" * sent


def test_a_file_that_is_not_there() -> None:
    transport, _ = opened({URL: body(5, 404)})
    with pytest.raises(IndexRefusedError, match="answers 404"):
        transport.download(URL, io.BytesIO(), None, {})


def _hash(name: str, data: bytes = b"xxx") -> str:
    return hashlib.new(name, data).hexdigest()


@pytest.mark.parametrize(
    ("hashes", "believed"),
    [
        ({}, True),
        ({"sha256": _hash("sha256")}, True),
        ({"sha256": _hash("sha256").upper()}, True),
        ({"sha256": _hash("sha256", b"y")}, False),
        ({"md5": "0"}, True),  # no hash that counts: nothing is checked
        # The strongest counts.
        ({"sha256": "0", "sha384": "0", "sha512": _hash("sha512")}, True),
        ({"sha256": _hash("sha256"), "sha384": "0"}, False),
    ],
)
def test_a_file_is_what_its_hash_says(hashes: dict[str, str], believed: bool) -> None:
    transport, _ = opened({URL: body(3)})
    if believed:
        transport.download(URL, io.BytesIO(), 3, hashes)
        return
    with pytest.raises(IndexRefusedError, match=r"announces sha.* and delivers sha"):
        transport.download(URL, io.BytesIO(), 3, hashes)


# --- where it leads


def test_it_follows_five_redirects_and_no_more() -> None:
    chain = {f"{URL}{n}": to(f"{URL}{n + 1}") for n in range(6)}
    transport, index = opened({**chain, f"{URL}6": body(1)})
    assert transport.get(f"{URL}1#fragment").url == f"{URL}6"
    assert [str(each.url) for each in index.seen] == [f"{URL}{n}" for n in range(1, 7)]
    assert not transport.elsewhere
    with pytest.raises(IndexRefusedError, match="redirects more than 5 times"):
        transport.get(f"{URL}0")


@pytest.mark.parametrize(
    ("start", "place", "word"),
    [
        (URL, "http://index.example/y", "which is not encrypted"),
        (URL, "file:///etc/passwd", "which is not"),
        ("http://index.example/x", "file:///etc/passwd", "which is not HTTP"),
        ("http://index.example/x", "https://index.example/y", ""),
        ("http://index.example/x", "http://other.example/y", ""),
        (URL, "https://other.example/y", ""),
        (URL, "/y", ""),
    ],
)
def test_it_is_led_to_no_weaker_place(start: str, place: str, word: str) -> None:
    here = start.rpartition("/")[0] + place if place.startswith("/") else place
    transport, index = opened({start: to(place), here: body(1)})
    if word:
        with pytest.raises(IndexRefusedError, match=word):
            transport.get(start)
        assert len(index.seen) == 1
        return
    assert transport.get(start).body == b"x"
    other = "other.example"
    assert transport.elsewhere == ({other} if other in place else set())


def test_an_address_that_is_none_of_http_is_not_asked() -> None:
    transport, index = opened({})
    with pytest.raises(IndexRefusedError, match="leads to ftp://a/b, which is not HTTP"):
        transport.get("ftp://a/b")
    assert not index.seen


def test_a_password_goes_to_its_own_host_alone() -> None:
    theirs = "https://other.example/y"
    transport, index = opened({URL: to(theirs), theirs: body(1)})
    transport.get(URL.replace("://", "://bob:secret@"))
    own, other = index.seen
    assert own.headers["Authorization"].startswith("Basic ")
    assert "Authorization" not in other.headers
    assert "secret" not in str(own.url)


# --- how long, and how it fails


@pytest.mark.parametrize(
    ("limits", "asked", "word"),
    [
        (Limits(run=0), 0, "not asked, as the run's 0 seconds are over; give it more"),
        (Limits(total=-1), 1, "took more than -1 seconds; try again later"),
    ],
)
def test_time_ends(limits: Limits, asked: int, word: str) -> None:
    transport, index = opened({URL: body(1)}, limits)
    with pytest.raises(IndexRefusedError, match=word):
        transport.get(URL)
    assert len(index.seen) == asked


def test_the_run_s_time_ends_an_answer_too(monkeypatch: pytest.MonkeyPatch) -> None:
    transport, index = opened({URL: body(1)})
    send = index.send

    def late(request: requests.PreparedRequest, **_: object) -> Any:
        transport._deadline = 0
        return send(request)

    monkeypatch.setattr(index, "send", late)
    with pytest.raises(IndexRefusedError, match="seconds are over"):
        transport.get(URL)


@pytest.mark.parametrize(
    ("failure", "word"),
    [
        (requests.ConnectTimeout("late"), "does not answer in time"),
        (requests.ConnectionError("Read timed out."), "answer in time"),
        (requests.ConnectionError("secret"), r"read \(ConnectionError\)"),
        (
            requests.exceptions.SSLError(
                "certificate verify failed: self-signed certificate (_ssl.c:1)"
            ),
            r"not accepted \(self-signed certificate\), held against .*; name the file",
        ),
        (requests.exceptions.SSLError("x"), "connection cannot be made"),
    ],
)
def test_why_it_cannot_be_read(failure: Exception, word: str) -> None:
    transport, _ = opened({URL: failure})
    with pytest.raises(IndexRefusedError, match=word) as told:
        transport.get(URL)
    assert "secret" not in str(told.value)
    assert "_ssl.c" not in str(told.value)


def test_a_part_is_read_where_it_is_one() -> None:
    transport, index = opened({URL: body(50, 206)})
    answer = transport.part(URL, "bytes=-50", 50)
    assert (answer.status, answer.body) == (206, b"x" * 50)
    assert index.seen[0].headers["Range"] == "bytes=-50"
    with pytest.raises(IndexRefusedError, match="sends more than the 49 bytes asked for"):
        transport.part(URL, "bytes=-49", 49)
    transport, _ = opened({URL: body(50, 200)})
    assert transport.part(URL, "bytes=-9", 9).body == b""


# --- ranges


class Parts(Transport):
    """Serves ranges of ``content``, with the test's lies about them."""

    def __init__(self, content: bytes, limit: int = 100_000, **lies: object) -> None:
        super().__init__(Limits(file=limit))
        self.content, self.lies, self.asked = content, lies, list[str]()

    def part(self, url: str, asked: str, _: int) -> Answer:
        self.asked.append(asked)
        start, _, stop = asked.removeprefix("bytes=").partition("-")
        size = len(self.content)
        first = int(start) if start else max(0, size - int(stop))
        last = min(int(stop) + 1 if start else size, size)
        lies = {} if len(self.asked) == self.lies.get("honest") else self.lies
        data = self.content[first:last]
        said = {"first": first, "last": last - 1, "total": size, "status": 206, **lies}
        headers = {"Content-Range": "bytes {first}-{last}/{total}".format(**said)}
        return Answer(url=url, status=int(str(said["status"])), headers=headers, body=data)


CONTENT = bytes(range(250)) * 40


def test_what_is_there_is_not_fetched_again() -> None:
    parts = Parts(CONTENT)
    file = RangeFile(parts, URL, len(CONTENT), {}, ahead=100, tail=1000)
    assert (file.size, file.tell(), file.seekable(), file.readable()) == (10_000, 0, True, True)
    assert file.seek(-1000, io.SEEK_END) == 9000
    assert (file.read(), file.tell()) == (CONTENT[9000:], 10_000)
    assert (file.read(5), parts.asked) == (b"", ["bytes=-1000"])
    file.prefetch(200, 300)
    file.prefetch(250, 100)
    file.prefetch(20_000, 5)
    file.seek(200)
    assert (file.seek(10, io.SEEK_CUR), file.read(290)) == (210, CONTENT[210:500])
    assert parts.asked[1:] == ["bytes=200-499"]
    # Continued reading fetches twice as much each time, up to 1 MiB.
    assert file.read(1) + file.read(100) == CONTENT[500:601]
    assert parts.asked[2:] == ["bytes=500-599", "bytes=501-700"]
    file.seek(900)
    assert (file.read(1), parts.asked[4:]) == (CONTENT[900:901], ["bytes=900-1299"])
    with pytest.raises(ValueError, match="negative"):
        file.seek(-1)


@pytest.mark.parametrize(
    ("lies", "word"),
    [
        ({"total": 9_999}, "has 9999 bytes, and its page announces 10000"),
        ({"first": 1}, "contradicts itself"),
        ({"last": 5_000}, "contradicts itself"),
        ({"first": "x"}, "contradicts itself"),
        ({"status": 404}, "answers 404"),
        ({"status": 500}, "answers 500"),
    ],
)
def test_a_first_part_that_lies(lies: dict[str, object], word: str) -> None:
    with pytest.raises(IndexRefusedError, match=word):
        RangeFile(Parts(CONTENT, **lies), URL, len(CONTENT), {}, tail=1000)


@pytest.mark.parametrize(
    ("lies", "word"),
    [
        ({"total": 9_999}, "another range than was asked for"),
        ({"first": 8, "last": 107}, "another range than was asked for"),
        ({"status": 200}, "answers 200 to a range"),
    ],
)
def test_a_later_part_that_lies(lies: dict[str, object], word: str) -> None:
    file = RangeFile(Parts(CONTENT, honest=1, **lies), URL, None, {}, ahead=100, tail=1000)
    with pytest.raises(IndexRefusedError, match=word):
        file.read(50)


@pytest.mark.parametrize(("size", "taken"), [(100_000, True), (100_001, False)])
def test_a_file_whose_page_does_not_say_its_size(size: int, taken: bool) -> None:
    parts = Parts(b"x" * size)
    if taken:
        assert RangeFile(parts, URL, None, {}, tail=10).size == size
        return
    with pytest.raises(IndexRefusedError, match="claims to have 100001 bytes"):
        RangeFile(parts, URL, None, {}, tail=10)


@pytest.mark.parametrize(
    ("announced", "tail", "asked"),
    [
        (None, 0, "bytes=0-99"),
        (None, 1000, "bytes=-1000"),
        (50, 0, "bytes=0-49"),
        (50, 1000, "bytes=-50"),
        (9999, 0, "bytes=0-99"),
    ],
)
def test_what_is_asked_for_first(announced: int | None, tail: int, asked: str) -> None:
    parts = Parts(b"x" * (announced or 5000))
    assert RangeFile(parts, URL, announced, {}, ahead=100, tail=tail).size == (announced or 5000)
    assert parts.asked == [asked]


def test_it_reads_no_more_than_a_mebibyte_ahead() -> None:
    parts = Parts(b"x" * 9_000_000, 9_000_000)
    file = RangeFile(parts, URL, None, {}, ahead=1 << 19, tail=10)
    for start in (0, 1 << 20, 3 << 20):
        file.seek(start)
        file.read(1)
    assert parts.asked[1:] == ["bytes=0-524287", "bytes=1048576-2097151", "bytes=3145728-4194303"]


def test_no_read_takes_more_than_a_block(monkeypatch: pytest.MonkeyPatch) -> None:
    assert BLOCK > 1 << 20
    monkeypatch.setattr("native_skew.audit.ranges.BLOCK", 500)
    file = RangeFile(Parts(CONTENT), URL, len(CONTENT), {}, ahead=100, tail=100)
    assert len(file.read(500)) == 500
    file.seek(0)
    for ask in (lambda: file.read(501), lambda: file.prefetch(1000, 501)):
        with pytest.raises(FileRefusedError, match="one part of it has 501 bytes"):
            ask()


@pytest.mark.parametrize("status", [200, 416])
def test_where_there_are_no_ranges_the_whole_is_taken(status: int) -> None:
    class Whole(Transport):
        def part(self, url: str, *_: object) -> Answer:
            return Answer(url=url, status=status, headers={}, body=b"")

        def download(self, url: str, to: Any, size: int | None, hashes: Any) -> None:
            assert (url, size, hashes) == (URL, None, {"sha256": "1"})
            to.write(CONTENT)

    with RangeFile(Whole(), URL, None, {"sha256": "1"}) as file:
        assert (file.size, file.seek(100), file.read(50)) == (10_000, 100, CONTENT[100:150])
        file.prefetch(0, 5)
        assert file.read(1) == CONTENT[150:151]
