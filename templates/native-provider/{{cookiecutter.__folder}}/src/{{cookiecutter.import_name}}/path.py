"""Where the headers and the library are, for builds."""

from __future__ import annotations

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
