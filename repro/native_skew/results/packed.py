"""The record: verdicts that people review, and the evidence for them, apart.

``docs/results/<scenario>/<installer>.csv`` has a line a cell; ``versions.toml`` says of each
tool in which version, when and on what it was last recorded as a whole. A line that states a
version or a date of its own was recorded apart from that. The evidence stands in
``evidence/<scenario>/<installer>.jsonl``, a line a cell; of a tool without the feature there is
none. What follows from the scenario (what was published, what is expected) is not recorded, but
derived when it is read.
"""

from __future__ import annotations

import csv
import io
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

import msgspec
import tomlkit
from filelock import FileLock
from msgspec.structs import asdict, fields, replace
from packaging.version import InvalidVersion, Version

from native_skew import scenarios
from native_skew.errors import ResultFileError, WorkFolderError
from native_skew.findings import BriefFinding
from native_skew.installers import DEFAULT_VERSIONS, INSTALLERS
from native_skew.observe import Observation
from native_skew.publish import JournalEntry, listing
from native_skew.results.record import (
    BriefResult,
    Circumstances,
    Result,
    StepRecord,
    encode,
    schema,
    write_files,
)
from native_skew.scenarios import Cell, Scenario, expected_of
from native_skew.verdict import Verdict

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FOLDER = Path("docs/results")
VERSIONS = "versions.toml"
_COLUMNS = ("variant", "remedy", "python", "verdict", "because", "version", "date")
_CONFLICT = re.compile(r"(<{7}|\|{7}|={7}|>{7})(\s|$)")


class Recording(Circumstances, frozen=True, kw_only=True):
    """The newest recording of all that is recorded of a tool.

    ``earlier`` are versions of such recordings before it, whose cells led to pages.
    """

    version: str
    earlier: tuple[str, ...] = ()


class _Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """All that was observed in one cell; ``journal`` has a request a text."""

    origin: Literal["published", "built", "none"]
    steps: tuple[StepRecord, ...] = ()
    observation: Observation | None = None
    findings: tuple[BriefFinding, ...] | None = None
    journal: tuple[str, ...] = ()


class _EvidenceLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A line of an evidence file; ``circumstances`` are those that differ from the tool's."""

    variant: str
    remedy: str
    python: str
    version: str = ""
    circumstances: dict[str, Any] = {}
    evidence: msgspec.Raw


