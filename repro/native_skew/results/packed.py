"""The record: verdicts that people review, and the evidence for them in files of its own.

``docs/results/<scenario>/<installer>.csv`` has one line per cell. ``versions.toml`` says of each
tool in which version, when and on what all its cells were last recorded. A line with a version or
date of its own was recorded at another time. A line with a start belongs to a cell that does not
start fresh; files without such cells do not have that column. The evidence is in
``evidence/<scenario>/<installer>.jsonl``, one line per cell; ``unsupported`` cells have none. What
follows from the scenario (what was published, what is expected) is not recorded, but derived when
the record is read.
"""

from __future__ import annotations

import contextlib
import csv
import gzip
import io
import re
import shutil
import zlib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec.toml
import tomlkit
from filelock import FileLock
from msgspec.structs import asdict, astuple, fields, replace
from packaging.version import Version

from native_skew import recorded
from native_skew.errors import ResultFileError, WorkFolderError
from native_skew.findings import BriefFinding
from native_skew.installers import INSTALLERS, TOOLS
from native_skew.observe import Observation
from native_skew.publish import JournalEntry, published_in
from native_skew.results.record import (
    BriefResult,
    Circumstances,
    Result,
    StepRecord,
    brief,
    contradicts,
    encode,
    expectation_of,
    known_scenarios,
    schema,
)
from native_skew.scenarios import Cell, Start
from native_skew.verdict import Verdict

FOLDER = recorded()
VERSIONS = "versions.toml"
# Folders for new files of the record: while they are written, and when all of them are.
_DRAFTS, _COMMITTED = ".drafts", ".committed"
_CONFLICT = re.compile(r"(<{7}|\|{7}|={7}|>{7})(\s|$)")


class Recording(Circumstances, frozen=True, kw_only=True):
    """The newest complete recording of a tool."""

    version: str
    earlier: tuple[str, ...] = ()  # the versions of earlier ones, whose cells had pages


class _Row(msgspec.Struct, frozen=True, kw_only=True):
    """A line of a verdict file; an empty version or date means that of the tool's recording."""

    variant: str
    remedy: str
    python: str
    verdict: Verdict
    because: str
    version: str
    date: str
    start: Start | Literal[""] = ""


_COLUMNS = _Row.__struct_fields__


class _Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """All that was observed in one cell; ``journal`` has one string per request."""

    origin: Literal["published", "built", "none"]
    steps: tuple[StepRecord, ...] = ()
    before: Verdict | None = None
    observation: Observation | None = None
    findings: tuple[BriefFinding, ...] | None = None
    journal: tuple[str, ...] = ()


class _EvidenceLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A line of an evidence file; an empty version means that of the tool's recording."""

    variant: str
    remedy: str
    python: str
    version: str = ""
    start: Start | Literal[""] = ""
    circumstances: dict[str, Any] = {}  # those that differ from the recording's
    evidence: msgspec.Raw


