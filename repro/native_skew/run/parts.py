"""The parts of a matrix: the cells and definitions of each, what is done, and how to join them.

A part is a folder of results with a ``matrix.json``. Each result is written atomically when its
cell is done, so that an interrupted run keeps them.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec
from filelock import FileLock, Timeout
from msgspec.structs import replace

from native_skew import __version__, results, scenarios
from native_skew.errors import SkewError
from native_skew.installers import INSTALLERS
from native_skew.publish import fakes
from native_skew.results import NotRun, Result
from native_skew.run.selection import Selection, Task

MANIFEST = "matrix.json"


class Shard(msgspec.Struct, frozen=True, kw_only=True):
    """The ``number``-th of ``count`` parts, counted from 1."""

    number: int = 1
    count: int = 1

    def __str__(self) -> str:
        return f"{self.number}/{self.count}"


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """The content of ``matrix.json``."""

    shard: Shard
    kit_version: str
    # The SHA-256 of each scenario's file and of the fake pair's sources.
    definitions: dict[str, str]
    cells: tuple[str, ...]  # the ids of all cells of this part, done or not
    not_run: tuple[NotRun, ...] = ()
    kind: str = "native-skew matrix 1"


def parse_shard(text: str) -> Shard:
    """Parses ``K/N``; raises ``SkewError`` for anything else."""
    match = re.fullmatch(r"([1-9]\d{0,3})/([1-9]\d{0,3})", text)
    if not match or int(match[1]) > int(match[2]):
        raise SkewError(f"--shard {text!r}: say K/N with K from 1 to N, for example 1/4")
    return Shard(number=int(match[1]), count=int(match[2]))


def cells_of(shard: Shard, tasks: Iterable[Task]) -> tuple[Task, ...]:
    """The tasks of ``shard``: slow and fast ones are dealt out like cards.

    Every task is in exactly one shard, and always the same one, whatever the version of its tool:
    two machines' parts fit together even if a tool is released in between.
    """
    dealt = sorted(
        tasks,
        key=lambda task: (
            -INSTALLERS[task.cell.installer].cost,
            *task.cell.question,
            task.cell.python,
            task.cell.version,
        ),
    )
    return tuple(dealt[shard.number - 1 :: shard.count])


def definitions(names: Iterable[str]) -> dict[str, str]:
    """The SHA-256 of each named scenario's file, and of the fake pair's sources (``native``)."""
    found = {name: _digest([scenarios.FOLDER / f"{name}.toml"]) for name in sorted(set(names))}
    sources = (p for p in fakes.NATIVE.rglob("*") if p.is_file() and "__pycache__" not in p.parts)
    return {**found, "native": _digest(sorted(sources))}


def _digest(paths: Sequence[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        content = path.read_bytes()
        digest.update(f"{path.name} {len(content)}\n".encode() + content)
    return digest.hexdigest()


def planned(shard: Shard, selection: Selection) -> tuple[Part, tuple[Task, ...]]:
    """The part of ``selection`` in ``shard``, and its tasks.

    Cells whose tool is unavailable are in the first part, so that they are reported once.
    """
    tasks = cells_of(shard, selection.tasks)
    part = Part(
        shard=shard,
        kit_version=__version__,
        definitions=definitions(task.cell.scenario for task in selection.tasks),
        cells=tuple(sorted(task.cell.id for task in tasks)),
        not_run=selection.not_run if shard.number == 1 else (),
    )
    return part, tasks


def read(folder: Path) -> Part:
    """Reads ``matrix.json`` of ``folder``; raises ``SkewError`` if it is missing or damaged."""
    try:
        return msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Part)
    except FileNotFoundError:
        raise SkewError(
            f"{folder}: holds no matrix; `native-skew matrix --into` makes one"
        ) from None
    except (OSError, ValueError, RecursionError) as error:
        raise SkewError(f"{folder}: {MANIFEST}: {error}; run the part again") from error


def write(part: Part, folder: Path) -> None:
    """Writes ``matrix.json`` atomically."""
    results.write_file(folder / MANIFEST, results.encode(part))


def begin(part: Part, folder: Path, *, resume: bool) -> frozenset[str]:
    """Prepares ``folder`` for ``part``; returns the ids of the cells that are done.

    Raises ``SkewError`` if it holds a matrix without ``resume``, another matrix, or other files.
    """
    done: frozenset[str] = frozenset()
    if (folder / MANIFEST).exists():
        if not resume:
            raise SkewError(
                f"{folder}: holds a matrix already; go on with it by --resume, or name another"
            )
        old = read(folder)
        if old.shard != part.shard:
            raise SkewError(
                f"{folder}: holds shard {old.shard}, not {part.shard}; name another folder"
            )
        if changed := different(old, part):
            raise SkewError(
                f"{folder}: was begun with other definitions of {', '.join(changed)}, and cannot be "
                "resumed: name another folder"
            )
        done = frozenset(map(cell_id, done_in(folder, part.cells)))
    # A draft of matrix.json is left if the run was killed while it was written.
    elif folder.exists() and not all(
        each.name.startswith(f".{MANIFEST}.") for each in folder.iterdir()
    ):
        raise SkewError(f"{folder}: is not empty, and holds no matrix; name another folder")
    for unfinished in folder.rglob(".*.json.*"):
        unfinished.unlink()
    write(part, folder)
    return done


def different(one: Part, other: Part) -> list[str]:
    """The names of scenarios (or ``native``, ``the kit``) that two parts define differently."""
    names = {**one.definitions, **other.definitions}
    changed = [n for n in sorted(names) if one.definitions.get(n) != other.definitions.get(n)]
    return changed + (["the kit"] if one.kit_version != other.kit_version else [])


def done_in(folder: Path, cells: Iterable[str]) -> list[Path]:
    """The results of ``cells`` in ``folder``, which may hold others, of a tool's older release."""
    wanted = frozenset(cells)
    return [path for path in results.paths(folder) if cell_id(path) in wanted]


