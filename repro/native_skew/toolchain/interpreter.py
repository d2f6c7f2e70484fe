"""The Python that a cell installs into: its name, tags and headers."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import msgspec

from native_skew.errors import InterpreterError, SkewError

# Run by the interpreter itself: none of this can be known from outside.
_QUESTION = """
import json, platform, sys, sysconfig
print(json.dumps({
    "version": platform.python_version(),
    "implementation": sys.implementation.name,
    "platform": sysconfig.get_platform(),
    "include": sysconfig.get_paths()["include"],
}))
"""


def minor_of(version: str) -> str:
    """``3.12`` of ``3.12.4``."""
    return ".".join(version.split(".")[:2])


# Of wheel tags, by implementation.
PREFIX = {"cpython": "cp", "pypy": "pp"}


class Interpreter(msgspec.Struct, frozen=True, kw_only=True):
    """An interpreter that cells can use. ``platform`` is sysconfig's, e.g. ``linux-x86_64``."""

    path: str
    version: str
    implementation: str
    platform: str
    include: str

    @property
    def name(self) -> str:
        """The interpreter's wheel tag, e.g. ``cp311``; used in a cell's name."""
        return PREFIX.get(self.implementation, "py") + self.minor.replace(".", "")

    @property
    def minor(self) -> str:
        """``major.minor`` of its version."""
        return minor_of(self.version)

    @property
    def platform_tag(self) -> str:
        """The wheel tag of what is compiled here, e.g. ``linux_x86_64``."""
        return self.platform.replace("-", "_").replace(".", "_")

    def require_headers(self) -> None:
        """Raises ``SkewError`` if there is no Python.h, which real packages need to build."""
        if not (Path(self.include) / "Python.h").is_file():
            raise SkewError(
                f"{self.path}: no Python.h at {self.include}; install the headers "
                "(Debian, Ubuntu: apt-get install python3-dev; Fedora: dnf install python3-devel) "
                "or name an interpreter that has them with --python"
            )


@cache
def find(name: str | None = None) -> Interpreter:
    """The interpreter called ``name``: a version (``3.12``), a path, or None for this one.

    Raises ``InterpreterError`` if it is missing, does not run, or is older than 3.10.
    """
    if name is None:
        path: str | None = getattr(sys, "_base_executable", None) or sys.executable
    elif "/" in name:
        path = name
    else:
        path = shutil.which(name) or shutil.which(f"python{name}")
    if path is None:
        raise InterpreterError(name or "", "no such interpreter is on the PATH")
    try:
        answer = subprocess.run(
            [path, "-I", "-c", _QUESTION], capture_output=True, text=True, timeout=30, check=True
        )
        facts = json.loads(answer.stdout)
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        told = type(error).__name__  # its text would be the whole question
        raise InterpreterError(name or path, f"it does not run as Python 3 ({told})") from error
    found = Interpreter(path=path, **facts)
    if tuple(map(int, found.version.split(".")[:2])) < (3, 10):
        raise InterpreterError(name or path, f"it is Python {found.version}")
    return found
