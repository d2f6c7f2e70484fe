"""Sentences that say what a tool does, and whether they lead to the cell that shows it.

A sentence with a tool's name and a word of a verdict is such a statement, and so is one in
which a tool is the subject of a verb in ``_VERBS``. Headings, code blocks and quotations are not
looked at: what is printed there was recorded, or is a question.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from native_skew.installers import INSTALLERS

_BLOCKS = ("p", "li", "tr", "dd")
_CELLS = ("td", "th")  # a row of a table is one sentence, or several
_SKIPPED = ("pre", "script", "blockquote", "summary", "small", "section")  # the last: the field's
_PROMISES = "what-is-promised"  # the section that says what documentation says
_THREAD = re.compile(r"/(issues|pull)/\d+")
_CELL = "\ue000"  # marks the beginning of a link to a cell in the text
_ENDS = re.compile(r"(?<=[.!?])[)”\"]*\s+")
_TOOLS = "|".join(sorted({installer.tool for installer in INSTALLERS.values()}))
_TOOL = re.compile(rf"\b({_TOOLS})\b", re.IGNORECASE)
_VERDICT = re.compile(
    r"\b(works?|worked|fails?|failed|failing|breaks?|broke|broken|refuses?|refused|(un)?detected"
    r"|unsupported|wrong results?|complains?|pass(es)?|succeeds?|ends? with \d)\b",
    re.IGNORECASE,
)

# What a tool is said to do: "uv reads", "`uv sync` only restamps", "pip does not see".
_VERBS = (
    r"appl(?:y|ies)|asks?|believes?|builds?|compares?|expects?|fetch(?:es)?|gets?|gives?|heeds?"
    r"|holds?|ignores?|keeps?|makes?|match(?:es)?|pays?|prints?|reads?|rebuilds?|records?"
    r"|resolves?|restamps?|reus(?:e|es)|says?|sees?|takes?|writes?"
)
_DOES = re.compile(
    rf"\b({_TOOLS})( (pip|sync|lock|run|tool|check|compile|freeze|install|--\w+))*"
    rf"( (always|itself|never|only|still|then|does not|do not|cannot|will not))?"
    rf" ({_VERBS})\b"
)


@dataclass(frozen=True)
class Statement:
    """One sentence about a tool.

    Attributes:
        text: as read.
        linked: whether a link to a cell is in it.

    """

    text: str
    linked: bool


def statements(html: str) -> list[Statement]:
    """The statements about tools on a page, in order.

    Args:
        html: the page's content, or the whole page, of which the ``article`` counts.

    """
    reader = _Reader()
    content = re.search(r"<article.*</article>", html, re.DOTALL)
    reader.feed(content[0] if content else html)
    reader.close()
    found: dict[str, Statement] = {}
    for block in reader.blocks:
        for sentence in _ENDS.split(" ".join(block.split())):
            text = sentence.replace(_CELL, "").strip()
            named = _TOOL.search(text) and (_CELL in sentence or _VERDICT.search(text))
            if named or _DOES.search(text):
                found.setdefault(text, Statement(text, _CELL in sentence))
    return list(found.values())


@dataclass
class _Reader(HTMLParser):
    """The words of each block, with a mark where a link to a cell begins."""

    blocks: list[str] = field(default_factory=list)
    _open: list[list[str]] = field(default_factory=list)
    _skipping: int = 0
    _promised: bool = False
    _in_link: bool = False

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        href = given.get("href") or ""
        if tag in _SKIPPED:
            self._skipping += 1
        elif tag == "h2":
            self._promised = given.get("id") == _PROMISES
        elif tag in _CELLS and self._open:
            self._open[-1].append(" ")
        elif tag in _BLOCKS:
            self._open.append([])
        elif tag == "a" and self._open and "cells/" in href:
            self._open[-1].append(_CELL)
            self._in_link = "verdict" in (given.get("class") or "")
        elif tag == "a":
            self._in_link = _THREAD.search(href) is not None

    def handle_endtag(self, tag: str) -> None:
        if tag in _SKIPPED:
            self._skipping = max(0, self._skipping - 1)
        elif tag in _BLOCKS and self._open:
            self.blocks.append("".join(self._open.pop()))
        elif tag == "a":
            self._in_link = False

    def handle_data(self, data: str) -> None:
        # The words of a badge are the cell's, and "uv 17378" names a thread.
        if self._open and not (self._skipping or self._promised or self._in_link):
            self._open[-1].append(data)
