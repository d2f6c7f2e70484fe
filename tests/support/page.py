"""Reads built pages with an HTML parser: links, anchors and resources."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit


@dataclass
class Page(HTMLParser):
    """The links, resources and anchors of one page."""

    links: list[str] = field(default_factory=list)
    resources: list[str] = field(default_factory=list)
    anchors: set[str] = field(default_factory=set)
    is_redirect: bool = False

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "meta" and given.get("http-equiv") == "refresh":
            self.is_redirect = True
        if "id" in given:
            self.anchors.add(given["id"])
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if tag == "link" and given.get("rel") not in ("canonical", "prev", "next", "edit"):
            self.resources.append(given.get("href", ""))
        if tag in ("script", "img", "iframe", "source", "video") and given.get("src"):
            self.resources.append(given["src"])


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
