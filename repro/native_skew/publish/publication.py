"""What one cell sees of the index: its files, its cache headers, its journal."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from packaging.utils import canonicalize_name

from native_skew.distributions import DistributionFile
from native_skew.scenarios import CachePolicy


class JournalEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One request: ``path`` without the cell's prefix, and the step it came in."""

    method: str
    path: str
    status: int
    step: int


class Publication:
    """What one cell sees: its files, its cache headers, its journal.

    Args:
        files: everything published, now or in a later step.
        cache_headers: which Cache-Control the answers carry.
        sidecars: whether the wheels' METADATA is offered beside them (PEP 658).

    """

    def __init__(
        self,
        files: Iterable[DistributionFile],
        cache_headers: CachePolicy = "public",
        sidecars: bool = True,
    ) -> None:
        self._files = tuple(files)
        self.cache_headers: CachePolicy = cache_headers
        self.sidecars = sidecars
        self.step = 1
        self.journal: list[JournalEntry] = []

    def all_files(self) -> tuple[DistributionFile, ...]:
        """Everything, published now or in a later step."""
        return self._files

    def has_sidecar(self, file: DistributionFile) -> bool:
        """Whether METADATA is offered beside ``file``."""
        return self.sidecars and file.is_wheel

    def projects(self) -> tuple[str, ...]:
        """The names published by now."""
        return tuple(sorted({each.project for each in self._published()}))

    def files_of(self, project: str) -> tuple[DistributionFile, ...]:
        """The files of ``project`` published by now; empty where there is no such project."""
        name = canonicalize_name(project)
        return tuple(each for each in self._published() if each.project == name)

    def file(self, filename: str) -> DistributionFile | None:
        """The published file of that name."""
        return next((each for each in self._published() if each.filename == filename), None)

    def _published(self) -> Iterable[DistributionFile]:
        return (each for each in self._files if each.step <= self.step)
