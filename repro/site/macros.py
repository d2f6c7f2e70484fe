"""What a hand-written page may call: cells, claims, snippets, diagrams.

A claim that a recorded result contradicts, or a cell that is not there, fails the build;
all of them are reported at once. https://mkdocs-macros-plugin.readthedocs.io/
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mkdocs.exceptions import PluginError

from repro.errors import SkewError
from repro.site import glossary, messages
from repro.site.book import Book
from repro.site.citing import Citations
from repro.site.errors import PagesError

_PUBLIC = (
    "cell",
    "claim",
    "snippet",
    "fix",
    "transcript",
    "said",
    "check_says",
    "sequence",
    "grid",
    "promises",
    "report",
    "count",
    "tools",
    "recorded",
    "not_recorded",
)


class _Desk:
    """What the plugin's callbacks share during one build."""

    citations: Citations
    abbreviations: str


def define_env(env: Any) -> None:
    """Registers the macros; called by the plugin once for each build.

    Raises:
        PluginError: the results cannot be read.

    """
    try:
        book = Book.open()
    except SkewError as error:
        raise PluginError(str(error)) from error
    _Desk.citations = Citations(book, lambda: _path(env.page))
    _Desk.abbreviations = glossary.abbreviations(
        glossary.PAGE.read_text(encoding="utf-8") if glossary.PAGE.exists() else ""
    )
    for name in _PUBLIC:
        env.macro(getattr(_Desk.citations, name), name)
    env.macro(_message_list, "message_list")
    env.macro(_paste_box, "paste_box")


def on_post_page_macros(env: Any) -> None:
    """Adds the day of the newest cited run, and the glossary's tooltips."""
    if not env.page.meta.get("render_macros", True):
        return
    day = _Desk.citations.last_verified()
    verified = f'\n\n<p class="verified">Last verified: {day}.</p>\n' if day else ""
    env.markdown += f"{verified}\n\n{_Desk.abbreviations}"


def on_post_build(env: Any) -> None:  # noqa: ARG001  (the plugin passes it)
    """Ends the build where a page's statement does not hold.

    Raises:
        PluginError: with every such statement.

    """
    if _Desk.citations.problems:
        raise PluginError(str(PagesError(_Desk.citations.problems)))


def _path(page: Any) -> str:
    """The page's path below the pages' folder, in MkDocs and in Zensical."""
    file = getattr(page, "file", None)
    return str(file.src_uri if file else page.path)


def _message_list(folder: str = "errors/") -> str:
    """The messages as a list of links; ``folder`` leads to their pages."""
    lines = [f"- [`{m.title.replace('`', '')}`]({folder}{m.id}.md)" for m in messages.MESSAGES]
    return "\n".join(lines)


def _paste_box(prefix: str = "") -> str:
    """The box that takes a pasted log; ``prefix`` leads to the site's root."""
    template = Path(__file__).with_name("pastebox.html").read_text(encoding="utf-8")
    return template.replace("MESSAGES", messages.for_script(prefix))
