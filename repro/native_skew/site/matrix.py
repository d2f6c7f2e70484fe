"""The matrix: every recorded cell in one table that the page's script filters.

All rows are in the page, so that it is whole without JavaScript; the script only hides.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from html import escape
from itertools import groupby

from native_skew.installers import INSTALLERS, REMEDIES
from native_skew.results import Result
from native_skew.scenarios import Cell, Scenario
from native_skew.site import downloads, markup
from native_skew.site.result_index import Book, unrecorded_tools
from native_skew.verdict import MEANING

PAGE = "matrix.md"
_HEAD = ("hide:", "  - navigation", "  - toc", "search:", "  exclude: true")


def render(book: Book, known: Mapping[str, Scenario]) -> str:
    """The page: what the verdicts mean, the filter, and the table."""
    dates = sorted({result.circumstances.date for result in book.results})
    tools = sorted({markup.short_tool(result) for result in book.results})
    body = [
        f"<p>{len(book.results)} recorded cells of {', '.join(tools)}; recorded "
        f"{' to '.join(dict.fromkeys((dates[0], dates[-1])))}. {unrecorded_tools(book)} "
        "Each verdict opens the cell’s own page.</p>",
        _legend(),
        _form(book, known),
        '<div class="matrix" data-matrix>',
        *_groups(book, known),
        "</div>",
        '<p data-matrix-none hidden>No recorded cell matches; <a href="#">show all</a>.</p>',
        '<h2 id="what-to-do">What to do</h2><p>Set the filter, then share the page’s address: it '
        "holds the filter. The results themselves are "
        f'<a href="{markup.url(PAGE, "results/schema.json")}">JSON files with a schema</a>; all '
        f'verdicts are in <a href="{markup.url(PAGE, downloads.CSV)}">one CSV file</a>.</p>',
    ]
    return (
        markup.frontmatter("Matrix", *_HEAD)
        + f"# Matrix\n\n{markup.READY}"
        + "\n".join(body)
        + "\n"
    )


def _legend() -> str:
    items = "".join(
        f"<dt>{markup.verdict(verdict)}</dt>"
        f"<dd>{escape(meaning).replace('`check`', '<code>check</code>')}</dd>"
        for verdict, meaning in MEANING.items()
    )
    return (
        '<details class="legend"><summary>What the verdicts mean</summary>'
        f"<dl>{items}</dl></details>"
    )


def _form(book: Book, known: Mapping[str, Scenario]) -> str:
    cells = [result.cell for result in book.results]
    scenarios = {c.scenario: known[c.scenario].title for c in cells}
    remedies = {n: r.title for n, r in REMEDIES.items() if any(c.remedy == n for c in cells)}
    tools = {n: i.title for n, i in INSTALLERS.items() if any(c.installer == n for c in cells)}
    versions = {
        f"{tool} {version}": f"{tool} {version}"
        for tool, version in sorted({(INSTALLERS[c.installer].tool, c.version) for c in cells})
    }
    verdicts: dict[str, str] = {v: v for v in MEANING if any(r.verdict == v for r in book.results)}
    fields = "".join(
        _select(name, label, options)
        for name, label, options in (
            ("tool", "Tool", tools),
            ("version", "Version", versions),
            ("scenario", "Scenario", scenarios),
            ("remedy", "Remedy", remedies),
            ("verdict", "Verdict", verdicts),
        )
    )
    return (
        f'<form class="filter" data-matrix-filter hidden>{fields}'
        '<button type="reset">Show all</button>'
        f'<p role="status" data-matrix-count>{len(cells)} cells</p></form>'
    )


def _select(name: str, label: str, options: Mapping[str, str]) -> str:
    entries = "".join(
        f'<option value="{escape(value)}">{escape(title)}</option>'
        for value, title in options.items()
    )
    return f'<label>{label}<select name="{name}"><option value="">all</option>{entries}</select></label>'


def _groups(book: Book, known: Mapping[str, Scenario]) -> Iterator[str]:
    key = lambda r: (r.cell.scenario, r.cell.variant)
    for (scenario_id, variant), results in groupby(book.results, key=key):
        scenario = known[scenario_id]
        href = f"{markup.url(PAGE, f'scenarios/{scenario_id}.md')}#{variant}"
        more = scenario.variants[variant].title if variant in scenario.variants else ""
        caption = f'<a href="{href}">{escape(scenario.title)}</a>' + (
            f" <small>{escape(more)}</small>" if more else ""
        )
        yield (
            f'<div class="matrix__group"><table data-scenario="{scenario_id}"><caption>{caption}</caption>'
            '<thead><tr><th scope="col">tool</th><th scope="col">remedy</th>'
            f'<th scope="col">verdict</th></tr></thead><tbody>{"".join(_rows(results))}</tbody></table></div>'
        )


def _start(cell: Cell) -> str:
    return "" if cell.start == "fresh" else " <small>after the failure</small>"


def _rows(results: Iterable[Result]) -> Iterator[str]:
    for result in results:
        cell = result.cell
        yield (
            f'<tr data-tool="{cell.installer}" data-version="{markup.short_tool(result)}" '
            f'data-remedy="{cell.remedy}" data-verdict="{result.verdict}">'
            f"<td>{escape(markup.tool(result))}</td><td>{escape(REMEDIES[cell.remedy].title)}{_start(cell)}</td>"
            f"<td>{markup.html_badge(result, PAGE)}</td></tr>\n"
        )
