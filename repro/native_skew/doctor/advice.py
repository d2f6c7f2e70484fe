"""Remedies for a case, with its names and versions filled in.

The very objects that the matrix runs: a remedy changes a request, the tool's file renders it and
says which repairs come first. What is shown is the difference to the plain request, as between
the two steps of the recorded cell that starts after a failure: the tests hold each of them to one.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator
from pathlib import Path

from msgspec.structs import replace
from packaging.requirements import InvalidRequirement, Requirement
from packaging.version import Version

from native_skew.doctor.fits import Fit
from native_skew.doctor.inventory import Distribution
from native_skew.doctor.pins import Pins
from native_skew.findings import Advice, Finding
from native_skew.installers import (
    REMEDIES,
    TOOLS,
    Cause,
    Installer,
    RenderContext,
    Request,
    Roles,
    Unsupported,
    difference,
    tabs,
)

# Where each choice is recorded to mend what the plain command broke: the tests read it.
SCENARIOS: dict[Cause, tuple[str, ...]] = {
    "stamped": ("stamped-wheel-elsewhere",),
    "rotten": ("rotten-build-requirement",),
    "stale": ("stale-build-tree",),
    "unstamped": ("unstamped-pin",),
    "cached": ("stale-wheel-cache/public-headers",),
    "symbol": ("unversioned-soname",),
}
_NAMING_THE_NEWER = ("override", "require-newer")


class _Case(Roles, frozen=True, kw_only=True):
    """Roles from an environment; ``stamped`` is the consumer's own range, where it has one."""

    stamped: str = ""

    @property
    def newer_range(self) -> str:
        """The range that the build stamped, or the version it was made with."""
        return self.stamped or f"{self.provider}=={self.newer}"

    @property
    def older_range(self) -> str:
        """The installed version: what is to be kept."""
        return f"{self.provider}=={self.older}"

    @property
    def below_newer(self) -> str:
        """The same: real versions tell less of their ABI than those of the fake pair."""
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
    installer: str,
    python: str,
) -> tuple[Advice, ...]:
    """The remedies for a skew, best first, for each interface of the tool that installed it.

    Args:
        cause: which kind of skew.
        consumer: name and version of the distribution with the module.
        provider: name and installed version of the one with the library.
        built_against: the provider's version that the module was built with; empty where
            nothing tells, then remedies that name it are left out.
        stamped: the consumer's requirement on the provider.
        others: its other requirements.
        fellows: names of the other installed distributions that require the provider.
        from_source: whether it was built here.
        installer: INSTALLER's word.
        python: ``major.minor``.

    Returns:
        nothing where a name or a version is none, as in a forged METADATA file: it would stand in
        a command line.

    """
    told = [f"{name}=={version}" for name, version in (consumer, provider)]
    told += [f"{provider[0]}=={built_against}"] if built_against else []
    if not all(map(_is_requirement, [*told, *fellows])):
        return ()
    case = _Case(
        consumer=consumer[0],
        consumer_version=consumer[1],
        provider=provider[0],
        older=provider[1],
        newer=built_against,
        stamped=stamped,
        others=others,
    )
    request = Request(
        requirements=(f"{consumer[0]}=={consumer[1]}",),
        upgrade=fellows,
        build_from_source=(consumer[0],) if from_source else (),
    )
    context = _context(consumer[0].replace("-", "_"), python)
    return tuple(
        advice
        for interface in _interfaces(cause, installer)
        for name in interface.repairs[cause]
        for advice in _advice(name, interface, request, case, context)
    )


def _context(module: str, python: str) -> RenderContext:
    return RenderContext(
        module=module,
        python="python",
        python_version=python or "3.10",
        tool_version=Version("9999"),  # as of today's tools: nothing in the files tells more
        index_url="",
    )


def _interfaces(cause: Cause, installer: str) -> list[Installer]:
    return _by_tool([each for each in tabs().values() if cause in each.repairs], installer)


def _by_tool(able: list[Installer], installer: str) -> list[Installer]:
    """Those of the tool that INSTALLER names, not which of its interfaces; else the usual ones."""
    word = installer.split(maxsplit=1)[0].lower() if installer else ""
    own = [each for each in able if word and TOOLS[each.tool].installer_file == word]
    return own or [each for each in able if each.tab and each.tab.by_default]


def _advice(
    name: str, interface: Installer, request: Request, case: _Case, context: RenderContext
) -> Iterator[Advice]:
    remedy = REMEDIES[name]
    if name in _NAMING_THE_NEWER and not case.newer:
        return
    if name not in _NAMING_THE_NEWER:  # the installed one stays, and what goes with it
        kept = () if name == "rebuild" else (case.older_range,)
        request = replace(request, requirements=(*request.requirements, *kept), upgrade=())
    try:
        plain = interface.render(replace(request, upgrade=()), context)
        plans = [interface.render(each, context) for each in remedy.apply(request, case)]
    except Unsupported:
        return
    repair = difference(
        plain.files, [(each.files, (*each.locking, *each.commands)) for each in plans]
    )
    yield Advice(
        remedy=name,
        title=remedy.title,
        tool=interface.title,
        files=repair.files,
        commands=tuple(map(shlex.join, repair.commands)),
        trap=remedy.trap,
        source=remedy.source,
    )


def _is_requirement(text: str) -> bool:
    """Whether ``text`` is a name, or a name and a version, and nothing that means more."""
    try:
        found = Requirement(text)
    except InvalidRequirement:
        return False
    return not (found.url or found.extras or found.marker)


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
    if not all(map(_is_requirement, requirements)):
        return ()
    names = tuple(Requirement(each).name for each in requirements)
    request = Request(
        requirements=() if upgrade else requirements,
        reinstall=names if reinstall else (),
        upgrade=names if upgrade else (),
    )
    kept = Request(requirements=requirements if reinstall else ())
    found = []
    for interface in _by_tool(list(tabs().values()), installer):
        try:
            plan, plain = (interface.render(each, _context("", "")) for each in (request, kept))
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


def offered(findings: Iterable[Finding], root: Path) -> Iterator[Finding]:
    """``findings`` without advice for a project where the environment at ``root`` is none's.

    ``uv sync`` in an empty project removes what is installed. What Poetry and others installed is
    a project's, wherever that is: there the advice stays.
    """
    empty = Request(requirements=())
    absent = {
        each.title
        for each in tabs().values()
        if each.makes_environment
        and not any(_beside(root, name) for name in each.render(empty, _context("", "")).files)
    }
    for each in findings:
        kept = tuple(advice for advice in each.advice if advice.tool not in absent)
        yield replace(each, advice=kept) if kept else each


def _beside(root: Path, name: str) -> bool:
    return any((folder / name).exists() for folder in (root.absolute(), *root.absolute().parents))


def remaking(python: str, root: Path, word: str) -> tuple[Advice, ...]:
    """What gives an environment its interpreter again, with what is installed in it.

    Args:
        python: ``major.minor`` of the packages in it.
        root: the environment's folder.
        word: the tool that its ``pyvenv.cfg`` names; empty where that is Python itself.

    """
    title, number = "Give it its interpreter again, in place", python.rstrip("t")
    tool = TOOLS.get(word)
    of_python = (f"python{number}", "-m", "venv", "--upgrade")
    words = (*tool.remake, number) if tool and tool.remake else of_python
    return (Advice(remedy="", title=title, commands=(shlex.join((*words, str(root))),)),)
