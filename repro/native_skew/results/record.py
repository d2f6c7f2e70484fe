"""A cell's result, and its form while cells run: one JSON file each, with a published schema.

``<scenario>/<variant>/<installer>@<version>/<remedy>.<python>.json``: the path identifies the cell.
``packed`` is the form in which results are recorded.
"""

from __future__ import annotations

import contextlib
import os
from functools import cache
from pathlib import Path
from typing import Literal, TypeVar

import msgspec

from native_skew import scenarios
from native_skew.errors import ResultFileError, WorkFolderError
from native_skew.findings import BriefFinding, schema_of
from native_skew.observe import Observation
from native_skew.publish import JournalEntry, PublishedRecord
from native_skew.scenarios import Cell, Scenario, expected_of
from native_skew.toolchain import minor_of
from native_skew.verdict import Verdict

_T = TypeVar("_T")


class CommandRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A command line, how it ended, and what it printed."""

    argv: tuple[str, ...]
    exit_code: int
    output: str


class StepRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One step: the files written before it, by name, and its commands."""

    title: str
    files: dict[str, str]
    commands: tuple[CommandRecord, ...]


class Circumstances(msgspec.Struct, frozen=True, kw_only=True):
    """What a result holds for: kit, interpreter, platform, compiler, and the day."""

    kit_version: str
    python: str
    platform: str
    compiler: str
    checks: dict[str, str]
    date: str

    @property
    def python_minor(self) -> str:
        """``major.minor`` of the Python."""
        return minor_of(self.python)


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """One cell's outcome with all of its evidence.

    Attributes:
        expected: the scenario's verdict for this cell; None where it states none.
        origin: where the installed consumer comes from: a published wheel, or built here.
        diagnosis: what `native-skew doctor` says of the environment; None where the consumer
            is not there, and in results recorded before it was asked.
        before: the verdict on what a repair was applied to; None where a cell starts fresh.

    """

    cell: Cell
    verdict: Verdict
    because: str
    expected: Verdict | None
    expected_because: str | None
    origin: Literal["published", "built", "none"]
    published: tuple[PublishedRecord, ...]
    steps: tuple[StepRecord, ...]
    observation: Observation | None
    journal: tuple[JournalEntry, ...]
    circumstances: Circumstances
    diagnosis: tuple[BriefFinding, ...] | None = None
    before: Verdict | None = None
    kind: Literal["native-skew result 1"] = "native-skew result 1"


class BriefResult(msgspec.Struct, frozen=True, kw_only=True):
    """A ``Result`` without its evidence: what a verdict is compared by."""

    cell: Cell
    verdict: Verdict
    because: str
    expected: Verdict | None
    expected_because: str | None
    date: str = ""


AnyResult = TypeVar("AnyResult", Result, BriefResult)


class NotRun(msgspec.Struct, frozen=True, kw_only=True):
    """A cell that could not be run, and why; never counted as any verdict."""

    cell: Cell
    reason: str


def schema() -> dict[str, object]:
    """The JSON Schema (2020-12) of a result file."""
    return schema_of(Result)


def encode(value: object) -> bytes:
    """Indented JSON with a final newline, the same bytes for the same value."""
    return msgspec.json.format(msgspec.json.encode(value, order="deterministic"), indent=1) + b"\n"


def read_json(path: Path, kind: type[_T]) -> _T:
    """The content of a JSON file of the record; raises ``ResultFileError`` if it is damaged."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except (OSError, ValueError, RecursionError) as error:
        raise ResultFileError(path, str(error)) from error


def read(path: Path) -> Result:
    """Reads the file of one cell; its expectation is the scenario's current one."""
    found = read_json(path, Result)
    verdict, because = expectation_of(found.cell, found.verdict)
    return msgspec.structs.replace(found, expected=verdict, expected_because=because)


@cache
def known_scenarios() -> dict[str, Scenario]:
    """All scenarios by id, read once."""
    return scenarios.load_all()


def expectation_of(cell: Cell, verdict: Verdict) -> tuple[Verdict | None, str | None]:
    """The verdict that a cell's scenario expects, and why; None if it states none.

    ``verdict`` is the actual one: other expectations hold for ``unsupported`` cells.
    """
    scenario = known_scenarios().get(cell.scenario)
    expected = expected_of(scenario, cell, supported=verdict != "unsupported") if scenario else None
    return (expected.verdict, expected.because) if expected else (None, None)


def contradicts(result: Result | BriefResult) -> bool:
    """Whether the verdict is not what the scenario expects."""
    return result.expected is not None and result.expected != result.verdict


def brief(result: Result) -> BriefResult:
    """``result`` without its evidence."""
    return BriefResult(
        cell=result.cell,
        verdict=result.verdict,
        because=result.because,
        expected=result.expected,
        expected_because=result.expected_because,
        date=result.circumstances.date,
    )


def paths(folder: Path) -> list[Path]:
    """The files of cells below ``folder``; none if it does not exist."""
    return sorted(folder.glob("*/*/*/*.json"))


def write(result: Result, folder: Path) -> Path:
    """Writes the file of a cell below ``folder``, as ``write_file`` does; returns its path."""
    path = folder / f"{result.cell.id}.json"
    write_file(path, encode(result))
    return path


def write_file(path: Path, content: bytes) -> None:
    """Writes a file atomically; raises ``WorkFolderError`` if it cannot be written."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(content)
        draft.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            draft.unlink()
        raise WorkFolderError(path, error.strerror or str(error)) from error
