"""Where the headers and the library are, for builds, and for loading ahead of a module."""

from __future__ import annotations

import ctypes
from functools import cache
from pathlib import Path

import {{ cookiecutter.import_name }}

from .version import abi_version

_library = "{{ cookiecutter.library }}"


def _folder(name: str) -> Path:
    """A folder of the package; in an editable installation it is beside none of its modules."""
    folders = {{ cookiecutter.import_name }}.__path__
    found = [Path(each, name) for each in folders]
    return next((each for each in found if each.is_dir()), found[0])


include_path = str(_folder("include"))
lib_path = str(_folder("lib"))
library = str(Path(lib_path) / f"{_library}.{abi_version}")
cmake_path = str(Path(lib_path) / "cmake")
pkgconfig_path = str(Path(lib_path) / "pkgconfig")


@cache
def preload() -> ctypes.CDLL:
    """Load the library, so that a module finds it by its SONAME wherever it is installed.

    For modules whose RUNPATH does not lead here, as in editable installations. The
    symbols stay out of the global scope: what links to the library finds them by itself.
    """
    return ctypes.CDLL(library)
