"""All generated pages, as text by path: independent of the site generator that reads them."""

from __future__ import annotations

from pathlib import Path

from native_skew import results, scenarios
from native_skew.site import (
    cellpage,
    getting,
    installerpage,
    links,
    markup,
    matrix,
    remedypage,
    scenariopage,
    timeline,
)
from native_skew.site.result_index import Book
from native_skew.timeline import record


def generate(folder: Path = results.FOLDER) -> dict[str, str]:
    """The pages made from the results in ``folder``.

    Returns:
        Markdown by path, relative to the pages' folder.

    Raises:
        NothingRecordedError: there are no results.
        ResultFileError: one is damaged.
        ScenarioError: a scenario file is wrong.
        LinkRecordError: the record of checked links is damaged.

    """
    book, known = Book.open(folder), scenarios.load_all()
    lines, evidence = record.read_all(folder / "timeline"), results.read_all(folder / "timeline")
    shown = {result.cell.scenario for result in book.results}
    pages = {
        matrix.PAGE: matrix.render(book, known),
        timeline.PAGE: timeline.render(known, lines, evidence),
        "scenarios/index.md": scenariopage.index(book, known),
        "remedies/index.md": remedypage.index(book),
        installerpage.PAGE: installerpage.render(book, evidence),
    }
    for name in known:
        if name in shown:
            pages[f"scenarios/{name}.md"] = scenariopage.render(known[name], book)
    for remedy in remedypage.recorded(book):
        pages[f"remedies/{remedy}.md"] = remedypage.render(remedy, book, known)
    pages[links.PAGE] = links.render(links.cited(links.written() | pages), links.read())
    for result in book.results:
        if result.verdict != "unsupported":
            pages[markup.page_of(result.cell)] = cellpage.render(
                result, book, known[result.cell.scenario]
            )
    for result in evidence.values():
        page = markup.page_of(result.cell)
        if result.verdict != "unsupported" and page not in pages:  # the matrix may have it too
            raw = markup.raw_of(result, in_timeline=True)
            pages[page] = cellpage.render(result, book, known[result.cell.scenario], raw)
    return {path: text + _get(text) for path, text in pages.items()}


def _get(text: str) -> str:
    """Where the command comes from that a page tells to run."""
    note = getting.note(text)
    return f"\n{note}\n" if note else ""
