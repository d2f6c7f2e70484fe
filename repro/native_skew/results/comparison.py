"""Two sets of results -> what differs between them, cell by cell.

A cell is compared with the old one of the same question: on the same Python or else the nearest;
with the same version of the tool or else the nearest older one. A verdict that its scenario expects
is no news, whatever it was before.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec
from packaging.version import Version

from native_skew.errors import SkewError
from native_skew.results import packed
from native_skew.results.record import AnyResult, BriefResult, NotRun, Result, brief, paths, read
from native_skew.scenarios import Cell
from native_skew.verdict import Verdict


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """The verdicts of one run, and what it could not run: a part of what ``run --json`` writes."""

    results: tuple[BriefResult, ...]
    not_run: tuple[NotRun, ...] = ()


class Drift(msgspec.Struct, frozen=True, kw_only=True):
    """A verdict that has changed; ``before`` and ``after`` may differ in version and Python."""

    before: Cell
    after: Cell
    old: Verdict
    new: Verdict
    because: str


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """The differences between two sets of results."""

    changed: tuple[Drift, ...]  # verdicts that differ, and that no scenario expects
    new: tuple[Cell, ...]  # cells with no old one to compare with
    vanished: tuple[Cell, ...]  # old cells that no new one was compared with
    # Cells that could not be run in the new run; they are not among the vanished.
    not_run: tuple[NotRun, ...]
    compared: int  # how many cells were compared
    # Lines about comparisons with another version, another Python, or nothing.
    notes: tuple[str, ...]


def load(path: Path) -> Run:
    """Reads the results at ``path``; raises ``SkewError`` if there are none.

    They are a record; a folder with a file for each cell; or a file: what ``run --json`` or
    ``report --json`` printed, or one cell's result.
    """
    try:
        if path.is_dir():
            known = packed.read_verdicts(path) or tuple(map(brief, map(read, paths(path))))
            found = Run(results=known)
        else:
            raw: Any = msgspec.json.decode(path.read_bytes())
            if isinstance(raw, dict) and "cell" in raw:
                raw = [raw]
            found = msgspec.convert({"results": raw} if isinstance(raw, list) else raw, Run)
        reason = "" if found.results or found.not_run else "holds no results"
    except OSError as error:
        reason = error.strerror or str(error)
    except (ValueError, RecursionError) as error:
        reason = f"not a readable run ({error})"
    if reason:
        raise SkewError(
            f"{path}: {reason}; name a file written by `native-skew run --json`, a folder that "
            f"`native-skew matrix` wrote, or a record such as {packed.FOLDER}"
        )
    return found


def compare(
    old: Iterable[AnyResult],
    new: Iterable[Result | BriefResult],
    not_run: Iterable[NotRun] = (),
    *,
    newer: bool = False,
) -> Comparison:
    """What differs between two sets of results; their order does not matter.

    ``not_run`` are cells of the new run that could not run. With ``newer``, a cell that has only
    newer versions among ``old`` is compared with the nearest of these.
    """
    by_question: dict[tuple[str, ...], list[AnyResult]] = defaultdict(list)
    for known in old:
        by_question[known.cell.question].append(known)
    changed: list[Drift] = []
    unmatched: list[Cell] = []
    used: set[Cell] = set()
    notes: Counter[str] = Counter()
    ordered = sorted(new, key=lambda each: each.cell)
    for result in ordered:
        found = _nearest(result.cell, by_question[result.cell.question], newer=newer)
        notes.update(_notes(result.cell, found.cell if found else None))
        if found is None:
            unmatched.append(result.cell)
            continue
        used.add(found.cell)
        if result.verdict not in (found.verdict, result.expected):
            changed.append(
                Drift(
                    before=found.cell,
                    after=result.cell,
                    old=found.verdict,
                    new=result.verdict,
                    because=result.because,
                )
            )
    given_up = tuple(sorted(not_run, key=lambda each: each.cell))
    excused = {
        found.cell
        for each in given_up
        if (found := _nearest(each.cell, by_question[each.cell.question], newer=newer))
    }
    rest = {each.cell for own in by_question.values() for each in own} - used
    return Comparison(
        changed=tuple(changed),
        new=tuple(unmatched),
        vanished=tuple(sorted(rest - excused)),
        not_run=given_up,
        compared=len(ordered) - len(unmatched),
        notes=tuple(
            f"{line}, in {count} cell{'s' if count > 1 else ''}" for line, count in notes.items()
        ),
    )


def _nearest(cell: Cell, candidates: Sequence[AnyResult], *, newer: bool) -> AnyResult | None:
    """Which of ``candidates``, all of the same question, ``cell`` is compared with."""
    version = Version(cell.version)
    older = [each for each in candidates if Version(each.cell.version) <= version]
    pool = older or (candidates if newer else ())
    if not pool:
        return None
    distance = min(_apart(cell, each.cell) for each in pool)
    same = [each for each in pool if _apart(cell, each.cell) == distance]
    pick = max if older else min
    return pick(same, key=lambda each: Version(each.cell.version))


def _apart(one: Cell, other: Cell) -> tuple[bool, int, str]:
    """The distance of two Pythons; of two at the same distance, the older is nearer."""
    numbers = abs(one.python_number - other.python_number)
    return one.python != other.python, numbers, other.python


def _notes(cell: Cell, found: Cell | None) -> Iterable[str]:
    """What to say about the cell that ``cell`` is compared with."""
    if found is None:
        yield f"{cell.tool} {cell.version}: nothing is recorded to compare with"
        return
    if found.version != cell.version:
        is_newer = Version(cell.version) > Version(found.version)
        what = "is new: compared with" if is_newer else "compared with the newer"
        yield f"{cell.tool} {cell.version} {what} {found.version}"
    if found.python != cell.python:
        yield f"{cell.python}: compared with what {found.python} gave"


def by_tool(changed: Iterable[Drift]) -> dict[str, list[Drift]]:
    """The changes by tool and versions, as ``uv-sync 0.13.9 → 0.14.0``, sorted by name."""
    groups: dict[str, list[Drift]] = {}
    for each in sorted(changed, key=lambda drift: (drift.after.installer, drift.after)):
        versions = dict.fromkeys((each.before.version, each.after.version))
        groups.setdefault(f"{each.after.installer} {' → '.join(versions)}", []).append(each)
    return groups
