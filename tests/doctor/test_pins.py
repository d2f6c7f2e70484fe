"""What a requirement allows, and what it tells of the build that stamped it."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from native_skew.doctor.inventory import Distribution, nameless
from native_skew.doctor.pins import Pin, Pins


def distribution(name: str, version: str, *requires: str) -> Distribution:
    return replace(nameless(()), name=name, version=version, requires_dist=requires)


def pin(text: str, installed: str = "1.5") -> Pin:
    holder = distribution("app", "1", text)
    (found,) = Pins([holder, distribution("lib", installed)], "3.11").of(holder).values()
    return found


@pytest.mark.parametrize(
    ("specifier", "bounded", "lowest"),
    [
        ("", False, ""),
        (">=1", False, "1"),
        (">1", False, ""),
        ("!=1", False, ""),
        ("<2", True, ""),
        ("<=2", True, ""),
        ("==1.5", True, "1.5"),
        ("==1.*", True, "1"),
        ("~=1.5", True, "1.5"),
        ("===1.5", True, ""),
        (">=1,<2", True, "1"),
    ],
)
def test_what_a_specifier_tells(specifier: str, bounded: bool, lowest: str) -> None:
    found = pin(f"lib{specifier}")
    assert (found.bounded, found.lowest, found.range) == (bounded, lowest, f"lib{found.specifier}")


@pytest.mark.parametrize(
    ("specifier", "installed", "holds"),
    [
        (">=1", "1.5", True),
        (">=2", "1.5", False),
        (">=1", "1.5rc1", True),
        ("<1.5", "1.5rc1", False),
        ("<1.5", "not a version", True),  # nothing can be said of it
    ],
)
def test_what_holds(specifier: str, installed: str, holds: bool) -> None:
    assert pin(f"lib{specifier}", installed).holds is holds


def test_what_is_not_installed_does_not_hold() -> None:
    holder = distribution("app", "1", "lib", "other; extra == 'more'", "third; python_version<'3'")
    (violated,) = Pins([holder], "3.11").violated()
    assert (violated.provider, violated.installed) == ("lib", None)
