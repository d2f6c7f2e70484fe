"""The installers. Adding one is adding one file here, and naming it in ``INSTALLERS``."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
from packaging.version import InvalidVersion, Version

from native_skew.errors import UnknownNameError
from native_skew.installers import hatch, pdm, pip, pip_tools, pipenv, poetry, uv, uv_once
from native_skew.installers.base import Installer, Plan, Target, Unsupported

__all__ = [
    "DEFAULT_VERSIONS",
    "INSTALLERS",
    "Choice",
    "Installer",
    "Plan",
    "Target",
    "Unsupported",
    "parse_choice",
]

INSTALLERS: dict[str, Installer] = {
    each.id: each
    for tool in (pip, uv, uv_once, poetry, pdm, pipenv, pip_tools, hatch)
    for each in tool.INSTALLERS
}

# Those of the issue, and the newest there is.
DEFAULT_VERSIONS: dict[str, tuple[str, ...]] = {
    "pip": ("25.3", "newest"),
    "uv": ("0.9.21", "newest"),
    "poetry": ("newest",),
    "pdm": ("newest",),
    "pipenv": ("newest",),
    "pip-tools": ("newest",),
    "hatch": ("newest",),
}


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """Installers picked on the command line; at most one of ``version`` and ``binary``."""

    installers: tuple[Installer, ...]
    version: str | None = None
    binary: str | None = None


def parse_choice(text: str) -> Choice:
    """Reads ``uv-sync``, ``uv==0.9.21`` (all of uv's interfaces) or ``uv=PATH``.

    A name that is both an installer's and its tool's, as ``pip``, is the installer's.

    Raises:
        UnknownNameError: no installer and no tool has that name, that is no version, or there is
            no such file.

    """
    match = re.fullmatch(r"([A-Za-z0-9-]+)(?:==([^=]+)|=([^=].*))?", text)
    name = match[1] if match else text
    found = tuple(i for i in INSTALLERS.values() if name in (i.id, i.tool))
    if not match or not found:
        known = {*INSTALLERS, *(i.tool for i in INSTALLERS.values())}
        raise UnknownNameError("installer", text, known)
    by_default = {version for each in found for version in DEFAULT_VERSIONS[each.tool]}
    if match[2] and match[2] not in by_default and not _is_version(match[2]):
        raise UnknownNameError("version", match[2], by_default)
    exact = tuple(i for i in found if i.id == name)
    if match[3] and not Path(match[3]).is_file():
        raise UnknownNameError("installer binary", match[3], ["a path to an executable"])
    return Choice(installers=exact or found, version=match[2], binary=match[3])


def _is_version(text: str) -> bool:
    try:
        Version(text)
    except InvalidVersion:
        return False
    return True
