"""``docs/results/bench.json`` -> the tables of the page on what the kit costs."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from native_skew.bench import Bar, Bench, Measured
from native_skew.site import markup


def render(bench: Bench | None, only: str = "") -> str:
    """Every measurement as Markdown: how it was made, its table, and its bars.

    Args:
        bench: what is recorded.
        only: the id of one measurement, to stand below a heading of the page's own.

    """
    known = [each for each in bench.measurements if only in ("", each.id)] if bench else []
    if not known:
        return "Nothing is recorded yet: run `nox -s bench -- --record`."
    parts = map(list, map(_measured, known))
    return "\n\n".join("\n\n".join(part[1:] if only else part) for part in parts)


def _measured(each: Measured) -> Iterator[str]:
    made = each.measurement
    yield f"## {made.title} {{ #{made.id} data-search-exclude }}"
    if made.bars:
        yield "\n".join(map(_bar, made.bars))
    rows = [(escape(row.name), *map(_number, row.values)) for row in made.rows]
    yield markup.table(("what", *map(escape, made.columns)), rows, made.title)
    yield made.how
    versions = ", ".join(f"{name} {version}" for name, version in made.versions.items())
    load = " and ".join(f"{number:g}" for number in each.load)
    yield (
        f"Measured {each.date} with {versions}, on Python {each.python}, {each.platform}, "
        f"{each.cpus} CPUs, {each.rounds} rounds; load average {load} before and after."
    )


def _bar(bar: Bar) -> str:
    word = "met" if bar.met else "**missed**"
    return f"- {bar.name}: **{_number(bar.value)}**; the bar is {bar.bound}, {word}"


def _number(value: float) -> str:
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}"
