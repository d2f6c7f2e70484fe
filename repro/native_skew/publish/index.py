"""The local index: published files -> PEP 503 and 691 pages, files, and a request journal.

Every cell has its own URL prefix, and so its own cache entries in the tools and its own journal
here. Listens only on 127.0.0.1. Specifications:
https://packaging.python.org/en/latest/specifications/simple-repository-api/
"""

from __future__ import annotations

import datetime as dt
import ssl
import threading
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import msgspec
from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.http import http_date
from werkzeug.routing import Map, RequestRedirect, Rule
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from native_skew.errors import SkewError
from native_skew.publish.publication import UPLOADED, JournalEntry, Publication
from native_skew.scenarios import CachePolicy

if TYPE_CHECKING:
    import trustme

_HTML = "text/html"
_JSON_V1 = "application/vnd.pypi.simple.v1+json"
_HTML_V1 = "application/vnd.pypi.simple.v1+html"
# Other media types that a client may accept, and the one it gets.
_FORMS = {
    _JSON_V1: _JSON_V1,
    _HTML_V1: _HTML_V1,
    "application/vnd.pypi.simple.latest+json": _JSON_V1,
    "application/vnd.pypi.simple.latest+html": _HTML_V1,
}


class CacheHeaders(msgspec.Struct, frozen=True):
    """The headers that say how long the index's answers may be cached."""

    page_cache_control: str
    file_cache_control: str
    page_age: int | None = 600  # seconds; the age that "max-age=600" allows
    last_modified: str | None = http_date(UPLOADED)  # sent with an ETag; None for no validators


_PAGES, _FILES = "max-age=600, public", "max-age=365000000, immutable, public"
# «public» is what the public index sends. Whether uv rebuilds a cached sdist depends on these and
# on validators: after a 304 it keeps what it built.
CACHE_HEADERS: dict[CachePolicy, CacheHeaders] = {
    "public": CacheHeaders(_PAGES, _FILES),
    "fresh-pages": CacheHeaders(_PAGES, _FILES, page_age=0),
    "no-immutable": CacheHeaders(_PAGES, "max-age=365000000, public"),
    "no-cache": CacheHeaders("no-cache", "no-cache"),
    "no-validators": CacheHeaders("no-cache", "no-cache", last_modified=None),
    "no-cache-control": CacheHeaders("", "", page_age=None),
    "none": CacheHeaders("", "", page_age=None, last_modified=None),
}
_MAKING = threading.Lock()


class Index:
    """The server, a context manager; ``publish`` returns a cell's index URL.

    Port 0 is any free one; raises ``SkewError`` if another port is taken.
    """

    def __init__(self, port: int = 0) -> None:
        self._publications: dict[str, Publication] = {}
        self._server = self._make_server(port)

    def __enter__(self) -> Index:
        self._start(self._server)
        return self

    def __exit__(self, *_: object) -> None:
        servers = [self._server, *([self._secure[0]] if "_secure" in vars(self) else [])]
        for server in servers:
            server.shutdown()
            server.server_close()

    def publish(self, prefix: str, publication: Publication, *, https: bool = False) -> str:
        """Offers ``publication`` below ``prefix`` (one URL segment); returns the index URL."""
        self._publications[prefix] = publication
        server, scheme = (self._secure[0], "https") if https else (self._server, "http")
        return f"{scheme}://127.0.0.1:{server.port}/{prefix}/simple/"

    @property
    def authority(self) -> bytes:
        """The PEM certificate of the authority that signed the index's."""
        return self._secure[1].cert_pem.bytes()

    @cached_property
    def _secure(self) -> tuple[BaseWSGIServer, trustme.CA]:
        """The server over TLS, created for the first cell that needs it, and its authority."""
        with _MAKING:
            if "_secure" in vars(self):  # another cell was first
                return self._secure
            import trustme  # noqa: PLC0415  (slow, and few runs need it)

            authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            authority.issue_cert("127.0.0.1").configure_cert(context)
            server = self._make_server(0, context)
            self._start(server)
            vars(self)["_secure"] = server, authority
            return server, authority

    def _make_server(self, port: int, context: ssl.SSLContext | None = None) -> BaseWSGIServer:
        try:
            return make_server(
                "127.0.0.1",
                port,
                self.application,
                threaded=True,
                request_handler=_QuietHandler,
                ssl_context=context,
            )
        except (OSError, SystemExit, OverflowError) as error:
            raise SkewError(
                f"port {port} on 127.0.0.1 is not free ({str(error) or 'in use'}); leave --port out "
                "to get any free one"
            ) from error

    def _start(self, server: BaseWSGIServer) -> None:
        # shutdown() waits for the next poll, by default twice a second.
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()

    def withdraw(self, prefix: str) -> None:
        """Stops offering what is below ``prefix``."""
        self._publications.pop(prefix, None)

    def application(self, environ: dict[str, Any], start_response: Any) -> Any:
        """The WSGI application, which can be tested without a socket."""
        request = Request(environ)
        prefix, _, path = request.path.lstrip("/").partition("/")
        publication = self._publications.get(prefix)
        if not publication:
            response = NotFound().get_response(environ)
        else:
            response = _answer(publication, request, "/" + path)
            publication.journal.append(
                JournalEntry(
                    method=request.method,
                    path="/" + path,
                    status=response.status_code,
                    step=publication.step,
                )
            )
        return response(environ, start_response)


