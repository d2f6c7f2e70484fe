"""A server with each test's own answers, and a wheel about which it may lie."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable
from typing import Any

from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from native_skew.audit.transport import Limits
from native_skew.distributions.archives import DistributionFile, wheel_file
from native_skew.distributions.metadata import core_metadata

SMALL = Limits(page=1_000_000, file=20_000_000, retries=0)
PAGE = "application/vnd.pypi.simple.v1+json"
METADATA = core_metadata("victim", "1.0", ("lib<2",))
Answer = Callable[[Request], Response]


def wheel(members: dict[str, bytes] | None = None) -> DistributionFile:
    return wheel_file("victim", "1.0", "py3-none-any", METADATA, members or {}, 1)


class Server:
    """Each test's own answers: path -> answer."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.seen: list[Request] = []
        self._server = make_server("127.0.0.1", 0, self._application, threaded=True)
        self.url = f"http://127.0.0.1:{self._server.port}/"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def _application(self, environ: dict[str, Any], start: Any) -> Any:
        request = Request(environ)
        self.seen.append(request)
        answer = self.answers.get(request.path)
        return (answer(request) if answer else Response(status=404))(environ, start)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def page(self, file: DistributionFile, **changes: object) -> None:
        """Offers ``file`` on the page of its project, with entries changed."""
        entry = {
            "filename": file.filename,
            "url": f"{self.url}{file.filename}",
            "hashes": {"sha256": hashlib.sha256(file.content).hexdigest()},
            "size": len(file.content),
            **changes,
        }
        data = {"meta": {"api-version": "1.1"}, "name": file.project, "files": [entry]}
        body = json.dumps(data)
        self.answers[f"/{file.project}/"] = lambda _: Response(body, content_type=PAGE)
        self.answers[f"/{file.filename}"] = ranged(file.content)


def ranged(content: bytes) -> Answer:
    def answer(request: Request) -> Response:
        response = Response(content, content_type="application/octet-stream")
        try:
            response.make_conditional(
                request.environ, accept_ranges=True, complete_length=len(content)
            )
        except RequestedRangeNotSatisfiable as error:
            return Response(status=error.code)
        return response

    return answer


def whole(content: bytes) -> Answer:
    return lambda _: Response(content, content_type="application/octet-stream")
