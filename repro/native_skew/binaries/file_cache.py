"""Files of the machine that every diagnosis reads: read once, and again when they change.

A run of the matrix asks for a diagnosis in each of its cells, in threads, and the loader's cache
of the machine is the same in all of them.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import lru_cache, wraps
from typing import TypeVar

_FILES = 64  # of one kind
_T = TypeVar("_T")

_State = tuple[int, int, int, int]
_clearings: list[Callable[[], object]] = []


def while_unchanged(read: Callable[[str], _T]) -> Callable[[str], _T]:
    """``read``, a function of a path, which is not called again for a file that is the same.

    It is the same while device, inode, time of change and size are. What is returned is shared:
    nobody may change it.
    """

    @lru_cache(maxsize=_FILES)
    def kept(path: str, _: _State) -> _T:
        return read(path)

    @wraps(read)
    def cached(path: str) -> _T:
        # Before it is read: what is written meanwhile is then seen the next time.
        state = _state(path)
        return kept(path, state) if state else read(path)

    _clearings.append(kept.cache_clear)
    return cached


def also_clears(clear_other: Callable[[], object]) -> None:
    """Has ``clear_other`` called by ``clear``."""
    _clearings.append(clear_other)


def clear() -> None:
    """Forgets everything, so that the next diagnosis costs what the first one does."""
    for each in _clearings:
        each()


def _state(path: str) -> _State | None:
    try:
        status = os.stat(path)  # noqa: PTH116
    except (OSError, ValueError):
        return None
    return status.st_dev, status.st_ino, status.st_mtime_ns, status.st_size
