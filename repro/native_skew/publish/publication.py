"""What one cell sees of the index: its files, pages, cache headers and journal.

Pages are PEP 503 HTML and PEP 691 JSON:
https://packaging.python.org/en/latest/specifications/simple-repository-api/
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from html import escape
from typing import Any

import msgspec
from packaging.utils import canonicalize_name

from native_skew.distributions import DistributionFile
from native_skew.scenarios import CachePolicy

UPLOADED = dt.datetime(2026, 1, 9, tzinfo=dt.timezone.utc)
_META = {"api-version": "1.1"}


class JournalEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One request: ``path`` without the cell's prefix, and the step it came in."""

    method: str
    path: str
    status: int
    step: int


class Publication:
    """What one cell sees of ``files``, each of which is published in its step.

    ``sidecars`` is whether wheels' METADATA is offered beside them (PEP 658).
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
        """The files of all steps."""
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

    def root_json(self) -> dict[str, Any]:
        """The list of projects, as PEP 691 has it."""
        return {"meta": _META, "projects": [{"name": name} for name in self.projects()]}

    def root_html(self) -> str:
        """The list of projects, as PEP 503 has it."""
        links = "".join(f'<a href="{name}/">{name}</a><br>\n' for name in self.projects())
        return _document("Simple index", links)

    def project_json(self, project: str) -> dict[str, Any]:
        """A project's files, as PEP 691 has them."""
        files = self.files_of(project)
        return {
            "meta": _META,
            "name": canonicalize_name(project),
            "versions": sorted({each.version for each in files}),
            "files": [self._entry(each) for each in files],
        }

    def project_html(self, project: str) -> str:
        """A project's files, as PEP 503 has them."""
        told = self.project_json(project)
        return _document(f"Links for {told['name']}", "".join(map(_link, told["files"])))

    def _entry(self, file: DistributionFile) -> dict[str, Any]:
        """A file, as PEP 691 has it."""
        entry: dict[str, Any] = {
            "filename": file.filename,
            "url": f"../../files/{file.filename}",
            "hashes": {"sha256": hashlib.sha256(file.content).hexdigest()},
            "size": len(file.content),
            "upload-time": UPLOADED.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "yanked": file.yanked if file.yanked is not None else False,
        }
        if file.requires_python:
            entry["requires-python"] = file.requires_python
        if self.has_sidecar(file):
            entry["core-metadata"] = {"sha256": hashlib.sha256(file.metadata).hexdigest()}
        return entry


def _link(file: dict[str, Any]) -> str:
    """A file's entry in PEP 691's form, as a link."""
    attributes = {"href": f"{file['url']}#sha256={file['hashes']['sha256']}"}
    if python := file.get("requires-python"):
        attributes["data-requires-python"] = python
    if file["yanked"] is not False:
        attributes["data-yanked"] = file["yanked"]
    if metadata := file.get("core-metadata"):
        attributes["data-core-metadata"] = f"sha256={metadata['sha256']}"
    text = " ".join(f'{key}="{escape(value)}"' for key, value in attributes.items())
    return f"<a {text}>{file['filename']}</a><br>\n"


def _document(title: str, body: str) -> str:
    return (
        '<!DOCTYPE html>\n<html><head><meta name="pypi:repository-version" content="1.1">'
        f"<title>{title}</title></head><body>\n{body}</body></html>\n"
    )