class _Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A cell of the record; its evidence is not decoded."""

    cell: Cell
    verdict: Verdict
    because: str
    circumstances: Circumstances
    evidence: msgspec.Raw | None = None


def read_verdicts(folder: Path = FOLDER) -> tuple[BriefResult, ...]:
    """All verdicts of the record in ``folder``, without reading the evidence.

    Raises ``ResultFileError`` if a file is damaged, has a cell twice, or has conflict markers.
    """
    versions = read_versions(folder)
    return tuple(
        _brief(entry)
        for path in sorted(folder.glob("*/*.csv"))
        for entry in _verdict_lines(path, versions)
    )


def read_each(folder: Path = FOLDER) -> Iterator[Result]:
    """The results of the record in ``folder``, one at a time, in the files' order.

    Raises as ``read_verdicts`` does, and if a verdict lacks its evidence or the reverse.
    """
    versions = read_versions(folder)
    for path in _paths(folder):
        yield from map(_result, _entries(path, folder, versions))


def read_all(folder: Path = FOLDER) -> dict[str, Result]:
    """All results of the record in ``folder`` by cell id; empty if there is no record."""
    return {result.cell.id: result for result in read_each(folder)}


def read_versions(folder: Path = FOLDER) -> dict[str, Recording]:
    """The newest complete recording of each tool.

    That of its live scenarios is called ``TOOL-live``, that of cells after a failure
    ``TOOL-after-failure``. A recording that was killed while it moved files into place is completed
    first.
    """
    if (folder / _COMMITTED).is_dir():
        with _locked(folder):
            pass
    path = folder / VERSIONS
    if not path.exists():
        return {}
    text = "\n".join(line for _, line in _lines(path))
    try:
        found = msgspec.toml.decode(text, type=dict[str, Recording])
        for recording in found.values():
            for version in (recording.version, *recording.earlier):
                Version(version)
    except (ValueError, RecursionError) as error:  # of TOML, of a version
        raise ResultFileError(path, str(error)) from error
    return found


def pack(
    found: Iterable[Result],
    folder: Path,
    *,
    gone: Callable[[Cell], bool] | None = None,
    files: Mapping[Path, object] | None = None,
) -> tuple[int, tuple[BriefResult, ...]]:
    """Puts results into the record, replacing those of the same questions.

    Results that contradict their scenario must be understood first, and are left out. A cell
    replaces the newest recorded version of it, unless that is one of the tool's default versions.
    ``versions.toml`` changes for a tool if all its recorded cells were run again; a recording that
    took several days has the day of its end.

    ``found`` is consumed one by one, and only what will be written is kept in memory. The files of
    the record in ``folder`` change atomically, under a lock. ``gone``, if given, decides which
    recorded cells are removed; ``files`` are further files to write as JSON, by default the schema
    of a result. Returns how many results were recorded, and those that were left out.
    """
    new: dict[Cell, _Entry] = {}
    left_out = []
    for result in found:
        if contradicts(result):
            left_out.append(brief(result))
        else:
            new[result.cell] = _entry(result)
    if files is None:
        files = {folder / "schema.json": schema()}
    with _locked(folder):
        contents = _updated(new, {each.cell for each in left_out}, folder, gone)
        contents |= {path: encode(value) for path, value in files.items()}
        before = {path: path.read_bytes() for path in contents if path.is_file()}
        _replace({p: new for p, new in contents.items() if new != before.get(p, b"")}, folder)
    return len(new), tuple(left_out)


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Locks the record, and completes what a killed process left undone."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / ".lock"):
            _put_in_place(folder)
            yield
    except OSError as error:
        raise WorkFolderError(
            Path(error.filename or folder), error.strerror or str(error)
        ) from error


def _replace(contents: Mapping[Path, bytes], folder: Path) -> None:
    """Changes files of the record, all or none of them, even if this process is killed.

    All drafts are written before the first file changes; then their folder is renamed, and whoever
    opens the record next moves them into place. An empty file is removed: it has no cells left.
    """
    drafts = folder / _DRAFTS
    shutil.rmtree(drafts, ignore_errors=True)  # of a process that was killed
    try:
        for path, content in contents.items():
            draft = drafts / path.relative_to(folder)
            for parent in (path.parent, draft.parent):
                parent.mkdir(parents=True, exist_ok=True)
            draft.write_bytes(content)
        if contents:
            drafts.replace(folder / _COMMITTED)
    finally:
        shutil.rmtree(drafts, ignore_errors=True)
    _put_in_place(folder)


def _put_in_place(folder: Path) -> None:
    """Moves complete drafts into place; if interrupted, the next call moves the rest."""
    committed = folder / _COMMITTED
    if not committed.is_dir():
        return
    for draft in [each for each in committed.rglob("*") if each.is_file()]:
        if draft.stat().st_size:
            draft.replace(folder / draft.relative_to(committed))
        else:
            (folder / draft.relative_to(committed)).unlink(missing_ok=True)
            draft.unlink()
    shutil.rmtree(committed)


def _updated(
    new: Mapping[Cell, _Entry],
    left_out: Collection[Cell],
    folder: Path,
    gone: Callable[[Cell], bool] | None,
) -> dict[Path, bytes]:
    """The new content of the files of the record that change when ``new`` is added."""
    before = read_versions(folder)
    old = {e.cell: e for path in _paths(folder) for e in _entries(path, folder, before)}
    now = dict(before)
    for name in {recording_of(cell) for cell in new}:
        recorded = [cell for cell in old if recording_of(cell) == name]
        ran = [entry for cell, entry in new.items() if recording_of(cell) == name]
        now[name] = _next_recording(before.get(name), recorded, ran, left_out)
    superseded = {cell for cell in old if gone(cell)} if gone else _superseded(old, new)
    changed = {name for name in now if now[name] != before.get(name)}
    files: dict[tuple[str, str], list[_Entry]] = {
        (cell.scenario, cell.installer): []
        for cell in (*old, *new)
        if cell in new or cell in superseded or recording_of(cell) in changed
    }
    kept = {cell: entry for cell, entry in old.items() if cell not in superseded}
    for cell, entry in (kept | dict(new)).items():
        if (cell.scenario, cell.installer) in files:
            recording = now[recording_of(cell)]
            if cell in new and cell.version == recording.version and recording_of(cell) in changed:
                ended = replace(entry.circumstances, date=recording.date)
                entry = replace(entry, circumstances=ended)  # noqa: PLW2901
            files[cell.scenario, cell.installer].append(entry)
    contents = {folder / VERSIONS: _encode_versions(now)}
    for (scenario, installer), entries in files.items():
        name = f"{scenario}/{installer}"
        entries.sort(key=_order)
        contents[folder / "evidence" / f"{name}.jsonl"] = _encode_evidence(entries, now)
        contents[folder / f"{name}.csv"] = _encode_verdicts(entries, now)
    return contents


def _superseded(old: Iterable[Cell], new: Iterable[Cell]) -> set[Cell]:
    """The recorded cells that newer ones replace."""
    newest: dict[tuple[str, ...], Cell] = {}
    for cell in sorted(old, key=lambda each: Version(each.version)):
        tool = TOOLS.get(cell.tool)
        if not tool or cell.version not in tool.default_versions:
            newest[_asked(cell)] = cell
    found = set()
    for cell in new:
        before = newest.get(_asked(cell))
        if before and Version(before.version) < Version(cell.version):
            found.add(before)
    return found


def _asked(cell: Cell) -> tuple[str, ...]:
    """The cell without its tool's version."""
    return (*cell.question, cell.python)


