"""``docs/results/bench.json`` -> the tables of the page on what the kit costs."""

from __future__ import annotations

from native_skew.bench import Bench
from native_skew.site import markup


def render(bench: Bench | None, only: str = "") -> str:
    """Every measurement as Markdown: how it was made, its table, and its bars.

    Args:
        bench: what is recorded.
        only: the id of one measurement, to stand below a heading of the page's own.

    """
    known = [each for each in bench.measurements if only in ("", each.id)] if bench else []
    return markup.rendered("benchmark.md", measurements=known, only=only)
