"""Which NumPy a module was compiled for, from strings in its file.

NumPy's header puts a check into every module that calls ``import_array()``: it requests the C API
by the name that its NumPy has, and compares versions. Both leave strings in the file.
https://numpy.org/doc/stable/dev/depending_on_numpy.html#numpy-2-abi-handling
https://github.com/numpy/numpy/blob/v2.2.6/numpy/_core/code_generators/generate_numpy_api.py

A Cython module that does not call the C API has no such check. NumPy's declarations for Cython
leave another string in it, and Cython compares the size of ``numpy.dtype``, which NumPy 2 reduced:
https://github.com/numpy/numpy/blob/v1.26.4/numpy/__init__.pxd
"""

from __future__ import annotations

import re
from itertools import chain
from pathlib import Path

import msgspec
from packaging.version import Version

from native_skew.binaries.image import Image, ImageError

# With the C format: Rust modules work with either NumPy, and have the words without it.
_CHECKS = b"module compiled against ABI version 0x%x"
_OF_TWO = b"numpy._core._multiarray_umath"
_OLDEST = re.compile(rb"was compiled against NumPy C-API version 0x%x \(NumPy (\d+\.\d+)\)")
# The macro's error; a module that calls the function itself may work without NumPy.
_RAISES = b"multiarray failed to import"
# But for Boost.Python, whose initialisation goes on behind it: as rdkit's, which prints the error.
_GOES_ON = b"boost6python6detail11init_module"
_CYTHON_OF_ONE = b"numpy.core.multiarray failed to import"
_CYTHON_OF_TWO = b"numpy._core.multiarray failed to import"
_COMPARES_SIZES = b"size changed, may indicate binary incompatibility. Expected"
# By the function that they call: the C API's check, and Cython's.
_TEXTS = {
    b"PyCapsule_GetPointer": (_CHECKS, _OF_TWO, _RAISES, _GOES_ON),
    b"PyErr_WarnFormat": (_CYTHON_OF_ONE, _CYTHON_OF_TWO, _COMPARES_SIZES),
}
_BYTES = 64 << 20  # of one file


class Compiled(msgspec.Struct, frozen=True, kw_only=True):
    """Which NumPy a file was compiled for, and whether its import fails with another one.

    ``oldest`` is empty if it was compiled with NumPy 1's header, which does not say.
    """

    oldest: str
    raises: bool

    @property
    def versions(self) -> str:
        """The versions that it runs with, as a specifier."""
        return f">={self.oldest}" if self.oldest else "<2"

    def fits(self, installed: Version) -> bool:
        """Whether it runs with ``installed``."""
        return installed >= Version(self.oldest) if self.oldest else installed.major < 2


def compiled(path: str | Path) -> Compiled | None:
    """Which NumPy the file at ``path`` was compiled for; None if it does not say."""
    found: set[bytes] = set()
    oldest = ""
    try:
        with Image(path) as image:
            called = (t for c, t in _TEXTS.items() if image.strings is None or c in image.strings)
            texts = tuple(chain.from_iterable(called))
            if not texts:
                return None
            for piece in image.pieces(_BYTES):
                found.update(each for each in texts if each not in found and each in piece)
                if not oldest and (match := _OLDEST.search(piece)):
                    oldest = match[1].decode()
                if oldest and {_CHECKS, _OF_TWO, _RAISES} <= found:
                    break
    except (ImageError, OSError):
        return None
    if _CHECKS in found:
        # NumPy 2's header leaves both strings, NumPy 1's neither.
        known = (_OF_TWO in found) is bool(oldest)
        raises = _RAISES in found and _GOES_ON not in found
        return Compiled(oldest=oldest, raises=raises) if known else None
    of_one = {_CYTHON_OF_ONE, _COMPARES_SIZES} <= found and _CYTHON_OF_TWO not in found
    return Compiled(oldest="", raises=True) if of_one else None
