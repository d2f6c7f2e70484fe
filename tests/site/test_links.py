from __future__ import annotations

import datetime as dt
import http.server
import re
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlsplit

import pytest
import urllib3

from native_skew.site import linkcheck, links
from native_skew.site.errors import SiteError
from native_skew.site.links import LinkCheck
from support.page import read
from support.site import ROOT

DAY = dt.date(2026, 1, 2)
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


def problems(*addresses: str) -> dict[str, str]:
    retries = urllib3.Retry(total=3, status_forcelist=(503,), raise_on_status=False)
    with urllib3.PoolManager() as pool:
        found = linkcheck.look(addresses, pool, pause=0, retries=retries)
    return {urlsplit(a).path + "#" * ("#" in a): check.problem for a, check in found.items()}


def test_what_is_there_is_told_from_what_is_gone(server: str) -> None:
    assert problems(f"{server}/there", f"{server}/gone", f"{server}/moved") == {
        "/there": "",
        "/gone": "the server answers 404",
        "/moved": "",
    }


def test_a_busy_server_is_asked_again(server: str) -> None:
    assert problems(f"{server}/busy") == {"/busy": ""}
    assert _Server.asked["/busy"] == 3


@pytest.mark.parametrize(
    ("fragment", "problem"),
    [("heading", ""), ("old", ""), ("nowhere", "the page has no anchor #nowhere")],
)
def test_an_anchor_must_be_on_the_page(server: str, fragment: str, problem: str) -> None:
    assert problems(f"{server}/there#{fragment}") == {"/there#": problem}


def checkout(folder: Path, monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    (folder / "docs").mkdir()
    text = "".join(f"- [it]({address})\n" for address in addresses)
    (folder / "docs/page.md").write_text(text, encoding="utf-8")
    monkeypatch.chdir(folder)
    monkeypatch.setattr("native_skew.site.pages.generate", dict)


def test_a_silent_server_is_no_news(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    silent = "http://127.0.0.1:9/"  # the discard port: nobody listens
    checkout(tmp_path, monkeypatch, silent)
    monkeypatch.setattr(linkcheck, "_RETRIES", urllib3.Retry(0))
    links.write({silent: LinkCheck(DAY)})
    assert linkcheck.main(["--pause", "0"]) == 0
    assert links.read() == {silent: LinkCheck(DAY)}
    links.write({})
    assert linkcheck.main(["--pause", "0"]) == 2
    assert "no server answered" in capsys.readouterr().err
    assert links.read() == {silent: LinkCheck()}


def test_the_record_is_renewed(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    checkout(tmp_path, monkeypatch, f"{server}/there", f"{server}/gone")
    links.write({"https://example.org/cited-no-more": LinkCheck(DAY)})
    assert linkcheck.main(["--pause", "0"]) == 1
    today = dt.datetime.now(dt.timezone.utc).date()
    assert links.read() == {
        f"{server}/gone": LinkCheck(today, "the server answers 404"),
        f"{server}/there": LinkCheck(today),
    }
    assert "/gone: the server answers 404; cited on page.md" in capsys.readouterr().err


def test_listing_asks_nobody(server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checkout(tmp_path, monkeypatch, f"{server}/there")
    assert linkcheck.main(["--list"]) == 0
    assert links.read() == {f"{server}/there": LinkCheck()}
    assert not _Server.asked


def test_what_was_read_is_noted_and_kept(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    there, gone = f"{server}/there", f"{server}/gone"
    checkout(tmp_path, monkeypatch, there, gone)
    links.write({there: LinkCheck(DAY)})
    assert linkcheck.main(["--read", there]) == 0
    today = dt.datetime.now(dt.timezone.utc).date()
    assert links.read() == {there: LinkCheck(DAY, read=today), gone: LinkCheck()}
    assert not _Server.asked
    linkcheck.main(["--pause", "0"])
    assert links.read()[there] == LinkCheck(today, read=today)
    assert linkcheck.main(["--read", there, "https://example.org/other"]) == 2
    assert "https://example.org/other: cited on no page" in capsys.readouterr().err


def test_a_damaged_record_is_said(tmp_path: Path) -> None:
    (tmp_path / "links.json").write_text('{"https://example.org": {"checked": "yesterday"}}')
    with pytest.raises(SiteError, match=r"links\.json"):
        links.read(tmp_path / "links.json")


def test_links_are_found_in_prose_and_not_in_code() -> None:
    text = (
        "[a](https://a.example/x) <https://b.example/> `<https://code.example/>`\n"
        '``` text\n[c](https://fenced.example/)\n```\n<a href="https://d.example/?x=1&amp;y=2">d</a>'
    )
    assert links.cited({"one.md": text, "two.md": "<https://b.example/>"}) == {
        "https://a.example/x": ("one.md",),
        "https://b.example/": ("one.md", "two.md"),
        "https://d.example/?x=1&y=2": ("one.md",),
    }


def test_each_external_link_of_the_site_is_in_the_record(site: Path) -> None:
    recorded = links.read(ROOT / links.RECORD)
    missing = {
        f"{path.relative_to(site)}: {href}"
        for path in site.rglob("*.html")
        for href in read(path).links
        if href.startswith(("http://", "https://"))
        and not href.startswith("https://github.com/owner/name")  # the address it is built with
        and urlsplit(href).hostname != "127.0.0.1"
        and href not in recorded
    }
    assert not missing, "run `nox -s links`, offline `nox -s links -- --list`"


def test_the_page_lists_them(site: Path) -> None:
    text = (site / "links/index.html").read_text(encoding="utf-8")
    for address in links.read(ROOT / links.RECORD):
        assert address.removeprefix("https://").partition("#")[0] in text


def test_each_has_the_days_of_its_checks() -> None:
    checks = {"https://a.example/": LinkCheck(), "https://b.example/": LinkCheck(read=DAY)}
    checks["https://c.example/"] = LinkCheck(dt.date(2026, 3, 4), "the server answers 404", DAY)
    text = links.render(dict.fromkeys(checks, ("index.md",)), checks)
    days = re.findall(r"</th><td>(.*?)</td><td>(.*?)</td>", text)
    assert days == [
        ("not yet", "none yet"),
        ("2026-01-02", "none yet"),
        ("2026-01-02", "2026-03-04: the server answers 404"),
    ]
    assert "cited for: 2." in text
    assert "answers so far: 1, with a problem: 1." in text
    assert "are cited: 0." in links.render({}, {})
