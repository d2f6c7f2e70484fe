"""The user's own package index, and how pip is set up to reach it."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache


@cache
def index_url() -> str:
    """The index that the user's pip asks, or the public one."""
    for name in ("PIP_INDEX_URL", "UV_DEFAULT_INDEX", "UV_INDEX_URL"):
        if url := os.environ.get(name):
            return url
    if url := pip_setting("index-url"):
        return url
    # Half a second of imports for one constant, which the other commands do without.
    from pypi_simple import PYPI_SIMPLE_ENDPOINT  # noqa: PLC0415

    return PYPI_SIMPLE_ENDPOINT


def pip_setting(name: str) -> str | None:
    """What the user's pip is told by an option of all its commands, as ``cert`` or ``proxy``.

    By a variable or by its configuration files, which pip is asked for:
    https://pip.pypa.io/en/stable/topics/configuration/
    """
    variable = f"PIP_{name.upper().replace('-', '_')}"
    return os.environ.get(variable) or _configured(name)


@cache
def _configured(name: str) -> str | None:
    # `pip config list` does not tell which of two files holds.
    asked = [sys.executable, "-m", "pip", "config", "get", f"global.{name}"]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    return done.stdout.strip() or None
