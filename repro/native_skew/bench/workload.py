"""The kit's scenarios as pure-Python ones, in packse's format, which both sides then read.

https://github.com/astral-sh/packse#scenarios
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import tomlkit

from native_skew.publish import wheel_tag
from native_skew.scenarios import CONSUMER, PROVIDER, ConsumerRelease, Scenario, releases_of
from native_skew.toolchain import Interpreter

_ANY_PYTHON = ">=3.8"


def scenario_file(scenario: Scenario, variant: str, interpreter: Interpreter) -> str:
    """``variant`` of ``scenario`` as a packse scenario: the same releases without native code.

    packse has no metadata of single files: a release's is that of its first wheel, or of its
    sdist. Steps and cache headers it has not either; every release is published at once.
    """
    packages: dict[str, Any] = defaultdict(lambda: {"versions": {}})
    for provider in releases_of(scenario.providers, variant):
        packages[PROVIDER]["versions"][provider.version] = _version((), sdist=False, tags=())
    for consumer in releases_of(scenario.consumers, variant):
        packages[CONSUMER]["versions"][consumer.version] = _version(
            _requires(consumer),
            sdist=consumer.sdist is not None,
            tags=tuple(_tags(consumer, interpreter)),
            wheel=bool(consumer.wheels),
        )
    return tomlkit.dumps(
        {
            "name": scenario.id,
            "root": {
                "requires": list(scenario.ask_of(variant).requirements),
                "requires_python": _ANY_PYTHON,
            },
            "expected": {"satisfiable": True},
            "packages": dict(packages),
        }
    )


def _version(
    requires: tuple[str, ...], *, sdist: bool, tags: tuple[str, ...], wheel: bool = True
) -> dict[str, Any]:
    found: dict[str, Any] = {
        "requires": list(requires),
        "requires_python": _ANY_PYTHON,
        "sdist": sdist,
        "wheel": wheel,
    }
    return {**found, "wheel_tags": list(tags)} if tags else found


def _requires(release: ConsumerRelease) -> tuple[str, ...]:
    if release.wheels:
        return release.wheels[0].requires_dist
    return release.sdist.requires_dist if release.sdist else ()


def _tags(release: ConsumerRelease, interpreter: Interpreter) -> Iterator[str]:
    for wheel in release.wheels:
        yield wheel_tag(wheel, interpreter.name, interpreter.platform_tag)
