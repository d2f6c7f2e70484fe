"""What a requirement allows, and what it tells of the build that stamped it."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from native_skew.distributions import Distribution, nameless
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


def pins(*distributions: Distribution, python: str = "3.11", **more: object) -> Pins:
    return Pins(distributions, python, **more)  # type: ignore[arg-type]


def required(text: str, python: str = "3.11", **more: object) -> list[str]:
    """The providers that ``text`` requires."""
    return [*pins(distribution("app", "1", text), python=python, **more).of_name("app")]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Lib_X", ["lib-x"]),
        ("lib ;", []),
        ("lib>=1", ["lib"]),
        ("lib[extra]", ["lib"]),
        ("lib; extra == 'more'", []),
        ("lib; python_version > '3' and extra == 'more'", []),
        ("lib; extra == 'more' or python_version > '3'", ["lib"]),
        ("lib; (python_version > '3' or os_name == 'nt') and extra == \"more\"", []),
        ("lib; (extra == 'more' or python_version > '3')", ["lib"]),
        ("lib; extra != 'more'", ["lib"]),
        ("lib; os_name == 'nt'", []),
        ("lib !", []),
        ("[", []),
        ("", []),
        ("a" * 4096, ["a" * 4096]),
        ("a" * 4097, []),
        ("lib; " + "(" * 900 + "os_name == 'x'" + ")" * 900, []),
    ],
)
def test_what_is_required(text: str, found: list[str]) -> None:
    assert required(text) == found


@pytest.mark.parametrize(
    ("marker", "python", "more", "holds"),
    [
        ("python_version < '3.12'", "3.11", {}, True),
        ("python_version < '3.12'", "3.12", {}, False),
        ("python_version < '3.14'", "3.13t", {}, True),
        ("python_version >= '3.14'", "3.13t", {}, False),
        # What depends on a number that is not known counts as false.
        ("python_full_version < '3.11.4'", "3.11", {}, False),
        ("python_full_version >= '3.11.4'", "3.11", {}, False),
        ("python_full_version >= '3.11'", "3.11", {}, True),
        ("python_full_version < '3.11.4'", "3.11", {"full_version": "3.11.3"}, True),
        ("python_full_version < '3.11.4'", "3.11", {"full_version": "3.11.4"}, False),
        ("sys_platform == 'win32'", "3.11", {}, False),
        ("sys_platform == 'win32'", "3.11", {"markers": {"sys_platform": "win32"}}, True),
        ("python_version >= '3'", "", {}, True),  # this interpreter's, where nothing is known
    ],
)
def test_markers_see_the_environment(
    marker: str, python: str, more: dict[str, object], holds: bool
) -> None:
    assert required(f"lib; {marker}", python, **more) == ["lib"] * holds


def test_nobody_stands_in_for_what_it_requires() -> None:
    """As mkl-service, which has a package of that name."""
    holder = replace(distribution("mkl-service", "2.4.2", "mkl"), files=("/site/mkl/a.so",))
    (found,) = Pins([holder], "3.11").of(holder).values()
    assert (found.provider, found.installed) == ("mkl", None)


def test_who_requires_what() -> None:
    found = pins(
        distribution("app", "1", "middle>=1", "absent"),
        distribution("Middle".lower(), "1", "lib>=2", "app"),
        distribution("lib", "1", "deep<1"),
        distribution("deep", "2"),
        distribution("other", "1", "lib"),
    )
    app = distribution("app", "1")
    assert [*found.of(app)] == ["middle", "absent"]
    assert {name: pin.text for name, pin in found.in_turn(app).items()} == {
        "middle": "middle>=1",
        "absent": "absent",
        "lib": "lib>=2",
        "app": "app",
        "deep": "deep<1",
    }
    assert found.requiring("lib") == ("middle", "other")
    assert [each.holder.name for each in found.on("lib")] == ["middle"]  # the other limits nothing
    assert [(each.holder.name, each.text) for each in found.violated()] == [
        ("app", "absent"),
        ("middle", "lib>=2"),
        ("lib", "deep<1"),
    ]
    assert found.of(distribution("unknown", "1")) == {}
    pin = found.of(app)["middle"]
    assert (pin.holder.name, pin.provider, pin.range) == ("app", "middle", "middle>=1")
    assert pin.installed is not None
    assert pin.installed.name == "middle"


@pytest.mark.parametrize(
    ("name", "file", "provider"),
    [
        ("tensorflow-cpu", "/site/tensorflow/a.so", "tensorflow-cpu"),
        ("tensorflow-text", "/site/tensorflow_text/a.so", "tensorflow"),
        ("cpu-tensorflow", "/site/tensorflow/a.so", "tensorflow"),
    ],
)
def test_what_has_the_package_under_another_name(name: str, file: str, provider: str) -> None:
    holder = distribution("app", "1", "TensorFlow<2.18")
    other = replace(distribution(name, "2.19"), files=(file,))
    (found,) = Pins([holder, other], "3.11").of(holder).values()
    assert (found.provider, found.is_of_variant) == (provider, provider == name)
    assert found.installed == (other if provider == name else None)
    # What is asked for by its own name is no variant.
    (own,) = Pins([holder, other, distribution("tensorflow", "2.1")], "3.11").of(holder).values()
    assert (own.provider, own.is_of_variant) == ("tensorflow", False)
