"""Joins the parts of a matrix."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from native_skew import results
from native_skew.errors import SkewError
from native_skew.results import Result
from native_skew.run import parts
from native_skew.run.parts import Part, Shard


class MergeError(SkewError):
    """Parts do not belong together; carries every reason."""

    def __init__(self, problems: Sequence[str]) -> None:
        lines = "".join(f"\n  - {problem}" for problem in problems)
        super().__init__(f"these parts cannot be joined; run the wrong ones again:{lines}")


class Joined(msgspec.Struct, frozen=True, kw_only=True):
    """Parts that belong together.

    Attributes:
        by_folder: each part by where it is.
        whole: what they are together.
        missing: ids of cells that no part has a result of, and did not give up either.
        absent: the shards that are not among the parts.

    """

    by_folder: dict[Path, Part]
    whole: Part
    missing: tuple[str, ...]
    absent: tuple[Shard, ...]

    def results(self) -> Iterator[Result]:
        """The results of all parts, one at a time: a matrix need not fit into memory.

        Raises:
            ResultFileError: one is damaged.

        """
        for folder in self.by_folder:
            yield from map(results.read, parts.done_in(folder, self.whole.cells))

    def write(self, into: Path) -> None:
        """Writes the whole into a new folder.

        Raises:
            PartError: ``into`` is not empty.
            WorkFolderError: it cannot be written to.

        """
        parts.begin(self.whole, into, resume=False)
        for result in self.results():
            results.write(result, into)


def join(folders: Sequence[Path]) -> Joined:
    """Reads the parts in ``folders``.

    Raises:
        PartError: a folder is no part.
        MergeError: they are of different definitions or splits, or two are the same shard.

    """
    read = {folder: parts.read(folder) for folder in folders}
    if problems := list(_problems(read)):
        raise MergeError(problems)
    first = next(iter(read.values()))
    cells = {cell for part in read.values() for cell in part.cells}
    not_run = tuple(each for part in read.values() for each in part.not_run)
    done = {parts.cell_id(path) for folder in read for path in parts.done_in(folder, cells)}
    here = {part.shard.number for part in read.values()}
    count = first.shard.count
    return Joined(
        by_folder=read,
        whole=msgspec.structs.replace(
            first,
            shard=Shard(),
            cells=tuple(sorted(cells)),
            not_run=not_run,
        ),
        missing=tuple(sorted(cells - done - {each.cell.id for each in not_run})),
        absent=tuple(Shard(number=n, count=count) for n in range(1, count + 1) if n not in here),
    )


def _problems(read: Mapping[Path, Part]) -> Iterator[str]:
    first_folder, first = next(iter(read.items()))
    seen: dict[Shard, Path] = {}
    for folder, part in read.items():
        if changed := parts.different(first, part):
            yield f"{folder} and {first_folder} define {', '.join(changed)} differently"
        if part.shard.count != first.shard.count:
            yield f"{folder} is shard {part.shard}, {first_folder} is {first.shard}"
        if part.shard in seen:
            yield f"{folder} and {seen[part.shard]} are both shard {part.shard}"
        seen.setdefault(part.shard, folder)