def recording_of(cell: Cell) -> str:
    """The table in ``versions.toml`` that the cell belongs to."""
    live = "-live" if cell.scenario.endswith("-live") else ""
    return f"{cell.tool}{live}" + (f"-{cell.start}" if cell.start != "fresh" else "")


def _next_recording(
    before: Recording | None,
    recorded: Iterable[Cell],
    new: Sequence[_Entry],
    left_out: Iterable[Cell],
) -> Recording:
    """A tool's entry in ``versions.toml`` after its cells ``new`` and ``left_out`` were run."""
    version = max((entry.cell.version for entry in new), key=Version)
    ran = [entry for entry in new if entry.cell.version == version]
    if before:
        again = {_asked(entry.cell) for entry in ran}
        again |= {_asked(cell) for cell in left_out if cell.version == version}
        wanted = {
            _asked(cell)
            for cell in recorded
            if Version(cell.version) >= Version(before.version) and _is_asked(cell)
        }
        if Version(version) < Version(before.version) or not wanted <= again:
            return before
    known = Counter(msgspec.json.encode(replace(e.circumstances, date="")) for e in ran)
    usual = msgspec.json.decode(known.most_common(1)[0][0], type=dict[str, Any])
    earlier = before.earlier if before else ()
    if before and before.version != version:
        earlier = (before.version, *(each for each in earlier if each != version))
    date = max(entry.circumstances.date for entry in ran)
    return Recording(**{**usual, "date": date, "version": version, "earlier": earlier})


def _is_asked(cell: Cell) -> bool:
    """Whether the scenarios still have this cell, so that it can be run again."""
    scenario = known_scenarios().get(cell.scenario)
    return (
        scenario is not None
        and cell.installer in INSTALLERS
        and cell.variant in scenario.variant_names()
        and cell.remedy in scenario.remedies_from(cell.start, cell.variant)
    )


def _order(entry: _Entry) -> tuple[str, str, bool, str, Version]:
    cell = entry.cell
    return cell.variant, cell.remedy, cell.start != "fresh", cell.python, Version(cell.version)


# Writing


def _entry(result: Result) -> _Entry:
    evidence = None
    if result.verdict != "unsupported":
        journal = (f"{e.step} {e.method} {e.status} {e.path}" for e in result.journal)
        evidence = _sparse(
            _Evidence(
                origin=result.origin,
                before=result.before,
                steps=result.steps,
                observation=result.observation,
                findings=result.diagnosis,
                journal=tuple(journal),
            )
        )
    return _Entry(
        cell=result.cell,
        verdict=result.verdict,
        because=re.sub(r"\s*[\r\n]\s*", " ", result.because),
        circumstances=result.circumstances,
        evidence=msgspec.Raw(msgspec.json.encode(evidence)) if evidence else None,
    )


