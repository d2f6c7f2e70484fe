"""The index: what the specifications require of it, read by an independent client."""

from __future__ import annotations

import hashlib
import socket
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import requests
from pypi_simple import ProjectPage, PyPISimple
from werkzeug.test import Client

from native_skew.distributions.archives import DistributionFile
from native_skew.errors import SkewError
from native_skew.publish import fakes
from native_skew.publish.index import Index
from native_skew.publish.publication import Publication
from native_skew.scenarios.model import CachePolicy, ConsumerRelease, ProviderRelease, Sdist, Wheel
from native_skew.toolchain.interpreter import Interpreter
from support.compiler import compiler

_JSON = "application/vnd.pypi.simple.v1+json"
_HTML = "text/html"


@pytest.fixture(scope="module")
def files() -> tuple[DistributionFile, ...]:
    from native_skew.toolchain import interpreter

    python: Interpreter = interpreter.find()
    cc = compiler()
    release = ConsumerRelease(
        version="4.6.1",
        sdist=Sdist(build_requires=("setuptools",)),
        wheels=(Wheel(tag="cp310-cp310-macosx_10_9_x86_64", requires_dist=("fake-corelibs<7.1",)),),
    )
    newer = ProviderRelease(version="7.0.10.99.0.2", step=2)
    setuptools = DistributionFile(
        project="setuptools",
        version="1.0",
        filename="setuptools-1.0-py3-none-any.whl",
        content=b"wheel",
        metadata=b"Metadata-Version: 2.1\n",
        requires_python=">=3.9,<4",
        yanked="broken & <bad>",
    )
    return (
        *fakes.consumer_files(release, python, cc),
        fakes.provider_file(newer, python, cc),
        setuptools,
    )


@pytest.fixture
def client() -> Iterator[Callable[[Publication], Client]]:
    """Visitors of publications, each at /cell/ of an index of its own; no socket is used."""
    with ExitStack() as stack:

        def visit(publication: Publication) -> Client:
            index = stack.enter_context(Index())
            index.publish("cell", publication)
            return Client(index.application)

        yield visit


def test_over_tls_the_index_answers_who_trusts_its_authority(
    files: tuple[DistributionFile, ...], tmp_path: Path
) -> None:
    with Index() as index:
        plain = index.publish("plain", Publication(files))
        url = index.publish("cell", Publication(files), https=True)
        assert url.startswith("https://127.0.0.1:")
        assert plain.startswith("http://127.0.0.1:")
        authority = tmp_path / "authority.pem"
        authority.write_bytes(index.authority)
        asked = requests.get(f"{url}fake-softioc/", verify=str(authority), timeout=10)
        assert "fake_softioc-4.6.1.tar.gz" in asked.text
        with pytest.raises(requests.exceptions.SSLError):
            requests.get(url, timeout=10)
        index.publish("plain", Publication(files))  # both are served side by side
        with urllib.request.urlopen(plain, timeout=10) as answer:
            assert answer.status == 200


@pytest.mark.parametrize("policy", ["public", "fresh-pages"])
def test_a_page_says_how_old_it_is(
    policy: CachePolicy,
    files: tuple[DistributionFile, ...],
    client: Callable[[Publication], Client],
) -> None:
    page = client(Publication(files, policy)).get("/cell/simple/fake-softioc/")
    assert page.headers["Age"] == {"public": "600", "fresh-pages": "0"}[policy]
    assert page.headers["Cache-Control"] == "max-age=600, public"


@pytest.mark.parametrize("accept", [_JSON, _HTML])
def test_pages_are_read_by_a_client_of_the_public_index(
    files: tuple[DistributionFile, ...], accept: str
) -> None:
    with Index() as index:
        publication = Publication(files)
        url = index.publish("cell", publication)
        with PyPISimple(endpoint=url, accept=accept) as simple:
            assert list(simple.get_index_page().projects) == ["fake-softioc", "setuptools"]
            page: ProjectPage = simple.get_project_page("Fake_Softioc")
            sdist, wheel = page.packages
            assert (sdist.filename, sdist.has_metadata) == (
                "fake_softioc-4.6.1.tar.gz",
                None if accept == _HTML else sdist.has_metadata,
            )
            assert wheel.has_metadata is True
            assert wheel.digests["sha256"] == hashlib.sha256(files[1].content).hexdigest()
            assert simple.get_package_metadata_bytes(wheel) == files[1].metadata
            (yanked,) = simple.get_project_page("setuptools").packages
            assert yanked.requires_python == ">=3.9,<4"
            assert yanked.is_yanked
            assert yanked.yanked_reason == "broken & <bad>"
            if accept == _JSON:
                assert wheel.upload_time is not None
                assert wheel.size == len(files[1].content)


def test_a_release_of_a_later_step_is_not_there_before(
    client: Callable[[Publication], Client], files: tuple[DistributionFile, ...]
) -> None:
    publication = Publication(files)
    visitor = client(publication)
    assert visitor.get("/cell/simple/fake-corelibs/").status_code == 404
    publication.step = 2
    assert visitor.get("/cell/simple/fake-corelibs/").status_code == 200


def test_sidecars_are_byte_identical_and_can_be_switched_off(
    client: Callable[[Publication], Client],
    files: tuple[DistributionFile, ...],
) -> None:
    wheel = files[1]
    with_, without = client(Publication(files)), client(Publication(files, sidecars=False))
    path = f"/cell/files/{wheel.filename}.metadata"
    assert with_.get(path).data == wheel.metadata
    assert b"core-metadata" in with_.get("/cell/simple/fake-softioc/").data
    assert without.get(path).status_code == 404
    assert b"core-metadata" not in without.get("/cell/simple/fake-softioc/").data
    assert with_.get("/cell/files/fake_softioc-4.6.1.tar.gz.metadata").status_code == 404


