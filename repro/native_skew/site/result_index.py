"""Finds results by question, by pattern, by newest version.

A *question* is a cell without its versions, as prose cites it:
``stamped-wheel-elsewhere/no-wheel-fits/uv-sync/nothing``.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import Path

import msgspec
from packaging.version import Version

from native_skew import results
from native_skew.installers import REMEDIES
from native_skew.results import Result, in_order
from native_skew.site.errors import CellReferenceError, SiteError


class ResultIndex:
    """All recorded results, in the order of the terminal's table.

    Args:
        recorded: in any order; at least one.

    Raises:
        SiteError: there are none.

    """

    def __init__(self, recorded: Iterable[Result], folder: Path = results.FOLDER) -> None:
        self.results = tuple(r for r in in_order(recorded) if r.cell.remedy in REMEDIES)
        if not self.results:
            raise SiteError(
                f"{folder}: no recorded results; restore them from version control, or record "
                "some with `native-skew run --record`"
            )
        self._by_id = {result.cell.id: result for result in self.results}
        self._by_question: dict[str, list[Result]] = defaultdict(list)
        for result in self.results:
            self._by_question[question(result)].append(result)
        self._of_scenario: dict[str, list[str]] = defaultdict(list)
        for name in self._by_question:
            self._of_scenario[name.partition("/")[0]].append(name)

    @classmethod
    def open(cls, folder: Path = results.FOLDER) -> ResultIndex:
        """Reads ``folder``.

        Raises:
            SiteError: it holds no results.
            ResultFileError: a file in it is damaged.

        """
        return cls(results.read_all(folder).values(), folder)

    def find(self, reference: str) -> Result:
        """The cell with that id, or the newest cell of that question.

        Raises:
            CellReferenceError: nothing of that name is recorded.

        """
        if reference in self._by_id:
            return self._by_id[reference]
        if reference not in self._by_question:
            raise CellReferenceError(reference, self._by_question)
        return newest(self._by_question[reference])

    def matching(self, pattern: str) -> tuple[Result, ...]:
        """The newest cell of every question that ``pattern`` (with ``*`` and ``{a,b}``) matches.

        Raises:
            CellReferenceError: it, or one of its alternatives, matches nothing.

        """
        found: dict[str, Result] = {}
        for alternative in expand(pattern):
            scenario = alternative.partition("/")[0]
            names = [
                name
                for name in self._of_scenario.get(scenario, self._by_question)
                # «*» means any remedy, but not any start.
                if name.count("+") == alternative.count("+") and fnmatchcase(name, alternative)
            ]
            if not names and alternative not in self._by_id:
                raise CellReferenceError(alternative, self._by_question)
            found |= {name: newest(self._by_question[name]) for name in names}
            if alternative in self._by_id:
                found[alternative] = self._by_id[alternative]
        return tuple(in_order(found.values()))

    def plain(self, result: Result) -> Result | None:
        """The run of the plain command to compare ``result`` with; None if there is none."""
        cell = msgspec.structs.replace(result.cell, remedy="nothing", start="fresh")
        runs = self._by_question.get("/".join(cell.question), ())
        return self._by_id.get(cell.id) or (newest(runs) if runs else None)

    def versions(self, result: Result) -> tuple[Result, ...]:
        """All cells of the same question, oldest versions first."""
        return tuple(sorted(self._by_question[question(result)], key=_age))

    def newest_of(self, scenario: str, variant: str) -> tuple[Result, ...]:
        """The newest cell of each question of a scenario's variant."""
        prefix = f"{scenario}/{variant}/"
        found = (newest(r) for q, r in self._by_question.items() if q.startswith(prefix))
        return tuple(in_order(found))

    def with_remedy(self, remedy: str) -> tuple[Result, ...]:
        """The newest cell of each question with that remedy."""
        found = (newest(r) for r in self._by_question.values() if r[0].cell.remedy == remedy)
        return tuple(in_order(found))

    def tools(self) -> dict[str, tuple[str, ...]]:
        """The recorded versions of each installer, oldest first."""
        found: dict[str, set[str]] = defaultdict(set)
        for result in self.results:
            found[result.cell.installer].add(result.cell.version)
        return {name: tuple(sorted(versions, key=Version)) for name, versions in found.items()}


def question(result: Result) -> str:
    """The cell's name without versions."""
    return "/".join(result.cell.question)


def newest(candidates: Iterable[Result]) -> Result:
    """The candidate with the newest tool version, then the newest Python."""
    return max(candidates, key=_age)


def expand(pattern: str) -> tuple[str, ...]:
    """``a/{b,c}`` -> ``a/b``, ``a/c``; several groups multiply."""
    match = re.search(r"\{([^{}]*)\}", pattern)
    if not match:
        return (pattern,)
    heads = [pattern[: match.start()] + each for each in match[1].split(",")]
    return tuple(done for head in heads for done in expand(head + pattern[match.end() :]))


def _age(result: Result) -> tuple[Version, int, str]:
    cell = result.cell
    return Version(cell.version), cell.python_number, result.circumstances.date
