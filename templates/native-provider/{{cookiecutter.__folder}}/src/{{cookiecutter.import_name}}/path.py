"""Where the headers and the library are, for builds."""

from __future__ import annotations

from pathlib import Path

from .version import abi_version

_package = Path(__file__).resolve().parent
_library = "{{ cookiecutter.library }}"

include_path = str(_package / "include")
lib_path = str(_package / "lib")
library = str(_package / "lib" / f"{_library}.{abi_version}")