def test_ranges(
    client: Callable[[Publication], Client], files: tuple[DistributionFile, ...]
) -> None:
    visitor, content = client(Publication(files)), files[1].content
    path = f"/cell/files/{files[1].filename}"
    part = visitor.get(path, headers={"Range": "bytes=5-14"})
    assert (part.status_code, part.data) == (206, content[5:15])
    assert part.headers["Content-Range"] == f"bytes 5-14/{len(content)}"
    tail = visitor.get(path, headers={"Range": "bytes=-7"})
    assert tail.data == content[-7:]
    assert visitor.get(path, headers={"Range": "bytes=99999999-"}).status_code == 416
    assert visitor.get(path).headers["Accept-Ranges"] == "bytes"


@pytest.mark.parametrize(
    ("policy", "file", "page"),
    [
        ("public", "max-age=365000000, immutable, public", "max-age=600, public"),
        ("no-immutable", "max-age=365000000, public", "max-age=600, public"),
        ("no-cache", "no-cache", "no-cache"),
        ("no-validators", "no-cache", "no-cache"),
        ("no-cache-control", None, None),
        ("none", None, None),
    ],
)
def test_cache_headers_and_validators(
    client: Callable[[Publication], Client],
    files: tuple[DistributionFile, ...],
    policy: CachePolicy,
    file: str | None,
    page: str | None,
) -> None:
    visitor = client(Publication(files, policy))
    path = f"/cell/files/{files[0].filename}"
    answer = visitor.get(path)
    assert answer.headers.get("Cache-Control") == file
    assert visitor.get("/cell/simple/fake-softioc/").headers.get("Cache-Control") == page
    tag = answer.headers.get("ETag")
    bare = policy in ("no-validators", "none")
    assert (tag is None) == bare
    assert ("Last-Modified" in answer.headers) != bare
    again = visitor.get(path, headers={"If-None-Match": tag or '"x"'})
    assert again.status_code == (200 if bare else 304)


def test_addresses_without_a_slash_lead_to_those_with_one(
    client: Callable[[Publication], Client], files: tuple[DistributionFile, ...]
) -> None:
    visitor = client(Publication(files))
    answer = visitor.get("/cell/simple/fake-softioc")
    assert (answer.status_code, answer.headers["Location"]) == (308, "fake-softioc/")
    assert visitor.post("/cell/simple/fake-softioc/").status_code == 405
    latest = {"Accept": "application/vnd.pypi.simple.latest+json"}
    page = visitor.get("/cell/simple/fake-softioc/", headers=latest)
    assert page.content_type == _JSON


def test_the_journal_tells_each_cell_its_own_requests(files: tuple[DistributionFile, ...]) -> None:
    one, other = Publication(files), Publication(files)
    with Index() as index:
        index.publish("one", one)
        index.publish("other", other)
        visitor = Client(index.application)
        visitor.get("/one/simple/fake-softioc/")
        one.step = 2
        visitor.get("/one/files/nothing.whl")
        index.withdraw("one")
        assert visitor.get("/one/simple/").status_code == 404
        assert visitor.get("/").status_code == 404
    assert [(e.path, e.status, e.step) for e in one.journal] == [
        ("/simple/fake-softioc/", 200, 1),
        ("/files/nothing.whl", 404, 2),
    ]
    assert not other.journal


def test_it_listens_on_loopback_alone(files: tuple[DistributionFile, ...]) -> None:
    with Index() as index:
        url = index.publish("cell", Publication(files))
        assert url.startswith("http://127.0.0.1:")
        port = int(url.split(":")[2].split("/")[0])
        with urllib.request.urlopen(url) as answer:
            assert answer.status == 200
        with socket.socket() as probe, pytest.raises(ConnectionRefusedError):
            probe.connect(("127.0.0.2", port))
    with pytest.raises(OSError, match=r"refused|reset"):
        urllib.request.urlopen(url)


def test_a_port_in_use_is_said(capfd: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(SkewError, match=f"port {port} .* leave --port out"):
            Index(port)


@pytest.mark.parametrize("reason", ["", 'a "quoted" word', "<b>", "&amp;", "it's"])
def test_a_reason_is_a_text_in_either_form(reason: str) -> None:
    file = DistributionFile(
        project="lib",
        version="1",
        filename="lib-1-py3-none-any.whl",
        content=b"wheel",
        metadata=b"",
        requires_python="<4,>=3.9",
        yanked=reason,
    )
    publication = Publication((file,))
    page = publication.project_html("lib")
    (read,) = ProjectPage.from_html("lib", page, "http://127.0.0.1/simple/lib/").packages
    assert (read.is_yanked, read.yanked_reason) == (True, reason)
    assert read.requires_python == "<4,>=3.9"
    assert read.digests == {"sha256": hashlib.sha256(b"wheel").hexdigest()}
    # "data-requires-python: the < and > must be HTML encoded" (PEP 503)
    assert 'data-requires-python="&lt;4,&gt;=3.9"' in page
    data = publication.project_json("lib")
    (listed,) = ProjectPage.from_json_data(data, "http://127.0.0.1/simple/lib/").packages
    assert (listed.yanked_reason, listed.requires_python) == (reason, "<4,>=3.9")