def _sparse(value: Any) -> Any:
    """``value`` without fields that have their defaults, which reading restores."""
    if isinstance(value, msgspec.Struct):
        present = ((each, getattr(value, each.name)) for each in fields(value))
        return {each.name: _sparse(own) for each, own in present if own != each.default}
    if isinstance(value, tuple):
        return [_sparse(each) for each in value]
    return value


def _encode_verdicts(entries: Iterable[_Entry], versions: Mapping[str, Recording]) -> bytes:
    rows = []
    for entry in entries:
        cell, recording = entry.cell, versions[recording_of(entry.cell)]
        own = cell.version != recording.version
        date = entry.circumstances.date
        row = _Row(
            variant=cell.variant,
            remedy=cell.remedy,
            python=cell.python,
            verdict=entry.verdict,
            because=entry.because,
            version=cell.version if own else "",
            date=date if own or date != recording.date else "",
            start="" if cell.start == "fresh" else cell.start,
        )
        rows.append(astuple(row))
    if not rows:
        return b""
    width = len(_COLUMNS) - (not any(row[-1] for row in rows))  # no start: no column of it
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(row[:width] for row in (_COLUMNS, *rows))
    return text.getvalue().encode()


def _encode_evidence(entries: Iterable[_Entry], versions: Mapping[str, Recording]) -> bytes:
    lines = []
    for entry in entries:
        if entry.evidence is None:
            continue
        cell, recording = entry.cell, versions[recording_of(entry.cell)]
        usual = asdict(recording)
        own = asdict(entry.circumstances).items()
        line = _EvidenceLine(
            variant=cell.variant,
            remedy=cell.remedy,
            python=cell.python,
            version="" if cell.version == recording.version else cell.version,
            start="" if cell.start == "fresh" else cell.start,
            circumstances={k: v for k, v in own if v != usual[k] and k != "date"},
            evidence=entry.evidence,
        )
        lines.append(msgspec.json.encode(line) + b"\n")
    return b"".join(lines)


def _encode_versions(versions: Mapping[str, Recording]) -> bytes:
    tables = {}
    for name, recording in sorted(versions.items()):
        known = msgspec.to_builtins(recording)
        ordered = {key: known[key] for key in ("version", "date", *known)}
        tables[name] = {key: value for key, value in ordered.items() if value or key != "earlier"}
    return tomlkit.dumps(tables).encode()


# Reading


def _paths(folder: Path) -> list[Path]:
    """The paths of verdict files in ``folder``, including those of which there is only evidence."""
    evidence = folder / "evidence"
    there = {
        Path(path.parent.name, path.name.partition(".jsonl")[0] + ".csv")
        for path in evidence.glob("*/*.jsonl*")
    }
    return sorted({*folder.glob("*/*.csv"), *(folder / each for each in there)})


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """The numbered lines of a file of the record, without line ends."""
    try:
        opened = gzip.open if path.suffix == ".gz" else open
        with opened(path, "rt", encoding="utf-8", newline="") as stream:
            for number, text in enumerate(stream, 1):
                line = text.rstrip("\r\n")
                if _CONFLICT.match(line):
                    advice = "take one side's line for each cell and delete the marks"
                    raise ResultFileError(path, "marks of a merge conflict", number, advice)
                yield number, line
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise ResultFileError(path, str(error)) from error


def _verdict_lines(path: Path, versions: Mapping[str, Recording]) -> Iterator[_Entry]:
    """The cells of a verdict file, without evidence."""
    seen: dict[Cell, int] = {}
    columns = _COLUMNS
    for number, line in _lines(path):
        try:
            values = next(csv.reader([line], strict=True), [])
            if number == 1:
                columns = tuple(values)
                if columns not in (_COLUMNS[:-1], _COLUMNS):
                    raise ValueError(f"the first line is {','.join(_COLUMNS)}")
                continue
            row = msgspec.convert(dict(zip(columns, values, strict=True)), _Row)
            cell, recording = _cell(row, path, versions)
            if recording is None:
                raise ValueError(f"{VERSIONS} says nothing of {recording_of(cell)}")
            Version(cell.version)  # raises if it is invalid
            usual = {name: getattr(recording, name) for name in Circumstances.__struct_fields__}
            circumstances = Circumstances(**{**usual, "date": row.date or recording.date})
        except (csv.Error, ValueError) as error:
            raise ResultFileError(path, str(error), number) from error
        _require_once(seen, cell, path, number)
        yield _Entry(
            cell=cell, verdict=row.verdict, because=row.because, circumstances=circumstances
        )


