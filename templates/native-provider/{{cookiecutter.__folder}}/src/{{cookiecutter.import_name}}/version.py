"""The version, the part of it that is the ABI, and what a consumer should declare."""

from __future__ import annotations

import re
from importlib import metadata

# How many parts of the version the SONAME carries; CMakeLists.txt has the same number,
# and the tests compare the two.
ABI_PARTS = {{ cookiecutter.__abi_parts }}

_distribution = "{{ cookiecutter.distribution }}"

__version__ = metadata.version(_distribution)


def _release(version: str) -> list[int]:
    match = re.match(r"\d+(?:\.\d+)*", version)
    if match is None:
        raise ValueError(f"not a version: {version!r}")
    return [int(part) for part in match[0].split(".")]


def abi_of(version: str) -> str:
    """The part of a version that decides the ABI."""
    return ".".join(map(str, _release(version)[:ABI_PARTS]))


def abi_requires(oldest: str) -> str:
    """The requirement on all releases with the ABI of `oldest`, from that one on.

    To be written into a consumer's pyproject.toml, both in build-system.requires and in
    project.dependencies. It depends on its argument alone, never on what is installed, so
    that calling it in a build cannot make two builds of one release differ.
    """
    *kept, last = abi_of(oldest).split(".")
    if len(_release(oldest)) == ABI_PARTS:
        return f"{_distribution}=={oldest}"
    return f"{_distribution}>={oldest},<{'.'.join([*kept, str(int(last) + 1)])}"


abi_version = abi_of(__version__)
