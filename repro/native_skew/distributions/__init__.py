"""Wheels, sdists and core metadata: written for the fake pair, read within bounds."""

from native_skew.distributions import archives, installed, metadata, regular_files, sdists
from native_skew.distributions.archives import DistributionFile, sdist_file, wheel_file
from native_skew.distributions.installed import Installed, Listed
from native_skew.distributions.library_names import SHARED, stem
from native_skew.distributions.metadata import core_metadata
from native_skew.distributions.sdists import SourceTexts
from native_skew.distributions.setup_source import imported, imports_at_once, stamping_modules
from native_skew.distributions.zips import METADATA_LIMIT, CarefulZip

__all__ = [
    "METADATA_LIMIT",
    "SHARED",
    "CarefulZip",
    "DistributionFile",
    "Installed",
    "Listed",
    "SourceTexts",
    "archives",
    "core_metadata",
    "imported",
    "imports_at_once",
    "installed",
    "library_names",
    "metadata",
    "regular_files",
    "sdist_file",
    "sdists",
    "stamping_modules",
    "stem",
    "wheel_file",
]
