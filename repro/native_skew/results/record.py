"""The recorded form of a run: one JSON file per cell, with a published schema.

``docs/results/<scenario>/<variant>/<installer>@<version>/<remedy>.<python>.json``; a
file's path is its cell's identity.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Literal, TypeVar

import msgspec
from packaging.version import Version

from native_skew.errors import ResultFileError, WorkFolderError
from native_skew.findings import BriefFinding, schema_of
from native_skew.observe import Observation
from native_skew.publish import JournalEntry
from native_skew.scenarios import Cell
from native_skew.verdict import Verdict

FOLDER = Path("docs/results")
Diagnosis = tuple[BriefFinding, ...] | None


class CommandRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A command line, how it ended, what it printed, and how long it took in seconds."""

    argv: tuple[str, ...]
    exit_code: int
    output: str
    seconds: float


class StepRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One step: the files written before it, by name, and its commands."""

    title: str
    files: dict[str, str]
    commands: tuple[CommandRecord, ...]


class PublishedRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A file that the index offered, and what its metadata said."""

    filename: str
    step: int
    requires_dist: tuple[str, ...]
    dynamic: tuple[str, ...]
    sha256: str


class Circumstances(msgspec.Struct, frozen=True, kw_only=True):
    """What a result holds for: kit, interpreter, platform, compiler, and the day."""

    kit_version: str
    python: str
    platform: str
    compiler: str
    checks: dict[str, str]
    date: str


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """One cell's outcome with all of its evidence.

    Attributes:
        expected: the scenario's verdict for this cell; None where it states none.
        origin: where the installed consumer comes from: a published wheel, or built here.
        environ: variables that this tool needed besides those of the isolation.
        diagnosis: what `native-skew doctor` says of the environment; None where the consumer
            is not there, and in results recorded before it was asked.

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
    seconds: float
    diagnosis: Diagnosis = None
    kind: Literal["native-skew result 1"] = "native-skew result 1"


class BriefResult(msgspec.Struct, frozen=True, kw_only=True):
    """A ``Result`` without its evidence: what a verdict is compared by."""

    cell: Cell
    verdict: Verdict
    expected: Verdict | None
    expected_because: str | None


AnyResult = TypeVar("AnyResult", Result, BriefResult)


class NotRun(msgspec.Struct, frozen=True, kw_only=True):
    """A cell that could not be run, and why; never counted as any verdict."""

    cell: Cell
    reason: str


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """A verdict that differs from a recorded one; ``against`` is the recorded cell."""

    cell: Cell
    against: Cell
    old: Verdict
    new: Verdict


def schema() -> dict[str, object]:
    """The JSON Schema (2020-12) of a result file."""
    return schema_of(Result)


def encode(value: object) -> bytes:
    """Indented JSON with a final newline, the same bytes for the same value."""
    return msgspec.json.format(msgspec.json.encode(value, order="deterministic"), indent=1) + b"\n"


def read(path: Path) -> Result:
    """Reads one result file.

    Raises:
        ResultFileError: it is damaged, or of another kind.

    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=Result)
    except (OSError, msgspec.MsgspecError) as error:
        raise ResultFileError(path, str(error)) from error


def read_brief(path: Path) -> BriefResult:
    """Reads one result file, and forgets its evidence.

    Raises:
        ResultFileError: as of ``read``; the evidence must be there to be forgotten.

    """
    return brief(read(path))


def brief(result: Result) -> BriefResult:
    """``result`` without its evidence."""
    return msgspec.convert(result, BriefResult, from_attributes=True)


def paths(folder: Path = FOLDER) -> list[Path]:
    """The result files below ``folder``; none where there is no such folder."""
    return sorted(folder.glob("*/*/*/*.json"))


def read_all(folder: Path = FOLDER) -> dict[str, Result]:
    """All results below ``folder`` by cell id; empty where there is no such folder."""
    return {result.cell.id: result for result in map(read, paths(folder))}


def read_all_briefly(folder: Path = FOLDER) -> tuple[BriefResult, ...]:
    """All results below ``folder`` without their evidence, which takes a twentieth of memory."""
    return tuple(map(read_brief, paths(folder)))


def write(result: Result, folder: Path) -> Path:
    """Writes a result below ``folder``, whole or not at all; returns its path.

    Raises:
        WorkFolderError: the folder cannot be written to.

    """
    path = folder / f"{result.cell.id}.json"
    write_file(path, encode(result))
    return path


def write_file(path: Path, content: bytes) -> None:
    """Writes a file, whole or not at all, whatever ends this process meanwhile.

    Raises:
        WorkFolderError: the folder cannot be written to.

    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_bytes(content)
        temporary.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise WorkFolderError(path, error.strerror or str(error)) from error


def write_schema(folder: Path) -> None:
    """Writes the schema beside the results."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "schema.json").write_bytes(encode(schema()))


def nearest(cell: Cell, recorded: Iterable[AnyResult]) -> AnyResult | None:
    """The recorded result that ``cell`` is to be compared with.

    The same question; of the same Python where there is one; of this tool version, or else
    of the nearest older one. None where only newer versions, or nothing, is recorded.
    """
    version = Version(cell.version)
    candidates = [
        r
        for r in recorded
        if r.cell.question == cell.question and Version(r.cell.version) <= version
    ]
    key = lambda r: (r.cell.python == cell.python, Version(r.cell.version))
    return max(candidates, key=key, default=None)


def compare(
    new: Iterable[Result | BriefResult], recorded: Iterable[AnyResult]
) -> tuple[Change, ...]:
    """The cells of ``new`` whose verdict is not what is recorded for them."""
    known = tuple(recorded)
    changes = []
    for result in new:
        old = nearest(result.cell, known)
        if old is not None and old.verdict != result.verdict:
            changes.append(
                Change(cell=result.cell, against=old.cell, old=old.verdict, new=result.verdict)
            )
    return tuple(changes)
