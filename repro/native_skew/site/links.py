"""The external links of the site, and the results of their last checks.

The record, ``docs/links.json``, is committed; only ``linkcheck``, which updates it, needs the
network. A link that is no longer cited is removed by the next check.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from html import unescape
from pathlib import Path

import msgspec

from native_skew.site import markup, tables, upstream
from native_skew.site.errors import SiteError

PAGE = "links.md"
RECORD = Path("docs/links.json")
# Markdown's link, Markdown's bare address, and the attribute in ready-made HTML.
_LINK = re.compile(r"""\]\((https?://[^\s)]+)\)|<(https?://[^\s>]+)>|href="(https?://[^"]+)\"""")
_FIELD = re.compile(r"\{\{ field\(\"([\w-]+)\"\) \}\}")
_CODE = re.compile(r"^(```+).*?^\1|`[^`\n]*`", re.MULTILINE | re.DOTALL)


class LinkCheck(msgspec.Struct, frozen=True, omit_defaults=True):
    """The result of a link's last check."""

    # The day on which a server last answered; None before the first time.
    checked: dt.date | None = None
    problem: str = ""  # what was wrong with the answer; empty if nothing
    # The day on which what it says was last compared with what it is cited for; None before the
    # first time. Cited for something else, it has to be read again.
    read: dt.date | None = None


def cited(sources: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """By address, the pages that link to it, both sorted; ``sources`` is Markdown by path."""
    found: dict[str, list[str]] = {}
    for path, text in sorted(sources.items()):
        addresses = ("".join(groups) for groups in _LINK.findall(_CODE.sub("", text)))
        for address in dict.fromkeys(map(unescape, addresses)):
            found.setdefault(address, []).append(path)
    return {address: tuple(found[address]) for address in sorted(found)}


def written(folder: Path = Path("docs")) -> dict[str, str]:
    """The hand-written pages' Markdown by path, with what their macros cite."""
    found = {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in folder.rglob("*.md")
    }
    return {
        path: "".join([text, upstream.cited_on(path), *map(tables.field, _FIELD.findall(text))])
        for path, text in found.items()
    }


def read(path: Path = RECORD) -> dict[str, LinkCheck]:
    """The record; empty where there is none.

    Raises:
        SiteError: it is damaged.

    """
    if not path.exists():
        return {}
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, LinkCheck])
    except msgspec.MsgspecError as error:
        raise SiteError(
            f"{path}: {error}; restore it, or delete it and run `nox -s links`"
        ) from error


def write(checks: Mapping[str, LinkCheck], path: Path = RECORD) -> None:
    """Replaces the record."""
    path.write_bytes(msgspec.json.format(msgspec.json.encode(dict(checks)), indent=1) + b"\n")


def render(where: Mapping[str, Iterable[str]], checks: Mapping[str, LinkCheck]) -> str:
    """The page that lists them."""
    head = markup.frontmatter(
        "External links",
        "Every address outside of this site that it cites, and when it was last read.",
        *markup.WIDE,
        "search:",
        "  exclude: true",
    )
    known = {address: checks.get(address, LinkCheck()) for address in where}
    body = markup.rendered("links.html", page=PAGE, where=where, checks=known)
    return f"{head}# External links\n\n{markup.READY}{body}\n"
