"""What an isolated build finds in its environment, and signs of how the build will end."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from contextlib import suppress
from functools import cached_property

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from native_skew.audit.errors import ReleaseError
from native_skew.audit.providers import Providers, wanted
from native_skew.audit.resolver_metadata import applying
from native_skew.audit.targets import TargetPython
from native_skew.distributions import SourceTexts, imported, imports_at_once

GONE_SINCE = "82.0.0"  # https://setuptools.pypa.io/en/latest/history.html#v82-0-0
_DEPTH = 3  # how far requirements are followed
_NATIVE_BACKENDS = {"mesonpy", "scikit_build_core", "maturin", "py_build_cmake"}
_NATIVE_TOOLS = frozenset({
    "cmake", "cython", "nanobind", "pybind11", "scikit-build", "setuptools-dso", "torch",
})  # fmt: skip
# What a setup.py imports to compile with, under the distribution's own name.
BUILT_WITH = _NATIVE_TOOLS | {"numpy"}
_EXTENSION = re.compile(r"\b(\w*Extension|ext_modules|cffi_modules)\b")


class BuildEnvironment:
    """What a build on ``target`` gets for ``requirements`` within ``limits``, as an index tells.

    Attributes:
        asked: the requirements that apply there.
        names: the distributions that they name.
        is_told: whether the index had all that was looked up so far.

    """

    def __init__(
        self,
        requirements: Iterable[Requirement],
        limits: Iterable[Requirement],
        target: TargetPython,
        providers: Providers,
    ) -> None:
        self.asked = applying(requirements, target.environment)
        self.names: set[str] = {canonicalize_name(each.name) for each in self.asked}
        self._limits = applying(limits, target.environment)
        self._target, self._providers = target, providers
        self.is_told = True

    def newest(self, name: str) -> str | None:
        """The version of ``name`` that the build gets."""
        return self._providers.newest(name, self.asks(name), self._target)

    def asks(self, name: str) -> SpecifierSet:
        """What the requirements and constraints together ask of ``name``."""
        stated = wanted([*self.asked, *self._limits], name) or SpecifierSet()
        return stated & self._in_turn.get(name, SpecifierSet())

    def has(self, name: str) -> bool:
        """Whether the environment has ``name`` at all."""
        return name in self.names or name in self._in_turn

    def lacks(self, source: SourceTexts, names: AbstractSet[str]) -> dict[str, str]:
        """What setup.py always imports of ``names`` and the environment lacks, by import name."""
        if not source.is_built_by_setuptools:
            return {}
        modules: dict[str, str] = {canonicalize_name(e): e for e in imported(source.setup_py)}
        return {
            name: modules[name]
            for name in sorted(modules.keys() & names)
            if modules[name] not in sys.stdlib_module_names
            and imports_at_once(source.setup_py, modules[name])
            and not self.has(name)
            and not self._is_vendored(modules[name])
        }

    @cached_property
    def _in_turn(self) -> dict[str, SpecifierSet]:
        """What the newest versions of the requirements require, by name."""
        found: dict[str, SpecifierSet] = {}
        seen = set[str]()
        waiting = [(each, 0) for each in self.asked]
        while waiting:
            each, depth = waiting.pop()
            name = canonicalize_name(each.name)
            if depth:
                found[name] = found.get(name, SpecifierSet()) & each.specifier
            if name in seen or depth == _DEPTH:
                continue
            seen.add(name)
            allowed = each.specifier & (wanted(self._limits, name) or SpecifierSet())
            try:
                version = self._providers.newest(name, allowed, self._target)
                more = self._providers.requires(name, version, self._target)
            except ReleaseError:
                self.is_told = False
            else:
                waiting += [(brought, depth + 1) for brought in more]
        return found

    def _is_vendored(self, module: str) -> bool:
        """Whether its setuptools vendors ``module`` and puts it on the path.

        https://setuptools.pypa.io/en/latest/history.html#v71-0-0
        """
        with suppress(ReleaseError):  # from elsewhere than the index
            if version := self.newest("setuptools"):
                folder = f"setuptools/_vendor/{module}"
                return self._providers.brings("setuptools", version, folder, self._target)
        return False


def native_sign(source: SourceTexts, built_with: set[str]) -> str:
    """The sign, in words, that an sdist that is ``built_with`` these compiles something."""
    backend = source.backend.partition(".")[0].partition(":")[0]
    if found := _EXTENSION.search(source.setup_py):
        return f"whose setup.py has {found[1]}"
    if backend in _NATIVE_BACKENDS:
        return f"which {backend} compiles"
    tools = ", ".join(sorted(built_with & _NATIVE_TOOLS))
    return f"which is built with {tools}" if tools else ""


def rotten_file(
    build: Iterable[Requirement],
    provider: str,
    version: str,
    target: TargetPython,
    providers: Providers,
) -> str | None:
    """The file of ``provider`` because of which a build with that version fails, if any."""
    if not takes_today(build):
        return None
    texts = providers.python(provider, version, target)
    rotten = (path for path in sorted(texts) if imports_at_once(texts[path], "pkg_resources"))
    return next(rotten, None)


def takes_today(build: Iterable[Requirement]) -> bool:
    """Whether a build may take a setuptools that has no pkg_resources."""
    specifiers = wanted(build, "setuptools")
    return specifiers is None or specifiers.contains(GONE_SINCE)
