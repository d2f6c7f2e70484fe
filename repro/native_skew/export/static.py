"""A cell's index as plain files: pages for each step, distributions, and what headers to send.

Any static file server will do to look at it. ``payload/server.py`` sends the headers as well,
on which it depends in some scenarios whether a tool asks again.
"""

from __future__ import annotations

import json
from pathlib import Path

from msgspec.structs import asdict

from native_skew.publish import CACHE_HEADERS, Publication
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
    headers = asdict(CACHE_HEADERS[publication.cache_headers])
    write_below(folder, {"headers.json": json.dumps(headers, indent=1) + "\n"})