def _cell(
    line: _Row | _EvidenceLine, path: Path, versions: Mapping[str, Recording]
) -> tuple[Cell, Recording | None]:
    """The cell on a line of the file at ``path``, and the recording that it belongs to."""
    cell = Cell(
        scenario=path.parent.name,
        variant=line.variant,
        installer=path.name.partition(".")[0],
        version=line.version,
        remedy=line.remedy,
        python=line.python,
        start=line.start or "fresh",
    )
    recording = versions.get(recording_of(cell))
    if recording and not cell.version:
        cell = replace(cell, version=recording.version)
    return cell, recording


def _require_once(seen: dict[Cell, int], cell: Cell, path: Path, number: int) -> None:
    first = seen.setdefault(cell, number)
    if first != number:
        said = f"{cell.id} stands in line {first} too"
        raise ResultFileError(path, said, number, "delete one of the two")


def _entries(path: Path, folder: Path, versions: Mapping[str, Recording]) -> Iterator[_Entry]:
    """The cells of a verdict file, each with its evidence, in the file's order."""
    evidence = folder / "evidence" / path.parent.name / f"{path.stem}.jsonl"
    compressed = evidence.with_name(f"{evidence.name}.gz")  # in the wheel: hatch_build.py
    evidence = compressed if compressed.exists() else evidence
    lines = dict(_evidence_lines(evidence, versions)) if evidence.exists() else {}
    for entry in _verdict_lines(path, versions):
        found = lines.pop(entry.cell, None)
        if (found is None) != (entry.verdict == "unsupported"):
            wrong = "has no evidence" if found is None else "is unsupported and has evidence"
            raise ResultFileError(path, f"{entry.cell.id} {wrong} in {evidence}")
        if found is None:
            yield entry
            continue
        try:
            own = asdict(entry.circumstances) | found.circumstances
            circumstances = msgspec.convert(own, Circumstances)
        except msgspec.ValidationError as error:
            raise ResultFileError(evidence, f"{entry.cell.id}: {error}") from error
        yield replace(entry, circumstances=circumstances, evidence=found.evidence)
    for cell in lines:
        raise ResultFileError(evidence, f"{cell.id} has evidence and no verdict in {path}")


def _evidence_lines(
    path: Path, versions: Mapping[str, Recording]
) -> Iterator[tuple[Cell, _EvidenceLine]]:
    decode = msgspec.json.Decoder(_EvidenceLine).decode
    seen: dict[Cell, int] = {}
    for number, text in _lines(path):
        try:
            line = decode(text)
        except (ValueError, RecursionError) as error:
            raise ResultFileError(path, str(error), number) from error
        cell, _ = _cell(line, path, versions)
        _require_once(seen, cell, path, number)
        yield cell, line


def _brief(entry: _Entry) -> BriefResult:
    expected, expected_because = expectation_of(entry.cell, entry.verdict)
    return BriefResult(
        cell=entry.cell,
        verdict=entry.verdict,
        because=entry.because,
        expected=expected,
        expected_because=expected_because,
        date=entry.circumstances.date,
    )


def _result(entry: _Entry) -> Result:
    """The complete result, including what follows from its scenario."""
    told, cell = _brief(entry), entry.cell
    scenario = known_scenarios().get(cell.scenario)
    found, journal = _Evidence(origin="none"), tuple[JournalEntry, ...]()
    if entry.evidence is not None:
        try:
            found = msgspec.json.decode(entry.evidence, type=_Evidence)
            journal = tuple(map(_request, found.journal))
        except (ValueError, RecursionError) as error:
            raise ResultFileError(Path(cell.id), f"its evidence: {error}") from error
    machine = entry.circumstances.platform.rpartition(" ")[2]
    return Result(
        cell=cell,
        verdict=entry.verdict,
        because=entry.because,
        expected=told.expected,
        expected_because=told.expected_because,
        origin=found.origin,
        published=published_in(scenario, cell.variant, cell.python, f"linux_{machine}")
        if scenario
        else (),
        steps=found.steps,
        observation=found.observation,
        journal=journal,
        circumstances=entry.circumstances,
        diagnosis=found.findings,
        before=found.before,
    )


def _request(text: str) -> JournalEntry:
    step, method, status, path = text.split(" ", 3)
    return JournalEntry(method=method, path=path, status=int(status), step=int(step))
