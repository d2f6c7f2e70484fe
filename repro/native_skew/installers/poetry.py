"""Poetry: locks with one file's metadata, and installs without resolving again.

It reads «any of the available wheels», the first that is listed, before an sdist:
https://github.com/python-poetry/poetry/blob/2.5.1/src/poetry/repositories/http_repository.py
"""

from __future__ import annotations

from collections.abc import Mapping
from operator import attrgetter
from typing import Any

from msgspec.structs import replace
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from native_skew.installers import locks
from native_skew.installers.base import (
    VIRTUALENV,
    Command,
    File,
    Installer,
    Lack,
    Lacks,
    PackagingTool,
    Plan,
    ReleaseFiles,
    RenderContext,
    Tab,
    Tables,
    application,
    require_version,
    toml,
    with_variables,
)
from native_skew.installers.request import Request

_CLI, _FILE = "https://python-poetry.org/docs/cli/", "https://python-poetry.org/docs/pyproject/"
_SINCE = {"sync": "2.0.0", "build-constraints": "2.3.0"}  # https://python-poetry.org/history/
_DECLARED = "https://github.com/python-poetry/poetry/issues/697"
_LACKS = Lacks(
    title="Poetry",
    versions="poetry<=2.5.1",
    features={
        "overrides": Lack(
            _DECLARED,
            f"Poetry takes what a distribution declares, and cannot be told otherwise ({_DECLARED})",
        ),
        "dependency_metadata": Lack(_DECLARED),
        "match_runtime": Lack(f"{_FILE}#build-constraints"),
        # An entry only limits what the build itself requires.
        "build_requirements": Lack(f"{_FILE}#build-constraints"),
        "no_build_isolation": Lack(
            "https://github.com/python-poetry/poetry/issues/9722",
            "Poetry always builds in isolation "
            "(https://github.com/python-poetry/poetry/issues/9722)",
        ),
        "ignore_configuration": Lack("https://python-poetry.org/docs/configuration/"),
        "reinstall": Lack(f"{_CLI}#sync"),
        "constraint_variable": Lack("https://python-poetry.org/docs/configuration/"),
        "lock_platforms": Lack("https://python-poetry.org/docs/dependency-specification/"),
        "library_path": Lack(f"{_CLI}#install"),
    },
)
_SOURCE = "local"
# Removes built wheels, which neither `cache clear` nor --no-cache touches. Another cache-dir is no
# way out: environments outside of the project lie in it as well.
# https://python-poetry.org/docs/configuration/#cache-dir
_EMPTYING = ("sh", "-c", 'rm -rf "$(poetry config cache-dir)/artifacts"')


def _specifiers(requirements: tuple[str, ...]) -> dict[str, str]:
    """Requirements as Poetry's tables have them: specifiers by name."""
    parsed = [Requirement(each) for each in requirements]
    return {each.name: str(each.specifier) or "*" for each in parsed}


def _project(request: Request, context: RenderContext) -> str:
    """The application's pyproject.toml, the only place that can name the index.

    https://python-poetry.org/docs/repositories/#primary-package-sources
    """
    poetry: dict[str, Any] = {"package-mode": False}
    if request.build_constraints:
        require_version(
            context,
            "Poetry",
            "build-constraints",
            _SINCE["build-constraints"],
            f"{_FILE}#build-constraints",
        )
        limits = _specifiers(request.build_constraints)
        names = [Requirement(each).name for each in request.requirements]
        # Poetry takes them per package that is built, not for all at once.
        # https://python-poetry.org/docs/pyproject/#build-constraints
        poetry["build-constraints"] = {name: limits for name in names if name not in limits}
    if request.constraints:
        # All groups are locked together, including those that are not installed.
        # https://python-poetry.org/docs/managing-dependencies/#dependency-groups
        group = {"optional": True, "dependencies": _specifiers(request.constraints)}
        poetry["group"] = {"constraints": group}
    source = {"name": _SOURCE, "url": context.index_url, "priority": "primary"}
    poetry["source"] = Tables([source])
    return toml({"project": application(request, context), "tool": {"poetry": poetry}})


def _lock_sync(request: Request, context: RenderContext) -> Plan:
    plan = _install(replace(request, upgrade=()), context)
    *clearing, (*poetry, _) = plan.commands
    return replace(
        plan,
        locking=(*clearing, (*poetry, *_updating(request, "lock", "--lock"))),
        lock_files=("poetry.lock",),
        commands=((*poetry, "sync"),),
    )


def _install(request: Request, context: RenderContext) -> Plan:
    _LACKS.refuse(request)
    files = {"pyproject.toml": _project(request, context)}
    if request.build_from_source:
        # https://python-poetry.org/docs/configuration/#installerno-binary
        files["poetry.toml"] = toml({"installer": {"no-binary": request.build_from_source}})
    # Clears only what was read from the index; built wheels are elsewhere.
    # https://python-poetry.org/docs/cli/#cache-clear
    clear = ("poetry", "cache", "clear", "--no-interaction", "--all", _SOURCE)
    clearing: list[Command] = [clear] if request.clean_cache else []
    if request.empty_cache or request.rebuild:
        clearing.append(_EMPTYING)
    if request.rebuild:  # an installed version is never reinstalled
        clearing.append(("poetry", "env", "remove", "--all"))
    caching = ["--no-cache"] if request.refresh else []
    variables = {"POETRY_INSTALLER_NO_BINARY": ",".join(request.no_binary_variable)}
    poetry = with_variables(variables, "poetry", *caching)
    return Plan(
        files=files,
        commands=(*clearing, (*poetry, *_updating(request, "install"))),
    )


