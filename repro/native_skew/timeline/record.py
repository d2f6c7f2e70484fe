"""The recorded form of a timeline.

``docs/results/timeline`` is a record like ``docs/results`` itself, with the verdict and evidence of
each release that was run. ``releases.json`` says, for each question, which releases there were, and
which of them could not run. Where a verdict changes is derived from both.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Literal

import msgspec

from native_skew import results
from native_skew.errors import ResultFileError
from native_skew.findings import schema_of
from native_skew.results import BriefResult, NotRun, Result
from native_skew.scenarios import Cell
from native_skew.timeline import search
from native_skew.verdict import Verdict

FOLDER = results.FOLDER / "timeline"
RELEASES = "releases.json"


class Question(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """What is asked of every release of a tool."""

    scenario: str
    variant: str
    installer: str
    remedy: str
    python: str

    @property
    def id(self) -> str:
        """Its name."""
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


Outcomes = Mapping[str, Result | BriefResult | NotRun | Skipped]  # by release


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


def between(span: Sequence[Point]) -> str:
    """``0.8.5 to 0.13.9``; one release by itself."""
    first, last = span[0].version, span[-1].version
    return first if first == last else f"{first} to {last}"


class Series(msgspec.Struct, frozen=True, kw_only=True):
    """Questions that were asked of the same releases of a tool.

    ``questions`` has, by id, the releases that could not run.
    """

    tool: str
    releases: tuple[str, ...]
    questions: dict[str, tuple[Skipped, ...]]


def line_of(question: Question, tool: str, releases: Sequence[str], outcomes: Outcomes) -> Line:
    """The line of ``outcomes``, at least one of which is a result."""
    known = verdicts(outcomes)
    ran, skipped = {}, []
    for release in releases:
        each = outcomes.get(release)
        if isinstance(each, NotRun | Skipped):
            skipped.append(Skipped(version=release, reason=each.reason))
        elif each:
            ran[release] = results.brief(each) if isinstance(each, Result) else each
    return Line(
        question=question,
        tool=tool,
        releases=tuple(releases),
        points=tuple(
            Point(version=version, verdict=r.verdict, because=r.because, cell=r.cell.id)
            for version, r in ran.items()
        ),
        flips=tuple(
            Flip(
                older=older,
                newer=newer,
                old=ran[older].verdict,
                new=ran[newer].verdict,
                old_because=ran[older].because,
                new_because=ran[newer].because,
                declared="unsupported" in (ran[older].verdict, ran[newer].verdict),
                skipped=search.skipped_between(releases, known, older, newer),
            )
            for older, newer in search.flips(releases, known)
        ),
        skipped=tuple(skipped),
        date=max(result.date for result in ran.values()),
    )


def verdicts(outcomes: Outcomes) -> dict[str, str | None]:
    """The verdicts by release, as the search needs them."""
    return {
        release: None if isinstance(each, NotRun | Skipped) else each.verdict
        for release, each in outcomes.items()
    }


def read_all(folder: Path = FOLDER) -> dict[str, Line]:
    """All lines by id; empty if none is recorded. Does not read the evidence.

    Raises:
        ResultFileError: a file is damaged, or two of them disagree on the questions.

    """
    ran: dict[str, dict[str, BriefResult]] = defaultdict(dict)
    questions = {}
    for each in results.read_verdicts(folder):
        question = question_of(each.cell)
        questions[question.id] = question
        ran[question.id][each.cell.version] = each
    found = {}
    path = folder / RELEASES
    for series in results.read_json(path, tuple[Series, ...]) if path.exists() else ():
        for name, skipped in series.questions.items():
            if name not in questions or name in found:
                reason = "stands twice" if name in found else "has no verdicts"
                raise ResultFileError(folder / RELEASES, f"{name} {reason}")
            outcomes: Outcomes = {**ran[name], **{each.version: each for each in skipped}}
            found[name] = line_of(questions[name], series.tool, series.releases, outcomes)
    if unknown := sorted(questions.keys() - found.keys()):
        raise ResultFileError(folder / RELEASES, f"says nothing of {', '.join(unknown)}")
    return {name: found[name] for name in sorted(found)}


def write(lines: Iterable[Line], evidence: Iterable[Result], folder: Path) -> None:
    """Records lines and their evidence, replacing those of the same questions.

    Raises:
        WorkFolderError: the folder cannot be written to.
        ResultFileError: what is recorded cannot be read.

    """
    now = {line.question.id: line for line in lines}
    series: dict[tuple[str, tuple[str, ...]], dict[str, tuple[Skipped, ...]]] = defaultdict(dict)
    for name, line in sorted((read_all(folder) | now).items()):
        series[line.tool, line.releases][name] = line.skipped
    results.pack(
        evidence,
        folder,
        gone=lambda cell: question_of(cell).id in now,
        files={
            folder / "schema.json": schema_of(Line),
            folder / RELEASES: [
                Series(tool=tool, releases=releases, questions=questions)
                for (tool, releases), questions in sorted(series.items())
            ],
        },
    )


def question_of(cell: Cell) -> Question:
    """The question that a cell answers."""
    return Question(
        scenario=cell.scenario,
        variant=cell.variant,
        installer=cell.installer,
        remedy=cell.remedy,
        python=cell.python,
    )
