"""Text for people: untrusted text made plain, and phrases that findings share."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

SHOWN = 6  # names in a sentence; all are in the evidence
# Control characters, Unicode's line ends, and what changes the direction of a text.
_NOT_PLAIN = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff]"
)


def plain(text: str) -> str:
    """``text`` on one line: invalid Unicode, control characters and line ends are escaped.

    An untrusted name that ends a line could forge the next one.
    """
    text = text.encode("utf-8", "backslashreplace").decode("utf-8")
    return _NOT_PLAIN.sub(_spelled, text)


def plain_lines(text: str) -> str:
    """``text`` of several lines, each of them plain."""
    return "\n".join(map(plain, text.split("\n")))


def _spelled(match: re.Match[str]) -> str:
    number = ord(match[0])
    return f"\\x{number:02x}" if number < 256 else f"\\u{number:04x}"


def counted(number: int, things: str) -> str:
    """``number`` of ``things``, whose words are plural: «2 libraries», «1 library»."""
    if number == 1:
        things = re.sub(r"s\b", "", re.sub(r"ies\b", "y", things))
    return f"{number} {things}"


def listed(names: Collection[str], quotes: str = "``", shown: int = SHOWN) -> str:
    """The first ``shown`` of ``names``, each in ``quotes``, and how many more there are."""
    first = ", ".join(f"{quotes[:1]}{name}{quotes[1:]}" for name in [*names][:shown])
    return first + (f" and {len(names) - shown} more" if len(names) > shown else "")


def needing(file: str, files: int) -> str:
    """The subject of a sentence on what is needed by ``file``, the first of ``files`` files."""
    return f"`{file}` and {files - 1} more need" if files > 1 else f"`{file}` needs"


def terminal(stderr: bool = False, width: int | None = None) -> Console:
    """A console that prints text verbatim.

    By default Rich takes ``[red]`` in an untrusted name for a style, and ``:100:`` for an emoji.
    """
    from rich.console import Console  # noqa: PLC0415  (not needed by --json, nor to start)

    return Console(stderr=stderr, width=width, markup=False, emoji=False, highlight=False)