def _updating(request: Request, command: str, *options: str) -> Command:
    """``command``, or the command that upgrades locked versions.

    https://python-poetry.org/docs/cli/#update
    """
    return ("update", *options, *request.upgrade) if request.upgrade else (command,)


def _first(files: ReleaseFiles[File]) -> File | None:
    """The first pure wheel, or else the first wheel: Poetry's ``_get_info_from_links``."""
    pure = [each for each in files.wheels if each.filename.endswith("-none-any.whl")]
    return next(iter(pure or files.wheels), files.sdist)


def _locked(package: dict[str, Any]) -> locks.LockedPackage:
    kind = locks.table(package, "source").get("type")
    markers = package.get("markers", "")
    by_group = markers.values() if isinstance(markers, dict) else [markers]
    return locks.LockedPackage(
        name=canonicalize_name(str(package["name"])),
        version=str(package.get("version", "")),
        files=tuple(
            locks.file_at(str(e["file"])) for e in locks.tables(package.get("files")) if "file" in e
        ),
        marker=" or ".join(f"({e})" for e in by_group) if all(by_group) else "",
        origin="" if kind in (None, "legacy") else f"a {kind}",
        requires=tuple(
            locks.Dependency(name=canonicalize_name(each))
            for each in locks.table(package, "dependencies")
        ),
    )


def _lock(data: bytes) -> locks.Lock:
    """Parses a poetry.lock.

    https://python-poetry.org/docs/basic-usage/#installing-with-poetrylock
    """
    lock = locks.parsed_toml(data)
    pythons = str(locks.table(lock, "metadata").get("python-versions", ""))
    return locks.Lock(
        packages=locks.packages_of(lock, _locked),
        requires_python=_specifier_set(pythons),
    )


def _specifier_set(pythons: str) -> str:
    """Poetry's ``^3.10`` as specifiers; empty for alternatives."""
    if "||" in pythons:
        return ""
    found = []
    for each in filter(None, (part.strip() for part in pythons.split(","))):
        if each.startswith("^"):
            found.append(f">={each[1:]},<{int(each[1:].partition('.')[0] or 3) + 1}")
        elif each != "*":
            found.append(f"~={each[1:]}" if each.startswith("~") and each[1] != "=" else each)
    return ",".join(found)


def _build_settings(read: locks.ReadText, environ: Mapping[str, str]) -> locks.BuildSettings:
    """From poetry.toml, pyproject.toml and variables.

    https://python-poetry.org/docs/configuration/#installerno-binary
    https://python-poetry.org/docs/pyproject/#build-constraints
    """
    installer = locks.table(locks.toml_settings(read("poetry.toml")), "installer")
    limits = locks.table(
        locks.toml_settings(read("pyproject.toml")), "tool", "poetry", "build-constraints"
    )
    return locks.BuildSettings(
        no_binary=locks.package_names(
            installer.get("no-binary"), environ.get("POETRY_INSTALLER_NO_BINARY")
        ),
        no_build=locks.package_names(
            installer.get("only-binary"), environ.get("POETRY_INSTALLER_ONLY_BINARY")
        ),
        own_constraints={
            canonicalize_name(name): tuple(
                f"{each}{'' if limit == '*' else limit}"
                for each, limit in locks.table(limits, name).items()
                if isinstance(limit, str)
            )
            for name in limits
        },
    )


_GROUPS = ("reads-first-wheel", "keeps-locked-versions")
_LOCK_SYNC = Installer(
    id="poetry-lock-sync",
    title="poetry lock, poetry sync",
    tool="poetry",
    render=_lock_sync,
    groups=(*_GROUPS, "locks"),
    cost=7,
    tab=Tab("Poetry", 4),
    repairs={
        "stamped": ("build-constraint-rebuild",),
        "shared": ("build-constraint-rebuild",),
        "unstamped": ("build-constraint-rebuild",),
        "cached": ("rebuild",),
        "symbol": ("build-constraint-rebuild",),
    },
)
_INSTALL = Installer(
    id="poetry-install",
    title="poetry install",
    tool="poetry",
    render=_install,
    groups=_GROUPS,
    cost=7,
)
TOOL = PackagingTool(
    name="poetry",
    title="Poetry",
    order=3,
    installers=(_LOCK_SYNC, _INSTALL),
    variables={
        **VIRTUALENV,
        "POETRY_CACHE_DIR": "{cache}/poetry",
        "POETRY_CONFIG_DIR": "{user_configuration}/pypoetry",
        "POETRY_DATA_DIR": "{data}/pypoetry",
        "POETRY_VIRTUALENVS_IN_PROJECT": "true",
        "POETRY_VIRTUALENVS_OPTIONS_NO_PIP": "true",
        "POETRY_KEYRING_ENABLED": "false",
        "POETRY_NO_INTERACTION": "1",
    },
    installer_file="poetry",
    readers={
        # By the index's JSON API, which has one requires_dist a release: Poetry's
        # ``PyPiRepository._get_release_info``.
        "Poetry (from the public index)": attrgetter("first_uploaded"),
        "Poetry (from any other index)": _first,
    },
    locks=(
        locks.LockFormat(
            names=("poetry.lock",),
            read=_lock,
            settings=_build_settings,
            installers=("poetry-lock-sync",),
        ),
    ),
    documentation=_CLI,
    since=_SINCE,
    looked_up=_LACKS.versions,
)
