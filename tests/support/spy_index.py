"""An index that nobody should ask."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Spy(ThreadingHTTPServer):
    """An index that nobody should ask; it remembers who did."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        spy = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                spy.asked.append(self.path)
                self.send_error(404)

            def log_message(self, *_: object) -> None: ...

            def address_string(self) -> str:
                return "spy"

        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/simple/"
