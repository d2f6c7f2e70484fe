"""The matrix: what the plain command came to, scenario by tool, and the data of all other grids.

One grid is in the page, so that it reads without JavaScript: from its rows every scenario's page
is one link away, with all remedies. The page's script draws the others from a few kilobytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape

import msgspec

from native_skew.installers import INSTALLERS, REMEDIES
from native_skew.results import Result
from native_skew.scenarios import Scenario
from native_skew.site import downloads, markup
from native_skew.site.result_index import Book
from native_skew.verdict import FAILURES, MEANING, Verdict

PAGE = "matrix.md"
_HEAD = ("hide:", "  - navigation", "  - toc")
# Shape and colour: neither alone tells them apart.
SIGNS: dict[Verdict, str] = {
    "works": "✓",
    "broken, detected": "✗",
    "broken, undetected": "✗✗",
    "wrong result": "≠",
    "refused": "⊘",
    "unsupported": "–",
}
_LETTERS = dict(zip(SIGNS, "wduxrn", strict=True))
_PLAIN = "nothing"

Column = tuple[str, str, str]  # installer, version, Python
Place = tuple[str, str]  # scenario, variant


def render(book: Book, known: Mapping[str, Scenario]) -> str:
    """The page: what the signs mean, the filter, the grid, and the data."""
    dates = sorted({result.circumstances.date for result in book.results})
    tools = sorted({markup.short_tool(result) for result in book.results})
    places = _broken_first(book)
    body = [
        "<p>What the plain command comes to, by scenario and tool, what breaks first. Choose a "
        "scenario, a tool or a remedy for more; a sign opens the run behind it.</p>",
        _form(book, known),
        _legend(),
        f"<div data-matrix data-search-exclude>{_overview(book, known, places)}</div>",
        '<p data-matrix-none hidden>No recorded cell matches; <a href="#">show the plain command'
        "</a>.</p>",
        '<h2 id="what-the-signs-mean">What the signs mean</h2>',
        _meanings(),
        f"<p>Recorded: {len(book.results):,} cells of {', '.join(tools)}, from "
        f"{' to '.join(dict.fromkeys((dates[0], dates[-1])))}.</p>",
        '<h2 id="what-to-do">What to do</h2><p>Set the filter, then share the page’s address: it '
        "holds the filter. All verdicts are to be had as "
        f'<a href="{markup.url(PAGE, downloads.CSV)}">CSV</a> and '
        f'<a href="{markup.url(PAGE, downloads.SQLITE)}">SQLite</a>, each run as '
        f'<a href="{markup.url(PAGE, "results/schema.json")}">JSON with a schema</a>.</p>',
        f'<script type="application/json" data-matrix-data>{_data(book, known, places)}</script>',
    ]
    head = markup.frontmatter(
        "Matrix",
        f"Which of {len(REMEDIES)} remedies works with which Python installer: "
        f"{len(book.results):,} recorded runs, what breaks first.",
        *_HEAD,
    )
    return f"{head}# Matrix\n\n{markup.READY}" + "\n".join(body) + "\n"


def _broken_first(book: Book) -> list[Place]:
    """The scenarios' variants, those first in which the plain command breaks most often."""
    broken: dict[Place, int] = {}
    for result in book.results:
        place = result.cell.scenario, result.cell.variant
        plain = result.cell.remedy == _PLAIN and result.verdict in FAILURES
        broken[place] = broken.get(place, 0) + plain
    return sorted(broken, key=lambda place: -broken[place])


def _columns(results: Iterable[Result]) -> list[Column]:
    found = {(r.cell.installer, r.cell.version, r.cell.python): None for r in results}
    order = list(INSTALLERS)
    return sorted(found, key=lambda column: order.index(column[0]))


def _shown(verdict: Verdict) -> str:
    return (
        f'<span class="verdict {markup.css(verdict)}" aria-hidden="true">{SIGNS[verdict]}</span>'
        f" {verdict}"
    )


def _legend() -> str:
    return f'<ul class="legend">{"".join(f"<li>{_shown(each)}</li>" for each in MEANING)}</ul>'


def _meanings() -> str:
    rows = [(_shown(each), _marked(meaning)) for each, meaning in MEANING.items()]
    return markup.facts(rows, "What the signs mean")


