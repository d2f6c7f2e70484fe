"""Loads the library ahead of a module that is linked to it."""

from __future__ import annotations

import ctypes
from functools import cache


@cache
def preload() -> ctypes.CDLL:
    """Load the library, so that a module finds it by its SONAME wherever it is installed.

    For modules whose RUNPATH does not lead here, as in editable installations. The
    symbols stay out of the global scope: what links to the library finds them by itself.
    """
    from .path import library

    return ctypes.CDLL(library)
