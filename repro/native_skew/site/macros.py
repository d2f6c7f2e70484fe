"""The macros for hand-written pages, registered with MkDocs' macros plugin.

A claim that a recorded result contradicts, or a missing cell, is collected as a problem; the end of
the build raises all of them at once. https://mkdocs-macros-plugin.readthedocs.io/
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mkdocs.exceptions import PluginError

from native_skew import shipped
from native_skew.bench import record
from native_skew.errors import SkewError
from native_skew.site import failure, getting, glossary, messages, snippet, tables
from native_skew.site.citations import CITING, Citations
from native_skew.site.errors import PagesError
from native_skew.site.result_index import ResultIndex


def define_env(env: Any) -> None:
    """Registers the macros, once per build; raises PluginError if results cannot be read."""
    try:
        env.citations = Citations(ResultIndex.open(), lambda: str(env.page.file.src_uri))
    except SkewError as error:
        raise PluginError(str(error)) from error
    for name, macro in macros(env.citations).items():
        env.macro(macro, name)


def on_post_page_macros(env: Any) -> None:
    """Adds what follows each hand-written page."""
    if env.page.meta.get("render_macros", True):
        env.markdown += ending(env.citations, env.markdown)


def on_post_build(env: Any) -> None:
    """Raises PluginError with all statements of pages that do not hold, which ends the build."""
    if problems := env.citations.problems:
        raise PluginError(str(PagesError(problems)))


def macros(citations: Citations) -> dict[str, Callable[..., object]]:
    """The macros by name."""
    citing = {name: getattr(citations, name) for name in CITING}
    return citing | {
        "message_list": _message_list,
        "paste_box": _paste_box,
        "benchmark": _benchmark,
        "field": tables.field,
        "repository": getting.repository,
        "repository_link": getting.link,
        "slug": getting.slug,
        "source": getting.source,
        "get": getting.line,
        "failure": failure.figure,
        "stand_ins": snippet.stand_ins,
    }


def ending(citations: Citations, text: str) -> str:
    """What follows the page ``text``.

    How to get the command that it names, the day of the newest cited run, the recorded names, and
    the glossary's tooltips.
    """
    get = f"\n\n{note}\n" if (note := getting.note(text)) else ""
    day = citations.last_verified()
    verified = f'\n\n<p class="verified">Last verified: {day}.</p>\n' if day else ""
    names = f"\n\n{found}\n" if (found := citations.names()) else ""
    terms = glossary.PAGE.read_text(encoding="utf-8") if glossary.PAGE.exists() else ""
    return f"{get}{verified}{names}\n\n{glossary.abbreviations(terms)}"


def _message_list(folder: str = "errors/") -> str:
    """The messages as a list of links; ``folder`` leads to their pages."""
    pages = {name: m.title for name, m in messages.MESSAGES.items()} | messages.PAGES
    lines = (f"- [`{title.replace('`', '')}`]({folder}{name}.md)" for name, title in pages.items())
    return "\n".join(lines)


def _paste_box(prefix: str = "") -> str:
    """The box that takes a pasted log; ``prefix`` leads to the site's root."""
    template = shipped("site", "pastebox.html").read_text(encoding="utf-8")
    return template.replace("MESSAGES", messages.for_script(prefix))


def _benchmark(only: str = "") -> str:
    """What ``nox -s bench`` measured; ``only`` is one measurement's id."""
    return tables.benchmark(record.read(), only)
