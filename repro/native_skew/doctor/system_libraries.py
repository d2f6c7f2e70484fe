"""What installs a library of the operating system, in the words of its package manager."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable
from functools import lru_cache

from native_skew import shipped
from native_skew.distributions import regular_files
from native_skew.findings import Advice

_TABLE = shipped("doctor", "debian_packages.toml")
_OS_RELEASE_BYTES = 1 << 14
_NAME = re.compile(r"[A-Za-z0-9][\w.+-]*")
# MPI's start ends a process that finds no launcher
_STARTED_BY = {"libopenmpi3": "openmpi-bin", "libopenmpi40": "openmpi-bin", "libmpich12": "mpich"}
_FAMILIES = {
    "apt-get": ("debian", "ubuntu"),
    "dnf": ("fedora", "rhel", "centos", "suse"),
    "apk": ("alpine",),
}


def is_known(name: str) -> bool:
    """Whether ``name`` is a library that wheels are known to take from the system."""
    return name in _table()


def advise(names: Iterable[str], image: str) -> tuple[Advice, ...]:
    """What installs the libraries ``names``, for the system's own package manager first.

    Args:
        names: SONAMEs; one that is no plain name of a file is left out.
        image: the folder that is ``/`` for the environment; empty for this machine's own.

    """
    plain = sorted({each for each in names if _NAME.fullmatch(each)})
    found = {package for each in plain if (package := _table().get(each))}
    packages = sorted(found | {_STARTED_BY[each] for each in found & {*_STARTED_BY}})
    commands = {
        # Images come without apt's lists, and without these no package is known to it.
        "apt-get": [["apt-get", "update"], ["apt-get", "install", *packages]] if packages else [],
        "dnf": [["dnf", "install", *(f"{each}()(64bit)" for each in plain)]],
        "apk": [["apk", "add", *(f"so:{each}" for each in plain)]],
    }
    system = _ids(image)
    first = [tool for tool, ids in _FAMILIES.items() if system & {*ids}]
    tools = first or list(_FAMILIES)
    return tuple(
        Advice(
            remedy="",
            title="Install the system's package",
            tool=tool,
            commands=tuple(map(shlex.join, commands[tool])),
        )
        for tool in tools
        if plain and commands[tool]
    )


def _ids(image: str) -> set[str]:
    """ID and ID_LIKE of os-release(5)."""
    for place in ("/etc/os-release", "/usr/lib/os-release"):
        try:
            text = regular_files.text(f"{image}{place}", _OS_RELEASE_BYTES)
        except OSError:
            continue
        found = re.findall(r"^ID(?:_LIKE)?=[\"']?([\w .-]*)", text, re.MULTILINE)
        return {word for each in found for word in each.split()}
    return set()


@lru_cache(maxsize=1)
def _table() -> dict[str, str]:
    table: dict[str, str] = regular_files.toml(_TABLE.read_bytes())["libraries"]
    return table
