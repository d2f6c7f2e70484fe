"""How a reader installs the command: from the index if it is released, or from the repository."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from html import escape
from urllib.parse import urlsplit

from native_skew.site.repository import repo_url

NAME = "native-skew"
# A command that a page tells the reader to run, in a block or within a line. In prose
# («native-skew finds») the word ends in an s.
_COMMAND = re.compile(
    rf"(?:^(?:\$ )?|`|<code>|uvx '){NAME}(?:\[\w+\])?'? ([a-z]*[a-rt-z])\b", re.MULTILINE
)


def repository(environ: Mapping[str, str] = os.environ) -> str:
    """The repository's URL, or a placeholder if it is not known."""
    return repo_url(environ) or "REPOSITORY"


def link(environ: Mapping[str, str] = os.environ) -> str:
    """A Markdown link to the repository; plain text if its URL is not known."""
    address = repo_url(environ)
    return f"[the repository]({address})" if address else "the repository"


def slug(environ: Mapping[str, str] = os.environ) -> str:
    """``OWNER/NAME``, for a workflow's ``uses``."""
    return urlsplit(repo_url(environ) or "").path.strip("/") or "OWNER/NAME"


def source(extra: str = "", environ: Mapping[str, str] = os.environ) -> str:
    """The requirement from which pip, pipx and uvx install it.

    Args:
        extra: one of the distribution's, or empty.
        environ: ``RELEASED`` says that the index has it. Until then readers are not sent there: the
            name may be somebody else's.

    """
    name = f"{NAME}[{extra}]" if extra else NAME
    if environ.get("RELEASED"):
        return f"'{name}'" if extra else name
    address = f"git+{repository(environ)}"
    return f"'{name} @ {address}'" if extra else address


def line(command: str = "", extra: str = "", environ: Mapping[str, str] = os.environ) -> str:
    """Three tools' command lines to install it, as HTML; ``command`` follows the program's name."""
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
    """The same for the page ``text``; empty if it names no command or has the lines already."""
    commands = set(_COMMAND.findall(text))
    if not commands or 'class="get"' in text:
        return ""
    line_ = line("--help", "" if commands == {"doctor"} else "all", environ)
    return f"<p>How to get <code>{NAME}</code>:</p>{line_}"
