"""Providers that cannot be built against with today's setuptools, as far as their files tell.

pkg_resources is gone since setuptools 82: https://setuptools.pypa.io/en/latest/history.html#v82-0-0
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from native_skew.distributions import Distribution, imports_at_once, regular_files

_FILES, _BYTES = 64, 256 * 1024  # of Python, near the top of a provider's package


def importer_of_pkg_resources(provider: Distribution, sites: Iterable[Path]) -> str:
    """The first of the provider's files that imports pkg_resources in any case; empty for none.

    Args:
        provider: with the paths of its shared objects, which tell its packages.
        sites: the folders that imports search.

    """
    for path in islice(_python_files(provider, sites), _FILES):
        try:
            text = regular_files.text(str(path), _BYTES)
        except OSError:
            continue
        if imports_at_once(text, "pkg_resources"):
            return f"{path.parent.name}/{path.name}"
    return ""


def _python_files(provider: Distribution, sites: Iterable[Path]) -> Iterator[Path]:
    for site in sites:
        inside = (Path(f).relative_to(site) for f in provider.files if Path(f).is_relative_to(site))
        for package in sorted({path.parts[0] for path in inside if len(path.parts) > 1}):
            yield from sorted((site / package).glob("*.py"))
