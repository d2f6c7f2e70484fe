"""Verdicts by release: what a tool's newer version does with the same question."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from packaging.version import Version

from repro.installers import INSTALLERS
from repro.remedies import REMEDIES
from repro.results import Result
from repro.site import markup
from repro.site.book import Book, question

PAGE = "timeline.md"


def render(book: Book) -> str:
    """One table per installer that is recorded in several versions; oldest version first."""
    sections = [text for name in INSTALLERS for text in _section(book, name)]
    intro = (
        "The same question, asked of older and newer releases. A row whose verdicts differ is a "
        "change of behaviour. Questions recorded in one version alone are left out; "
        "[the matrix](matrix.md) has them."
    )
    ending = (
        "## What to do\n\nTo add a release, record it; the page grows by itself:\n\n"
        + markup.fence("native-skew run --installer uv==0.12.0 --record", "bash")
    )
    dates = {result.circumstances.date for result in book.results}
    verified = f'\n<p class="verified">Last verified: {max(dates)}.</p>\n'
    head = markup.frontmatter("Verdicts by release", *markup.WIDE)
    return "\n\n".join([head + "# Verdicts by release", intro, *sections, ending, verified])


def _section(book: Book, installer: str) -> Iterator[str]:
    own = [result for result in book.results if result.cell.installer == installer]
    questions: dict[str, dict[str, Result]] = {}
    for result in own:
        questions.setdefault(question(result), {})[result.cell.version] = result
    several = {name: cells for name, cells in questions.items() if len(cells) > 1}
    if not several:
        return
    versions = sorted({v for cells in several.values() for v in cells}, key=Version)
    rows = [
        (_heading(cells), *(_verdict(cells.get(version)) for version in versions))
        for cells in several.values()
    ]
    title = INSTALLERS[installer].title
    head = ("question", *(escape(version) for version in versions))
    yield f'## {title}\n\n<div class="grid">{markup.table(head, rows, f"{title} by release")}</div>'


def _heading(cells: dict[str, Result]) -> str:
    cell = next(iter(cells.values())).cell
    href = f"{markup.url(PAGE, f'scenarios/{cell.scenario}.md')}#{cell.variant}"
    return (
        f"{escape(REMEDIES[cell.remedy].title)}<br>"
        f'<small><a href="{href}">{cell.scenario}, {cell.variant}</a></small>'
    )


def _verdict(result: Result | None) -> str:
    return markup.html_badge(result, PAGE) if result else "–"
