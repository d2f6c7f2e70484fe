"""A table of verdicts: one row per remedy or scenario, one column per installer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from html import escape

from native_skew.installers import INSTALLERS
from native_skew.results import Result
from native_skew.site import markup


def render(
    results: Iterable[Result],
    source: str,
    row_of: Callable[[Result], str],
    head: str,
    label: str,
) -> str:
    """The verdicts as HTML.

    Args:
        results: the newest of each question.
        source: the page that the table stands on.
        row_of: the row's heading, as HTML.
        head: what the rows are.
        label: what the table is, for those who do not see it.

    """
    cells: dict[str, dict[str, str]] = {}
    columns: dict[str, str] = {}
    for result in results:
        columns.setdefault(result.cell.installer, result.cell.version)
        row = cells.setdefault(row_of(result), {})
        row[result.cell.installer] = markup.html_badge(result, source)
    order = [name for name in INSTALLERS if name in columns]
    top = [
        f"{escape(INSTALLERS[name].title)} <small>{escape(columns[name])}</small>" for name in order
    ]
    rows = [(name, *(row.get(each, "–") for each in order)) for name, row in cells.items()]
    return f'<div class="grid">{markup.table((head, *top), rows, label)}</div>'
