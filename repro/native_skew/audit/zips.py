"""Wheels, from disk or an index.

https://packaging.python.org/en/latest/specifications/binary-distribution-format/
"""

from __future__ import annotations

import tempfile
import zipfile
from functools import partial
from pathlib import Path
from typing import IO

from packaging.utils import canonicalize_name

from native_skew.audit.errors import FileRefusedError
from native_skew.audit.ranges import RangeFile
from native_skew.distributions import METADATA_LIMIT, CarefulZip

ENTRIES = 65_535  # what a zip can have without its 64-bit extension; no real wheel comes near


class Zip(CarefulZip):
    """An open zip file by its members' names; a context manager.

    All of it raises a ``FileRefusedError`` at what is damaged, missing, unsafe or too large.

    Args:
        filename: for messages.
        stream: seekable; of a remote one, only what is needed is fetched.

    """

    def __init__(self, filename: str, stream: IO[bytes] | RangeFile) -> None:
        self.filename = filename
        super().__init__(stream, partial(FileRefusedError, filename), ENTRIES)
        self.members = {each.filename: each for each in self.infos}

    def dist_info(self, name: str) -> str:
        """The name of the one ``.dist-info`` folder, which must be of distribution ``name``."""
        folders = {each.partition("/")[0] for each in self.members if "/" in each}
        found = [each for each in sorted(folders) if each.endswith(".dist-info")]
        fitting = [each for each in found if canonicalize_name(each.partition("-")[0]) == name]
        if len(fitting) != 1:
            names = ", ".join(found) or "none"
            raise FileRefusedError(self.filename, f"one .dist-info of {name} expected, has {names}")
        return fitting[0]

    def read(self, name: str, limit: int = METADATA_LIMIT) -> bytes:
        """A member's content, of ``limit`` bytes at the most."""
        return b"".join(self.chunks(self._member(name), limit))

    def unpack(self, name: str, folder: Path, limit: int) -> Path:
        """A member's content as a file of our own name in ``folder``."""
        with tempfile.NamedTemporaryFile(dir=folder, suffix=".so", delete=False) as file:
            file.writelines(self.chunks(self._member(name), limit))
        return Path(file.name)

    def _member(self, name: str) -> zipfile.ZipInfo:
        info = self.members.get(name)
        if info is None:
            raise FileRefusedError(self.filename, f"has no {name}")
        return info
