"""A cell's index as plain files: pages for each step, distributions, and what headers to send.

Any static file server will do to look at it. ``payload/server.py`` sends the headers as well,
on which it depends in some scenarios whether a tool asks again.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Iterable
from pathlib import Path

from werkzeug.http import http_date

from native_skew.distributions import DistributionFile
from native_skew.publish import CACHE_CONTROL, NO_VALIDATORS, Publication, page_age, pages
from native_skew.results import Result
from native_skew.toolchain import Compiler, write_below


def write(publication: Publication, steps: int, folder: Path) -> None:
    """Writes the index below ``folder``: ``files/``, ``step-1/`` and so on, ``headers.json``."""
    for number in range(1, steps + 1):
        publication.step = number
        html = {"index.html": pages.root_html(publication)}
        for project in publication.projects():
            files_of = publication.files_of(project)
            html[f"{project}/index.html"] = pages.project_html(publication, project, files_of)
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
        else http_date(pages.UPLOADED),
    }


def differences(result: Result, files: Iterable[DistributionFile], compiler: str) -> dict[str, str]:
    """By file, what is published now otherwise than in the recorded run, and why that may be.

    As far as the record tells.

    Args:
        result: what its tool was sent is in its journal.
        files: what is published now.
        compiler: by which, and where, the compiled ones among them were made.

    """
    published = {each.filename: each for each in files}
    ours = {each.filename for each in result.published}
    then = f"{result.circumstances.compiler} on {result.circumstances.platform}"
    found = {
        name: f"it holds a compiled file: recorded of {then}, here of {compiler}"
        for name in sorted(ours & published.keys())
        if then != compiler and b"\x7fELF" in published[name].content
    }
    sent = {
        entry.path.removeprefix("/files/").removesuffix(".metadata")
        for entry in result.journal
        if entry.path.startswith("/files/") and entry.status < 400
    }
    pair = {each.partition("-")[0] for each in ours}
    for name in sorted((sent | ours) - published.keys()):
        found[name] = (
            "the scenario does not publish it any more"
            if name.partition("-")[0] in pair
            else "another release of this build requirement is the newest now"
        )
    return found


def compiled_by(compiler: Compiler) -> str:
    """The compiler and the platform, as a result's circumstances name them."""
    machine = f"{platform.platform(aliased=True, terse=True)} {platform.machine()}"
    return f"{Path(compiler.title).name} on {machine}"
