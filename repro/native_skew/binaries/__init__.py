"""Reads ELF, Mach-O and PE files, and predicts what the dynamic loader would do with them."""

from native_skew.binaries import (
    gnu_hash,
    numpy_c_api,
    other_formats,
    rooted,
    symbol_versions,
    symbols,
)
from native_skew.binaries.image import Image, ImageError
from native_skew.binaries.lacking import MissingVersions, VersionCheck, undefined_symbols
from native_skew.binaries.loader import Closure, Loaded, Loader, Unresolved, machine_name
from native_skew.binaries.other_loaders import MacLoader, OtherLoader, WindowsLoader
