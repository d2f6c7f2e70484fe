"""What mends an import whose failure no file explains, as far as its own words tell."""

from __future__ import annotations

import re
from collections.abc import Iterator

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from native_skew.distributions import installed
from native_skew.doctor import system_libraries
from native_skew.doctor.environment import Environment
from native_skew.doctor.inventory import Distribution
from native_skew.doctor.mending import installing, moving, reinstalling
from native_skew.doctor.pins import Pins, of_extras
from native_skew.findings import Advice, Evidence

_SHOWN = 3  # names in a sentence; all are in the evidence


def explained(
    owner: Distribution, error: str, environment: Environment
) -> tuple[str, Evidence, tuple[Advice, ...]]:
    """A sentence on why ``owner`` fails with ``error``, what that rests on, and what mends it.

    Nothing of these where its files are as they were installed, and the words name nothing that
    could be another version.
    """
    if changed := _changed(owner, environment):
        shown = ", ".join(f"`{each}`" for each in changed[:_SHOWN])
        more = f" and {len(changed) - _SHOWN} more" if changed[_SHOWN:] else ""
        are = "are not the ones" if changed[1:] else "is not the one"
        said = f"{shown}{more} {are} that {owner.title}'s RECORD lists: reinstall it."
        return said, {"changed": changed}, reinstalling(owner)
    if wanted := tuple(dict.fromkeys(_of_extras(owner, error, environment))):
        said = f"{owner.title} requires {' or '.join(wanted)} in an extra alone."
        advice = tuple(a for each in wanted for a in installing((each,), owner.installer))
        return said, {"requires": wanted}, advice
    if names := system_libraries.named_in(error):
        return (
            f"The system lacks {', '.join(f'`{each}`' for each in names)}.",
            {"needed": names},
            system_libraries.advise(names, environment.image),
        )
    if others := tuple(_named(owner, error, environment)):
        titles = " and ".join(each.title for each in others)
        said = f"It does not fit {titles}, though no requirement says so."
        names = tuple(each.name for each in others)
        return said, {"beside": names}, moving((owner.name, *names), owner.installer)
    return "", {}, ()


def _changed(owner: Distribution, environment: Environment) -> tuple[str, ...]:
    """The files of ``owner`` that something else has put there."""
    for site in environment.sites:
        for info in installed.info_folders(site):
            if canonicalize_name(info.partition("-")[0]) == owner.name:
                found = installed.changed(site, info)
                return tuple(environment.relative(f"{site}/{each}") for each in found)
    return ()


def _of_extras(owner: Distribution, error: str, environment: Environment) -> Iterator[str]:
    """What ``owner`` requires in an extra, is not installed, and is named by ``error``."""
    there = {each.name for each in environment.distributions}
    for requirements in of_extras(owner).values():
        for each in requirements:
            name = Requirement(each).name
            if name not in there and _is_named(name, error):
                yield each


def _named(owner: Distribution, error: str, environment: Environment) -> Iterator[Distribution]:
    """The distributions that ``owner`` requires, if in turn, and that ``error`` names."""
    pins = Pins(environment.distributions, environment.python, environment.full_version)
    required = pins.in_turn(owner)
    for each in environment.distributions:
        if each.name in required and each.name != owner.name and _is_named(each.name, error):
            yield each


def _is_named(name: str, error: str) -> bool:
    word = re.sub(r"[-_.]+", "[-_.]", re.escape(name).replace("\\-", "-").replace("\\.", "."))
    return re.search(rf"(?<![\w/-]){word}(?![\w-])", error, re.IGNORECASE) is not None
