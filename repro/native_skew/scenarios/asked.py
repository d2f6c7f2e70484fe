"""A scenario's request, the roles of the distributions in it, and what it expects of a cell."""

from __future__ import annotations

from msgspec.structs import replace
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from native_skew.installers import INSTALLERS, Request, Roles
from native_skew.scenarios.model import Cell, Expectation, Scenario, Step, releases_of


def roles_of(scenario: Scenario, variant: str) -> Roles:
    """The roles in ``scenario``; the consumer's version is the requested or the newest one."""
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
    """The step that repairs what the last step of ``variant`` left broken.

    It repeats that step in the same environment with the same cache; if that step only installs
    from a lock, the repair makes a new lock too.
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
    """The request of ``scenario`` in ``step``, by default its first one, without any remedy."""
    ask = scenario.ask_of(variant)
    step = step or scenario.steps_of(variant)[0]
    return Request(
        requirements=ask.requirements,
        build_from_source=(*ask.build_from_source, *step.build_from_source),
        lock_platforms=ask.lock_platforms,
        locked=step.action == "sync",
        requires_python=ask.requires_python,
    )


def expected_of(scenario: Scenario, cell: Cell, *, supported: bool = True) -> Expectation | None:
    """The first expectation of ``scenario`` that fits ``cell``; None if there is none.

    There is none for a version of the tool that does not have the installer's interface yet.
    ``supported`` is whether the installer can do what the cell asks.
    """
    if not INSTALLERS[cell.installer].is_in(cell.version):
        return None
    names = {cell.installer, *INSTALLERS[cell.installer].groups}
    for each in scenario.expect:
        if (
            (supported or each.verdict == "unsupported")
            and (not each.installers or not names.isdisjoint(each.installers))
            and (not each.variants or cell.variant in each.variants)
            and cell.remedy in each.remedies
            and cell.start == each.start
            and (not each.tool_versions or _has_version(cell, Requirement(each.tool_versions)))
            and SpecifierSet(each.pythons).contains(cell.python_version)
        ):
            return each
    return None


def _has_version(cell: Cell, wanted: Requirement) -> bool:
    return cell.tool == wanted.name and wanted.specifier.contains(cell.version, prereleases=True)