class _Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A cell of the record; the evidence is left as it is written."""

    cell: Cell
    verdict: Verdict
    because: str
    circumstances: Circumstances
    evidence: msgspec.Raw | None = None


def read_verdicts(folder: Path = FOLDER) -> tuple[BriefResult, ...]:
    """All verdicts of the record in ``folder``; its evidence is not read.

    Raises:
        ResultFileError: a file is damaged, says a thing twice, or has marks of a conflict.

    """
    versions = read_versions(folder)
    return tuple(
        _brief(entry)
        for path in sorted(folder.glob("*/*.csv"))
        for entry in _verdict_lines(path, versions)
    )


def read_each(folder: Path = FOLDER) -> Iterator[Result]:
    """The results of the record in ``folder``, one at a time, in the order of their files.

    Raises:
        ResultFileError: as of ``read_verdicts``; or a verdict has no evidence, or the reverse.

    """
    versions = read_versions(folder)
    for path in _paths(folder):
        yield from map(_result, _entries(path, folder, versions))


def read_all(folder: Path = FOLDER) -> dict[str, Result]:
    """All results of the record in ``folder`` by cell id; empty where there is none.

    Raises:
        ResultFileError: as of ``read_each``.

    """
    return {result.cell.id: result for result in read_each(folder)}


def read_versions(folder: Path = FOLDER) -> dict[str, Recording]:
    """The newest recording of each tool; that of its live scenarios is called ``TOOL-live``.

    Raises:
        ResultFileError: ``versions.toml`` is damaged, or has marks of a conflict.

    """
    path = folder / VERSIONS
    if not path.exists():
        return {}
    text = "\n".join(line for _, line in _lines(path))
    try:
        found = msgspec.convert(tomllib.loads(text), dict[str, Recording])
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ResultFileError(path, str(error)) from error
    for name, recording in found.items():
        for version in (recording.version, *recording.earlier):
            if not _is_version(version):
                raise ResultFileError(path, f"{name}: {version!r} is not a version")
    return found


def pack(found: Iterable[Result], folder: Path) -> int:
    """Puts results into the record, in place of what was recorded of the same questions.

    A cell takes the place of the one in the newest version recorded before, unless that is a
    version which is kept to compare with. ``versions.toml`` changes for a tool if all that is
    recorded of it was run again.

    Args:
        found: taken one by one: of each no more is kept than will be written.
        folder: the record; files are written whole or not at all, under a lock.

    Returns:
        how many results were recorded.

    Raises:
        WorkFolderError: the folder cannot be written to.
        ResultFileError: what is recorded cannot be read.

    """
    return _update(map(_entry, found), folder, _superseded, {folder / "schema.json": schema()})


def pack_in_place_of(
    found: Iterable[Result], gone: Callable[[Cell], bool], folder: Path, files: Mapping[Path, Any]
) -> int:
    """As ``pack``, but what takes the place of what is said by ``gone``.

    Args:
        found: the results.
        gone: whether a recorded cell is to go; those that are found stay.
        folder: the record.
        files: other files to write with it, as what they are the JSON of.

    """
    return _update(
        map(_entry, found),
        folder,
        lambda old, _: {cell for cell in old if gone(cell)},
        files,
    )


def _update(
    found: Iterable[_Entry],
    folder: Path,
    superseded: Callable[[Iterable[Cell], Iterable[Cell]], set[Cell]],
    files: Mapping[Path, Any],
) -> int:
    new = {entry.cell: entry for entry in found}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / ".lock"):
            contents = _updated(new, folder, superseded)
            contents |= {path: encode(value) for path, value in files.items()}
            write_files({p: c for p, c in contents.items() if not _holds(p, c)})
            for path in [path for path, content in contents.items() if not content]:
                path.unlink()  # the last of its cells has gone
    except OSError as error:
        raise WorkFolderError(folder, error.strerror or str(error)) from error
    return len(new)


def _holds(path: Path, content: bytes) -> bool:
    return path.is_file() and path.read_bytes() == content


def _updated(
    new: Mapping[Cell, _Entry],
    folder: Path,
    superseded: Callable[[Iterable[Cell], Iterable[Cell]], set[Cell]],
) -> dict[Path, bytes]:
    """The files of the record that change when ``new`` comes in, with what they hold then."""
    before = read_versions(folder)
    old = {entry.cell: entry for path in _paths(folder) for entry in _entries(path, folder, before)}
    now = dict(before)
    for name, cells in _by_recording(new).items():
        recorded = [cell for cell in old if recording_of(cell) == name]
        now[name] = _next_recording(before.get(name), recorded, [new[cell] for cell in cells])
    gone = superseded(old, new)
    kept = {cell: entry for cell, entry in old.items() if cell not in gone}
    kept |= {cell: _as_of(now[recording_of(cell)], before, new[cell]) for cell in new}
    changed = {name for name in now if now[name] != before.get(name)}
    touched = {
        (cell.scenario, cell.installer)
        for cell in (*old, *new)
        if cell in new or cell in gone or recording_of(cell) in changed
    }
    files: dict[tuple[str, str], list[_Entry]] = {each: [] for each in touched}
    for cell, entry in kept.items():
        if (cell.scenario, cell.installer) in files:
            files[cell.scenario, cell.installer].append(entry)
    contents = {}
    for (scenario, installer), entries in files.items():
        name = f"{scenario}/{installer}"
        entries.sort(key=_order)
        contents[folder / "evidence" / f"{name}.jsonl"] = _encode_evidence(entries, now)
        contents[folder / f"{name}.csv"] = _encode_verdicts(entries, now)
    return contents | {folder / VERSIONS: _encode_versions(now)}


def _superseded(old: Iterable[Cell], new: Iterable[Cell]) -> set[Cell]:
    """The recorded cells whose place newer ones take."""
    newest: dict[tuple[str, ...], Cell] = {}
    for cell in sorted(old, key=lambda each: Version(each.version)):
        if cell.version not in DEFAULT_VERSIONS[INSTALLERS[cell.installer].tool]:
            newest[_asked(cell)] = cell
    found = set()
    for cell in new:
        before = newest.get(_asked(cell))
        if before and Version(before.version) < Version(cell.version):
            found.add(before)
    return found


def _asked(cell: Cell) -> tuple[str, ...]:
    """The cell without the version of its tool."""
    return (*cell.question, cell.python)


def _by_recording(cells: Iterable[Cell]) -> dict[str, list[Cell]]:
    found: dict[str, list[Cell]] = defaultdict(list)
    for cell in cells:
        found[recording_of(cell)].append(cell)
    return found


def recording_of(cell: Cell) -> str:
    """The table in ``versions.toml`` that the cell belongs to."""
    tool = INSTALLERS[cell.installer].tool if cell.installer in INSTALLERS else cell.installer
    return f"{tool}-live" if cell.scenario.endswith("-live") else tool


def _next_recording(
    before: Recording | None, recorded: Iterable[Cell], new: Sequence[_Entry]
) -> Recording:
    """What ``versions.toml`` says of a tool after ``new``, some of its cells, were run."""
    version = max((entry.cell.version for entry in new), key=Version)
    ran = [entry for entry in new if entry.cell.version == version]
    if before:
        again = {_asked(entry.cell) for entry in ran}
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
    scenario = _scenarios().get(cell.scenario)
    return (
        scenario is not None
        and cell.installer in INSTALLERS
        and cell.variant in scenario.variant_names()
        and cell.remedy in scenario.all_remedies
    )


def _as_of(now: Recording, before: Mapping[str, Recording], entry: _Entry) -> _Entry:
    """``entry``; as part of a recording of the whole it has the day on which that ended."""
    if now == before.get(recording_of(entry.cell)) or entry.cell.version != now.version:
        return entry
    return replace(entry, circumstances=replace(entry.circumstances, date=now.date))


def _order(entry: _Entry) -> tuple[str, str, str, Version]:
    cell = entry.cell
    return cell.variant, cell.remedy, cell.python, Version(cell.version)


# Writing


def _entry(result: Result) -> _Entry:
    evidence = None
    if result.verdict != "unsupported":
        journal = (f"{e.step} {e.method} {e.status} {e.path}" for e in result.journal)
        evidence = _sparse(
            _Evidence(
                origin=result.origin,
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
    """``value`` without what is as its type says; what is read again is the same."""
    if isinstance(value, msgspec.Struct):
        present = ((each, getattr(value, each.name)) for each in fields(value))
        return {each.name: _sparse(own) for each, own in present if own != each.default}
    if isinstance(value, tuple):
        return [_sparse(each) for each in value]
    return value


def _encode_verdicts(entries: Iterable[_Entry], versions: Mapping[str, Recording]) -> bytes:
    text = io.StringIO()
    lines = csv.DictWriter(text, _COLUMNS, lineterminator="\n")
    rows = [
        {
            **{name: getattr(entry.cell, name) for name in _COLUMNS[:3]},
            "verdict": entry.verdict,
            "because": entry.because,
            **_own(entry, versions[recording_of(entry.cell)]),
        }
        for entry in entries
    ]
    if rows:
        lines.writeheader()
    lines.writerows(rows)
    return text.getvalue().encode()


def _own(entry: _Entry, recording: Recording) -> dict[str, str]:
    """The version and the date of a cell, where they are not those of its tool's recording."""
    date = entry.circumstances.date
    if entry.cell.version != recording.version:
        return {"version": entry.cell.version, "date": date}
    return {"date": date} if date != recording.date else {}


