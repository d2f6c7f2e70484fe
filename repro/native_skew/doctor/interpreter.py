"""An environment's interpreter, as its files tell: it is not started.

``bin/python`` decides, as when it is started; ``pyvenv.cfg`` adds the full version.
https://docs.python.org/3/library/venv.html#how-venvs-work
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

import msgspec

from native_skew.binaries import rooted
from native_skew.distributions import regular_files
from native_skew.doctor.errors import NotAnEnvironmentError

_CONFIGURATION_BYTES = 1 << 16
_MAKERS = ("uv", "virtualenv")
_NAMES = ("python", "python3")
_OF_NAME = re.compile(r"python(3\.\d+t?)d?")
_FULL = re.compile(r"(3\.\d+)\.\d+([a-z]+\d+)?")


class EnvironmentPython(msgspec.Struct, frozen=True, kw_only=True):
    """The interpreter of an environment; fields are empty if nothing tells."""

    program: Path | None = None  # its file, as the environment names it
    python: str = ""  # ``major.minor``, with a ``t`` at its end if it is free-threaded
    full_version: str = ""  # of three numbers
    gone: str = ""  # where ``bin/python`` leads to and no file is
    # Another interpreter to which ``bin/python`` leads, without a ``pyvenv.cfg`` that names it.
    of_others: str = ""
    home: str = ""  # the folder of the base interpreter, if this is a virtual environment
    made_by: str = ""  # the tool that ``pyvenv.cfg`` names; empty if that is Python itself
    sees_system: bool = False  # whether imports reach the packages of the base interpreter


def read(prefix: Path, root: str = "") -> EnvironmentPython:
    """The interpreter of the environment at ``prefix``, for which the folder ``root`` is ``/``.

    Raises NotAnEnvironmentError if its ``pyvenv.cfg`` cannot be read.
    """
    configuration = _configuration(prefix / "pyvenv.cfg")
    program, gone, named, of_others = None, "", "", ""
    for name in _NAMES:
        path = prefix / "bin" / name
        if not os.path.lexists(path):
            continue
        real = rooted.real(root, str(path))
        if os.path.isfile(real):  # noqa: PTH113  (a FIFO or a device runs nothing)
            program, gone = path, ""
            named = _version_in(Path(real).name)
            inside = real.startswith(f"{rooted.real(root, str(prefix))}/")
            made = (prefix / "bin/activate").exists() and not (prefix / "conda-meta").exists()
            of_others = real.removeprefix(root) if made and not (configuration or inside) else ""
            break
        gone = gone or real.removeprefix(root)
    written = configuration.get("version_info") or configuration.get("version", "")
    full = match[0] if (match := _FULL.match(written)) else ""
    # The record of conda's package is called ``python-VERSION-BUILD``.
    records = [] if full else (prefix / "conda-meta").glob("python-3.*.json")
    full = next((m[0] for e in records if (m := _FULL.match(e.name.split("-")[1]))), full)
    minor = ".".join(full.split(".")[:2])
    python = named or minor or _newest(prefix)
    home = configuration.get("home", "")
    return EnvironmentPython(
        program=program,
        python=python,
        full_version=full if python.rstrip("t") == minor else "",
        gone=gone,
        of_others=of_others,
        home=f"{root}{home}" if home else "",
        made_by=next((each for each in _MAKERS if each in configuration), ""),
        sees_system=configuration.get("include-system-site-packages", "").lower() == "true",
    )


def _configuration(path: Path) -> Mapping[str, str]:
    # https://docs.python.org/3/library/site.html: ``key = value`` lines
    try:
        lines = regular_files.text(str(path), _CONFIGURATION_BYTES).splitlines()
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise NotAnEnvironmentError(path, error.strerror or "unreadable") from error
    pairs = (line.partition("=") for line in lines)
    return {key.strip().lower(): value.strip() for key, _, value in pairs}


def _newest(prefix: Path) -> str:
    folders = [each for name in ("lib", "lib64") for each in (prefix / name).glob("python3.*")]
    found = {v for each in folders if (v := _version_in(each.name))}
    return max(found, key=lambda v: int(v.rstrip("t").split(".")[1]), default="")


def _version_in(name: str) -> str:
    match = _OF_NAME.fullmatch(name)
    return match[1] if match else ""
