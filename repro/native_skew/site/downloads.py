"""The site's files besides pages: results as JSON, all verdicts, badges, and redirects.

Earlier addresses are redirected: those of an unsupported cell to its installer's entry, those of a
version that is no longer recorded to the newest one.
"""

from __future__ import annotations

import posixpath
import re
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import msgspec
from msgspec.structs import replace
from packaging.utils import canonicalize_name

from native_skew.results import (
    BriefResult,
    Recording,
    Result,
    brief,
    read_all,
    read_versions,
    recording_of,
    report,
)
from native_skew.scenarios import Cell
from native_skew.site import markup
from native_skew.site.result_index import ResultIndex, newest
from native_skew.timeline import record

CSV, SQLITE = "results/verdicts.csv", "results/verdicts.sqlite"
CATALOGUE = Path("docs/catalogue.md")
_LABEL = "native-skew"
_PACKAGE = re.compile(r"[A-Za-z0-9][\w.-]*[A-Za-z0-9]")
_WIDE = 6.6  # average pixels of a letter; textLength makes it exact


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """The content at the address of a result that is no longer recorded."""

    moved_to: str
    kind: str = "native-skew moved 1"


def generate(folder: Path) -> Iterator[tuple[str, bytes]]:
    """The files made from the record in ``folder``, by path below the pages' folder.

    Raises:
        SiteError: there are no results.
        ResultFileError: a file of the record is damaged.

    """
    result_index = ResultIndex.open(folder)
    evidence = read_all(folder / "timeline")
    for result in result_index.results:
        yield markup.raw_of(result), _json(result)
    for result in evidence.values():
        yield markup.raw_of(result, in_timeline=True), _json(result)
    for name, line in record.read_all(folder / "timeline").items():
        yield f"results/timeline/lines/{name}.json", _json(line)
    known = evidence | {result.cell.id: result for result in result_index.results}
    briefs = [brief(each) for each in known.values()]
    yield CSV, report.as_csv(briefs).encode()
    yield SQLITE, _sqlite(briefs)
    if CATALOGUE.exists():
        yield from badges(CATALOGUE.read_text(encoding="utf-8"))
    for result in known.values():
        if result.verdict == "unsupported":
            yield _redirect(result.cell, result)
    for cell, result in _earlier(result_index, read_versions(folder)):
        if cell.id not in known:
            yield _redirect(cell, result)
            source, target = f"results/{cell.id}.json", markup.raw_of(result)
            yield source, _json(Moved(moved_to=markup.link(source, target)))


def _json(value: object) -> bytes:
    return msgspec.json.encode(value, order="deterministic") + b"\n"


def _redirect(cell: Cell, result: Result) -> tuple[str, bytes]:
    """A page at the address of ``cell`` that redirects to where ``result`` is shown."""
    source = markup.page_of(cell)
    page = markup.rendered("redirect.html", href=markup.href(source, result))
    return posixpath.join(source.removesuffix(".md"), "index.html"), f"{page}\n".encode()


def _earlier(
    result_index: ResultIndex, versions: Mapping[str, Recording]
) -> Iterator[tuple[Cell, Result]]:
    """The cells of earlier recordings of each tool, with their newest result."""
    for result in result_index.results:
        recording = versions.get(recording_of(result.cell))
        if recording and newest(result_index.versions(result)) is result:
            for version in recording.earlier:
                yield replace(result.cell, version=version), result


def _sqlite(results: Iterable[BriefResult]) -> bytes:
    """A database with one table, ``verdicts``."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "verdicts.sqlite"
        connection = sqlite3.connect(path)
        columns = ", ".join(report.COLUMNS)
        marks = ", ".join("?" * len(report.COLUMNS))
        connection.execute(f"CREATE TABLE verdicts ({columns})")
        insert = f"INSERT INTO verdicts VALUES ({marks})"  # noqa: S608  (question marks alone)
        connection.executemany(insert, map(report.row, results))
        connection.commit()
        connection.close()
        return path.read_bytes()


def packages(catalogue: str) -> Iterator[tuple[str, str]]:
    """Each package in the catalogue's tables with its heading, in order."""
    heading = ""
    for line in catalogue.splitlines():
        if line.startswith("## "):
            heading = line.removeprefix("## ")
        first = line.removeprefix("| ").partition(" |")[0] if line.startswith("| ") else ""
        for name in re.split(r", | and ", first):
            word, _, version = name.partition(" ")
            if _PACKAGE.fullmatch(word) and (not version or version[0].isdigit()):
                yield canonicalize_name(word), heading


def badges(catalogue: str) -> Iterator[tuple[str, bytes]]:
    """A badge for each package of the catalogue, with its first family: SVG by path."""
    made: set[str] = set()
    for name, heading in packages(catalogue):
        if name not in made and name not in ("package", "case"):
            made.add(name)
            yield f"badges/{name}.svg", f"{_drawn(heading[:1].lower() + heading[1:])}\n".encode()


def _drawn(text: str) -> str:
    label, width = (round(len(each) * _WIDE) for each in (_LABEL, text))
    return markup.rendered("badge.svg", label=_LABEL, text=text, label_width=label, width=width)
