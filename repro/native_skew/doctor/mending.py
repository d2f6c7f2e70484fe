"""What the findings offer, without what renders it where all is sound."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from native_skew.distributions import Distribution
from native_skew.doctor import conda
from native_skew.doctor.environment import Environment
from native_skew.doctor.fits import Fit
from native_skew.doctor.pins import Pin, agree
from native_skew.findings import Advice, Finding, Report

if TYPE_CHECKING:
    from native_skew.installers import Cause, Place


def installing(
    what: tuple[str, ...],
    installer: str,
    title: str = "Install what is required",
    *,
    upgrade: bool = False,
    reinstall: bool = False,
) -> tuple[Advice, ...]:
    """What installs ``what`` by the tool that INSTALLER names: see ``advice.installing``."""
    if installer == "conda":
        options = ("update",) if upgrade else ("install", "--force-reinstall") if reinstall else ()
        return conda.installing(what, title, *options)
    from native_skew.doctor import advice  # noqa: PLC0415

    return advice.installing(what, installer, title, upgrade=upgrade, reinstall=reinstall)


def moving(names: tuple[str, ...], installer: str) -> tuple[Advice, ...]:
    """What takes newer releases of ``names``, where nothing tells which go together."""
    return installing(names, installer, "Take newer releases of all of them", upgrade=True)


def reinstalling(*owners: Distribution) -> tuple[Advice, ...]:
    """What puts the files of ``owners`` there again; nothing where a name is none to type."""
    if not all(each.has_valid_names and each.is_of_index for each in owners):
        return ()
    by_conda = owners[0].installer == "conda"
    what = tuple(each.name if by_conda else f"{each.name}=={each.version}" for each in owners)
    return installing(what, owners[0].installer, "Reinstall it", reinstall=True)


def replacing(
    owner: Distribution, strays: Iterable[str], environment: Environment
) -> tuple[Advice, ...]:
    """What removes the files ``strays``, and puts those of ``owner`` there again."""
    remove = shlex.join(["rm", *(each.removeprefix(environment.image) for each in strays)])
    return tuple(
        msgspec.structs.replace(each, commands=(remove, *each.commands))
        for each in reinstalling(owner)
    )


def fitting(
    fit: Fit | None,
    consumer: Distribution,
    environment: Environment,
    older: Distribution | None = None,
    linking: tuple[str, ...] = (),
) -> tuple[Advice, ...]:
    """What moves a provider to where ``consumer`` needs it, or the consumer to a newer release.

    Whoever else requires the provider, and does not admit it there, is named: the resolver moves
    it too.

    Args:
        fit: where the provider is needed; None where nothing tells.
        consumer: what was built for another version of it.
        environment: in which all of it is.
        older: the provider, where it must be newer.
        linking: what else links to the provider, and moves with it whatever its metadata says.

    """
    if not consumer.has_valid_names or (older and not older.has_valid_names):
        return ()
    pins = environment.pins
    title, newer = "Install the provider that fits", "Take a newer release of the provider"
    if (older or consumer).installer == "conda":
        what = str(fit) if fit else (older or consumer).name
        return installing((what,), "conda", title if fit else newer, upgrade=not fit)
    if fit is None and older:
        # Whoever was built with the older one moves with it, as PyQt6 does with Qt.
        together = tuple(dict.fromkeys((older.name, *pins.requiring(older.name), *linking)))
        return installing(together, consumer.installer, newer, upgrade=True)
    moved: tuple[Advice, ...] = ()
    if fit:
        fellows = tuple(
            name
            for name in pins.requiring(fit.provider, besides=consumer.name)
            if not fit.suits(pins.of_name(name)[fit.provider])
        )
        # Of tensorflow-cpu's consumer, a tool would bring tensorflow, and two would own its files.
        pin = pins.of(consumer).get(fit.provider)
        is_kept = consumer.is_of_index and not (pin and pin.is_of_variant)
        own = (f"{consumer.name}=={consumer.version}",) if is_kept else ()
        wanted = (str(fit), *own, *fellows)
        # What is there already would change nothing.
        if not all(map(pins.has, wanted)):
            moved = installing(wanted, consumer.installer, title)
    if not consumer.is_of_index:
        return moved
    guessed = fit.provider if fit and fit.of_name else ""
    taken = installing(
        (consumer.name, *linking, *filter(None, [guessed])),
        consumer.installer,
        "Take a newer release of the consumer, with what it requires"
        + (" and what else links to that" if linking else ""),
        upgrade=True,
    )
    if not guessed:
        return (*moved, *taken)
    trap = (
        "The index may have no such release any more, or none that goes with the newest of what "
        "it requires: a library's name alone tells it."
    )
    return (*taken, *(msgspec.structs.replace(each, trap=trap) for each in moved))


def rebuilding(
    cause: Cause,
    consumer: Distribution,
    provider: Distribution,
    built_against: str,
    environment: Environment,
    stamped: str = "",
) -> tuple[Advice, ...]:
    """See ``advice.advise``: what mends ``consumer``, which was built here."""
    from native_skew.doctor import advice  # noqa: PLC0415

    if not (consumer.has_valid_names and provider.has_valid_names and consumer.is_of_index):
        return ()
    wanted = environment.pins.of(consumer).items()
    return advice.advise(
        cause,
        consumer=(consumer.name, consumer.version),
        provider=(provider.name, provider.version),
        built_against=built_against,
        stamped=stamped,
        others=tuple(pin.range for name, pin in wanted if name != provider.name),
        fellows=environment.pins.requiring(provider.name, besides=consumer.name),
        from_source=True,
        installer=consumer.installer,
        python=environment.python.rstrip("t"),
    )


def required(
    wanted: Collection[Pin], environment: Environment, installer: str
) -> tuple[Advice, ...]:
    """What installs all that is ``wanted``, in versions that whoever requires it admits.

    Where no version is admitted by all, each of those who require it may have to move.
    """
    limits = [(pin, *environment.pins.on(pin.provider)) for pin in wanted]
    at_odds = {
        pin
        for several in limits
        if not agree([each.specifier for each in several])
        for pin in several
        if pin.specifier
    }
    if at_odds:
        names = {each.holder.name for each in at_odds} | {each.provider for each in at_odds}
        return moving(tuple(sorted(names)), installer)
    what = []
    for pin, *others in limits:
        versions = {str(part) for each in (pin, *others) for part in each.specifier}
        what.append(f"{pin.provider}{','.join(sorted(versions))}")
    return installing(tuple(what), installer)


def remaking(environment: Environment, python: str) -> tuple[Advice, ...]:
    """What gives the environment its interpreter again."""
    from native_skew.doctor import advice  # noqa: PLC0415

    return (
        advice.remaking(python, environment.root, environment.interpreter.made_by) if python else ()
    )


def offered(findings: Iterable[Finding], environment: Environment) -> list[Finding]:
    """``findings`` with the advice that can be followed here."""
    found = list(findings)
    if not any(each.advice for each in found):
        return found
    from native_skew.doctor import advice  # noqa: PLC0415

    variants = {e.name: e.version for e in environment.distributions if e.name and "+" in e.version}
    return list(advice.offered(found, environment.root, variants))


def together(report: Report) -> Report:
    """``report`` with what mends all that was found, where no one advice does.

    Of each finding the first advice, for the tool of the first of them where there is one; where
    these exclude each other, newer releases of all that is concerned. What is only warned of a
    provider or a consumer that moves anyway is left out.
    """
    counted = [each for each in report.findings if each.level != "note" and each.advice]
    skews = [each for each in counted if each.level == "error" and each.evidence.get("provider")]
    moved = {n for e in skews for n in (e.evidence["provider"], e.location.distribution)}
    # What gives an environment its interpreter again is for no tool.
    tool = next((each.advice[0].tool for each in counted if each.advice[0].tool), "")
    chosen: list[Advice] = []
    for each in counted:
        if each.level == "error" or each.location.distribution not in moved:
            one = next((a for a in each.advice if a.tool == tool), each.advice[0])
            if not any((one.files, one.commands) == (a.files, a.commands) for a in chosen):
                chosen.append(one)
    if not chosen[1:]:
        return report
    from native_skew.doctor import advice  # noqa: PLC0415

    if not advice.at_odds(chosen):
        return msgspec.structs.replace(report, together=advice.joined(chosen))
    names = {n for e in counted for n in (e.location.distribution, e.evidence.get("provider"))}
    others = [each for each in chosen if each.tool != tool]  # of the system's package manager
    for newest in advice.newest((n for n in names if isinstance(n, str) and n), tool):
        both = msgspec.structs.replace(advice.joined([newest, *others]), title=newest.title)
        return msgspec.structs.replace(report, together=both)
    return report


def placed(report: Report, environment: Environment, here: Path) -> Report:
    """``report`` with advice that can be followed in ``here``, wherever the environment is."""
    root, pip = environment.root, environment.pip
    is_here = root == here / ".venv"
    no_advice = not any(each.advice for each in report.findings)
    if no_advice or environment.is_packed or (is_here and not pip):
        return report
    from native_skew.doctor import advice  # noqa: PLC0415

    path = ".venv" if is_here else str(root).removeprefix(environment.image)
    kind: Place = "with-pip" if pip else "environment"
    if root in environment.sites:
        kind = "folder"
    elif environment.is_managed:
        kind = "managed"
    found = advice.placed(report.findings, path, kind, pip)
    return msgspec.structs.replace(report, findings=tuple(found))
