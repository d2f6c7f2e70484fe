"""A cell -> its plans: what its installer is rendered to, step by step, before anything runs."""

from __future__ import annotations

import msgspec

from native_skew.installers import INSTALLERS, REMEDIES, TOOLS, Plan, RenderContext, Unsupported
from native_skew.scenarios import Cell, Scenario, Step, repaired, request_of, roles_of


class StepPlan(msgspec.Struct, frozen=True, kw_only=True):
    """One installation, or one half of it; ``number`` is that of its step, from 1."""

    number: int
    step: Step
    plan: Plan


def step_plans_of(scenario: Scenario, cell: Cell, context: RenderContext) -> tuple[StepPlan, ...]:
    """All of the cell's installations in order; a remedy may make several of one step.

    After a failure they are those of the plain command, and behind them the repair. Raises
    ``Unsupported`` where the installer cannot do one of them: before anything runs, so that it does
    not depend on how far a run got.
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
