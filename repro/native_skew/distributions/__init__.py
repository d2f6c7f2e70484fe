"""Wheels, sdists and core metadata: written for the fake pair, read within bounds."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from native_skew.distributions import (
        archives,
        installed,
        library_names,
        metadata,
        regular_files,
        sdists,
    )
    from native_skew.distributions.archives import DistributionFile, sdist_file, wheel_file
    from native_skew.distributions.installed import Distribution, Installed, nameless
    from native_skew.distributions.library_names import SHARED, stem
    from native_skew.distributions.metadata import core_metadata
    from native_skew.distributions.sdists import SourceTexts
    from native_skew.distributions.setup_source import (
        imported,
        imports_at_once,
        parsed,
        stamping_modules,
    )
    from native_skew.distributions.zips import METADATA_LIMIT, CarefulZip

# Modules are imported on first use: reading an environment does not need what writes wheels.
# https://peps.python.org/pep-0562/
_NAMES = {
    "archives": ("DistributionFile", "sdist_file", "wheel_file"),
    "installed": ("Distribution", "Installed", "nameless"),
    "library_names": ("SHARED", "stem"),
    "metadata": ("core_metadata",),
    "regular_files": (),
    "sdists": ("SourceTexts",),
    "setup_source": ("imported", "imports_at_once", "parsed", "stamping_modules"),
    "zips": ("METADATA_LIMIT", "CarefulZip"),
}
_MODULE_OF = {name: module for module, names in _NAMES.items() for name in (module, *names)}


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = importlib.import_module(f"{__name__}.{_MODULE_OF[name]}")
    return module if name == _MODULE_OF[name] else getattr(module, name)
