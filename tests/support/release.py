"""Releases of the fake pair, as the tests of flags want them."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from native_skew.distributions.archives import DistributionFile
from native_skew.scenarios.model import Sdist

OLD, NEW = "7.0.7.99.1.2", "7.0.10.99.0.2"
RANGE = "fake-corelibs<7.0.7.99.2,>=7.0.7.99.1.2"
OPEN = "fake-corelibs>=7.0.7.99.1.2"
SETUPTOOLS = "setuptools"
SHARED = "fake-softioc==4.6.1"

Publish = Callable[..., tuple[DistributionFile, ...]]


def dynamic(build: str = OPEN, spelling: str = "requires-dist", cap: str = "") -> Sdist:
    return msgspec.convert(
        {
            "build-requires": [SETUPTOOLS + cap, build],
            "requires-dist": [RANGE],
            "dynamic": spelling,
        },
        Sdist,
    )


def counted(output: object) -> list[str]:
    return sorted(e.rule for e in output.report.findings if e.level != "note")  # type: ignore[attr-defined]
