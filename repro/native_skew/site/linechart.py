"""Lines of the timeline -> SVG: one bar for each question, over an axis of releases.

Everything across is in per cent and everything else in pixels, so that the text keeps its
size on any screen. The columns are the releases that were run for any of the lines: few of
them lie where nothing changed, more where a flip was searched. The table beneath says the
same in words; the colours are the verdicts' own, in either scheme (``docs/assets/site.css``).
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import pairwise

from packaging.version import Version

from native_skew.site import markup
from native_skew.timeline import Line, Point, between, minor_of

_BAR, _ROW, _AXIS = 22, 44, 18  # pixels: a bar, a bar with its flips' labels, the axis
_ROOM = 24  # per cent of the width that a bar needs for its verdict to be written in it
_CROWDED = 8  # labels of the axis, beyond which a phone has no room for them


def chart(lines: Sequence[Line], titles: Sequence[str], label: str) -> str:
    """The lines of one tool as HTML with an SVG each.

    Args:
        lines: of one tool.
        titles: their headings, as HTML.
        label: what the chart is, for those who do not see it.

    """
    columns = _columns(lines)
    rows = "".join(
        f'<p class="timeline__title">{title}</p>{_row(line, columns)}'
        for line, title in zip(lines, titles, strict=True)
    )
    return (
        f'<div class="timeline" role="group" aria-label="{escape(label)}">{rows}'
        f"{_axis(columns)}</div>"
    )


def in_words(line: Line) -> str:
    """``unsupported 0.8.4; works 0.8.5 to 0.13.9``."""
    return "; ".join(f"{span[0].verdict} {between(span)}" for span in line.spans())


def _columns(lines: Sequence[Line]) -> list[str]:
    return sorted({p.version for line in lines for p in line.points}, key=Version)


def _row(line: Line, columns: Sequence[str]) -> str:
    bars = "".join(_bar(span, columns) for span in line.spans())
    flips = "".join(_flip(each.newer, columns) for each in line.flips)
    return (
        f'<svg role="img" aria-label="{escape(in_words(line))}" width="100%" height="{_ROW}">'
        f"{bars}{flips}</svg>"
    )


def _bar(span: Sequence[Point], columns: Sequence[str]) -> str:
    left = _left(span[0].version, columns)
    width = _left(span[-1].version, columns) + _share(columns) - left
    verdict = span[0].verdict
    dots = "".join(_dot(p.version, columns) for p in span)
    words = (
        f'<text x="{left + width / 2:.2f}%" y="{_BAR - 7}" text-anchor="middle">{verdict}</text>'
        if width >= _ROOM
        else ""
    )
    return (
        f'<g class="{markup.css(verdict)}"><title>{verdict}: {between(span)}</title>'
        f'<rect x="{left:.2f}%" y="1" width="{width:.2f}%" height="{_BAR}"/>{dots}{words}</g>'
    )


def _dot(version: str, columns: Sequence[str]) -> str:
    """A release that was run."""
    return (
        f'<circle cx="{_left(version, columns) + _share(columns) / 2:.2f}%" cy="{_BAR + 1}" r="2"/>'
    )


def _flip(version: str, columns: Sequence[str]) -> str:
    left = _left(version, columns)
    return (
        f'<line x1="{left:.2f}%" x2="{left:.2f}%" y1="0" y2="{_ROW - 14}"/>'
        f'<text x="{left:.2f}%" dx="2" y="{_ROW - 4}">{escape(version)}</text>'
    )


def _axis(columns: Sequence[str]) -> str:
    """The minor releases, or the major ones where there are too many, at their first column."""
    minors = {minor_of(each): each for each in reversed(columns)}
    names = {f"{major}.{minor}": each for (major, minor), each in minors.items()}
    if len(names) > _CROWDED:
        names = {str(Version(each).major): each for each in reversed(columns)}
    places = sorted((_left(each, columns), name) for name, each in names.items())
    near = min((b - a for (a, _), (b, _) in pairwise(places)), default=100.0)
    labels = "".join(_label(left, name, near) for left, name in places)
    return f'<svg class="timeline__axis" aria-hidden="true" width="100%" height="{_AXIS}">{labels}</svg>'


def _label(left: float, name: str, near: float) -> str:
    small = ' class="timeline__small"' if near < 100 / _CROWDED else ""
    return f'<text x="{left:.2f}%" y="12"{small}>{escape(name)}</text>'


def _share(columns: Sequence[str]) -> float:
    return 100 / len(columns)


def _left(version: str, columns: Sequence[str]) -> float:
    return columns.index(version) * _share(columns)
