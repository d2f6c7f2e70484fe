"""What the settings of ``pyproject.toml`` that are read here have to look like.

A file of another shape would be refused by the build backend as well; it is not changed.
"""

from __future__ import annotations

from typing import Any

import msgspec


class _BuildSystem(msgspec.Struct, rename="kebab"):
    requires: list[str] = []
    build_backend: str = ""


class _Project(msgspec.Struct):
    dependencies: list[str] = []
    dynamic: list[str] = []


class _Linux(msgspec.Struct, rename="kebab"):
    repair_wheel_command: str | list[str] = ""


class _Cibuildwheel(msgspec.Struct, rename="kebab"):
    repair_wheel_command: str | list[str] = ""
    build_frontend: str | dict[str, Any] = ""
    linux: _Linux | None = None


class _Setuptools(msgspec.Struct, rename="kebab"):
    dynamic: dict[str, Any] = {}
    package_data: dict[str, list[str]] = {}


class _Tool(msgspec.Struct):
    cibuildwheel: _Cibuildwheel | None = None
    poetry: dict[str, Any] = {}
    setuptools: _Setuptools | None = None


class _Pyproject(msgspec.Struct, rename="kebab"):
    build_system: _BuildSystem | None = None
    project: _Project | None = None
    tool: _Tool | None = None


def mistake(document: dict[str, Any]) -> str | None:
    """What is of another type than the specifications say, and where; None where nothing is.

    https://packaging.python.org/en/latest/specifications/pyproject-toml/
    """
    try:
        msgspec.convert(document, _Pyproject)
    except msgspec.ValidationError as error:
        return str(error)
    return None
