"""The matrix: what the plain command came to, scenario by tool, and the data of all other grids.

One grid is in the page, so that it reads without JavaScript: from its rows every scenario's page
is one link away, with all remedies. The page's script draws the others from a few kilobytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec
from packaging.version import Version

from native_skew.installers import INSTALLERS, REMEDIES
from native_skew.results import Result
from native_skew.scenarios import Scenario
from native_skew.site import downloads, markup
from native_skew.site.result_index import Book
from native_skew.verdict import FAILURES, MEANING, Verdict

PAGE = "matrix.md"
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
_PLAIN, _PYTHON = "nothing", "cp311"

Column = tuple[str, str, str]  # installer, version, Python
Place = tuple[str, str]  # scenario, variant


def render(book: Book, known: Mapping[str, Scenario]) -> str:
    """The page: what the signs mean, the filter, the grid, and the data."""
    places = {place: _title(place, known) for place in _broken_first(book)}
    plain = _overview(book)
    newest = _newest(plain)
    count = f"{len(book.results):,}"
    head = markup.frontmatter(
        "Matrix",
        f"Which of {len(REMEDIES)} remedies works with which Python installer: "
        f"{count} recorded runs, what breaks first.",
        "hide:",
        "  - navigation",
        "  - toc",
    )
    body = markup.rendered(
        "matrix.html",
        page=PAGE,
        CSV=downloads.CSV,
        SQLITE=downloads.SQLITE,
        SIGNS=SIGNS,
        MEANING=MEANING,
        count=count,
        tools=sorted({markup.short_tool(result) for result in book.results}),
        dates=sorted({result.circumstances.date for result in book.results}),
        fields=_fields(book, known),
        places=places,
        columns={name: each.title for name, each in INSTALLERS.items() if name in newest},
        newest=newest,
        plain=plain,
        data=_data(book, places),
    )
    return f"{head}# Matrix\n\n{markup.READY}{body}\n"


def _overview(book: Book) -> dict[tuple[Place, str], Result]:
    """The plain command of each tool's newest release, by scenario and installer.

    On the usual Python; on another in the scenario that is about that.
    """
    plain = (r for r in book.with_remedy(_PLAIN) if r.cell.start == "fresh")
    last = sorted(plain, key=lambda r: (r.cell.python == _PYTHON, r.cell.python))
    return {(_place(result), result.cell.installer): result for result in last}


def _newest(plain: Mapping[tuple[Place, str], Result]) -> dict[str, str]:
    found = sorted(plain.values(), key=lambda r: Version(r.cell.version))
    return {result.cell.installer: result.cell.version for result in found}


def _broken_first(book: Book) -> list[Place]:
    """The scenarios' variants, those first in which the plain command breaks most often."""
    broken: dict[Place, int] = {}
    for result in book.results:
        place = _place(result)
        plain = result.cell.remedy == _PLAIN and result.verdict in FAILURES
        broken[place] = broken.get(place, 0) + plain
    return sorted(broken, key=lambda place: -broken[place])


def _place(result: Result) -> Place:
    return result.cell.scenario, result.cell.variant


def _column(result: Result) -> Column:
    return result.cell.installer, result.cell.version, result.cell.python


def _columns(results: Iterable[Result]) -> list[Column]:
    order = list(INSTALLERS)
    found = dict.fromkeys(map(_column, results))
    return sorted(found, key=lambda column: order.index(column[0]))


def _fields(book: Book, known: Mapping[str, Scenario]) -> dict[str, dict[str, str]]:
    """What the filter offers of each: the value and its title."""
    cells = [result.cell for result in book.results]
    tried = {cell.remedy for cell in cells}
    asked = {cell.installer for cell in cells}
    seen = {result.verdict for result in book.results}
    versions = sorted({(INSTALLERS[cell.installer].tool, cell.version) for cell in cells})
    return {
        "scenario": {cell.scenario: known[cell.scenario].title for cell in cells},
        "tool": {name: each.title for name, each in INSTALLERS.items() if name in asked},
        "remedy": {name: each.title for name, each in REMEDIES.items() if name in tried},
        "verdict": {verdict: verdict for verdict in MEANING if verdict in seen},
        "version": {f"{tool} {version}": f"{tool} {version}" for tool, version in versions},
    }


def _title(place: Place, known: Mapping[str, Scenario]) -> tuple[str, str]:
    scenario = known[place[0]]
    more = scenario.variants[place[1]].title if place[1] in scenario.variants else ""
    return scenario.title, more


def _data(book: Book, places: Mapping[Place, tuple[str, str]]) -> str:
    """Every recorded cell: a letter a verdict, a string a row, in the order of the columns."""
    columns = _columns(book.results)
    number = {column: index for index, column in enumerate(columns)}
    rows: dict[Place, dict[str, list[str]]] = {place: {} for place in places}
    for result in book.results:
        row = rows[_place(result)].setdefault(result.cell.attempt, [" "] * len(columns))
        row[number[_column(result)]] = _LETTERS[result.verdict]
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
            [*place, *titles, {a: "".join(row) for a, row in rows[place].items()}]
            for place, titles in places.items()
        ],
    }
    return msgspec.json.encode(data).decode().replace("<", "\\u003c")
