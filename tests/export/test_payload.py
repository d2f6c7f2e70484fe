"""The exported programs that replace the kit: they serve, read and judge as it does."""

from __future__ import annotations

import itertools
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.test import Client

from native_skew import scenarios
from native_skew.export.folder import write_index
from native_skew.export.payload import look
from native_skew.observe.environment import Check, Observation
from native_skew.observe.judgement import judge
from native_skew.publish.index import CACHE_HEADERS, Index
from native_skew.publish.publication import Publication
from native_skew.run.session import Session
from native_skew.toolchain.interpreter import Interpreter


@pytest.mark.parametrize("policy", CACHE_HEADERS)
def test_the_server_sends_what_the_kits_index_sends(
    policy: str, session: Session, python: Interpreter, tmp_path: Path
) -> None:
    found = scenarios.find("stale-wheel-cache")
    publication = session.publication(found, found.variant_names()[0], python)
    publication = Publication(publication.all_files(), policy)  # type: ignore[arg-type]
    write_index(publication, 2, tmp_path / "index")
    payload = Path(look.__file__).with_name("server.py")
    shutil.copy(payload, tmp_path)
    (tmp_path / "state").mkdir()
    server = subprocess.Popen(
        [python.path, tmp_path / "server.py", tmp_path / "state"], stdout=subprocess.PIPE, text=True
    )
    assert server.stdout is not None
    try:
        address = f"http://127.0.0.1:{int(server.stdout.readline())}"
        with Index() as index:
            index.publish("cell", publication)
            kit = Client(index.application)
            for step, path in [(n, p) for n in (1, 2) for p in _paths(publication, n)]:
                publication.step = step
                (tmp_path / "state" / "step").write_text(f"{step}\n")
                theirs = kit.get(f"/cell{path}", headers={"Accept": "text/html"})
                _compare(theirs, address + path)
    finally:
        server.terminate()
        server.wait()
        server.stdout.close()


def _paths(publication: Publication, step: int) -> Iterator[str]:
    yield from ("/simple/", "/simple/fake-softioc/", "/simple/fake-corelibs/", "/simple/nothing/")
    for file in publication.all_files():
        if file.project == "fake-corelibs" and file.step <= step:
            yield from (f"/files/{file.filename}", f"/files/{file.filename}.metadata")


def _compare(theirs: object, url: str) -> None:
    """The same status, body and headers for caching; and the same «not modified»."""
    import urllib.error
    import urllib.request

    def fetch(**headers: str) -> tuple[int, bytes, dict[str, str]]:
        request = urllib.request.Request(url, headers=headers)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request) as answer:
                return answer.status, answer.read(), dict(answer.headers)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read(), dict(error.headers)

    status, body, headers = fetch()
    assert status == theirs.status_code  # type: ignore[attr-defined]
    if status != 200:
        return
    assert body == theirs.data  # type: ignore[attr-defined]
    for name in ("Cache-Control", "Age", "Last-Modified", "Vary"):
        assert headers.get(name) == theirs.headers.get(name), name  # type: ignore[attr-defined]
    for name in ("ETag", "Date"):
        assert (name in headers) == (name in theirs.headers), name  # type: ignore[attr-defined]
    if "ETag" in headers:
        assert fetch(**{"If-None-Match": headers["ETag"]})[0] == 304
        assert fetch(**{"If-None-Match": '"another"'})[0] == 200
        assert fetch(**{"If-Modified-Since": headers["Last-Modified"]})[0] == 304


def test_two_readers_come_to_one_verdict() -> None:
    """look.py has no code of the kit's, but must agree with it in all that matters."""
    for there, error, mismatch, complaint, code in itertools.product((True, False), repeat=5):
        seen = Observation(
            consumer_installed=there,
            import_error="ImportError" if error else None,
            abi_mismatch="other" if mismatch else None,
            violations=("violated",) if complaint else (),
            checks=(Check(tool="uv", exit_code=int(complaint), output=""),),
        )
        theirs = look.judge(there, "ImportError" if error else None, mismatch, complaint, int(code))
        assert theirs == judge(seen, int(code)).verdict
