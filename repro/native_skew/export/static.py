"""A cell's index as plain files: pages for each step, distributions, and what headers to send.

Any static file server will do to look at it. ``payload/server.py`` sends the headers as well,
on which it depends in some scenarios whether a tool asks again.
"""

from __future__ import annotations

import json
from pathlib import Path

from werkzeug.http import http_date

from native_skew.publish import CACHE_CONTROL, NO_VALIDATORS, UPLOADED, Publication, page_age
from native_skew.toolchain import write_below


def write(publication: Publication, steps: int, folder: Path) -> None:
    """Writes the index below ``folder``: ``files/``, ``step-1/`` and so on, ``headers.json``."""
    for number in range(1, steps + 1):
        publication.step = number
        html = {"index.html": publication.root_html()}
        for project in publication.projects():
            html[f"{project}/index.html"] = publication.project_html(project)
        write_below(folder / f"step-{number}", html)
    files = folder / "files"
    files.mkdir(parents=True, exist_ok=True)
    for file in publication.all_files():
        (files / file.filename).write_bytes(file.content)
        if publication.has_sidecar(file):
            (files / f"{file.filename}.metadata").write_bytes(file.metadata)
    headers = json.dumps(_headers(publication), indent=1) + "\n"
    write_below(folder, {"headers.json": headers})


def _headers(publication: Publication) -> dict[str, object]:
    """What the server is to send; as ``native_skew.publish.index`` sends it."""
    page, file = CACHE_CONTROL[publication.cache_headers]
    return {
        "page_cache_control": page,
        "file_cache_control": file,
        "page_age": page_age(publication.cache_headers) if page else None,
        "last_modified": None
        if publication.cache_headers in NO_VALIDATORS
        else http_date(UPLOADED),
    }
