"""Who plays which part in a scenario: the names and versions that remedies speak of."""

from __future__ import annotations

import msgspec
from packaging.version import Version

from repro.request import Request
from repro.scenario import Scenario, Step


class Cast(msgspec.Struct, frozen=True, kw_only=True):
    """Who plays which part: the names and versions that a remedy speaks of.

    ``others`` is what the consumer requires besides the provider.
    """

    consumer: str
    consumer_version: str
    provider: str
    older: str
    newer: str
    others: tuple[str, ...] = ()

    @property
    def older_range(self) -> str:
        """The provider's versions with the older ABI, as a requirement."""
        return abi_requirement(self.provider, self.older)

    @property
    def newer_range(self) -> str:
        """The provider's versions with the newer ABI, as a requirement."""
        return abi_requirement(self.provider, self.newer)

    @property
    def below_newer(self) -> str:
        """Any version of the provider before the newer ABI, as a requirement."""
        return f"{self.provider}<{self.newer.rpartition('.')[0]}"


def cast_of(scenario: Scenario, variant: str) -> Cast:
    """The parts in ``scenario``; the consumer's version is its newest published one."""
    published = [r.version for r in scenario.consumers if not r.variants or variant in r.variants]
    pinned = scenario.ask_of(variant).requirements[0].partition("==")[2]
    return Cast(
        consumer=scenario.consumer,
        consumer_version=max(published, key=Version) if published else pinned,
        provider=scenario.provider,
        older=scenario.versions.older,
        newer=scenario.versions.newer,
        others=scenario.live.requires if scenario.live else (),
    )


def abi_requirement(provider: str, version: str) -> str:
    """What ``abi_requires()`` of ``version`` returns: this ABI, this release or newer.

    Versions are BASE.99.ABI.SRC as in epicscorelibs: ``7.0.7.99.1.2`` gives
    ``fake-corelibs>=7.0.7.99.1.2,<7.0.7.99.2``.
    """
    *base, abi, _source = version.split(".")
    return f"{provider}>={version},<{'.'.join([*base, str(int(abi) + 1)])}"


def request_of(scenario: Scenario, variant: str, step: Step | None = None) -> Request:
    """What ``scenario`` asks for in ``step``, or its first one, before any remedy."""
    ask = scenario.ask_of(variant)
    step = step or scenario.steps_of(variant)[0]
    return Request(
        requirements=ask.requirements,
        build_from_source=(*ask.build_from_source, *step.build_from_source),
        lock_platforms=ask.lock_platforms,
        locked=step.action == "sync",
        requires_python=ask.requires_python,
    )
