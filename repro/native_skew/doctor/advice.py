"""Remedies for a case, with its names and versions filled in.

The very objects that the matrix runs: ``native_skew.installers.remedies`` changes a request, the tool's file
in ``native_skew.installers.registry`` renders it. The tests hold each choice made here to recorded cells.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import Any, Literal

import tomlkit
from packaging.version import Version

from native_skew.findings import Advice
from native_skew.installers import (
    INSTALLERS,
    REMEDIES,
    Plan,
    Request,
    Roles,
    Target,
    Unsupported,
    toml,
)

Cause = Literal["stamped", "rotten", "unstamped", "stale", "symbol"]

# Best first; what holds in the broken environment, with the cache as the failure left it.
CHOICES: dict[Cause, dict[str, tuple[str, ...]]] = {
    "stamped": {
        "uv-sync": ("override", "match-runtime-clean"),
        "uv-pip-install": ("override", "match-runtime-clean", "build-constraint"),
        "pip": ("require-newer", "build-constraint"),
        "poetry-lock-sync": ("build-constraint-no-cache",),
        "pdm-lock-sync": ("override",),
    },
    # Stamped, and the installed provider is one that no build can have any more.
    "rotten": {
        "uv-sync": ("override",),
        "uv-pip-install": ("override",),
        "pip": ("require-newer",),
        "pdm-lock-sync": ("override",),
    },
    "stale": {
        "uv-sync": ("match-runtime-clean", "override"),
        "uv-pip-install": ("match-runtime-clean", "override"),
        "pip": ("clean-cache", "build-constraint"),
        "poetry-lock-sync": ("build-constraint-no-cache",),
        "pdm-lock-sync": ("clean-cache", "override"),
    },
    "unstamped": {
        "uv-sync": ("clean-cache", "match-runtime", "build-constraint"),
        "uv-pip-install": ("clean-cache", "match-runtime", "build-constraint"),
        "pip": ("clean-cache", "build-constraint"),
        "poetry-lock-sync": ("build-constraint",),
        "pdm-lock-sync": ("clean-cache",),
    },
    "symbol": {
        "uv-sync": ("match-runtime", "build-constraint"),
        "uv-pip-install": ("match-runtime", "build-constraint"),
        "pip": ("build-constraint", "no-build-isolation"),
        "poetry-lock-sync": ("build-constraint",),
    },
}
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
# The INSTALLER file names the tool, not which of its interfaces.
_INTERFACES = {
    "uv": ("uv-sync", "uv-pip-install"),
    "pip": ("pip",),
    "poetry": ("poetry-lock-sync",),
    "pdm": ("pdm-lock-sync",),
}
_NAMING_THE_NEWER = ("override", "require-newer")
_ANY_TOOL = ("uv-sync", "uv-pip-install", "pip")


class _Case(Roles, frozen=True, kw_only=True):
    """A roles from an environment; ``stamped`` is the consumer's own range, where it has one."""

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
    target = Target(
        module=consumer[0].replace("-", "_"),
        python="python",
        python_version=python or "3.10",
        tool_version=Version("9999"),  # as of today's tools: nothing in the files tells more
        index_url="",
    )
    word = installer.split(maxsplit=1)[0].lower() if installer else ""
    interfaces = [each for each in _INTERFACES.get(word, ()) if each in CHOICES[cause]]
    return tuple(
        advice
        for interface in interfaces or _ANY_TOOL
        for name in CHOICES[cause][interface]
        for advice in _advice(name, interface, request, case, target)
    )


def _advice(
    name: str, interface: str, request: Request, case: _Case, target: Target
) -> Iterator[Advice]:
    remedy = REMEDIES[name]
    if name in _NAMING_THE_NEWER and not case.newer:
        return
    try:
        render = INSTALLERS[interface].render
        plain = render(request, target)
        plans = [render(each, target) for each in remedy.apply(request, case)]
    except Unsupported:
        return
    yield Advice(
        remedy=name,
        title=remedy.title,
        tool=INSTALLERS[interface].title,
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
