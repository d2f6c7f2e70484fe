"""What moves versions to where they fit; beside the remedies of ``native_skew.installers.advice``."""

from __future__ import annotations

import shlex

from packaging.requirements import Requirement

from native_skew.doctor.fits import Fit
from native_skew.doctor.inventory import Distribution
from native_skew.doctor.pins import Pins
from native_skew.findings import Advice
from native_skew.installers import (
    SCENARIOS,
    Cause,
    Request,
    Unsupported,
    advise,
    by_tool,
    difference,
    is_requirement,
    tabs,
    todays_context,
)

__all__ = ["SCENARIOS", "Cause", "advise", "fitting", "installing"]


def fitting(fit: Fit | None, consumer: Distribution, pins: Pins) -> tuple[Advice, ...]:
    """What moves a provider to where ``consumer`` needs it, or the consumer to a newer release.

    Whoever else requires the provider, and does not admit it there, is named: the resolver moves
    it too.

    Args:
        fit: where the provider is needed; None where nothing tells.
        consumer: what was built for another version of it.
        pins: what is required of it.

    """
    moved: tuple[Advice, ...] = ()
    if fit:
        fellows = tuple(
            name
            for name in pins.requiring(fit.provider)
            if name != consumer.name and not fit.suits(pins.of_name(name)[fit.provider])
        )
        moved = installing(
            (str(fit), f"{consumer.name}=={consumer.version}", *fellows),
            consumer.installer,
            "Install the provider that fits",
        )
    newer = installing(
        (consumer.name,),
        consumer.installer,
        "Take a newer release of the consumer, with what it requires",
        upgrade=True,
    )
    return (*moved, *newer)


def installing(
    requirements: tuple[str, ...],
    installer: str,
    title: str,
    *,
    reinstall: bool = False,
    upgrade: bool = False,
) -> tuple[Advice, ...]:
    """What installs ``requirements``, first into the environment as it stands.

    Args:
        requirements: names, with the versions that are wanted.
        installer: INSTALLER's word.
        title: the advice's.
        reinstall: whether they are there, and are to be installed anew.
        upgrade: whether they are there, and a newer release is wanted.

    Returns:
        nothing where one of the names or versions is none.

    """
    if not all(map(is_requirement, requirements)):
        return ()
    names = tuple(Requirement(each).name for each in requirements)
    request = Request(
        requirements=() if upgrade else requirements,
        reinstall=names if reinstall else (),
        upgrade=names if upgrade else (),
    )
    kept = Request(requirements=requirements if reinstall else ())
    found = []
    for interface in by_tool(list(tabs().values()), installer):
        try:
            plan, plain = (
                interface.render(each, todays_context("", "")) for each in (request, kept)
            )
        except Unsupported:
            continue
        repair = difference(plain.files, [(plan.files, (*plan.locking, *plan.commands))])
        advice = Advice(
            remedy="",
            title=title,
            tool=interface.title,
            files=repair.files,
            commands=tuple(map(shlex.join, repair.commands)),
        )
        found.append((bool(plan.files), advice))  # a project's files come second
    return tuple(advice for _, advice in sorted(found, key=lambda pair: pair[0]))
