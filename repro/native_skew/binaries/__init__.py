"""ELF files, and what the dynamic loader would do with them: read, never loaded."""

from native_skew.binaries import symbols, versions
from native_skew.binaries.image import Image, ImageError
from native_skew.binaries.kept import forget
from native_skew.binaries.loader import Closure, Loaded, Loader, Miss
from native_skew.binaries.symbol_versions import Compared, Older
from native_skew.binaries.undefined_symbols import Lacking

__all__ = [
    "Closure",
    "Compared",
    "Image",
    "ImageError",
    "Lacking",
    "Loaded",
    "Loader",
    "Miss",
    "Older",
    "forget",
    "symbols",
    "versions",
]
