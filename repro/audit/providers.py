"""The other distributions: which version is newest, and which libraries it ships."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from repro.audit.facts import Contents
from repro.audit.release import File, Reader
from repro.audit.simple import Index
from repro.audit.targets import Target

_PYTHON_BUDGET = 256 * 1024  # bytes of a provider's Python files


class Providers:
    """Distributions on an index, as one target sees them."""

    def __init__(self, index: Index, reader: Reader) -> None:
        self._index, self._reader = index, reader

    def newest(self, name: str, specifier: SpecifierSet, target: Target) -> str | None:
        """The newest version that ``specifier`` allows and ``target`` can have, if any.

        Pre-releases as installers take them: where the specifier names one, or nothing else fits.

        Raises:
            AuditError: the index cannot be asked.

        """
        usable = {
            each.version
            for each in self._index.files(name)
            if not each.yanked
            and target.admits(each.requires_python)
            and (not each.is_wheel or target.rank(each) is not None)
        }
        return max(specifier.filter(usable), key=Version, default=None)

    def contents(self, name: str, version: str, target: Target) -> Contents | None:
        """What the wheel of that version for ``target`` holds; None where there is no wheel.

        Raises:
            AuditError: it cannot be read.

        """
        files = self._index.files(name)
        wheel = target.best(each for each in files if each.version == version)
        return self._reader.contents(wheel, 0, _PYTHON_BUDGET) if wheel else None

    def files(self, name: str) -> tuple[File, ...]:
        """See ``Index.files``."""
        return self._index.files(name)


def wanted(requirements: Iterable[Requirement], name: str) -> SpecifierSet | None:
    """What ``requirements`` ask of distribution ``name``, together; None: they do not name it."""
    found = [each for each in requirements if canonicalize_name(each.name) == name]
    if not found:
        return None
    together = SpecifierSet()
    for each in found:
        together &= each.specifier
    return together


def shipped(contents: Contents) -> frozenset[str]:
    """The file names of a distribution's shared objects."""
    return frozenset(PurePosixPath(each).name for each in contents.libraries)


def stem(library: str) -> str:
    """A library's name without its version: ``libX.so.1`` is ``libX.so``."""
    return library.partition(".so")[0] + ".so"
