"""The local index: published files -> PEP 503 and 691 pages, files, and a request journal.

Every cell has a URL prefix of its own, hence its own cache entries in the tools and its
own journal here. Listens on 127.0.0.1 alone. Specifications:
https://packaging.python.org/en/latest/specifications/simple-repository-api/
"""

from __future__ import annotations

import datetime as dt
import hashlib
import threading
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

import msgspec
from packaging.utils import canonicalize_name
from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.http import http_date
from werkzeug.routing import Map, Rule
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from repro.errors import PortError
from repro.fakes import PublishedFile
from repro.scenario import CachePolicy

_HTML = "text/html"
_JSON_V1 = "application/vnd.pypi.simple.v1+json"
_HTML_V1 = "application/vnd.pypi.simple.v1+html"
_UPLOADED = dt.datetime(2026, 1, 9, tzinfo=dt.timezone.utc)

# (page, file) Cache-Control. «public» is what the public index itself sends. Whether uv builds
# a cached sdist again hangs on them, and on validators: after a 304 it keeps what it built.
_CACHE_CONTROL: dict[CachePolicy, tuple[str, str]] = {
    "public": ("max-age=600, public", "max-age=365000000, immutable, public"),
    "no-immutable": ("max-age=600, public", "max-age=365000000, public"),
    "no-cache": ("no-cache", "no-cache"),
    "no-validators": ("no-cache", "no-cache"),
    "none": ("", ""),
}


class JournalEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One request: ``path`` without the cell's prefix, and the step it came in."""

    method: str
    path: str
    status: int
    step: int
    user_agent: str


class Shelf:
    """What one cell sees: its files, its cache headers, its journal.

    Args:
        files: everything published, now or in a later step.
        cache_headers: which Cache-Control the answers carry.
        sidecars: whether the wheels' METADATA is offered beside them (PEP 658).

    """

    def __init__(
        self,
        files: Iterable[PublishedFile],
        cache_headers: CachePolicy = "public",
        sidecars: bool = True,
    ) -> None:
        self._files = tuple(files)
        self.cache_headers: CachePolicy = cache_headers
        self.sidecars = sidecars
        self.step = 1
        self.journal: list[JournalEntry] = []

    def all_files(self) -> tuple[PublishedFile, ...]:
        """Everything, published now or in a later step."""
        return self._files

    def has_sidecar(self, file: PublishedFile) -> bool:
        """Whether METADATA is offered beside ``file``."""
        return self.sidecars and file.is_wheel

    def projects(self) -> tuple[str, ...]:
        """The names published by now."""
        return tuple(sorted({each.project for each in self._published()}))

    def files_of(self, project: str) -> tuple[PublishedFile, ...]:
        """The files of ``project`` published by now; empty where there is no such project."""
        name = canonicalize_name(project)
        return tuple(each for each in self._published() if each.project == name)

    def file(self, filename: str) -> PublishedFile | None:
        """The published file of that name."""
        return next((each for each in self._published() if each.filename == filename), None)

    def _published(self) -> Iterable[PublishedFile]:
        return (each for each in self._files if each.step <= self.step)


class Index:
    """The server. Use as a context manager; ``url_of`` gives a cell's index URL.

    Args:
        port: 0 for any free one.

    Raises:
        PortError: the port is taken.

    """

    def __init__(self, port: int = 0) -> None:
        self._shelves: dict[str, Shelf] = {}
        try:
            self._server: BaseWSGIServer = make_server(
                "127.0.0.1", port, self.application, threaded=True, request_handler=_QuietHandler
            )
        except (OSError, SystemExit, OverflowError) as error:
            raise PortError(port, str(error) or "in use") from error
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Index:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def publish(self, prefix: str, shelf: Shelf) -> str:
        """Offers ``shelf`` below ``prefix`` (one URL segment); returns the index URL."""
        self._shelves[prefix] = shelf
        return f"http://127.0.0.1:{self._server.port}/{prefix}/simple/"

    def withdraw(self, prefix: str) -> None:
        """Stops offering what is below ``prefix``."""
        self._shelves.pop(prefix, None)

    def application(self, environ: dict[str, Any], start_response: Any) -> Any:
        """The WSGI application; public so that it can be tested without a socket."""
        request = Request(environ)
        prefix, _, path = request.path.lstrip("/").partition("/")
        shelf = self._shelves.get(prefix)
        response = _answer(shelf, request, "/" + path) if shelf else _not_found(request)
        if shelf:
            shelf.journal.append(
                JournalEntry(
                    method=request.method,
                    path="/" + path,
                    status=response.status_code,
                    step=shelf.step,
                    user_agent=request.headers.get("User-Agent", ""),
                )
            )
        return response(environ, start_response)


