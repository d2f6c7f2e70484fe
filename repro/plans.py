"""A cell -> its plans: what its installer is rendered to, step by step, before anything runs."""

from __future__ import annotations

import msgspec
from packaging.specifiers import SpecifierSet

from repro.archives import PublishedFile
from repro.cast import cast_of, request_of
from repro.installers import INSTALLERS, Plan, Target, Unsupported
from repro.remedies import REMEDIES
from repro.results import Cell
from repro.scenario import Scenario, Step

_NEWEST_MINOR = 50  # of Python 3; any number that is out of reach


class Stage(msgspec.Struct, frozen=True, kw_only=True):
    """One installation, or one half of it; ``number`` is that of its step, from 1."""

    number: int
    step: Step
    plan: Plan


def require_pythons(scenario: Scenario, variant: str, consumer: PublishedFile) -> None:
    """Makes sure that the scenario's project supports no Python that ``consumer`` does not.

    Raises:
        Unsupported: it does; such a project cannot have that consumer, skew or none.

    """
    wanted, offered = request_of(scenario, variant).requires_python, consumer.requires_python
    if not wanted or not offered:
        return
    for python in (f"3.{minor}" for minor in range(_NEWEST_MINOR)):
        if SpecifierSet(wanted).contains(python) and not SpecifierSet(offered).contains(python):
            reason = f"the project supports Python {python}, and the consumer is for {offered}"
            raise Unsupported(reason)


def stages_of(scenario: Scenario, cell: Cell, target: Target) -> tuple[Stage, ...]:
    """All of the cell's installations in order; a remedy may make several of one step.

    Raises:
        Unsupported: the installer cannot do one of them. Known before anything runs, so that
            it does not depend on how far a run got.

    """
    installer, cast = INSTALLERS[cell.installer], cast_of(scenario, cell.variant)
    stages = []
    for number, step in enumerate(scenario.steps_of(cell.variant), 1):
        remedy = REMEDIES[cell.remedy if step.remedy else "nothing"]
        for request in remedy.apply(request_of(scenario, cell.variant, step), cast):
            plan = installer.render(request, target)
            if step.action != "install" and not plan.locking:
                raise Unsupported(f"{installer.title} writes no lock before it installs")
            stages.append(Stage(number=number, step=step, plan=plan))
    return tuple(stages)
