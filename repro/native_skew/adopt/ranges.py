"""Version ranges of a provider, each of one ABI."""

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

# How many parts at the end of a version may differ within one ABI. The template
# native-consumer has the same words.
_FREE_PARTS: dict[Granularity, int] = {"exact": 0, "patch": 1, "minor": 2}


def parsed(text: str) -> Requirement:
    """Reads the value of ``--range``: a requirement (PEP 508) with both bounds."""
    try:
        requirement = Requirement(text)
    except InvalidRequirement as error:
        raise RangeError(text, str(error).splitlines()[0]) from error
    if not is_bounded(requirement.specifier):
        raise RangeError(text, "it has no lower and upper bound, and would hold later ABIs")
    return requirement


def is_bounded(specifier: SpecifierSet) -> bool:
    """Whether a range has both bounds, as ``>=1,<2``, ``~=1.4`` and ``==1.4`` do."""
    operators = {each.operator for each in specifier}
    exact = bool(operators & {"==", "===", "~="})
    return exact or bool(operators & {">=", ">"} and operators & {"<", "<="})


def lowest(specifiers: Iterable[SpecifierSet]) -> Version | None:
    """The highest of the lower bounds; None if there is none."""
    bounds = (each for specifier in specifiers for each in specifier)
    return max((Version(each.version) for each in bounds if each.operator == ">="), default=None)


def one_abi(oldest: Version, granularity: Granularity) -> SpecifierSet | None:
    """The versions from ``oldest`` on that have its ABI; None if it has too few parts.

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
    """``requirement`` with another range, but the same name, extras and marker.

    The lower bound comes first, as people write it.
    """
    bounds = sorted(map(str, specifier), key=lambda text: (text.startswith("<"), text))
    extras = f"[{','.join(sorted(requirement.extras))}]" if requirement.extras else ""
    marker = f"; {requirement.marker}" if requirement.marker else ""
    return f"{requirement.name}{extras}{','.join(bounds)}{marker}"


def same_name(one: str, other: str) -> bool:
    """Whether both names are of one distribution, or one is its module's."""
    return canonicalize_name(one) == canonicalize_name(other)


def is_in(name: str, names: Iterable[str]) -> bool:
    """Whether ``name`` and one of ``names`` are of the same distribution."""
    return any(same_name(name, each) for each in names)