class _QuietHandler(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:
        """The journal is the log."""


_ROUTES = Map(
    [
        Rule("/simple/", endpoint="root"),
        Rule("/simple/<project>/", endpoint="project"),
        Rule("/files/<filename>", endpoint="file"),
    ]
)


def _not_found(request: Request) -> Response:
    return NotFound().get_response(request.environ)


def _answer(shelf: Shelf, request: Request, path: str) -> Response:
    try:
        endpoint, values = _ROUTES.bind("").match(path, method=request.method)
    except HTTPException as error:
        return error.get_response(request.environ)
    match endpoint:
        case "root":
            return _page(shelf, request, _root_json(shelf), _root_html(shelf))
        case "project":
            name = canonicalize_name(values["project"])
            files = shelf.files_of(name)
            if not files:
                return _not_found(request)
            return _page(
                shelf, request, _project_json(shelf, name, files), _project_html(shelf, name, files)
            )
    return _file(shelf, request, values["filename"])


def _page(shelf: Shelf, request: Request, data: Mapping[str, Any], html: str) -> Response:
    """An index page in the form that the client prefers."""
    form = request.accept_mimetypes.best_match([_HTML, _JSON_V1, _HTML_V1], default=_HTML)
    body = msgspec.json.encode(data) if form == _JSON_V1 else html.encode()
    response = Response(body, content_type=form)
    control = _CACHE_CONTROL[shelf.cache_headers][0]
    if control:
        response.headers["Cache-Control"] = control
        # As a CDN serves a page whose time has run out: a step of a scenario that comes
        # «later» sees what is published by then, without waiting ten minutes for it.
        response.headers["Age"] = "600"
    response.headers["Vary"] = "Accept"
    return _conditional(response, request, shelf)


def _file(shelf: Shelf, request: Request, filename: str) -> Response:
    wheel_name, is_sidecar = filename.removesuffix(".metadata"), filename.endswith(".metadata")
    found = shelf.file(wheel_name)
    if found is None or (is_sidecar and not shelf.has_sidecar(found)):
        return _not_found(request)
    content = found.metadata if is_sidecar else found.content
    response = Response(content, content_type="application/octet-stream")
    if control := _CACHE_CONTROL[shelf.cache_headers][1]:
        response.headers["Cache-Control"] = control
    return _conditional(response, request, shelf)


def _conditional(response: Response, request: Request, shelf: Shelf) -> Response:
    """Adds validators, where there are to be any, and answers If-None-Match and Range."""
    if shelf.cache_headers != "no-validators":
        response.headers["Last-Modified"] = http_date(_UPLOADED)
        response.add_etag()
    length = len(response.get_data())
    response.make_conditional(request.environ, accept_ranges=True, complete_length=length)
    return response


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _root_json(shelf: Shelf) -> dict[str, Any]:
    return {
        "meta": {"api-version": "1.1"},
        "projects": [{"name": name} for name in shelf.projects()],
    }


def _root_html(shelf: Shelf) -> str:
    links = "".join(f'<a href="{name}/">{name}</a><br>\n' for name in shelf.projects())
    return _document("Simple index", links)


def _project_json(shelf: Shelf, name: str, files: tuple[PublishedFile, ...]) -> dict[str, Any]:
    return {
        "meta": {"api-version": "1.1"},
        "name": name,
        "versions": sorted({each.version for each in files}),
        "files": [_file_json(shelf, each) for each in files],
    }


def _file_json(shelf: Shelf, file: PublishedFile) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "filename": file.filename,
        "url": f"../../files/{file.filename}",
        "hashes": {"sha256": _sha256(file.content)},
        "size": len(file.content),
        "upload-time": _UPLOADED.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "yanked": file.yanked if file.yanked is not None else False,
    }
    if file.requires_python:
        entry["requires-python"] = file.requires_python
    if shelf.has_sidecar(file):
        entry["core-metadata"] = {"sha256": _sha256(file.metadata)}
    return entry


def _project_html(shelf: Shelf, name: str, files: tuple[PublishedFile, ...]) -> str:
    return _document(f"Links for {name}", "".join(_link(shelf, each) for each in files))


def _link(shelf: Shelf, file: PublishedFile) -> str:
    attributes = {"href": f"../../files/{file.filename}#sha256={_sha256(file.content)}"}
    if file.requires_python:
        attributes["data-requires-python"] = file.requires_python
    if file.yanked is not None:
        attributes["data-yanked"] = file.yanked
    if shelf.has_sidecar(file):
        attributes["data-core-metadata"] = f"sha256={_sha256(file.metadata)}"
    text = " ".join(f'{key}="{escape(value)}"' for key, value in attributes.items())
    return f"<a {text}>{file.filename}</a><br>\n"


def _document(title: str, body: str) -> str:
    return (
        '<!DOCTYPE html>\n<html><head><meta name="pypi:repository-version" content="1.1">'
        f"<title>{title}</title></head><body>\n{body}</body></html>\n"
    )
