"""The system and Python for which an environment or a folder of wheels is.

A platform is spelled as uv spells it: https://docs.astral.sh/uv/reference/cli/#uv-pip-install
"""

from __future__ import annotations

import platform
import re
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import msgspec
from packaging.tags import Tag
from packaging.utils import InvalidWheelFilename, parse_wheel_filename

from native_skew.binaries import other_formats
from native_skew.doctor.errors import UnknownTargetError

_ALIASES = {
    "linux": "x86_64-unknown-linux-gnu",
    "macos": "aarch64-apple-darwin",
    "windows": "x86_64-pc-windows-msvc",
}
_TRIPLE = re.compile(
    r"(?P<machine>x86_64|aarch64|i686|riscv64)-"
    r"(?P<rest>pc-windows-msvc|apple-darwin|unknown-linux-(?:gnu|musl)|manylinux(?:\d{4}|_\d+_\d+))"
)
_PYTHON = re.compile(r"(3\.\d{1,3})(?:\.\d{1,3})?(t?)")
# As wheels' tags call them, by system.
_MACHINES: dict[other_formats.System, dict[str, str]] = {
    "linux": {},
    "macos": {"aarch64": "arm64"},
    "windows": {"x86_64": "amd64", "aarch64": "arm64", "i686": "x86"},
}
_OF_TAG = re.compile(
    r"(?:(?P<linux>manylinux\w*?|linux)|(?P<musl>musllinux_\d+_\d+)|(?P<macos>macosx_\d+_\d+)|(?P<windows>win))"
    r"_?(?P<machine>x86_64|aarch64|arm64|universal2|intel|amd64|i686|i386|riscv64|ppc64le|s390x|armv7l|32)"
)
# As a person calls it, and as markers do.
_NAMES: dict[other_formats.System, tuple[str, str, str, str]] = {
    "linux": ("Linux", "linux", "Linux", "posix"),
    "macos": ("macOS", "darwin", "Darwin", "posix"),
    "windows": ("Windows", "win32", "Windows", "nt"),
}


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """A system and a Python version."""

    system: other_formats.System = "linux"
    machine: str = ""  # as a wheel's tag calls it; empty if nothing tells
    musl: bool = False  # whether Linux's C library is musl
    python: str = ""  # ``major.minor``, with a ``t`` at its end if it is free-threaded; or empty

    @property
    def title(self) -> str:
        """The system as people call it."""
        return f"{'musl ' if self.musl else ''}{_NAMES[self.system][0]} {self.machine}".strip()

    @property
    def markers(self) -> dict[str, str]:
        """The platform's values for markers."""
        keys = ("sys_platform", "platform_system", "os_name", "platform_machine")
        machine = self.machine.upper() if self.system == "windows" else self.machine
        values = (*_NAMES[self.system][1:], machine)
        return {key: value for key, value in zip(keys, values, strict=True) if value}

    def admits(self, tag: Tag) -> bool:
        """Whether a wheel with ``tag`` is for it."""
        if tag.platform != "any":
            other = _of_tag(tag.platform)
            if other is None or (other.system, other.musl) != (self.system, self.musl):
                return False
            if self.machine and other.machine and other.machine != self.machine:
                return False
        if not self.python or not tag.interpreter.startswith("cp"):
            return True
        minor, wanted = tag.interpreter[3:], self.python.rstrip("t").partition(".")[2]
        if tag.abi == "abi3":
            return not minor.isdecimal() or int(minor) <= int(wanted)
        return minor == wanted and tag.abi.endswith("t") is self.python.endswith("t")


def parse(platform_name: str | None, python: str | None) -> Target | None:
    """The target that is asked for; None if none is.

    Raises UnknownTargetError if uv does not spell it so, or the system is not known here.
    """
    if platform_name is None and python is None:
        return None
    version = _PYTHON.fullmatch(python) if python else None
    if python and not version:
        raise UnknownTargetError("--python-version", python, ("3.12", "3.12.4", "3.13t"))
    name = f"{version[1]}{version[2]}" if version else ""
    if platform_name is None:
        return msgspec.structs.replace(HERE, python=name)
    match = _TRIPLE.fullmatch(_ALIASES.get(platform_name, platform_name))
    if not match:
        examples = (*_ALIASES, "aarch64-unknown-linux-gnu", "x86_64-manylinux_2_28")
        raise UnknownTargetError("--python-platform", platform_name, examples)
    named: dict[str, other_formats.System] = {"pc-windows-msvc": "windows", "apple-darwin": "macos"}
    system = named.get(match["rest"], "linux")
    machine = _MACHINES[system].get(match["machine"], match["machine"])
    return Target(system=system, machine=machine, musl=match["rest"].endswith("musl"), python=name)


def _of_tag(text: str) -> Target | None:
    """The platform of a wheel's tag; None for ``any``, and for unknown ones."""
    match = _OF_TAG.fullmatch(text)
    if not match:
        return None
    system: other_formats.System = (
        "macos" if match["macos"] else "windows" if match["windows"] else "linux"
    )
    machine = {"universal2": "", "intel": "", "32": "x86"}.get(match["machine"], match["machine"])
    return Target(system=system, machine=machine, musl=bool(match["musl"]))


HERE = Target(
    system="linux",
    machine=platform.machine(),
    python=f"{sys.version_info[0]}.{sys.version_info[1]}",
)


def of_tags(tags: Iterable[str]) -> Target | None:
    """The target of most of ``tags``, in WHEEL's form; None if they are for any."""
    platforms = (each.rpartition("-")[2] for each in tags)
    found = Counter(filter(None, map(_of_tag, platforms)))
    return found.most_common(1)[0][0] if found else None


def chosen(wheels: tuple[Path, ...], target: Target | None) -> tuple[tuple[Path, ...], str]:
    """The wheels that can be installed together, and a phrase on the others.

    Without a target, that is all of them; if there are several of one release, the largest set
    that goes together, preferably for this interpreter.
    """
    tags = {each: found for each in wheels if (found := _tags(each))}
    if target is None:
        releases = Counter("-".join(each.name.split("-")[:2]) for each in tags)
        if all(number == 1 for number in releases.values()):
            return wheels, ""
        of_first = (_of_wheel(each) for each in tags.values())
        candidates = (HERE, *(each for each in of_first if each))
        target = max(candidates, key=lambda t: sum(any(map(t.admits, e)) for e in tags.values()))
    kept = tuple(each for each in wheels if each not in tags or any(map(target.admits, tags[each])))
    if len(kept) == len(wheels):
        return kept, ""
    python = f"Python {target.python} on " if target.python else ""
    return kept, (
        f"{len(wheels) - len(kept)} wheels that are not for {python}{target.title} "
        "(--python-version and --python-platform choose another)"
    )


def _of_wheel(tags: frozenset[Tag]) -> Target | None:
    for tag in sorted(tags, key=str):
        if found := _of_tag(tag.platform):
            minor = tag.interpreter[3:] if tag.interpreter.startswith("cp3") else ""
            threads = "t" if tag.abi.endswith("t") else ""
            return msgspec.structs.replace(found, python=f"3.{minor}{threads}" if minor else "")
    return None


def _tags(wheel: Path) -> frozenset[Tag]:
    try:
        return parse_wheel_filename(wheel.name)[3]
    except InvalidWheelFilename:
        return frozenset()
