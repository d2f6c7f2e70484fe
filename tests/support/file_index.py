"""A package index on loopback, for commands that must not ask any other."""

from __future__ import annotations

import functools
import http.server
import re
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files, without log messages."""

    def log_message(self, format: str, *args: object) -> None:
        pass


def publish(folder: Path, files: Iterable[Path]) -> None:
    """Lay out files as https://packaging.python.org/en/latest/specifications/simple-repository-api/ has it."""
    for file in files:
        name = re.sub(r"[-_.]+", "-", file.name.split("-")[0]).lower()
        page = folder / name
        page.mkdir(parents=True, exist_ok=True)
        if not (page / file.name).exists():
            (page / file.name).hardlink_to(file)
        links = (f'<a href="{path.name}">{path.name}</a>' for path in sorted(page.glob("*-*")))
        (page / "index.html").write_text("<!DOCTYPE html>" + "".join(links))


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder, and give its address."""
    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def addresses(home: Path, index: str) -> dict[str, str]:
    """Variables that point pip and uv to the index."""
    return {"PIP_INDEX_URL": index, "UV_DEFAULT_INDEX": index, "UV_CACHE_DIR": str(home / "uv")}
