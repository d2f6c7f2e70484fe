"""What the machine must have, checked before anything is fetched.

Uses only the standard library: noxfile.py checks too, when nothing is installed yet.
"""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

OLDEST_PYTHON = (3, 10)
# What is fetched in place of a C compiler; measured on x86-64 with the release 0.17.1.
ZIGLANG_SIZE = "101 MB, 413 MB unpacked"
_COMPILERS = ("cc", "gcc", "clang")


def lacks_for_environments() -> str | None:
    """What keeps this Python from creating an environment with pip, and what to do; or None."""
    version = ".".join(map(str, sys.version_info[:2]))
    this = f"{sys.executable} (Python {version})"
    if sys.version_info < OLDEST_PYTHON:
        return f"{this}: Python 3.10 or newer is needed; start noxfile.py with one"
    # Debian ships venv without it: https://packages.debian.org/stable/python3-venv
    if any(importlib.util.find_spec(name) is None for name in ("venv", "ensurepip")):
        default = Path("/usr/bin/python3").resolve() == Path(sys.executable).resolve()
        debian = "python3-venv" if default else f"python{version}-venv"
        return (
            f"{this}: cannot make an environment with pip (no venv or ensurepip); install "
            f"{debian} (Debian, Ubuntu: apt-get install {debian}; Fedora: dnf install python3-pip; "
            "Alpine: apk add python3 py3-pip; macOS: brew install python)"
        )
    return None


def lacks_for_laboratory() -> str | None:
    """What keeps the reproduction from running here, and what to do; or None."""
    platform = sys.platform
    if platform == "linux":
        return None
    return (
        f"{platform}: the reproduction needs Linux (ELF shared objects); "
        "use a Linux container, or read the recorded results"
    )


def c_compiler() -> tuple[str, str] | None:
    """The name and path of a C compiler that can link shared objects here, or None.

    It is tried: a compiler without the C library's development files is on the PATH and links
    nothing.
    """
    with tempfile.TemporaryDirectory() as folder:
        for name in _COMPILERS:
            path = shutil.which(name)
            if path and _links(path, folder):
                return name, path
    return None


def _links(compiler: str, folder: str) -> bool:
    command = [compiler, "-shared", "-fPIC", "-xc", "-", "-o", str(Path(folder, "probe.so"))]
    source = b"#include <stdlib.h>\nint probe(void) { return abs(0); }\n"
    try:
        return not subprocess.run(
            command, input=source, capture_output=True, check=False
        ).returncode
    except OSError:
        return False
