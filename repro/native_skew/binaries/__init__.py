"""ELF files, and what the dynamic loader would do with them: read, never loaded."""

from native_skew.binaries import file_cache, rooted, symbol_versions, symbols
from native_skew.binaries.image import Image, ImageError
from native_skew.binaries.loader import Closure, Loaded, Loader, Unresolved
from native_skew.binaries.missing_versions import MissingVersions, VersionCheck
from native_skew.binaries.undefined_symbols import UndefinedSymbols

__all__ = [
    "Closure",
    "Image",
    "ImageError",
    "Loaded",
    "Loader",
    "MissingVersions",
    "UndefinedSymbols",
    "Unresolved",
    "VersionCheck",
    "file_cache",
    "rooted",
    "symbol_versions",
    "symbols",
]
