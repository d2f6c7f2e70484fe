"""{{ cookiecutter.summary }}."""

from __future__ import annotations

from .path import preload
from .version import __version__, abi_requires, abi_version

__all__ = ["__version__", "abi_requires", "abi_version", "preload"]
