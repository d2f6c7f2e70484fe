"""A packse scenario file -> the distributions that packse makes of it, packed by the kit."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from native_skew.distributions import DistributionFile, core_metadata, sdist_file, wheel_file

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_PYPROJECT = b"""\
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"
"""


def published(path: Path) -> tuple[DistributionFile, ...]:
    """What packse publishes for a scenario file, packed by the kit.

    Every release's sdist and wheels, and the sdist of the root project. Names begin with the
    scenario's, as packse's do: one index holds several scenarios.
    """
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    scenario = data["name"]
    root = (scenario, "0.0.0", {**data["root"], "sdist": True, "wheel": False})
    releases = [
        (f"{scenario}-{name}", version, values)
        for name, package in data["packages"].items()
        for version, values in package["versions"].items()
    ]
    return tuple(file for each in [*releases, root] for file in _files(scenario, *each))


def _files(
    scenario: str, name: str, version: str, values: dict[str, Any]
) -> Iterator[DistributionFile]:
    requires = tuple(f"{scenario}-{each}" for each in values.get("requires", ()))
    metadata = core_metadata(name, version, requires)
    module = f"{name.replace('-', '_')}/__init__.py"
    code = {module: f'__version__ = "{version}"\n'.encode()}
    if values.get("sdist", True):
        yield sdist_file(name, version, metadata, code | {"pyproject.toml": _PYPROJECT}, 1)
    if values.get("wheel", True):
        for tag in values.get("wheel_tags") or ("py3-none-any",):
            yield wheel_file(name, version, tag, metadata, code, 1)
