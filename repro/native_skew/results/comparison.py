"""Two sets of results -> what differs between them, cell by cell.

A release of a tool makes other cells: a new cell is compared with the old one of the same
version, or else of the version nearest to it. Another Python makes other cells too: where the
old run holds none of the new cell's Python, it is compared with those of another.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec
from packaging.version import Version

from native_skew import results
from native_skew.errors import SkewError
from native_skew.results.record import NotRun, Result
from native_skew.scenarios import Cell
from native_skew.verdict import Verdict


class ComparisonError(SkewError):
    """One of the two inputs holds no results."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"{path}: {reason}; name a file written by `native-skew run --json`, or a folder of "
            f"results such as {results.FOLDER}"
        )


class NothingComparedError(SkewError):
    """Two runs have no question in common."""

    def __init__(self, old: Path, new: Path) -> None:
        super().__init__(
            f"{old} and {new}: nothing could be compared, for no cell of the one asks what a cell "
            "of the other does; run the same scenarios, installers and remedies"
        )


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """One recorded run, as ``native-skew run --json`` writes it."""

    results: tuple[Result, ...]
    not_run: tuple[NotRun, ...] = ()


class Drift(msgspec.Struct, frozen=True, kw_only=True):
    """A verdict that is not what it was; ``before`` and ``after`` may differ in version alone."""

    before: Cell
    after: Cell
    old: Verdict
    new: Verdict
    because: str


class Across(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """How many cells of one Python were compared with those of another."""

    new: str
    old: str
    cells: int


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """What differs.

    Attributes:
        changed: verdicts that differ.
        new: cells that were compared with none.
        vanished: old cells that no new one was compared with.
        not_run: those that could not be run in the new run; they are not called vanished.
        compared: how many cells were compared.
        across: those of them that were compared with another Python's.

    """

    changed: tuple[Drift, ...]
    new: tuple[Cell, ...]
    vanished: tuple[Cell, ...]
    not_run: tuple[NotRun, ...]
    compared: int
    across: tuple[Across, ...] = ()


def load(path: Path) -> Run:
    """Reads a recorded run.

    Args:
        path: a folder in the form of ``docs/results``, or a file: what ``run --json`` or
            ``report --json`` printed, or one cell's result.

    Raises:
        ComparisonError: there is nothing of that kind.
        ResultFileError: a file in the folder is damaged.

    """
    is_folder = path.is_dir()
    found = Run(results=tuple(results.read_all(path).values())) if is_folder else _decoded(path)
    if not found.results and not found.not_run:
        raise ComparisonError(path, "holds no results")
    return found


def _decoded(path: Path) -> Run:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ComparisonError(path, error.strerror or str(error)) from error
    try:
        raw = msgspec.json.decode(data)
        if isinstance(raw, list):
            return Run(results=msgspec.convert(raw, tuple[Result, ...]))
        if isinstance(raw, dict) and "cell" in raw:
            return Run(results=(msgspec.convert(raw, Result),))
        return msgspec.convert(raw, Run)
    except msgspec.MsgspecError as error:
        raise ComparisonError(path, f"not a readable run ({error})") from error


def compare(old: Run, new: Run) -> Comparison:
    """What differs between two runs; order does not matter to it."""
    before = {result.cell.id: result for result in old.results}
    by_question: dict[tuple[str, ...], list[Result]] = {}
    for result in old.results:
        by_question.setdefault(result.cell.question, []).append(result)

    def match(cell: Cell) -> Result | None:
        return before.get(cell.id) or _nearest(cell, by_question.get(cell.question, ()))

    changed: list[Drift] = []
    unmatched: list[Cell] = []
    used: set[str] = set()
    across: Counter[tuple[str, str]] = Counter()
    for result in sorted(new.results, key=lambda each: each.cell):
        found = match(result.cell)
        if found is None:
            unmatched.append(result.cell)
            continue
        used.add(found.cell.id)
        if found.cell.python != result.cell.python:
            across[result.cell.python, found.cell.python] += 1
        if found.verdict != result.verdict:
            changed.append(
                Drift(
                    before=found.cell,
                    after=result.cell,
                    old=found.verdict,
                    new=result.verdict,
                    because=result.because,
                )
            )
    stood_for = (match(each.cell) for each in new.not_run)
    not_run = {_question(each.cell) for each in stood_for if each}
    return Comparison(
        changed=tuple(changed),
        new=tuple(unmatched),
        vanished=tuple(
            sorted(
                result.cell
                for result in old.results
                if result.cell.id not in used and _question(result.cell) not in not_run
            )
        ),
        not_run=tuple(sorted(new.not_run, key=lambda each: each.cell)),
        compared=len(new.results) - len(unmatched),
        across=tuple(
            sorted(Across(new=one, old=other, cells=n) for (one, other), n in across.items())
        ),
    )


def _question(cell: Cell) -> tuple[str, ...]:
    """The cell without its tool's version."""
    return (*cell.question, cell.python)


def _nearest(cell: Cell, candidates: Sequence[Result]) -> Result | None:
    """The newest of the older versions, or else the oldest of the newer ones.

    Of the same Python where there is one.
    """
    version = Version(cell.version)
    same = [each for each in candidates if each.cell.python == cell.python]
    versions = sorted(same or candidates, key=lambda e: (Version(e.cell.version), e.cell.python))
    older = [each for each in versions if Version(each.cell.version) <= version]
    return older[-1] if older else next(iter(versions), None)


def by_tool(changed: Iterable[Drift]) -> dict[str, list[Drift]]:
    """The changes under what changed: ``uv-sync 0.13.9 → 0.14.0``, in the order of names."""
    groups: dict[str, list[Drift]] = {}
    for each in sorted(changed, key=lambda drift: (drift.after.installer, drift.after)):
        versions = dict.fromkeys((each.before.version, each.after.version))
        groups.setdefault(f"{each.after.installer} {' → '.join(versions)}", []).append(each)
    return groups
