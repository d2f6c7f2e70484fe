"""A cell -> its plans: what its installer is rendered to, step by step, before anything runs."""

from __future__ import annotations

import msgspec
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from native_skew.distributions import DistributionFile
from native_skew.installers import INSTALLERS, REMEDIES, TOOLS, Plan, RenderContext, Unsupported
from native_skew.scenarios import Cell, Scenario, Step, repaired, request_of, roles_of


class StepPlan(msgspec.Struct, frozen=True, kw_only=True):
    """One installation, or one half of it; ``number`` is that of its step, from 1."""

    number: int
    step: Step
    plan: Plan


def require_pythons(
    scenario: Scenario, variant: str, consumer: DistributionFile, tool: str
) -> None:
    """Makes sure that the scenario's project supports no Python that ``consumer`` does not.

    What locks for all of the project's Pythons refuses a consumer whose first Python, to the
    patch release, is newer than the project's. uv looks at no other bound; Poetry and PDM do.
    https://docs.astral.sh/uv/concepts/resolution/#universal-resolution
    https://python-poetry.org/docs/dependency-specification/#python-restricted-dependencies

    Args:
        scenario: with the project that asks for the consumer.
        variant: one of its variants.
        consumer: states its Requires-Python.
        tool: the one that installs; what it looks at counts.

    Raises:
        Unsupported: it does; such a project cannot have that consumer, skew or none.

    """
    wanted, offered = request_of(scenario, variant).requires_python, consumer.requires_python
    if not wanted or not offered:
        return
    project, package = SpecifierSet(wanted), SpecifierSet(offered)
    oldest = _lower_bound(project)
    lacking = [each for each in TOOLS[tool].lock_pythons if each in project and each not in package]
    if oldest < _lower_bound(package):
        lacking.insert(0, str(oldest[0]))
    if lacking:
        reason = f"the project supports Python {lacking[0]}, and the consumer is for {offered}"
        raise Unsupported(reason)


def _lower_bound(pythons: SpecifierSet) -> tuple[Version, bool]:
    """The first Python of ``pythons``, and whether it is itself left out."""
    bounds = [
        (Version(each.version.removesuffix(".*")), each.operator == ">")
        for each in pythons
        if each.operator in (">=", ">", "~=", "==")
    ]
    return max(bounds, default=(Version("3"), False))


def step_plans_of(scenario: Scenario, cell: Cell, context: RenderContext) -> tuple[StepPlan, ...]:
    """All of the cell's installations in order; a remedy may make several of one step.

    After a failure they are those of the plain command, and behind them the repair.

    Raises:
        Unsupported: the installer cannot do one of them. Known before anything runs, so that
            it does not depend on how far a run got.

    """
    installer, roles = INSTALLERS[cell.installer], roles_of(scenario, cell.variant)
    found = []
    steps = scenario.steps_of(cell.variant)
    tried = [cell.remedy if cell.start == "fresh" else scenario.repairs.after] * len(steps)
    if cell.start == "after-failure":
        steps, tried = (*steps, repaired(scenario, cell.variant)), [*tried, cell.remedy]
    for number, (step, name) in enumerate(zip(steps, tried, strict=True), 1):
        remedy = REMEDIES[name if step.remedy else "nothing"]
        for request in remedy.apply(request_of(scenario, cell.variant, step), roles):
            plan = installer.render(request, context)
            if step.action != "install" and not plan.locking:
                tool = TOOLS[installer.tool]
                raise Unsupported(
                    f"{installer.title} writes no lock before it installs",
                    source=tool.documentation,
                    versions=tool.looked_up,
                )
            found.append(StepPlan(number=number, step=step, plan=plan))
    return tuple(found)
