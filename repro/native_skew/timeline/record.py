"""The recorded form of a timeline.

``docs/results/timeline/lines/<scenario>/<variant>/<installer>/<remedy>.<python>.json`` says
at which release a verdict flips; ``docs/results/timeline/cells/`` holds the evidence of each
release that was run, as any other result (``results.py``) and in the same layout.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Literal

import msgspec

from native_skew import results
from native_skew.errors import ResultFileError
from native_skew.findings import schema_of
from native_skew.results import NotRun, Result
from native_skew.timeline import search
from native_skew.verdict import Verdict

FOLDER = results.FOLDER / "timeline"
Outcomes = Mapping[str, Result | NotRun]


class Question(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """What is asked of every release of a tool."""

    scenario: str
    variant: str
    installer: str
    remedy: str
    python: str

    @property
    def id(self) -> str:
        """Its name, and the path of its line below the lines' folder."""
        return f"{self.scenario}/{self.variant}/{self.installer}/{self.remedy}.{self.python}"


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """A release that was run; ``cell`` names its evidence."""

    version: str
    verdict: Verdict
    because: str
    cell: str


class Skipped(msgspec.Struct, frozen=True, kw_only=True):
    """A release that could not be fetched or run, and why; it counts for no verdict."""

    version: str
    reason: str


class Flip(msgspec.Struct, frozen=True, kw_only=True):
    """Two releases with another verdict each, and none between them that could be run.

    Attributes:
        declared: one of the two was not run: the kit knows from the tool's documentation
            that this release lacks the feature.
        skipped: the releases between them, any of which may be the one that changed.

    """

    older: str
    newer: str
    old: Verdict
    new: Verdict
    old_because: str
    new_because: str
    declared: bool
    skipped: tuple[str, ...] = ()


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One question through all of a tool's releases.

    ``releases`` are all that the index had, older first; ``points`` those that were run.
    ``date`` is the day of the newest run.
    """

    question: Question
    tool: str
    releases: tuple[str, ...]
    points: tuple[Point, ...]
    flips: tuple[Flip, ...]
    skipped: tuple[Skipped, ...]
    date: str
    kind: Literal["native-skew timeline 1"] = "native-skew timeline 1"

    def spans(self) -> tuple[tuple[Point, ...], ...]:
        """The points, grouped where the verdict stays the same."""
        return tuple(tuple(group) for _, group in groupby(self.points, lambda p: p.verdict))


def line_of(question: Question, tool: str, releases: Sequence[str], outcomes: Outcomes) -> Line:
    """The line that ``outcomes`` draw; at least one of them is a result."""
    known = verdicts(outcomes)
    ran = [each for release in releases if isinstance(each := outcomes.get(release), Result)]
    by_version = {result.cell.version: result for result in ran}
    return Line(
        question=question,
        tool=tool,
        releases=tuple(releases),
        points=tuple(
            Point(version=r.cell.version, verdict=r.verdict, because=r.because, cell=r.cell.id)
            for r in ran
        ),
        flips=tuple(
            _flip(by_version[older], by_version[newer], releases, known)
            for older, newer in search.flips(releases, known)
        ),
        skipped=tuple(
            Skipped(version=release, reason=each.reason)
            for release in releases
            if isinstance(each := outcomes.get(release), NotRun)
        ),
        date=max(result.circumstances.date for result in ran),
    )


def verdicts(outcomes: Outcomes) -> dict[str, str | None]:
    """What the search needs to know of what was run."""
    return {
        release: each.verdict if isinstance(each, Result) else None
        for release, each in outcomes.items()
    }


def _flip(older: Result, newer: Result, releases: Sequence[str], known: search.Known) -> Flip:
    before, after = older.cell.version, newer.cell.version
    return Flip(
        older=before,
        newer=after,
        old=older.verdict,
        new=newer.verdict,
        old_because=older.because,
        new_because=newer.because,
        declared="unsupported" in (older.verdict, newer.verdict),
        skipped=search.skipped_between(releases, known, before, after),
    )


def schema() -> dict[str, object]:
    """The JSON Schema (2020-12) of a line's file."""
    return schema_of(Line)


def read_all(folder: Path = FOLDER) -> dict[str, Line]:
    """All lines by id; empty where none is recorded.

    Raises:
        ResultFileError: a file is damaged, or of another kind.

    """
    found = {}
    for path in sorted((folder / "lines").glob("*/*/*/*.json")):
        try:
            line = msgspec.json.decode(path.read_bytes(), type=Line)
        except (OSError, msgspec.MsgspecError) as error:
            raise ResultFileError(path, str(error)) from error
        found[line.question.id] = line
    return found


def read_cells(folder: Path = FOLDER) -> dict[str, Result]:
    """The evidence of all lines, by cell id."""
    return results.read_all(folder / "cells")


def write(line: Line, evidence: Iterable[Result], folder: Path) -> None:
    """Writes a line and its evidence, in place of what was recorded of the same question.

    Raises:
        WorkFolderError: the folder cannot be written to.

    """
    now = {result.cell.id: result for result in evidence}
    for result in now.values():
        results.write(result, folder / "cells")
    results.write_file(folder / "lines" / f"{line.question.id}.json", results.encode(line))
    question = line.question
    stale = f"{question.scenario}/{question.variant}/{question.installer}@*"
    for path in (folder / "cells").glob(f"{stale}/{question.remedy}.{question.python}.json"):
        if path.relative_to(folder / "cells").as_posix().removesuffix(".json") not in now:
            path.unlink()
