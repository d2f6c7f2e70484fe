"""Reads built pages with an HTML parser: links, anchors, resources, and blocks of prose."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

BLOCKS = ("p", "li", "td", "dd")


@dataclass
class Block:
    """A paragraph, list item or table cell: its words, and whether a link is in it."""

    text: str = ""
    linked: bool = False


@dataclass
class Page(HTMLParser):
    """What one page links to, loads, and says."""

    links: list[str] = field(default_factory=list)
    resources: list[str] = field(default_factory=list)
    anchors: set[str] = field(default_factory=set)
    blocks: list[Block] = field(default_factory=list)
    _open: list[Block] = field(default_factory=list)
    _content: int = 0

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if "id" in given:
            self.anchors.add(given["id"])
        if tag == "article":
            self._content += 1
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
            for block in self._open:
                block.linked = block.linked or "headerlink" not in given.get("class", "")
        if tag == "link" and given.get("rel") not in ("canonical", "prev", "next", "edit"):
            self.resources.append(given.get("href", ""))
        if tag in ("script", "img", "iframe", "source", "video") and given.get("src"):
            self.resources.append(given["src"])
        if tag in BLOCKS and self._content:
            block = Block()
            self.blocks.append(block)
            self._open.append(block)

    def handle_endtag(self, tag: str) -> None:
        if tag == "article":
            self._content -= 1
        if tag in BLOCKS and self._open:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        for block in self._open:
            block.text += data


def read(path: Path) -> Page:
    """Parses one built page."""
    page = Page()
    page.feed(path.read_text(encoding="utf-8"))
    return page


def target(site: Path, source: Path, href: str) -> tuple[Path, str] | None:
    """The file that ``href`` leads to from ``source``, and the anchor; None outside the site."""
    parts = urlsplit(href)
    if parts.scheme or parts.netloc:
        return None
    path = unquote(parts.path)
    base = site if path.startswith("/") else source.parent
    found = (base / path.lstrip("/")).resolve() if path else source
    if found.is_dir():
        found /= "index.html"
    return found, unquote(parts.fragment)
