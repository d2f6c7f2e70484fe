"""What the findings offer, without what renders it where all is sound."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from native_skew.doctor import conda
from native_skew.doctor.environment import Environment
from native_skew.doctor.fits import Fit
from native_skew.doctor.inventory import Distribution
from native_skew.doctor.pins import Pin, Pins
from native_skew.findings import Advice, Finding, Report

if TYPE_CHECKING:
    from native_skew.installers import Cause


def reinstalling(*owners: Distribution) -> tuple[Advice, ...]:
    """What puts the files of ``owners`` there again; nothing where a name is none to type."""
    from native_skew.doctor import advice  # noqa: PLC0415

    if not all(each.has_valid_names for each in owners):
        return ()
    if owners[0].installer == "conda":
        names = tuple(each.name for each in owners)
        return conda.installing(names, "Reinstall it", "install", "--force-reinstall")
    what = tuple(f"{each.name}=={each.version}" for each in owners)
    return advice.installing(what, owners[0].installer, "Reinstall it", reinstall=True)


def fitting(
    fit: Fit | None, consumer: Distribution, pins: Pins, older: Distribution | None = None
) -> tuple[Advice, ...]:
    """See ``advice.fitting``; where nothing tells the version, ``older`` is what must be newer."""
    from native_skew.doctor import advice  # noqa: PLC0415

    if not consumer.has_valid_names or (older and not older.has_valid_names):
        return ()
    newer = "Take a newer release of the provider"
    if (older or consumer).installer == "conda":
        if fit:
            return conda.installing((str(fit),), "Install the provider that fits")
        return conda.installing(((older or consumer).name,), newer, "update")
    if fit is None and older:
        # Whoever was built with the older one moves with it, as PyQt6 does with Qt.
        together = (older.name, *pins.requiring(older.name))
        return advice.installing(together, consumer.installer, newer, upgrade=True)
    return advice.fitting(fit, consumer, pins)


def rebuilding(
    cause: Cause,
    consumer: Distribution,
    provider: Distribution,
    built_against: str,
    environment: Environment,
    pins: Pins,
    stamped: str = "",
) -> tuple[Advice, ...]:
    """See ``advice.advise``: what mends ``consumer``, which was built here."""
    from native_skew.doctor import advice  # noqa: PLC0415

    if not (consumer.has_valid_names and provider.has_valid_names):
        return ()
    wanted = pins.of(consumer).items()
    return advice.advise(
        cause,
        consumer=(consumer.name, consumer.version),
        provider=(provider.name, provider.version),
        built_against=built_against,
        stamped=stamped,
        others=tuple(pin.range for name, pin in wanted if name != provider.name),
        fellows=tuple(n for n in pins.requiring(provider.name) if n != consumer.name),
        from_source=True,
        installer=consumer.installer,
        python=environment.python.rstrip("t"),
    )


def required(wanted: Collection[Pin], pins: Pins, installer: str) -> tuple[Advice, ...]:
    """What installs all that is ``wanted``, in versions that whoever requires it admits."""
    from native_skew.doctor import advice  # noqa: PLC0415

    what = tuple(f"{pin.provider}{','.join(sorted(_specifiers(pin, pins)))}" for pin in wanted)
    if installer == "conda":
        return conda.installing(what, "Install what is required")
    return advice.installing(what, installer, "Install what is required")


def _specifiers(pin: Pin, pins: Pins) -> set[str]:
    return {str(part) for each in (pin, *pins.on(pin.provider)) for part in each.specifier}


def remaking(environment: Environment, python: str) -> tuple[Advice, ...]:
    """What gives the environment its interpreter again."""
    from native_skew.doctor import advice  # noqa: PLC0415

    return advice.remaking(python, environment.root, environment.made_by) if python else ()


def offered(findings: Iterable[Finding], environment: Environment) -> list[Finding]:
    """``findings`` with the advice that can be followed here."""
    found = list(findings)
    if not any(each.advice for each in found):
        return found
    from native_skew.doctor import advice  # noqa: PLC0415

    return list(advice.offered(found, environment.root))


def placed(report: Report, environment: Environment, here: Path) -> Report:
    """``report`` with advice that can be followed in ``here``, wherever the environment is."""
    root = environment.root
    no_advice = not any(each.advice for each in report.findings)
    if no_advice or environment.is_packed or root == here / ".venv":
        return report
    from native_skew.doctor import advice  # noqa: PLC0415

    path = str(root).removeprefix(environment.image)
    found = advice.placed(report.findings, path, is_folder=root in environment.sites)
    return msgspec.structs.replace(report, findings=tuple(found))
