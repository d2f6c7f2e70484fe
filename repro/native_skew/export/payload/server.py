"""Serves the index beside this file on 127.0.0.1, with the headers of the recorded run.

Usage: python3 server.py FOLDER

Prints its port and serves until it is killed. FOLDER/step holds the number of the current step,
whose pages are /simple/. FOLDER/requests gets a line for each request. Needs only Python's standard
library.
"""

import email.utils
import hashlib
import http.server
import json
import pathlib
import sys
import time

INDEX = pathlib.Path(__file__).resolve().parent / "index"
HEADERS = json.loads((INDEX / "headers.json").read_text(encoding="utf-8"))
STATE = pathlib.Path(sys.argv[1])


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers GET and HEAD, and «not modified» where the headers let a client ask for it."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Sends a page or a file."""
        step = (STATE / "step").read_text().strip()
        path = self.path.partition("?")[0]
        found, is_page = self.find(path, step)
        etag = '"' + hashlib.sha256(found or b"").hexdigest() + '"'
        if found is None:
            status, body, headers = 404, b"not found\n", dict[str, str]()
        else:
            status, body, headers = 200, found, self.headers_of(is_page, etag)
            if HEADERS["last_modified"] and self.is_known(etag):
                status, body = 304, b""
        with (STATE / "requests").open("a") as log:
            log.write(f"{step} {self.command} {path} {status}\n")
        self.send_response_only(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def do_HEAD(self) -> None:
        """Sends the same headers."""
        self.do_GET()

    def find(self, path: str, step: str) -> tuple[bytes | None, bool]:
        """The bytes at ``path``, or None, and whether they are an index page."""
        area, _, rest = path.lstrip("/").partition("/")
        name = rest.rstrip("/")
        if "/" in name or name in (".", ".."):
            return None, False
        if area == "simple":
            file = INDEX / f"step-{step}" / name / "index.html"
        else:
            file = INDEX / "files" / name
        known = area in ("simple", "files") and file.is_file()
        return (file.read_bytes() if known else None), area == "simple"

    def headers_of(self, is_page: bool, etag: str) -> dict[str, str]:
        """A page's or a file's headers; a page's Date is as old as its Age."""
        control = HEADERS["page_cache_control" if is_page else "file_cache_control"]
        headers = {"Content-Type": "text/html" if is_page else "application/octet-stream"}
        if control:
            headers["Cache-Control"] = control
        age = HEADERS["page_age"] if is_page else None
        headers["Date"] = email.utils.formatdate(time.time() - (age or 0), usegmt=True)
        if is_page:
            headers["Vary"] = "Accept"
        if age is not None:
            headers["Age"] = str(age)
        if HEADERS["last_modified"]:
            headers["Last-Modified"] = HEADERS["last_modified"]
            headers["ETag"] = etag
        return headers

    def is_known(self, etag: str) -> bool:
        """Whether the client has this very content already."""
        asked = self.headers.get("If-None-Match")
        if asked is not None:
            return etag in [each.strip().removeprefix("W/") for each in asked.split(",")]
        return bool(self.headers.get("If-Modified-Since") == HEADERS["last_modified"])

    def log_message(self, *_: object) -> None:
        """The request log is the log."""


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
