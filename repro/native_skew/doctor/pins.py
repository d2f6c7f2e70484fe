"""What the installed distributions require of each other, and which requirements are violated."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress

import msgspec
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

from native_skew.distributions import Distribution

# What applies only to an extra is not required. An «or» is left to the full parser, unless it is
# in parentheses before: CUDA's packages have a hundred of these, and each takes 0.1 ms.
_EXTRA = re.compile(
    r";(?!.*\bor\b).*\bextra\s*==|;\s*\([^()]*\)\s*and\s+extra\s*==\s*(['\"])[^'\"]+\1\s*\Z"
)
_IN_EXTRA = re.compile(r";.*\bextra\s*==\s*(['\"])([^'\"]+)\1")
_LONGEST = 4096  # characters of a requirement
_NAME = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(\Z|;)")


class Pin(msgspec.Struct, frozen=True, kw_only=True):
    """A Requires-Dist that applies here; ``installed`` is None where the provider is not.

    ``provider`` is tensorflow-cpu, where that is installed and tensorflow is asked for.
    """

    holder: Distribution
    text: str
    provider: str
    specifier: SpecifierSet
    installed: Distribution | None

    @property
    def holds(self) -> bool:
        """Whether the installed version is one of those asked for."""
        return self.installed is not None and self.admits(self.installed.version)

    @property
    def is_of_variant(self) -> bool:
        """Whether the provider has another name than the requirement."""
        return not self.text.lower().replace("_", "-").startswith(self.provider)

    @property
    def is_missed(self) -> bool:
        """Whether it is not installed, but should be.

        Debian's python3-gi does without pycairo, which another package of Debian's brings.
        """
        return self.installed is None and not self.holder.of_system

    def admits(self, version: str) -> bool:
        """Whether ``version`` is one of those asked for."""
        try:
            return self.specifier.contains(Version(version))
        except ValueError:
            return True  # nothing can be said of what is not a version

    @property
    def range(self) -> str:
        """Name and versions, without marker or extras."""
        return f"{self.provider}{self.specifier}"

    @property
    def bounded(self) -> bool:
        """Whether newer versions are ruled out, as a stamped requirement does."""
        return any(each.operator in ("<", "<=", "==", "~=", "===") for each in self.specifier)

    @property
    def lowest(self) -> str:
        """The lower bound of the range, from which a stamp was made; or empty."""
        lows = [each.version for each in self.specifier if each.operator in (">=", "==", "~=")]
        return lows[0].removesuffix(".*") if lows else ""


class Pins:
    """All requirements that apply.

    ``python`` is the environment's ``major.minor``, and ``full_version`` has three numbers: empty
    if they are not known; then, a marker that depends on the third number counts as false.
    ``markers`` are the platform's values for markers; None for this machine's.
    """

    def __init__(
        self,
        distributions: Iterable[Distribution],
        python: str,
        full_version: str = "",
        markers: Mapping[str, str] | None = None,
    ) -> None:
        self._installed = {each.name: each for each in distributions if each.name}
        environ: dict[str, str] = {**default_environment(), **(markers or {}), "extra": ""}  # type: ignore[dict-item]
        python = python.removesuffix("t")
        full = (full_version,) if full_version else (f"{python}.0", f"{python}.99")
        of_python = ({"python_version": python, "python_full_version": each} for each in full)
        environs = [{**environ, **each} for each in of_python] if python else [environ]
        self._of: dict[str, dict[str, Pin]] = {}
        for holder in self._installed.values():
            pins = (_pin(holder, text, self._installed, environs) for text in holder.requires_dist)
            self._of[holder.name] = {pin.provider: pin for pin in pins if pin}

    def of(self, holder: Distribution) -> Mapping[str, Pin]:
        """What ``holder`` requires, by provider."""
        return self.of_name(holder.name)

    def of_name(self, holder: str) -> Mapping[str, Pin]:
        """The same, for the distribution with the name ``holder``."""
        return self._of.get(holder, {})

    def in_turn(self, holder: Distribution) -> Mapping[str, Pin]:
        """What ``holder`` requires, and what that requires in turn: by provider, the nearest pin."""
        found, waiting = {**self.of(holder)}, [*self.of(holder)]
        for name in waiting:  # grows meanwhile
            more = {n: pin for n, pin in self.of_name(name).items() if n not in found}
            found |= more
            waiting += more
        return found

    def has(self, requirement: str) -> bool:
        """Whether a version of ``requirement`` is installed already."""
        try:
            wanted = Requirement(requirement)
            found = self._installed.get(canonicalize_name(wanted.name))
            return found is not None and wanted.specifier.contains(Version(found.version))
        except ValueError:
            return False

    def requiring(self, provider: str, besides: str = "") -> tuple[str, ...]:
        """The names of those that require ``provider``, except ``besides``."""
        found = (name for name, pins in self._of.items() if provider in pins and name != besides)
        return tuple(sorted(found))

    def on(self, provider: str) -> list[Pin]:
        """Those that limit the versions of ``provider``."""
        found = [pins[provider] for pins in self._of.values() if provider in pins]
        return [each for each in found if each.specifier]

    def violated(self) -> list[Pin]:
        """Those that are violated."""
        return [pin for pins in self._of.values() for pin in pins.values() if not pin.holds]


def of_extras(holder: Distribution) -> Mapping[str, tuple[str, ...]]:
    """What ``holder`` requires on this system only in extras: names with versions, by extra."""
    found: dict[str, tuple[str, ...]] = {}
    for text in holder.requires_dist:
        extra = _IN_EXTRA.search(text) if len(text) <= _LONGEST else None
        if extra is None:
            continue
        with suppress(ValueError, RecursionError):
            requirement = Requirement(text)
            if requirement.marker and requirement.marker.evaluate({"extra": extra[2]}):
                plain = f"{canonicalize_name(requirement.name)}{requirement.specifier}"
                found[extra[2]] = (*found.get(extra[2], ()), plain)
    return found


def _pin(
    holder: Distribution,
    text: str,
    installed: Mapping[str, Distribution],
    environs: list[dict[str, str]],
) -> Pin | None:
    if len(text) > _LONGEST or _EXTRA.search(text):
        return None
    plain = _NAME.match(text)
    if plain and not plain[2]:  # a bare name: nothing to parse
        name, specifier = canonicalize_name(plain[1]), SpecifierSet()
    else:
        try:
            requirement = Requirement(text)
            marker = requirement.marker
            if marker and not all(marker.evaluate(each) for each in environs):
                return None
        except (ValueError, RecursionError):
            return None  # all that packaging raises of a stranger's text
        name, specifier = canonicalize_name(requirement.name), requirement.specifier
    if name not in installed:
        name = _variant(name, holder, installed)
    return Pin(
        holder=holder,
        text=text,
        provider=name,
        specifier=specifier,
        installed=installed.get(name),
    )


def _variant(
    name: NormalizedName, holder: Distribution, installed: Mapping[str, Distribution]
) -> NormalizedName:
    """What is installed instead of ``name`` and has its package, as tensorflow-cpu does.

    Never the one that requires it: mkl-service has a package ``mkl``, but is not mkl.
    """
    package = f"/{name.replace('-', '_')}/"
    named = (each for key, each in installed.items() if key.startswith(f"{name}-"))
    others = (each for each in named if each.name != holder.name)
    found = (each.name for each in others if any(package in path for path in each.files))
    return canonicalize_name(next(found, name))


def agree(specifiers: Collection[SpecifierSet]) -> bool:
    """Whether all admit some version: one that they name, one just above that, or any other."""
    named = {part.version.removesuffix(".*") for each in specifiers for part in each}
    tried = (*named, *(f"{each}.99999" for each in named), "0", "99999")
    for text in tried:
        with suppress(ValueError):
            version = Version(text)
            if all(each.contains(version) for each in specifiers):
                return True
    return False
