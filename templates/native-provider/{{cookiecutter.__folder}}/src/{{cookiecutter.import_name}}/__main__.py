"""Prints the requirement that a consumer should declare: python -m ... [OLDEST]."""

from __future__ import annotations

import sys

from .version import __version__, abi_requires

print(abi_requires(sys.argv[1] if len(sys.argv) > 1 else __version__))
