"""The installers: every file of this folder that describes a ``TOOL``. Adding a file is enough."""

from __future__ import annotations

import importlib
import pkgutil
import re
import sys
from pathlib import Path

import msgspec
from packaging.version import InvalidVersion, Version

from native_skew.errors import UnknownNameError
from native_skew.installers.base import Installer, PackagingTool

# By name, and by id, in the order of display.
TOOLS: dict[str, PackagingTool] = {}
INSTALLERS: dict[str, Installer] = {}


def fill() -> None:
    """Fills ``TOOLS`` and ``INSTALLERS`` with what the files of this folder describe."""
    package = __name__.rpartition(".")[0]
    modules = (
        importlib.import_module(f"{package}.{found.name}")
        for found in pkgutil.iter_modules(sys.modules[package].__path__)
    )
    described = [each.TOOL for each in modules if hasattr(each, "TOOL")]
    described.sort(key=lambda tool: (tool.order, tool.name))
    TOOLS.clear()
    TOOLS.update((tool.name, tool) for tool in described)
    INSTALLERS.clear()
    INSTALLERS.update((each.id, each) for tool in described for each in tool.installers)


fill()


class InstallerChoice(msgspec.Struct, frozen=True, kw_only=True):
    """Installers named on the command line, with at most one of ``version`` and ``binary``."""

    installers: tuple[Installer, ...]
    version: str | None = None
    binary: str | None = None


def parse_choice(text: str) -> InstallerChoice:
    """Reads ``uv-sync``, ``uv==0.9.21`` (all of uv's interfaces) or ``uv=PATH``.

    A name of both an installer and its tool, as ``pip``, means the installer. Raises
    ``UnknownNameError`` for an unknown name, an invalid version, or a file that does not exist.
    """
    match = re.fullmatch(r"([A-Za-z0-9-]+)(?:==([^=]+)|=([^=].*))?", text)
    name = match[1] if match else text
    found = tuple(i for i in INSTALLERS.values() if name in (i.id, i.tool))
    if not match or not found:
        known = {*INSTALLERS, *(i.tool for i in INSTALLERS.values())}
        raise UnknownNameError("installer", text, known)
    by_default = {version for each in found for version in TOOLS[each.tool].default_versions}
    if match[2] and match[2] not in by_default and not is_version(match[2]):
        raise UnknownNameError("version", match[2], by_default)
    exact = tuple(i for i in found if i.id == name)
    if match[3] and not Path(match[3]).is_file():
        raise UnknownNameError("installer binary", match[3], ["a path to an executable"])
    return InstallerChoice(installers=exact or found, version=match[2], binary=match[3])


def tabs() -> dict[str, Installer]:
    """The installers with a tab, by its title, in the tabs' order."""
    shown = [(each.tab, each) for each in INSTALLERS.values() if each.tab]
    return {tab.title: each for tab, each in sorted(shown, key=lambda pair: pair[0].order)}


def is_version(text: str) -> bool:
    """Whether ``text`` is a valid version (PEP 440)."""
    try:
        Version(text)
    except InvalidVersion:
        return False
    return True
