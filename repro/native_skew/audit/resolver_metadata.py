"""What one file says of its requirements, in a form where the same meaning is the same text.

Order, spacing, case, ``_`` and ``-``, line endings, and how specifiers are spread over lines do
not matter: https://packaging.python.org/en/latest/specifications/dependency-specifiers/
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any

import msgspec
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, Specifier, SpecifierSet
from packaging.utils import canonicalize_name, canonicalize_version

from native_skew.audit.redaction import without_credentials
from native_skew.distributions import metadata
from native_skew.findings import plain


def understood(texts: Iterable[str]) -> Iterator[Requirement]:
    """The requirements among ``texts``."""
    for each in texts:
        with suppress(InvalidRequirement, RecursionError):
            yield Requirement(each)


def applying(
    found: Iterable[Requirement], environment: Mapping[str, str], extra: str = ""
) -> tuple[Requirement, ...]:
    """Those whose markers are true in ``environment``, with one ``extra`` or none."""
    seen = {**environment, "extra": extra}
    return tuple(each for each in found if not each.marker or each.marker.evaluate(seen))


class ResolverMetadata(msgspec.Struct, frozen=True, kw_only=True):
    """The part of core metadata that resolvers read, normalised."""

    name: str
    version: str
    metadata_version: str
    requires_dist: tuple[str, ...]  # one text per distribution, extras and marker; sorted
    requires_python: str  # empty if there is none
    extras: tuple[str, ...]
    dynamic: tuple[str, ...]  # as written: tools differ in how they read its spelling
    problems: tuple[str, ...] = ()  # requirements that cannot be understood

    @property
    def is_dynamic(self) -> bool:
        """Whether it says ``Dynamic: Requires-Dist``, in any spelling."""
        return any(each.strip().lower() == "requires-dist" for each in self.dynamic)

    @property
    def promises_static(self) -> bool:
        """Whether an sdist promises that built metadata will say the same (PEP 643)."""
        numbers = self.metadata_version.split(".")
        known = [int(each) for each in numbers if each.isdigit()]
        return tuple(known) >= (2, 2) and not self.is_dynamic

    def applicable(
        self, environment: Mapping[str, str], extra: str = ""
    ) -> tuple[Requirement, ...]:
        """What it requires in ``environment``, with one ``extra`` or none."""
        return applying(map(Requirement, self.requires_dist), environment, extra)

    def names(self) -> frozenset[str]:
        """The distributions that it requires without an extra, in any environment."""
        return frozenset(
            canonicalize_name(found.name)
            for found in map(Requirement, self.requires_dist)
            if not (found.marker and "extra ==" in str(found.marker))
        )


def parse(data: bytes) -> ResolverMetadata:
    """Reads METADATA or PKG-INFO; raises ``ValueError`` if there is no name or version."""
    core = metadata.parse(data)
    requires, problems = _requirements(core.requires_dist)
    python = core.requires_python
    try:
        python = ",".join(sorted({_one_specifier(each) for each in SpecifierSet(python)}))
    except InvalidSpecifier:
        python = plain(python)
        problems.append(f"Requires-Python: {python}")
    return ResolverMetadata(
        name=canonicalize_name(core.name),
        version=plain(core.version),
        metadata_version=plain(core.metadata_version),
        requires_dist=requires,
        requires_python=python,
        extras=tuple(sorted({canonicalize_name(each) for each in core.provides_extra})),
        dynamic=tuple(map(plain, core.dynamic)),
        problems=tuple(problems),
    )


def _one_specifier(specifier: Specifier) -> str:
    """A specifier with its version in normal form: ``<2`` for ``<2.0``."""
    operator, version = specifier.operator, specifier.version
    if operator == "===":
        return str(specifier)
    if version.endswith(".*"):
        return f"{operator}{version.lower()}"
    return operator + canonicalize_version(version, strip_trailing_zero=operator != "~=")


def _requirements(texts: Iterable[str]) -> tuple[tuple[str, ...], list[str]]:
    """Joins them by distribution and condition: ``numpy>=1``, ``numpy<3`` to ``numpy<3,>=1``."""
    joined: dict[tuple[str, str, str], tuple[set[str], set[str]]] = {}
    problems = []
    for text in texts:
        try:
            each = Requirement(text)
        except (InvalidRequirement, RecursionError):
            problems.append(plain(without_credentials(text)))
            continue
        # packaging has no public tree; its private one has had this form since its first release.
        marker = _expression(each.marker._markers) if each.marker else ""
        key = (canonicalize_name(each.name), marker, without_credentials(each.url or ""))
        extras, specifiers = joined.setdefault(key, (set(), set()))
        extras |= set(map(canonicalize_name, each.extras))
        specifiers |= set(map(_one_specifier, each.specifier))
    found = []
    for (name, marker, url), (extras, specifiers) in joined.items():
        extra = f"[{','.join(sorted(extras))}]" if extras else ""
        where = f" @ {url} " if url else ",".join(sorted(specifiers))
        found.append(f"{name}{extra}{where}" + (f"; {marker}" if marker else ""))
    return tuple(sorted(found)), problems


def _expression(node: Any) -> str:
    """A marker's tree with the operands of ``and`` and ``or`` sorted."""
    if isinstance(node, tuple):
        left, operator, right = (each.serialize() for each in node)
        return f"{left} {operator} {right}"
    alternatives: list[list[str]] = [[]]
    for each in node:
        if each == "or":
            alternatives.append([])
        elif each != "and":
            text = _expression(each)
            alternatives[-1].append(
                f"({text})" if isinstance(each, list) and "or" in each else text
            )
    return " or ".join(sorted({" and ".join(sorted(set(each))) for each in alternatives}))