def _encode_evidence(entries: Iterable[_Entry], versions: Mapping[str, Recording]) -> bytes:
    lines = []
    for entry in entries:
        if entry.evidence is None:
            continue
        recording = versions[recording_of(entry.cell)]
        usual = asdict(recording)
        own = asdict(entry.circumstances).items()
        line = _EvidenceLine(
            variant=entry.cell.variant,
            remedy=entry.cell.remedy,
            python=entry.cell.python,
            version=_own(entry, recording).get("version", ""),
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
    """The verdict files of which there are verdicts, or evidence, in ``folder``."""
    evidence = folder / "evidence"
    there = {path.relative_to(evidence).with_suffix(".csv") for path in evidence.glob("*/*.jsonl")}
    return sorted({*folder.glob("*/*.csv"), *(folder / each for each in there)})


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """The numbered lines of a file of the record, without their ends.

    Raises:
        ResultFileError: it cannot be read, or a merge left its marks in it.

    """
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            for number, text in enumerate(stream, 1):
                line = text.rstrip("\r\n")
                if _CONFLICT.match(line):
                    raise ResultFileError(
                        path,
                        "marks of a merge conflict",
                        number,
                        "take one side's line for each cell and delete the marks",
                    )
                yield number, line
    except (OSError, UnicodeDecodeError) as error:
        raise ResultFileError(path, str(error)) from error


def _verdict_lines(path: Path, versions: Mapping[str, Recording]) -> Iterator[_Entry]:
    """The cells of a verdict file, without evidence."""
    seen: dict[Cell, int] = {}
    for number, line in _lines(path):
        try:
            row = next(csv.reader([line], strict=True), [])
        except csv.Error as error:
            raise ResultFileError(path, f"not a line of CSV: {error}", number) from error
        if number == 1:
            if tuple(row) != _COLUMNS:
                reason = f"its first line is not {','.join(_COLUMNS)}"
                raise ResultFileError(path, reason, number)
            continue
        if len(row) != len(_COLUMNS) or row[3] not in get_args(Verdict):
            raise ResultFileError(path, "not a line of seven values with a verdict", number)
        if row[5] and not _is_version(row[5]):
            raise ResultFileError(path, f"{row[5]!r} is not a version", number)
        entry = _from_row(path, number, dict(zip(_COLUMNS, row, strict=True)), versions)
        _require_once(seen, entry.cell, path, number)
        yield entry


def _is_version(text: str) -> bool:
    try:
        Version(text)
    except InvalidVersion:
        return False
    return True


def _require_once(seen: dict[Cell, int], cell: Cell, path: Path, number: int) -> None:
    first = seen.setdefault(cell, number)
    if first != number:
        raise ResultFileError(
            path,
            f"{cell.id} stands in line {first} too",
            number,
            "delete one of the two",
        )


def _from_row(
    path: Path, number: int, row: dict[str, str], versions: Mapping[str, Recording]
) -> _Entry:
    cell = _cell(path, row["variant"], row["remedy"], row["python"], row["version"])
    recording = versions.get(recording_of(cell))
    if recording is None:
        reason = f"{VERSIONS} says nothing of {recording_of(cell)}"
        raise ResultFileError(path, reason, number)
    usual = {name: getattr(recording, name) for name in Circumstances.__struct_fields__}
    return _Entry(
        cell=cell if cell.version else replace(cell, version=recording.version),
        verdict=row["verdict"],  # type: ignore[arg-type]  # it was looked at
        because=row["because"],
        circumstances=Circumstances(**{**usual, "date": row["date"] or recording.date}),
    )


def _cell(path: Path, variant: str, remedy: str, python: str, version: str) -> Cell:
    return Cell(
        scenario=path.parent.name,
        variant=variant,
        installer=path.stem,
        version=version,
        remedy=remedy,
        python=python,
    )


def _entries(path: Path, folder: Path, versions: Mapping[str, Recording]) -> Iterator[_Entry]:
    """The cells of a verdict file, each with its evidence, in the file's order."""
    evidence = folder / "evidence" / path.parent.name / f"{path.stem}.jsonl"
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
            own = msgspec.structs.asdict(entry.circumstances) | found.circumstances
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
        except msgspec.MsgspecError as error:
            raise ResultFileError(path, str(error), number) from error
        cell = _cell(path, line.variant, line.remedy, line.python, line.version)
        if not cell.version and (recording := versions.get(recording_of(cell))):
            cell = replace(cell, version=recording.version)
        _require_once(seen, cell, path, number)
        yield cell, line


@cache
def _scenarios() -> dict[str, Scenario]:
    return scenarios.load_all()


def _brief(entry: _Entry) -> BriefResult:
    scenario = _scenarios().get(entry.cell.scenario)
    expected = expected_of(scenario, entry.cell) if scenario else None
    return BriefResult(
        cell=entry.cell,
        verdict=entry.verdict,
        because=entry.because,
        expected=expected.verdict if expected else None,
        expected_because=expected.because if expected else None,
        date=entry.circumstances.date,
    )


def _result(entry: _Entry) -> Result:
    """The whole result, with all that follows from its scenario."""
    brief = _brief(entry)
    found, journal = _Evidence(origin="none"), tuple[JournalEntry, ...]()
    if entry.evidence is not None:
        try:
            found = msgspec.json.decode(entry.evidence, type=_Evidence)
            journal = tuple(map(_request, found.journal))
        except (msgspec.MsgspecError, ValueError) as error:
            raise ResultFileError(Path(entry.cell.id), f"its evidence: {error}") from error
    machine = entry.circumstances.platform.rpartition(" ")[2]
    return Result(
        cell=entry.cell,
        verdict=entry.verdict,
        because=entry.because,
        expected=brief.expected,
        expected_because=brief.expected_because,
        origin=found.origin,
        published=_published(entry.cell, f"linux_{machine}"),
        steps=found.steps,
        observation=found.observation,
        journal=journal,
        circumstances=entry.circumstances,
        diagnosis=found.findings,
    )


def _published(cell: Cell, platform: str) -> tuple[Any, ...]:
    scenario = _scenarios().get(cell.scenario)
    return listing(scenario, cell.variant, cell.python, platform) if scenario else ()


def _request(text: str) -> JournalEntry:
    step, method, status, path = text.split(" ", 3)
    return JournalEntry(method=method, path=path, status=int(status), step=int(step))
