"""Result -> the page of one cell: everything that was recorded, for somebody who doubts."""

from __future__ import annotations

from native_skew.installers import REMEDIES
from native_skew.results import Result, check_word
from native_skew.scenarios import Scenario
from native_skew.site import markup, sequence, snippet
from native_skew.site.result_index import Book

# Left out of the search index and of the build's slow parts: the matrix finds cells.
_HEAD = ("search:", "  exclude: true", "template: cell.html")


def title(result: Result) -> str:
    """``Match the build to the run time: uv sync 0.13.9``."""
    after = "" if result.cell.start == "fresh" else ", after the failure"
    return f"{REMEDIES[result.cell.remedy].title}{after}: {markup.tool(result)}"


def render(result: Result, book: Book, scenario: Scenario, raw: str = "") -> str:
    """The page as Markdown whose body is HTML, which is quick to build.

    Args:
        result: the cell.
        book: all results, for the same question in other versions.
        scenario: the cell's.
        raw: the path of the recorded result, where it is not among the matrix's.

    """
    cell = result.cell
    # The title and the description are what no other cell has.
    where = f"{cell.scenario}/{cell.variant}, {cell.python}"
    told = f"{markup.tool(result)}, {cell.attempt}: {result.verdict}, {result.because}"
    description = f"{scenario.title} ({where}). {told}."
    head = markup.frontmatter(f"{title(result)} ({where})", description, *_HEAD)
    body = markup.rendered(
        "cell.html",
        result=result,
        scenario=scenario,
        page=markup.page_of(cell),
        raw=raw or markup.raw_of(result),
        others=[each for each in book.versions(result) if each is not result],
        commands=snippet.commands,
        check_word=check_word,
        diagram=sequence.diagram,
    )
    return f"{head}# {title(result)}\n\n{markup.READY}{body}"
