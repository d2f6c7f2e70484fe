"""What a scenario asks, in the words of a request; and who plays which part in it."""

from __future__ import annotations

from msgspec.structs import replace
from packaging.version import Version

from native_skew.installers import Request, Roles
from native_skew.scenarios.model import Scenario, Step, releases_of


def roles_of(scenario: Scenario, variant: str) -> Roles:
    """The parts in ``scenario``; the consumer's version is the one asked for, else the newest."""
    releases = releases_of(scenario.consumers, variant)
    published = [each.version for each in releases if each.name == scenario.consumer]
    pinned = scenario.ask_of(variant).requirements[0].partition("==")[2]
    newest = max(published, key=Version, default=pinned)
    return Roles(
        consumer=scenario.consumer,
        consumer_version=pinned or newest,
        newest_consumer=newest,
        provider=scenario.provider,
        older=scenario.versions.older,
        newer=scenario.versions.newer,
        others=scenario.live.requires if scenario.live else (),
        other_consumers=scenario.other_consumers(variant),
    )


def repaired(scenario: Scenario, variant: str) -> Step:
    """The step that repairs what the last one of ``variant`` left broken.

    It is that step again, in the same environment and with the same cache; where that one only
    installs from a lock, the lock is made anew too.
    """
    last = scenario.steps_of(variant)[-1]
    return replace(
        last,
        title="repair what is broken",
        action="install",
        environment="keep",
        cache="keep",
        remedy=True,
    )


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
