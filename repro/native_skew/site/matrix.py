"""The matrix: the verdicts of the plain command, scenario by tool, and the data of all other grids.

One grid is in the page, so that it works without JavaScript; its rows link to the scenarios' pages,
which have all remedies. The page's script draws the others from a few kilobytes of data.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec
from packaging.version import Version

from native_skew.installers import INSTALLERS, REMEDIES
from native_skew.results import Result
from native_skew.scenarios import Scenario
from native_skew.site import downloads, markup
from native_skew.site.result_index import ResultIndex
from native_skew.verdict import FAILURES, MEANING, Verdict

PAGE = "matrix.md"
# Shown with a colour each: shape or colour alone would not tell all of them apart.
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
Row = tuple[str, str]  # scenario, variant


def render(result_index: ResultIndex, known: Mapping[str, Scenario]) -> str:
    """The page: the signs' meaning, the filter, the grid, and the data."""
    places = {place: _title(place, known) for place in _broken_first(result_index)}
    plain = _overview(result_index)
    newest = _newest(plain)
    count = f"{len(result_index.results):,}"
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
        tools=sorted({markup.short_tool(result) for result in result_index.results}),
        dates=sorted({result.circumstances.date for result in result_index.results}),
        fields=_fields(result_index, known),
        places=places,
        columns={name: each.title for name, each in INSTALLERS.items() if name in newest},
        newest=newest,
        plain=plain,
        data=_data(result_index, places),
    )
    return f"{head}# Matrix\n\n{markup.READY}{body}\n"


def _overview(result_index: ResultIndex) -> dict[tuple[Row, str], Result]:
    """The plain command of each tool's newest release, by scenario and installer.

    On the usual Python, except in a scenario that is about another one.
    """
    plain = (r for r in result_index.with_remedy(_PLAIN) if r.cell.start == "fresh")
    last = sorted(plain, key=lambda r: (r.cell.python == _PYTHON, r.cell.python))
    return {(_place(result), result.cell.installer): result for result in last}


def _newest(plain: Mapping[tuple[Row, str], Result]) -> dict[str, str]:
    found = sorted(plain.values(), key=lambda r: Version(r.cell.version))
    return {result.cell.installer: result.cell.version for result in found}


def _broken_first(result_index: ResultIndex) -> list[Row]:
    """The scenarios' variants, sorted by how often the plain command breaks, most often first."""
    broken: dict[Row, int] = {}
    for result in result_index.results:
        place = _place(result)
        plain = result.cell.remedy == _PLAIN and result.verdict in FAILURES
        broken[place] = broken.get(place, 0) + plain
    return sorted(broken, key=lambda place: -broken[place])


def _place(result: Result) -> Row:
    return result.cell.scenario, result.cell.variant


def _column(result: Result) -> Column:
    return result.cell.installer, result.cell.version, result.cell.python


def _columns(results: Iterable[Result]) -> list[Column]:
    order = list(INSTALLERS)
    found = dict.fromkeys(map(_column, results))
    return sorted(found, key=lambda column: order.index(column[0]))


def _fields(result_index: ResultIndex, known: Mapping[str, Scenario]) -> dict[str, dict[str, str]]:
    """The filter's choices by field: value and title."""
    cells = [result.cell for result in result_index.results]
    tried = {cell.remedy for cell in cells}
    asked = {cell.installer for cell in cells}
    seen = {result.verdict for result in result_index.results}
    versions = sorted({(INSTALLERS[cell.installer].tool, cell.version) for cell in cells})
    return {
        "scenario": {cell.scenario: known[cell.scenario].title for cell in cells},
        "tool": {name: each.title for name, each in INSTALLERS.items() if name in asked},
        "remedy": {name: each.title for name, each in REMEDIES.items() if name in tried},
        "verdict": {verdict: verdict for verdict in MEANING if verdict in seen},
        "version": {f"{tool} {version}": f"{tool} {version}" for tool, version in versions},
    }


def _title(place: Row, known: Mapping[str, Scenario]) -> tuple[str, str]:
    scenario = known[place[0]]
    more = scenario.variants[place[1]].title if place[1] in scenario.variants else ""
    return scenario.title, more


def _data(result_index: ResultIndex, places: Mapping[Row, tuple[str, str]]) -> str:
    """Every recorded cell as JSON: a string per row, with a letter per column for the verdict."""
    columns = _columns(result_index.results)
    number = {column: index for index, column in enumerate(columns)}
    rows: dict[Row, dict[str, list[str]]] = {place: {} for place in places}
    for result in result_index.results:
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
