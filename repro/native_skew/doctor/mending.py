"""What the findings offer; what knows the tools is loaded where something is offered."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

import msgspec
from packaging.requirements import Requirement

from native_skew.distributions import Distribution
from native_skew.doctor import conda
from native_skew.doctor.environment import Environment
from native_skew.doctor.fits import Fit
from native_skew.doctor.pins import Pin, agree
from native_skew.findings import Advice, Finding

if TYPE_CHECKING:
    from native_skew.installers import Cause


def installing(
    what: tuple[str, ...],
    installer: str,
    title: str = "Install what is required",
    *,
    upgrade: bool = False,
    reinstall: bool = False,
) -> tuple[Advice, ...]:
    """What installs ``what`` by the tool that INSTALLER's word names, as things stand first.

    ``what`` are names, with the versions that are wanted. With ``reinstall`` they are there, and
    are installed anew; with ``upgrade`` newer releases are taken. Nothing where one is no name.
    """
    if installer == "conda":
        options = ("update",) if upgrade else ("install", "--force-reinstall") if reinstall else ()
        return conda.installing(what, title, *options)
    from native_skew import installers  # noqa: PLC0415

    if not all(map(installers.is_requirement, what)):
        return ()
    names = tuple(Requirement(each).name for each in what)
    request = installers.Request(
        requirements=() if upgrade else what,
        reinstall=names if reinstall else (),
        upgrade=names if upgrade else (),
    )
    kept = installers.Request(requirements=what if reinstall else ())
    context = installers.todays_context("", "")
    found: list[tuple[bool, Advice]] = []
    # What puts the same version there again undoes nothing that a lock says: where the tool itself
    # has no way of that, as Poetry, another's will do.
    for word in (installer, "") if reinstall else (installer,):
        for interface in installers.by_tool(list(installers.tabs().values()), word):
            try:
                plan, plain = (interface.render(each, context) for each in (request, kept))
            except installers.Unsupported:
                continue
            if plan.files and word != installer:
                continue  # another tool's project
            advice = installers.advice_from(plain, (plan,), interface, title)
            found.append((bool(plan.files), advice))
        if found:
            break
    # A project's files come second.
    return tuple(advice for _, advice in sorted(found, key=lambda pair: pair[0]))


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
    """See ``native_skew.installers.advise``: what mends ``consumer``, which was built here."""
    if not (consumer.has_valid_names and provider.has_valid_names and consumer.is_of_index):
        return ()
    from native_skew.installers import advise  # noqa: PLC0415

    wanted = environment.pins.of(consumer).items()
    return advise(
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
    """What gives the environment its interpreter again, with what is installed in it.

    ``python`` is the ``major.minor`` of its packages; nothing where that is empty.
    """
    from native_skew.installers import TOOLS  # noqa: PLC0415

    if not python:
        return ()
    root, number = environment.root, python.rstrip("t")
    tool = TOOLS.get(environment.interpreter.made_by)
    if tool and tool.remake:
        commands: tuple[tuple[str, ...], ...] = ((*tool.remake, number, str(root)),)
    else:
        # venv follows the links that are there, and stops at one that leads to nothing.
        links = (str(root / "bin" / each) for each in ("python", "python3", f"python{number}"))
        made = (f"python{number}", "-m", "venv", "--upgrade", str(root))
        commands = (("rm", "-f", *links), made)
    title = "Give it its interpreter again, in place"
    return (Advice(remedy="", title=title, commands=tuple(map(shlex.join, commands))),)


def offered(findings: Iterable[Finding], environment: Environment) -> list[Finding]:
    """``findings`` with the advice that can be followed here: see ``advice.offered``."""
    found = list(findings)
    if not any(each.advice for each in found):
        return found
    from native_skew.doctor import advice  # noqa: PLC0415

    return list(advice.offered(found, environment))
