"""Reads untrusted files: only regular files, and only up to a limit."""

from __future__ import annotations

import errno
import os
import stat
import sys
from typing import Any


def content(path: str, limit: int) -> bytes:
    """The first ``limit`` bytes of the file at ``path``.

    Raises:
        OSError: it cannot be read, or is not a regular file: a FIFO would wait for a writer, and a
            device may never end. ``strerror`` says which.

    """
    try:
        file = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except ValueError:  # a NUL in the name
        raise OSError(errno.EINVAL, "unusable name", path) from None
    try:
        known = os.fstat(file)
        if not stat.S_ISREG(known.st_mode):
            raise OSError(errno.EINVAL, "not a regular file", path)
        with open(file, "rb", closefd=False) as stream:
            return stream.read(min(known.st_size, limit))
    finally:
        os.close(file)


def text(path: str, limit: int) -> str:
    """The same as text; bytes that are not UTF-8 are replaced."""
    return content(path, limit).decode("utf-8", "replace")


def toml(content: bytes) -> dict[str, Any]:
    """The tables of a TOML file's content; raises ValueError if it is not valid TOML in UTF-8."""
    # Imported late: most callers read no TOML.
    if sys.version_info >= (3, 11):
        import tomllib  # noqa: PLC0415
    else:
        import tomli as tomllib  # noqa: PLC0415

    try:
        tables: dict[str, Any] = tomllib.loads(content.decode())
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    return tables