def cell_id(path: Path) -> str:
    """The id of a result file's cell."""
    return "/".join(path.with_suffix("").parts[-4:])


@contextmanager
def only_writer(folder: Path) -> Iterator[None]:
    """Locks ``folder``; raises ``SkewError`` if another run writes into it."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(folder.with_name(f".{folder.name}.lock")).acquire(timeout=0):
            yield
    except Timeout:
        raise SkewError(f"{folder}: another run writes into it; wait, or name another") from None


class Joined(msgspec.Struct, frozen=True, kw_only=True):
    """Parts joined."""

    by_folder: dict[Path, Part]
    whole: Part  # all parts together
    # Ids of cells that have no result and are not among those that could not run.
    missing: tuple[str, ...]
    absent: tuple[Shard, ...]  # the shards that are not among the parts

    def results(self) -> Iterator[Result]:
        """The results of all parts, one at a time: a matrix need not fit into memory."""
        for folder in self.by_folder:
            yield from map(results.read, done_in(folder, self.whole.cells))

    def write(self, into: Path) -> None:
        """Writes the whole into a new folder; raises as ``begin`` does."""
        begin(self.whole, into, resume=False)
        for result in self.results():
            results.write(result, into)


def join(folders: Sequence[Path]) -> Joined:
    """Joins the parts in ``folders``.

    Raises ``SkewError`` with every reason why they cannot be joined: one is no part, definitions or
    the number of shards differ, or two are the same shard.
    """
    found = {folder: read(folder) for folder in folders}
    if problems := list(_problems(found)):
        lines = "".join(f"\n  - {problem}" for problem in problems)
        raise SkewError(f"these parts cannot be joined; run the wrong ones again:{lines}")
    first = next(iter(found.values()))
    cells = {cell for part in found.values() for cell in part.cells}
    not_run = tuple(each for part in found.values() for each in part.not_run)
    done = {cell_id(path) for folder in found for path in done_in(folder, cells)}
    here = {part.shard.number for part in found.values()}
    count = first.shard.count
    return Joined(
        by_folder=found,
        whole=replace(first, shard=Shard(), cells=tuple(sorted(cells)), not_run=not_run),
        missing=tuple(sorted(cells - done - {each.cell.id for each in not_run})),
        absent=tuple(Shard(number=n, count=count) for n in range(1, count + 1) if n not in here),
    )


def _problems(found: Mapping[Path, Part]) -> Iterator[str]:
    first_folder, first = next(iter(found.items()))
    seen: dict[Shard, Path] = {}
    for folder, part in found.items():
        if changed := different(first, part):
            yield f"{folder} and {first_folder} define {', '.join(changed)} differently"
        if part.shard.count != first.shard.count:
            yield f"{folder} is shard {part.shard}, {first_folder} is {first.shard}"
        if part.shard in seen:
            yield f"{folder} and {seen[part.shard]} are both shard {part.shard}"
        seen.setdefault(part.shard, folder)
