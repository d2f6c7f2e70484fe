"""How a reader gets the command: from the index once it is there, before from the repository."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from html import escape
from urllib.parse import urlsplit

from native_skew.site.repository import repo_url

NAME = "native-skew"
# A command of it that a page tells to run, in a block or in the middle of a line; what it does in
# prose ends in an s.
_COMMAND = re.compile(
    rf"(?:^(?:\$ )?|`|<code>|uvx '){NAME}(?:\[\w+\])?'? ([a-z]*[a-rt-z])\b", re.MULTILINE
)


def repository(environ: Mapping[str, str] = os.environ) -> str:
    """The repository's address, or the word that stands for it where nobody has said it."""
    return repo_url(environ) or "REPOSITORY"


def link(environ: Mapping[str, str] = os.environ) -> str:
    """A Markdown link to the repository; the word alone where nobody has said where it is."""
    address = repo_url(environ)
    return f"[the repository]({address})" if address else "the repository"


def slug(environ: Mapping[str, str] = os.environ) -> str:
    """``OWNER/NAME``, as a workflow's ``uses`` has it."""
    return urlsplit(repo_url(environ) or "").path.strip("/") or "OWNER/NAME"


def source(extra: str = "", environ: Mapping[str, str] = os.environ) -> str:
    """What pip, pipx and uvx install it from.

    Args:
        extra: one of the distribution's, or nothing.
        environ: ``RELEASED`` says that the index has it. Until then nobody is sent there: the
            name may be somebody else's.

    """
    name = f"{NAME}[{extra}]" if extra else NAME
    if environ.get("RELEASED"):
        return f"'{name}'" if extra else name
    address = f"git+{repository(environ)}"
    return f"'{name} @ {address}'" if extra else address


def line(command: str = "", extra: str = "", environ: Mapping[str, str] = os.environ) -> str:
    """The one line, by three tools, as HTML; ``command`` follows the program's name."""
    what, run = source(extra, environ), f"{NAME} {command}".strip()
    plain = what == NAME
    ways = {
        "uv": f"uvx {run}" if plain else f"uvx --from {what} {run}",
        "pipx": f"pipx run {run}" if plain else f"pipx run --spec {what} {run}",
        "pip": f"pip install {what}",
    }
    told = "".join(
        f"<dt>{tool}</dt><dd><code>{escape(way)}</code></dd>" for tool, way in ways.items()
    )
    return f'<dl class="get">{told}</dl>'


def note(text: str, environ: Mapping[str, str] = os.environ) -> str:
    """The line for the page ``text``; empty where it names no command, or has the line."""
    commands = set(_COMMAND.findall(text))
    if not commands or 'class="get"' in text:
        return ""
    line_ = line("--help", "" if commands == {"doctor"} else "all", environ)
    return f"<p>How to get <code>{NAME}</code>:</p>{line_}"
