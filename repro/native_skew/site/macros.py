"""The macros of one build and what they share, for whichever site generator calls them.

A claim that a recorded result contradicts, or a cell that is not there, is kept as a problem;
``check`` raises all of them at once.
"""

from __future__ import annotations

from collections.abc import Callable

from native_skew import shipped
from native_skew.bench import record
from native_skew.site import benchmark, failure, fieldtables, getting, glossary, messages
from native_skew.site.citations import Citations
from native_skew.site.errors import PagesError
from native_skew.site.result_index import Book

_CITING = (
    "cell",
    "claim",
    "seen",
    "flip",
    "snippet",
    "fix",
    "repair",
    "transcript",
    "said",
    "check_says",
    "sequence",
    "grid",
    "report",
    "count",
    "diagnosed",
    "tools",
    "recorded",
    "not_recorded",
)


class Desk:
    """What a hand-written page may call, and what is added to it.

    Args:
        page: gives the path of the page that is being rendered, below the pages' folder.
        book: the results; those of the checkout by default.

    Raises:
        NothingRecordedError: there are no results.
        ResultFileError: one is damaged.

    """

    def __init__(self, page: Callable[[], str], book: Book | None = None) -> None:
        self._citations = Citations(book or Book.open(), page)
        source = glossary.PAGE.read_text(encoding="utf-8") if glossary.PAGE.exists() else ""
        self._abbreviations = glossary.abbreviations(source)

    def macros(self) -> dict[str, Callable[..., object]]:
        """The macros by name."""
        citing = {name: getattr(self._citations, name) for name in _CITING}
        return citing | {
            "message_list": _message_list,
            "paste_box": _paste_box,
            "benchmark": _benchmark,
            "field": fieldtables.table,
            "repository": getting.repository,
            "repository_link": getting.link,
            "slug": getting.slug,
            "source": getting.source,
            "get": getting.line,
            "failure": failure.figure,
        }

    def ending(self, text: str = "") -> str:
        """What follows a page.

        Args:
            text: the page, its macros rendered.

        Returns:
            How to get the command that it names, the day of the newest cited run, the recorded
            names, and the glossary's tooltips.

        """
        get = f"\n\n{note}\n" if (note := getting.note(text)) else ""
        day = self._citations.last_verified()
        verified = f'\n\n<p class="verified">Last verified: {day}.</p>\n' if day else ""
        names = f"\n\n{found}\n" if (found := self._citations.names()) else ""
        return f"{get}{verified}{names}\n\n{self._abbreviations}"

    def check(self) -> None:
        """Ends a build whose pages say what does not hold.

        Raises:
            PagesError: with every such statement.

        """
        if self._citations.problems:
            raise PagesError(self._citations.problems)


def _message_list(folder: str = "errors/") -> str:
    """The messages as a list of links; ``folder`` leads to their pages."""
    pages = {m.id: m.title for m in messages.MESSAGES} | messages.PAGES
    lines = (f"- [`{title.replace('`', '')}`]({folder}{name}.md)" for name, title in pages.items())
    return "\n".join(lines)


def _paste_box(prefix: str = "") -> str:
    """The box that takes a pasted log; ``prefix`` leads to the site's root."""
    template = shipped("site", "pastebox.html").read_text(encoding="utf-8")
    return template.replace("MESSAGES", messages.for_script(prefix))


def _benchmark(only: str = "") -> str:
    """What ``nox -s bench`` measured; ``only`` is one measurement's id."""
    return benchmark.render(record.read(), only)
