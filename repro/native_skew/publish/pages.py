"""The index's pages, as PEP 503 HTML and as PEP 691 JSON.

https://packaging.python.org/en/latest/specifications/simple-repository-api/
"""

from __future__ import annotations

import datetime as dt
import hashlib
from html import escape
from typing import Any

from native_skew.distributions import DistributionFile
from native_skew.publish.publication import Publication

UPLOADED = dt.datetime(2026, 1, 9, tzinfo=dt.timezone.utc)


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def root_json(publication: Publication) -> dict[str, Any]:
    """The list of projects, as PEP 691 has it."""
    return {
        "meta": {"api-version": "1.1"},
        "projects": [{"name": name} for name in publication.projects()],
    }


def root_html(publication: Publication) -> str:
    """The list of projects, as PEP 503 has it."""
    links = "".join(f'<a href="{name}/">{name}</a><br>\n' for name in publication.projects())
    return _document("Simple index", links)


def project_json(
    publication: Publication, name: str, files: tuple[DistributionFile, ...]
) -> dict[str, Any]:
    """A project's files, as PEP 691 has them."""
    return {
        "meta": {"api-version": "1.1"},
        "name": name,
        "versions": sorted({each.version for each in files}),
        "files": [_file_json(publication, each) for each in files],
    }


def _file_json(publication: Publication, file: DistributionFile) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "filename": file.filename,
        "url": f"../../files/{file.filename}",
        "hashes": {"sha256": _sha256(file.content)},
        "size": len(file.content),
        "upload-time": UPLOADED.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "yanked": file.yanked if file.yanked is not None else False,
    }
    if file.requires_python:
        entry["requires-python"] = file.requires_python
    if publication.has_sidecar(file):
        entry["core-metadata"] = {"sha256": _sha256(file.metadata)}
    return entry


def project_html(publication: Publication, name: str, files: tuple[DistributionFile, ...]) -> str:
    """A project's files, as PEP 503 has them."""
    return _document(
        f"Links for {name}", "".join(_link(_file_json(publication, each)) for each in files)
    )


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
