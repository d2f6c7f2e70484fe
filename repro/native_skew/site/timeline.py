"""The timeline's page: verdicts by release of a tool.

In the chart, horizontal measures are percentages and vertical ones pixels, so that text keeps its
size on any screen. The columns are the releases that were run for any of the lines: few where
nothing changed, more where a flip was searched. The table below says the same in words; the colours
are those of the verdicts (``docs/assets/site.css``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from itertools import groupby, pairwise
from pathlib import Path

from packaging.version import Version

from native_skew.installers import INSTALLERS, REMEDIES, TOOLS, tabs
from native_skew.results import Result
from native_skew.run import TOUR_SCENARIO
from native_skew.scenarios import Scenario
from native_skew.site import markup
from native_skew.site.errors import CitationError
from native_skew.timeline import Line, between, minor_release, record

PAGE = "timeline.md"
# Pixels: a bar, a bar with its flips' labels, the axis. ROOM is the percentage of the width from
# which on a bar has its verdict written in it.
_SIZES = {"BAR": 22, "ROW": 44, "AXIS": 18, "ROOM": 24}
_CROWDED = 8  # labels of the axis, beyond which a phone has no room for them


def render(
    known: Mapping[str, Scenario], lines: Mapping[str, Line], evidence: Mapping[str, Result]
) -> str:
    """The page: a chart and a table for each tool and scenario.

    ``evidence`` is the result of each point of ``lines``, by cell id.
    """
    ordered = sorted(lines.values(), key=lambda line: (*_place(line), *_order(line)))
    groups = [list(group) for _, group in groupby(ordered, _place)]
    return markup.rendered(
        "timeline.md",
        chapters={_label(group[0]): _chapter(group, known, evidence) for group in groups},
        newest=max(result.circumstances.date for result in evidence.values()),
    )


def _place(line: Line) -> tuple[int, bool, str, str]:
    """Sorts tools in the order of the tabs, and the issue's scenario before others."""
    asked = line.question
    order = [*(each.tool for each in tabs().values()), *TOOLS]
    first = asked.scenario == TOUR_SCENARIO
    return order.index(line.tool), not first, asked.scenario, asked.variant


def _order(line: Line) -> tuple[int, int]:
    asked = line.question
    return list(INSTALLERS).index(asked.installer), list(REMEDIES).index(asked.remedy)


def _label(line: Line) -> str:
    asked = line.question
    variant = "" if asked.variant == "only" else f", {asked.variant}"
    return f"{line.tool} in {asked.scenario}{variant}"


def _title(line: Line) -> str:
    asked = line.question
    return f"{INSTALLERS[asked.installer].title}: {REMEDIES[asked.remedy].title}"


def _chapter(
    lines: Sequence[Line], known: Mapping[str, Scenario], evidence: Mapping[str, Result]
) -> str:
    """One tool in one variant of a scenario: chart and table."""
    label = _label(lines[0])
    return markup.rendered(
        "timeline-chapter.html",
        page=PAGE,
        lines=lines,
        label=label,
        scenario=known[lines[0].question.scenario],
        evidence=evidence,
        title=_title,
        chart=chart(lines, f"{label}, as a chart"),
        between=between,
        doubts_of=doubts,
    )


def doubts(line: Line, version: str) -> list[str]:
    """What is uncertain about the flip to ``version``, if there is one."""
    said = []
    for flip in line.flips:
        if flip.newer == version:
            said += ["where the feature is missing, nothing was run"] if flip.declared else []
            names = ", ".join(flip.skipped)
            said += [f"any of {names} may have changed it: they could not be run"] if names else []
    return said


def chart(lines: Sequence[Line], label: str) -> str:
    """The lines of one tool as HTML with an SVG each; ``label`` is for screen readers."""
    columns = sorted({p.version for line in lines for p in line.points}, key=Version)
    share = 100 / len(columns)
    left = {version: number * share for number, version in enumerate(columns)}
    # The minor releases, or the major ones if there are too many, at their first column.
    minors = {minor_release(each): each for each in reversed(columns)}
    names = {f"{major}.{minor}": each for (major, minor), each in minors.items()}
    if len(names) > _CROWDED:
        names = {str(Version(each).major): each for each in reversed(columns)}
    axis = sorted((left[each], name) for name, each in names.items())
    near = min((b - a for (a, _), (b, _) in pairwise(axis)), default=100.0)
    return markup.rendered(
        "chart.html",
        lines=lines,
        title=_title,
        label=label,
        left=left,
        share=share,
        axis=axis,
        crowded=near < 100 / _CROWDED,
        between=between,
        **_SIZES,
    )


def flip_badge(question: str, old: str, new: str, source: str, folder: Path = record.FOLDER) -> str:
    """The first release with the verdict ``new`` after ``old``, as a Markdown link to its cell.

    ``question`` is ``scenario/variant/installer/remedy``; the link is for the page ``source``.

    Raises:
        CitationError: the question's recorded lines do not have exactly one such flip.
        ResultFileError: a line cannot be read.

    """
    lines = [line for name, line in _read(folder).items() if name.startswith(f"{question}.")]
    found = [
        (line, flip) for line in lines for flip in line.flips if (flip.old, flip.new) == (old, new)
    ]
    if len(found) != 1:
        flips = [f"{f.old} to {f.new} in {f.newer}" for line in lines for f in line.flips]
        raise CitationError(
            f"the timeline of {question} has not one flip from {old!r} to {new!r}; "
            f"recorded: {'; '.join(flips) or 'none'}"
        )
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
