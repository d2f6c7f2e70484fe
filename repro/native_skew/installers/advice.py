"""Remedies for one environment, with its names and versions filled in.

These are the objects that the matrix runs: a remedy changes a request, the tool's file renders it
and says which repairs come first. What is shown is the difference from the plain request, as
between the two steps of a recorded cell that starts after a failure; the tests check each against
such a cell.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator

from msgspec.structs import replace
from packaging.requirements import InvalidRequirement, Requirement
from packaging.version import Version

from native_skew.findings import Advice
from native_skew.installers.base import Cause, Installer, Plan, RenderContext, Unsupported
from native_skew.installers.registry import INSTALLERS, TOOLS, tabs
from native_skew.installers.remedies import REMEDIES, Roles
from native_skew.installers.repair import difference
from native_skew.installers.request import Request

_MOVING_OTHERS = ("override", "require-newer")
_NAMING_THE_NEWER = (*_MOVING_OTHERS, "override-all", "dependency-metadata")


class _Case(Roles, frozen=True, kw_only=True):
    """Roles from an environment; ``stamped`` is the range that the consumer requires, if any."""

    stamped: str = ""

    @property
    def newer_range(self) -> str:
        """The range that the build stamped, or the version that it was built with."""
        return self.stamped or self.newer_pin

    @property
    def older_range(self) -> str:
        """The installed version, which is kept."""
        return self.older_pin

    @property
    def below_newer(self) -> str:
        """The same: unlike the fake pair's, real versions do not spell out their ABI."""
        return self.older_range


def advise(
    cause: Cause,
    *,
    consumer: tuple[str, str],
    provider: tuple[str, str],
    built_against: str,
    stamped: str = "",
    others: tuple[str, ...] = (),
    fellows: tuple[str, ...] = (),
    from_source: bool,
    python: str,
    installer: str = "",
    interface: str = "",
) -> tuple[Advice, ...]:
    """The remedies for a skew, best first, for each interface of the tool that installed it.

    Args:
        cause: which kind of skew.
        consumer: name and version of the distribution with the module.
        provider: name and installed version of the distribution with the library.
        built_against: the provider's version that the module was built with; if it is unknown,
            empty, and remedies that name it are left out.
        stamped: the consumer's requirement on the provider.
        others: its other requirements.
        fellows: names of the other installed distributions that require the provider: a repair
            recorded to fix them too comes before one for a single consumer.
        from_source: whether the consumer was built here.
        python: ``major.minor``.
        installer: the content of the INSTALLER file.
        interface: the id of one way to install, to ask about that alone.

    Returns none if a name or version is invalid, as in a forged METADATA file: it would end up in a
    command line.

    """
    named = [f"{name}=={version}" for name, version in (consumer, provider)]
    named += [f"{provider[0]}=={built_against}"] if built_against else []
    if not all(map(is_requirement, [*named, *fellows])):
        return ()
    case = _Case(
        consumer=consumer[0],
        consumer_version=consumer[1],
        provider=provider[0],
        older=provider[1],
        newer=built_against,
        stamped=stamped,
        others=others,
        other_consumers=fellows,
    )
    request = Request(
        requirements=(f"{consumer[0]}=={consumer[1]}",),
        build_from_source=(consumer[0],) if from_source else (),
    )
    context = todays_context(consumer[0].replace("-", "_"), python)
    able = [each for each in tabs().values() if cause in each.repairs]
    causes: tuple[Cause, ...] = ("shared", cause) if cause == "stamped" and fellows else (cause,)
    return tuple(
        advice
        for each in ([INSTALLERS[interface]] if interface else by_tool(able, installer))
        for name in next((each.repairs[c] for c in causes if c in each.repairs), ())
        for advice in _advice(name, each, request, case, context)
    )


def todays_context(module: str, python: str) -> RenderContext:
    """For files and commands shown to a user whose tool's version is unknown."""
    return RenderContext(
        module=module,
        python="python",
        python_version=python or "3.10",
        tool_version=Version("9999"),  # the newest: nothing in the environment says more
        index_url="",
    )


def by_tool(able: list[Installer], installer: str) -> list[Installer]:
    """The interfaces of the tool that INSTALLER names; by default the usual ones."""
    word = next(iter(installer.lower().split()), "")
    own = [each for each in able if word and TOOLS[each.tool].installer_file == word]
    return own or [each for each in able if each.tab and each.tab.by_default]


def _advice(
    name: str, interface: Installer, request: Request, case: _Case, context: RenderContext
) -> Iterator[Advice]:
    remedy = REMEDIES[name]
    if name in _NAMING_THE_NEWER and not case.newer:
        return
    if name not in (*_NAMING_THE_NEWER, "rebuild"):  # the installed one stays
        request = replace(request, requirements=(*request.requirements, case.older_range))
    # Other consumers of the provider move with it.
    upgrade = case.other_consumers if name in _MOVING_OTHERS else ()
    moved = replace(request, upgrade=upgrade)
    try:
        plain = interface.render(request, context)
        plans = [interface.render(each, context) for each in remedy.apply(moved, case)]
    except Unsupported:
        return
    shown = advice_from(plain, plans, interface, remedy.title)
    yield replace(shown, remedy=name, trap=remedy.trap, source=remedy.source)


def advice_from(plain: Plan, plans: Iterable[Plan], interface: Installer, title: str) -> Advice:
    """What ``plans``, carried out in order, add to a project in the state that ``plain`` makes."""
    repair = difference(
        plain.files, [(each.files, (*each.locking, *each.commands)) for each in plans]
    )
    commands = tuple(map(shlex.join, repair.commands))
    return Advice(
        remedy="",
        title=title,
        tool=interface.title,
        files=repair.files,
        commands=commands,
        needs=TOOLS[interface.tool].needs((*repair.files.values(), *commands)),
    )


def constrain_advice(
    interface: str, consumer: tuple[str, str], requirement: str, title: str, python: str
) -> tuple[Advice, ...]:
    """Advice that constrains run time to ``requirement``; empty if the tool has no constraints.

    ``interface`` is the id of the way to install, ``consumer`` the name and version of what is
    installed, ``title`` the advice's title.
    """
    installer = INSTALLERS[interface]
    asked = Request(requirements=(f"{consumer[0]}=={consumer[1]}",))
    context = todays_context(consumer[0].replace("-", "_"), python)
    try:
        Requirement(requirement)
        plain, plan = (
            installer.render(each, context)
            for each in (asked, replace(asked, constraints=(requirement,)))
        )
    except (InvalidRequirement, Unsupported):
        return ()
    return (advice_from(plain, (plan,), installer, title),)


def is_requirement(text: str) -> bool:
    """Whether ``text`` is a name with or without versions: no URL, extra or marker."""
    try:
        found = Requirement(text)
    except InvalidRequirement:
        return False
    return not (found.url or found.extras or found.marker)
