"""Citing the timeline in prose: the release at which a verdict changed."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from native_skew.site import markup
from native_skew.site.errors import FlipReferenceError
from native_skew.timeline import Line, record


def badge(question: str, old: str, new: str, source: str, folder: Path = record.FOLDER) -> str:
    """The release that first answered ``new``, as a Markdown link to its cell's page.

    Args:
        question: ``scenario/variant/installer/remedy``.
        old: the verdict before.
        new: the verdict since.
        source: the page that the link stands on.
        folder: where the timeline is recorded.

    Raises:
        FlipReferenceError: no recorded line of that question flips so, and just once.
        ResultFileError: a line cannot be read.

    """
    lines = [line for name, line in _read(folder).items() if name.startswith(f"{question}.")]
    found = [
        (line, flip) for line in lines for flip in line.flips if (flip.old, flip.new) == (old, new)
    ]
    if len(found) != 1:
        recorded = [f"{f.old} to {f.new} in {f.newer}" for line in lines for f in line.flips]
        raise FlipReferenceError(question, old, new, recorded)
    line, flip = found[0]
    cell = next(point.cell for point in line.points if point.version == flip.newer)
    href = markup.link(source, f"cells/{cell}.md")
    if new == "unsupported":
        href = markup.link(source, markup.INSTALLERS_PAGE) + f"#{line.question.installer}"
    title = f"{old} in {line.tool} {flip.older}; recorded {line.date}"
    return f'[{line.tool} {flip.newer}]({href}){{ .verdict .{markup.css(new)} title="{title}" }}'


@cache
def _read(folder: Path) -> dict[str, Line]:
    return record.read_all(folder)
