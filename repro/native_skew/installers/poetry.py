"""Poetry: a lock made from one file's metadata, and an installation that does not resolve again.

Wheels are read before sdists, «any of the available wheels», the first that is listed:
https://github.com/python-poetry/poetry/blob/2.5.1/src/poetry/repositories/http_repository.py
"""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace
from packaging.requirements import Requirement

from native_skew.installers.base import (
    Command,
    Installer,
    Plan,
    Tables,
    Target,
    Unsupported,
    application,
    require_only,
    require_version,
    toml,
)
from native_skew.installers.request import Request

_SUPPORTED = (
    "build_from_source",
    "constraints",
    "build_constraints",
    "refresh",
    "clean_cache",
    "empty_cache",
)
_SOURCE = "local"
# Built wheels are kept here, where neither `cache clear` nor --no-cache touches them. Another
# cache-dir would not do: environments that are not in the project are in it as well.
# https://python-poetry.org/docs/configuration/#cache-dir
_EMPTYING = ("sh", "-c", 'rm -rf "$(poetry config cache-dir)/artifacts"')


def _specifiers(requirements: tuple[str, ...]) -> dict[str, str]:
    """As Poetry's own tables say it: a name and the versions that it may have."""
    parsed = [Requirement(each) for each in requirements]
    return {each.name: str(each.specifier) or "*" for each in parsed}


def _project(request: Request, target: Target) -> str:
    """The application's pyproject.toml; the index can be named nowhere else.

    https://python-poetry.org/docs/repositories/#primary-package-sources
    """
    poetry: dict[str, Any] = {"package-mode": False}
    if request.build_constraints:
        require_version(target, "Poetry", "build-constraints", "2.3.0")
        limits = _specifiers(request.build_constraints)
        names = [Requirement(each).name for each in request.requirements]
        # Poetry's are given for each package that is built, not for all at once.
        # https://python-poetry.org/docs/pyproject/#build-constraints
        poetry["build-constraints"] = {name: limits for name in names if name not in limits}
    if request.constraints:
        # All groups are locked together, those that are not installed too.
        # https://python-poetry.org/docs/managing-dependencies/#dependency-groups
        group = {"optional": True, "dependencies": _specifiers(request.constraints)}
        poetry["group"] = {"constraints": group}
    source = {"name": _SOURCE, "url": target.index_url, "priority": "primary"}
    poetry["source"] = Tables([source])
    return toml({"project": application(request, target), "tool": {"poetry": poetry}})


def _lock_sync(request: Request, target: Target) -> Plan:
    plan = _install(request, target)
    *clearing, (*poetry, _) = plan.commands
    return replace(
        plan,
        locking=(*clearing, (*poetry, "lock")),
        lock_files=("poetry.lock",),
        commands=((*poetry, "sync"),),
    )


def _install(request: Request, target: Target) -> Plan:
    if request.no_build_isolation:
        raise Unsupported(
            "Poetry always builds in isolation "
            "(https://github.com/python-poetry/poetry/issues/9722)"
        )
    if request.overrides:
        raise Unsupported(
            "Poetry takes what a distribution declares, and cannot be told otherwise "
            "(https://github.com/python-poetry/poetry/issues/697)"
        )
    require_only(request, "Poetry", _SUPPORTED)
    files = {"pyproject.toml": _project(request, target)}
    if request.build_from_source:
        # https://python-poetry.org/docs/configuration/#installerno-binary
        files["poetry.toml"] = toml({"installer": {"no-binary": request.build_from_source}})
    # Only what was read from the index can be cleared; built wheels are kept elsewhere.
    # https://python-poetry.org/docs/cli/#cache-clear
    clear = ("poetry", "cache", "clear", "--no-interaction", "--all", _SOURCE)
    clearing: list[Command] = [clear] if request.clean_cache else []
    if request.empty_cache:
        clearing.append(_EMPTYING)
    poetry = ("poetry", "--no-cache") if request.refresh else ("poetry",)
    return Plan(
        files=files,
        commands=(*clearing, (*poetry, "install")),
        python=(".venv/bin/python",),
    )


INSTALLERS = (
    Installer(
        id="poetry-lock-sync",
        title="poetry lock, poetry sync",
        tool="poetry",
        render=_lock_sync,
        cost=7,
    ),
    Installer(
        id="poetry-install",
        title="poetry install",
        tool="poetry",
        render=_install,
        cost=7,
    ),
)
