"""What was read from files on an index, kept: a published file never changes.

Only what was understood is kept, a few kilobytes for each file; index pages are asked anew.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import msgspec

from native_skew import __version__

if TYPE_CHECKING:
    from native_skew.audit.release import File

_T = TypeVar("_T")


class Cache:
    """A folder; None for no cache. Safe for several runs at once."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def get(self, file: File, what: str, kind: type[_T], read: Callable[[], _T]) -> _T:
        """What is kept about ``file``, or else what ``read`` returns.

        A file without an announced hash is read each time: it may be another one.
        """
        path = self._path(file, what)
        if path is None:
            return read()
        try:
            return msgspec.json.decode(path.read_bytes(), type=kind)
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
            value = read()  # not there, or damaged
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as part:
                part.write(msgspec.json.encode(value))
            Path(part.name).replace(path)  # whole, or not at all
        except OSError:  # a full or read-only disk is no reason to say nothing
            return value
        return value

    def _path(self, file: File, what: str) -> Path | None:
        if self._folder is None or not file.url or not file.hashes:
            return None
        hashes = sorted({**file.hashes, **(file.sidecar or {})}.items())
        key = repr((__version__, file.url, hashes, sorted((file.sidecar or {}).items()), what))
        digest = hashlib.sha256(key.encode()).hexdigest()
        return self._folder / digest[:2] / f"{digest[2:]}.json"