class _QuietHandler(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:
        """The journal is the log."""

    def send_response(self, code: int, message: str | None = None) -> None:
        """Adds no Date: the answers have one, which for a page may be in the past."""
        self.log_request(code)
        self.send_response_only(code, message)


def _answer(publication: Publication, request: Request, path: str) -> Response:
    try:
        endpoint, values = _ROUTES.bind("").match(path, method=request.method)
        answer: Response = endpoint(publication, request, **values)
        return answer
    except RequestRedirect:  # PEP 503: to the URL with the slash, below the cell's prefix
        return Response(status=308, headers={"Location": path.rpartition("/")[2] + "/"})
    except HTTPException as error:  # also for a range outside of the file
        return error.get_response(request.environ)


def _root(publication: Publication, request: Request) -> Response:
    return _page(publication, request, publication.root_json(), publication.root_html())


def _project(publication: Publication, request: Request, project: str) -> Response:
    if not publication.files_of(project):
        raise NotFound
    data, html = publication.project_json(project), publication.project_html(project)
    return _page(publication, request, data, html)


def _page(
    publication: Publication, request: Request, data: Mapping[str, Any], html: str
) -> Response:
    """An index page in the form that the client prefers."""
    form = request.accept_mimetypes.best_match([_HTML, *_FORMS], default=_HTML)
    form = _FORMS.get(form, form)
    body = msgspec.json.encode(data) if form == _JSON_V1 else html.encode()
    response = Response(body, content_type=form)
    headers = CACHE_HEADERS[publication.cache_headers]
    if headers.page_age is not None:
        response.headers["Cache-Control"] = headers.page_cache_control
        # As a CDN serves an expired page, so that a later step of a scenario sees what is published
        # by then without waiting ten minutes. Not every cache reads Age: CacheControl (Poetry) and
        # hishel (PDM) count from Date.
        response.headers["Age"] = str(headers.page_age)
        now = dt.datetime.now(tz=dt.timezone.utc)
        response.date = now - dt.timedelta(seconds=headers.page_age)
    response.headers["Vary"] = "Accept"
    return _conditional(response, request, publication)


def _file(publication: Publication, request: Request, filename: str) -> Response:
    wheel_name, is_sidecar = filename.removesuffix(".metadata"), filename.endswith(".metadata")
    found = publication.file(wheel_name)
    if found is None or (is_sidecar and not publication.has_sidecar(found)):
        raise NotFound
    content = found.metadata if is_sidecar else found.content
    response = Response(content, content_type="application/octet-stream")
    if control := CACHE_HEADERS[publication.cache_headers].file_cache_control:
        response.headers["Cache-Control"] = control
    return _conditional(response, request, publication)


_ROUTES = Map(
    [
        Rule("/simple/", endpoint=_root, methods=["GET"]),
        Rule("/simple/<project>/", endpoint=_project, methods=["GET"]),
        Rule("/files/<filename>", endpoint=_file, methods=["GET"]),
    ]
)


def _conditional(response: Response, request: Request, publication: Publication) -> Response:
    """Adds validators, if the policy has them, and handles If-None-Match and Range."""
    if last_modified := CACHE_HEADERS[publication.cache_headers].last_modified:
        response.headers["Last-Modified"] = last_modified
        response.add_etag()
    length = len(response.get_data())
    response.make_conditional(request.environ, accept_ranges=True, complete_length=length)
    return response