def _marked(text: str) -> str:
    return escape(text).replace("`check`", "<code>check</code>")


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
            ("scenario", "Scenario", scenarios),
            ("tool", "Tool", tools),
            ("remedy", "Remedy", remedies),
            ("verdict", "Verdict", verdicts),
            ("version", "Version", versions),
        )
    )
    plain = sum(cell.remedy == _PLAIN and cell.start == "fresh" for cell in cells)
    return (
        f'<form class="filter" data-matrix-filter>{fields}'
        '<button type="reset">Plain command</button>'
        f'<p role="status" data-matrix-count>{plain} cells</p></form>'
    )


def _select(name: str, label: str, options: Mapping[str, str]) -> str:
    entries = "".join(
        f'<option value="{escape(value)}">{escape(title)}</option>'
        for value, title in options.items()
    )
    return f'<label>{label}<select name="{name}"><option value="">any</option>{entries}</select></label>'


def _title(place: Place, known: Mapping[str, Scenario]) -> tuple[str, str]:
    scenario = known[place[0]]
    more = scenario.variants[place[1]].title if place[1] in scenario.variants else ""
    return scenario.title, more


def _overview(book: Book, known: Mapping[str, Scenario], places: Iterable[Place]) -> str:
    """The plain command: scenarios by tools."""
    plain = [r for r in book.results if r.cell.remedy == _PLAIN and r.cell.start == "fresh"]
    columns = _columns(plain)
    of = {
        ((r.cell.scenario, r.cell.variant), (r.cell.installer, r.cell.version, r.cell.python)): r
        for r in plain
    }
    head = "".join(
        f'<th scope="col"><span>{escape(INSTALLERS[installer].title)} <small>{version}'
        f"{_python(python)}</small></span></th>"
        for installer, version, python in columns
    )
    rows = []
    for place in places:
        title, more = _title(place, known)
        href = f"{markup.url(PAGE, f'scenarios/{place[0]}.md')}#{place[1]}"
        small = f" <small>{escape(more)}</small>" if more else ""
        cells = "".join(f"<td>{_sign(of.get((place, column)))}</td>" for column in columns)
        rows.append(
            f'<tr><th scope="row"><a href="{href}">{escape(title)}{small}</a></th>{cells}</tr>'
        )
    return (
        '<div class="signs" tabindex="0" role="group" aria-label="The plain command"><table class="signs__table">'
        f'<caption>The plain command</caption><thead><tr><th scope="col">scenario</th>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def _python(python: str) -> str:
    return "" if python == "cp311" else f", {python}"


def _sign(result: Result | None) -> str:
    if result is None:
        return ""
    href = escape(markup.href(PAGE, result))
    return (
        f'<a class="verdict {markup.css(result.verdict)}" href="{href}" '
        f'aria-label="{result.verdict}">{SIGNS[result.verdict]}</a>'
    )


def _data(book: Book, known: Mapping[str, Scenario], places: list[Place]) -> str:
    """Every recorded cell: a letter a verdict, a string a row, in the order of the columns."""
    columns = _columns(book.results)
    number = {column: index for index, column in enumerate(columns)}
    rows: dict[Place, dict[str, list[str]]] = {place: {} for place in places}
    for result in book.results:
        cell = result.cell
        row = rows[cell.scenario, cell.variant].setdefault(cell.attempt, [" "] * len(columns))
        row[number[cell.installer, cell.version, cell.python]] = _LETTERS[result.verdict]
    data = {
        "verdicts": {
            letter: [name, SIGNS[name], markup.css(name)] for name, letter in _LETTERS.items()
        },
        "broken": [_LETTERS[verdict] for verdict in FAILURES],
        "columns": [
            [installer, version, python, INSTALLERS[installer].title, INSTALLERS[installer].tool]
            for installer, version, python in columns
        ],
        "remedies": {name: remedy.title for name, remedy in REMEDIES.items()},
        "places": [
            [*place, *_title(place, known), {a: "".join(row) for a, row in rows[place].items()}]
            for place in places
        ],
    }
    return msgspec.json.encode(data).decode().replace("<", "\\u003c")
