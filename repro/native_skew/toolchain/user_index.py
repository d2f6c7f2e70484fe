"""``--live``: the user's own package index, for scenarios about real distributions."""

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
    asked = [sys.executable, "-m", "pip", "config", "get", "global.index-url"]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    if url := done.stdout.strip():
        return url
    # Half a second of imports for one constant, which the other commands do without.
    from pypi_simple import PYPI_SIMPLE_ENDPOINT  # noqa: PLC0415

    return PYPI_SIMPLE_ENDPOINT
