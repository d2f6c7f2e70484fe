"""The glossary's terms as abbreviations, so that each term has a tooltip everywhere.

Their source is the definition list in ``docs/glossary.md``.
"""

from __future__ import annotations

import re
from pathlib import Path

PAGE = Path("docs/glossary.md")
_ENTRY = re.compile(r"^(?P<term>\S[^\n]*)\n:   (?P<text>.+?)(?=\n\n|\Z)", re.MULTILINE | re.DOTALL)


def terms(text: str) -> dict[str, str]:
    """The first sentence of each term's definition, without markup."""
    found = {}
    for match in _ENTRY.finditer(text):
        plain = re.sub(r"\[([^\]]+)\]\([^)]*\)|[`*]", r"\1", " ".join(match["text"].split()))
        found[match["term"].strip()] = re.split(r"(?<=\.) ", plain)[0]
    return found


def abbreviations(text: str) -> str:
    """The terms that need a tooltip, in the syntax of Markdown's ``abbr``.

    Everyday words do not: only names from files and specifications, which have a capital letter,
    and ``sdist``.
    """
    chosen = {
        term: meaning
        for term, meaning in terms(text).items()
        if term == "sdist" or re.search("[A-Z]", term)
    }
    return "".join(f"*[{term}]: {meaning}\n" for term, meaning in chosen.items())
