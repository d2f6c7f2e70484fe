"""Findings about groups of cells: what is promised, by whom, and where it is discussed."""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

import msgspec.toml

from native_skew import shipped
from native_skew.export.errors import FindingsError
from native_skew.results import Result
from native_skew.verdict import Verdict

FILE = shipped("export", "findings.toml")


class SourceQuote(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A statement, and ``source``, the URL of the page that makes it in other words."""

    says: str
    source: str


class UpstreamFinding(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"
):
    """A finding for another project's tracker."""

    title: str  # as a report's heading
    project: str  # whose tracker it belongs to
    verdict: Verdict  # that of its cells; others that the patterns match are no case of it
    # Patterns of questions, ``scenario/variant/installer/remedy``; the first names the cell that
    # shows it best.
    cells: tuple[str, ...]
    expected: str  # what one would expect, one sentence or two
    promises: tuple[SourceQuote, ...]  # what specifications and documentation say of it
    ways_out: tuple[str, ...]  # what could be done, each with what it costs
    known: tuple[SourceQuote, ...] = ()  # threads in which it is discussed


def load(file: Path = FILE) -> dict[str, UpstreamFinding]:
    """All findings by name, in the file's order.

    Raises:
        FindingsError: the file is damaged.

    """
    try:
        return msgspec.toml.decode(file.read_bytes(), type=dict[str, UpstreamFinding])
    except (OSError, ValueError, msgspec.MsgspecError) as error:
        raise FindingsError(file, str(error)) from error


_all = cache(load)


def of(result: Result) -> tuple[UpstreamFinding, ...]:
    """The findings that ``result`` is an example of."""
    question = "/".join(result.cell.question)
    return tuple(
        finding
        for finding in _all().values()
        if finding.verdict == result.verdict
        and any(fnmatchcase(question, pattern) for pattern in finding.cells)
    )
