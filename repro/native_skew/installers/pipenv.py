"""Pipenv: its vendored pip makes a lock, and then installs each pin by itself.

https://pipenv.pypa.io/en/latest/locking.html
"""

from __future__ import annotations

import json
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from native_skew.installers import locks
from native_skew.installers.base import (
    VIRTUALENV,
    Command,
    Installer,
    Lack,
    Lacks,
    PackagingTool,
    Plan,
    RenderContext,
    Tab,
    Tables,
    requirement_files,
    toml,
    with_variables,
)
from native_skew.installers.pip import build_settings
from native_skew.installers.request import Request

_CLI, _FILE = (
    "https://pipenv.pypa.io/en/latest/cli.html",
    "https://pipenv.pypa.io/en/latest/pipfile.html",
)
_OVERRIDE = "https://github.com/pypa/pipenv/issues/1921"
# It does not lack an upgrade: pipenv lock always resolves anew.
_LACKS = Lacks(
    title="Pipenv",
    versions="pipenv<=2026.10.3",
    features={
        "constraints": Lack(
            _CLI, "Pipenv has no constraints, and its lock hands --extra-pip-args to no resolver"
        ),
        "overrides": Lack(_OVERRIDE),
        "dependency_metadata": Lack(_OVERRIDE),
        "match_runtime": Lack(_FILE),
        "build_requirements": Lack(_FILE),
        "ignore_configuration": Lack("https://pipenv.pypa.io/en/latest/configuration.html"),
        "reinstall": Lack(_CLI),
        "lock_platforms": Lack("https://pipenv.pypa.io/en/latest/locking.html"),
        "library_path": Lack(_CLI),
    },
)


def _pipfile(request: Request, context: RenderContext) -> str:
    """The Pipfile; Pipenv asks no index but its sources.

    https://pipenv.pypa.io/en/latest/pipfile.html
    """
    packages: dict[str, Any] = {}
    for requirement in map(Requirement, request.requirements):
        asked: dict[str, Any] = {"version": str(requirement.specifier) or "*"}
        if requirement.extras:
            asked["extras"] = sorted(requirement.extras)
        if requirement.name in request.build_from_source:
            asked["no_binary"] = True
        packages[requirement.name] = asked if len(asked) > 1 else asked["version"]
    return toml(
        {
            "source": Tables([{"name": "local", "url": context.index_url, "verify_ssl": True}]),
            "packages": packages,
            "requires": {"python_version": context.python_version},
        }
    )


def _render(request: Request, context: RenderContext) -> Plan:
    _LACKS.refuse(request)
    files = requirement_files(
        build_constraints=request.build_constraints, constraints=request.constraint_variable
    )
    # Pipenv has no such options, but its pip reads pip's variables. That of a «no» option is
    # inverted: 0 switches isolation off.
    # https://pip.pypa.io/en/stable/topics/configuration/#environment-variables
    # https://github.com/pypa/pip/issues/5735
    variables = {
        "PIP_NO_BINARY": ",".join(request.no_binary_variable),
        "PIP_NO_BUILD_ISOLATION": "0" if request.no_build_isolation else "",
        "PIP_REFRESH_PACKAGE": ":all:" if request.refresh else "",
        "PIP_BUILD_CONSTRAINT": "build-constraints.txt" if request.build_constraints else "",
        "PIP_CONSTRAINT": "constraints.txt" if request.constraint_variable else "",
    }
    pipenv = with_variables(variables, "pipenv")
    # The lock says whether a wheel may be used, for the machine that it was made on.
    built = request.build_from_source if request.locked else ()
    syncing = with_variables({"PIP_NO_BINARY": ",".join(built)}, *pipenv)
    # Only the whole cache can be cleared: `pipenv lock --clear` keeps built wheels, and pip's
    # variables do not reach the requirements that Pipenv itself remembers.
    # https://github.com/pypa/pipenv/blob/main/pipenv/routines/clear.py
    emptied = request.clean_cache or request.empty_cache or request.rebuild
    clearing: tuple[Command, ...] = (("pipenv", "--clear"),) if emptied else ()
    if request.rebuild:  # an installed version is never reinstalled
        clearing += (("pipenv", "--rm"),)
    return Plan(
        files={"Pipfile": _pipfile(request, context), **files},
        locking=(*clearing, (*pipenv, "lock")),
        lock_files=("Pipfile.lock",),
        commands=((*syncing, "sync"),),
    )


_ORIGINS = {
    "git": "a repository",
    **dict.fromkeys(("path", "file", "editable"), "a folder or a file"),
}


def _locked(name: str, package: dict[str, Any]) -> locks.LockedPackage:
    version = str(package.get("version", ""))
    return locks.LockedPackage(
        name=canonicalize_name(name),
        version=version.removeprefix("==") if version.startswith("==") else "",
        hashes=frozenset(each.partition(":")[2] for each in locks.texts(package.get("hashes"))),
        marker=str(package.get("markers", "")),
        origin=locks.origin_in(package, _ORIGINS),
    )


def _lock(data: bytes) -> locks.Lock:
    """Parses a Pipfile.lock.

    https://pipenv.pypa.io/en/latest/locking.html
    """
    try:
        lock = json.loads(data)
    except RecursionError as error:
        raise ValueError("too deeply nested") from error
    groups = [value for key, value in locks.table(lock).items() if key != "_meta"]
    packages = {
        name: e for group in groups for name, e in locks.table(group).items() if locks.table(e)
    }
    asked = locks.table(lock, "_meta", "requires")
    python = str(asked.get("python_full_version") or asked.get("python_version") or "")
    return locks.Lock(
        packages=tuple(_locked(name, each) for name, each in packages.items()),
        requires_python=f"=={'.'.join(python.split('.')[:2])}.*" if python else "",
        one_platform=True,
        no_binary=locks.package_names(
            [name for name, each in packages.items() if each.get("no_binary")]
        ),
    )


_LOCK_SYNC = Installer(
    id="pipenv",
    title="pipenv lock, pipenv sync",
    tool="pipenv",
    render=_render,
    groups=("builds-metadata", "locks"),
    cost=7,
    tab=Tab("Pipenv", 6),
    repairs={
        "unstamped": ("build-constraint-rebuild",),
        "cached": ("rebuild",),
        "symbol": ("build-constraint-rebuild",),
    },
)
TOOL = PackagingTool(
    name="pipenv",
    title="Pipenv",
    order=5,
    installers=(_LOCK_SYNC,),
    variables={
        **VIRTUALENV,
        "PIPENV_CACHE_DIR": "{cache}/pipenv",
        "PIPENV_VENV_IN_PROJECT": "1",
        "PIPENV_IGNORE_VIRTUALENVS": "1",
        "PIPENV_DONT_LOAD_ENV": "1",
        "PIPENV_NOSPIN": "1",
        "PIPENV_YES": "1",
    },
    installer_file="pip",  # which it runs
    locks=(
        locks.LockFormat(
            names=("Pipfile.lock",), read=_lock, settings=build_settings, installers=("pipenv",)
        ),
    ),
    documentation=_CLI,
    since={"PIP_BUILD_CONSTRAINT": "2025.1.1"},  # it vendors pip 25.3
    looked_up=_LACKS.versions,
)
