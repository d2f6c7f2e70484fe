"""The advice of findings; the modules that know the tools are loaded only when advice is given."""

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
    """Advice to install ``what`` with the tool that INSTALLER names; project commands come second.

    ``what`` are names, with the versions that are wanted. With ``reinstall`` they are there and
    are reinstalled; with ``upgrade`` newer releases are taken. Empty if one is not a valid name.
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
    # To reinstall the same version contradicts no lock: if the tool itself has no command for
    # that, as Poetry, another one's will do.
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
    """Advice to take newer releases of ``names``, if nothing tells which ones fit together."""
    return installing(names, installer, "Take newer releases of all of them", upgrade=True)


def reinstalling(*owners: Distribution) -> tuple[Advice, ...]:
    """Advice to reinstall ``owners``; empty if one has no valid name."""
    if not all(each.has_valid_names and each.is_of_index for each in owners):
        return ()
    by_conda = owners[0].installer == "conda"
    what = tuple(each.name if by_conda else f"{each.name}=={each.version}" for each in owners)
    return installing(what, owners[0].installer, "Reinstall it", reinstall=True)


def replacing(
    owner: Distribution, strays: Iterable[str], environment: Environment
) -> tuple[Advice, ...]:
    """Advice to remove the files ``strays``, and to reinstall ``owner``."""
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
    """Advice to install the provider that ``consumer`` needs, or a newer consumer.

    Commands also name others that require the provider and do not admit that version: so the
    resolver moves them too.

    Args:
        fit: the provider with the versions that are needed; None if nothing tells.
        consumer: what was built for another version of it.
        environment: the environment of both.
        older: the provider, if it must be newer.
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
        # What was built with the older one moves with it, as PyQt6 does with Qt.
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
    """See ``native_skew.installers.advise``: advice for ``consumer``, which was built here."""
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
    """Advice to install all that is ``wanted``, in versions that all who require it admit.

    If no version is admitted by all, each of those that require it may have to move.
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
    """Advice to restore the environment's interpreter, keeping what is installed.

    ``python`` is the ``major.minor`` of its packages; there is no advice if that is empty.
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
    """``findings`` with advice that can be followed here: see ``advice.offered``."""
    found = list(findings)
    if not any(each.advice for each in found):
        return found
    from native_skew.doctor import advice  # noqa: PLC0415

    return list(advice.offered(found, environment))
