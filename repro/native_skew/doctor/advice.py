"""Remedies for a case, with its names and versions filled in.

The very objects that the matrix runs: a remedy changes a request, the tool's file renders it and
says which repairs come first. The tests hold each of them to recorded cells.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import Any

from packaging.version import Version

from native_skew.findings import Advice
from native_skew.installers import (
    REMEDIES,
    TOOLS,
    Cause,
    Installer,
    Plan,
    RenderContext,
    Request,
    Roles,
    Unsupported,
    tabs,
    toml,
)

# Where the recorded runs of each choice are: the tests read them.
SCENARIOS: dict[Cause, tuple[str, ...]] = {
    "stamped": ("stamped-wheel-elsewhere", "stale-build-tree/same-environment"),
    "rotten": ("rotten-build-requirement", "stamped-wheel-elsewhere"),
    "stale": ("stale-build-tree/same-environment",),
    "unstamped": ("stale-wheel-cache/public-headers", "unstamped-pin"),
    "symbol": ("unversioned-soname",),
}
# What holds in a new environment alone, as its trap says, and where that is recorded.
IN_A_NEW_ENVIRONMENT = {"build-constraint-no-cache": ("stale-build-tree/new-environment",)}
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
        from_source: whether it was built here.
        installer: INSTALLER's word.
        python: ``major.minor``.

    """
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
        build_from_source=(consumer[0],) if from_source else (),
    )
    context = RenderContext(
        module=consumer[0].replace("-", "_"),
        python="python",
        python_version=python or "3.10",
        tool_version=Version("9999"),  # as of today's tools: nothing in the files tells more
        index_url="",
    )
    return tuple(
        advice
        for interface in _interfaces(cause, installer)
        for name in interface.repairs[cause]
        for advice in _advice(name, interface, request, case, context)
    )


def _interfaces(cause: Cause, installer: str) -> list[Installer]:
    """Those of the tool that INSTALLER names, not which of its interfaces; else the usual ones."""
    word = installer.split(maxsplit=1)[0].lower() if installer else ""
    able = [each for each in tabs().values() if cause in each.repairs]
    own = [each for each in able if word and TOOLS[each.tool].installer_file == word]
    return own or [each for each in able if each.tab and each.tab.by_default]


def _advice(
    name: str, interface: Installer, request: Request, case: _Case, context: RenderContext
) -> Iterator[Advice]:
    remedy = REMEDIES[name]
    if name in _NAMING_THE_NEWER and not case.newer:
        return
    try:
        plain = interface.render(request, context)
        plans = [interface.render(each, context) for each in remedy.apply(request, case)]
    except Unsupported:
        return
    yield Advice(
        remedy=name,
        title=remedy.title,
        tool=interface.title,
        files={key: text for plan in plans for key, text in _files(plan, plain).items()},
        commands=tuple(
            shlex.join(command) for plan in plans for command in (*plan.locking, *plan.commands)
        ),
        trap=remedy.trap,
        source=remedy.source,
    )


def _files(plan: Plan, plain: Plan) -> dict[str, str]:
    """What the remedy adds to the files of the plain request: the reader has a project."""
    found = {}
    for name, text in plan.files.items():
        if name == "pyproject.toml":
            added = _added(_tables(text), _tables(plain.files.get(name, "")))
            added.pop("project", None)
            text = toml(added) if added else ""  # noqa: PLW2901
        if text and text != plain.files.get(name):
            found[name] = text
    return found


def _tables(text: str) -> dict[str, Any]:
    import tomlkit  # noqa: PLC0415  (a sound environment needs no advice)

    return tomlkit.parse(text).unwrap()


def _added(tables: dict[str, Any], plain: dict[str, Any]) -> dict[str, Any]:
    """What ``tables`` has and ``plain`` has not: neither the index, nor that it is no package."""
    found = {}
    for key, value in tables.items():
        known = plain.get(key)
        if isinstance(value, dict) and isinstance(known, dict):
            value = _added(value, known)  # noqa: PLW2901
        if value and value != known:
            found[key] = value
    return found
