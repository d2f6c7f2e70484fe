"""One range of one ABI: which versions of a provider may be declared."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, get_args

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from native_skew.adopt.errors import RangeError

Granularity = Literal["exact", "patch", "minor"]
GRANULARITIES: tuple[Granularity, ...] = get_args(Granularity)

# How many parts at the end of a version may differ within one ABI; the same words as in
# the template native-consumer.
_FREE_PARTS: dict[Granularity, int] = {"exact": 0, "patch": 1, "minor": 2}


def parsed(text: str) -> Requirement:
    """Reads what ``--range`` was given: a requirement (PEP 508) with both bounds."""
    try:
        requirement = Requirement(text)
    except InvalidRequirement as error:
        raise RangeError(text, str(error).splitlines()[0]) from error
    if not is_bounded(requirement.specifier):
        raise RangeError(text, "it has no lower and upper bound, and would hold later ABIs")
    return requirement


def is_bounded(specifier: SpecifierSet) -> bool:
    """Whether a range ends on both sides, as ``>=1,<2``, ``~=1.4`` and ``==1.4`` do."""
    operators = {each.operator for each in specifier}
    exact = bool(operators & {"==", "===", "~="})
    return exact or bool(operators & {">=", ">"} and operators & {"<", "<="})


def lowest(specifiers: Iterable[SpecifierSet]) -> Version | None:
    """The highest of the lower bounds; None where there is none."""
    bounds = (each for specifier in specifiers for each in specifier)
    return max((Version(each.version) for each in bounds if each.operator == ">="), default=None)


def one_abi(oldest: Version, granularity: Granularity) -> SpecifierSet | None:
    """The versions from ``oldest`` on that have its ABI; None where it has too few parts.

    ``7.0.7.99.1.2`` gives ``>=7.0.7.99.1.2,<7.0.7.99.2`` for «patch», which is what
    ``epicscorelibs.version.abi_requires()`` computes.
    """
    if granularity == "exact":
        return SpecifierSet(f"=={oldest}")
    kept = oldest.release[: len(oldest.release) - _FREE_PARTS[granularity]]
    if not kept:
        return None
    following = ".".join(map(str, (*kept[:-1], kept[-1] + 1)))
    return SpecifierSet(f">={oldest},<{following}")


def written(requirement: Requirement, specifier: SpecifierSet) -> str:
    """``requirement`` with another range: its name, extras and marker stay.

    The lower bound comes first, as people write it.
    """
    bounds = sorted(map(str, specifier), key=lambda text: (text.startswith("<"), text))
    extras = f"[{','.join(sorted(requirement.extras))}]" if requirement.extras else ""
    marker = f"; {requirement.marker}" if requirement.marker else ""
    return f"{requirement.name}{extras}{','.join(bounds)}{marker}"


def same_name(one: str, other: str) -> bool:
    """Whether two names are of one distribution, or of a distribution and its module."""
    return canonicalize_name(one) == canonicalize_name(other)


def is_in(name: str, names: Iterable[str]) -> bool:
    """Whether ``name`` is of the same distribution as one of ``names``."""
    return any(same_name(name, each) for each in names)
