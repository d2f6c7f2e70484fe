"""What the session `links` says of an address."""

from __future__ import annotations

import http.server
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest
import urllib3

from programs import links

ANSWERS = {"/there": 200, "/gone": 404, "/busy": 503, "/moved": 301}


class _Server(http.server.BaseHTTPRequestHandler):
    asked: ClassVar[Counter[str]] = Counter()

    def do_GET(self) -> None:
        self.asked[self.path] += 1
        status = ANSWERS[self.path]
        if self.path == "/busy" and self.asked[self.path] > 2:
            status = 200
        self.send_response(status)
        self.send_header("Content-Type", "text/html")
        self.send_header("Retry-After", "0")
        if status == 301:
            self.send_header("Location", "/there")
        self.end_headers()
        self.wfile.write(b'<h2 id="heading">x</h2><a name="old"></a>')

    def log_message(self, *_: object) -> None:
        """Silent."""


@pytest.fixture
def server() -> Iterator[str]:
    _Server.asked.clear()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Server) as running:
        threading.Thread(target=running.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/there", ""),
        ("/gone", "the server answers 404"),
        ("/moved", ""),
        ("/busy", ""),
        ("/there#heading", ""),
        ("/there#old", ""),
        ("/there#nowhere", "the page has no anchor #nowhere"),
    ],
)
def test_what_is_there_is_told_from_what_is_gone(server: str, path: str, said: str) -> None:
    retries = urllib3.Retry(total=3, status_forcelist=(503,), raise_on_status=False)
    with urllib3.PoolManager() as pool:
        assert links.problem(f"{server}{path}", pool, retries) == said


def test_the_pages_are_asked_of_and_cells_are_not(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(links, "RETRIES", urllib3.Retry(0))
    for page, path in {"index.html": "/there", "cells/x/index.html": "/gone"}.items():
        (tmp_path / page).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / page).write_text(f'<a href="{server}{path}">x</a> <a href="../y/">y</a>')
    assert links.main(tmp_path) == 0
    (tmp_path / "index.html").write_text(f'<a href="{server}/gone">x</a>')
    assert links.main(tmp_path) == 1
    (tmp_path / "index.html").write_text('<a href="http://127.0.0.1:9/">x</a>')
    assert links.main(tmp_path) == 2, "the discard port: nobody listens"
