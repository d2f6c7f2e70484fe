"""A badge for each package of the catalogue: what its family is, as an SVG that loads nothing.

The one source is ``docs/catalogue.md``: the headings, and the first column of the tables below them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from pathlib import Path

from packaging.utils import canonicalize_name

PAGE = Path("docs/catalogue.md")
_LABEL = "native-skew"
_PACKAGE = re.compile(r"[A-Za-z0-9][\w.-]*[A-Za-z0-9]")
_SVG = """\
<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="20" role="img" aria-label="{label}: {text}">\
<title>{label}: {text}</title><rect width="{left}" height="20" rx="3" fill="#24425c"/>\
<rect x="{left}" width="{right}" height="20" rx="3" fill="#96181d"/>\
<rect x="{left}" width="4" height="20" fill="#96181d"/>\
<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">\
<text x="6" y="14" textLength="{left_text}">{label}</text>\
<text x="{start}" y="14" textLength="{right_text}">{text}</text></g></svg>
"""
_WIDE = 6.6  # pixels of a letter on the average; textLength makes it exact


def packages(catalogue: str) -> Iterator[tuple[str, str]]:
    """Each package of the catalogue's tables with the heading that it stands under, in order."""
    heading = ""
    for line in catalogue.splitlines():
        if line.startswith("## "):
            heading = line.removeprefix("## ")
        first = line.removeprefix("| ").partition(" |")[0] if line.startswith("| ") else ""
        for name in re.split(r", | and ", first):
            word, _, version = name.partition(" ")
            if _PACKAGE.fullmatch(word) and (not version or version[0].isdigit()):
                yield canonicalize_name(word), heading


def generate(catalogue: str) -> Iterator[tuple[str, bytes]]:
    """The badges by path below the pages' folder; of several families the first."""
    made: set[str] = set()
    for name, heading in packages(catalogue):
        if name not in made and name not in ("package", "case"):
            made.add(name)
            yield f"badges/{name}.svg", _drawn(heading[:1].lower() + heading[1:]).encode()


def _drawn(text: str) -> str:
    left_text, right_text = (round(len(each) * _WIDE) for each in (_LABEL, text))
    left, right = left_text + 12, right_text + 12
    return _SVG.format(
        label=_LABEL,
        text=escape(text),
        width=left + right,
        left=left,
        right=right,
        left_text=left_text,
        right_text=right_text,
        start=left + 6,
    )
