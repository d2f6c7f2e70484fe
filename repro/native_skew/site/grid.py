"""A table of verdicts: one row per remedy or scenario, one column per installer."""

from __future__ import annotations

from collections.abc import Callable, Iterable

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
    rows: dict[str, dict[str, Result]] = {}
    versions: dict[str, str] = {}
    for result in results:
        versions.setdefault(result.cell.installer, result.cell.version)
        rows.setdefault(row_of(result), {})[result.cell.installer] = result
    columns = [name for name in INSTALLERS if name in versions]
    return markup.rendered(
        "grid.html",
        rows=rows,
        columns=columns,
        versions=versions,
        source=source,
        head=head,
        label=label,
    )
