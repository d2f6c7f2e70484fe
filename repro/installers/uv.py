"""uv's interfaces: the pip interface, the project interface, run, and tool install.

uv takes a release's metadata from whichever one file suits it best, and expects all of
the release's files to agree:
https://docs.astral.sh/uv/reference/internals/resolver/#metadata-consistency
"""

from __future__ import annotations

from functools import partial
from typing import Any

import msgspec
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from repro.installers.base import (
    Installer,
    Plan,
    Target,
    Unsupported,
    application,
    require_only,
    require_version,
    requirement_lines,
    toml,
)
from repro.installers.pip import library_folders
from repro.request import Request

_PROJECT_FILE = "pyproject.toml"


def settings(request: Request) -> dict[str, Any]:
    """What has no command-line option and stands under ``[tool.uv]`` in every interface."""
    found: dict[str, Any] = {}
    if request.dependency_metadata:
        found["dependency-metadata"] = [
            {"name": m.name, "version": m.version, "requires-dist": m.requires_dist}
            for m in request.dependency_metadata
        ]
    if request.match_runtime:
        found["extra-build-dependencies"] = {
            name: [{"requirement": requirement, "match-runtime": True}]
            for name, requirement in request.match_runtime
        }
    return found


def _settings(request: Request, target: Target) -> dict[str, Any]:
    """The same, where this uv is not too old for it.

    Raises:
        Unsupported: it is.

    """
    # Before that it knew neither UV_DEFAULT_INDEX, and would ask the public index, nor others.
    require_version(target, "uv", "--default-index", "0.4.23")
    if request.match_runtime:
        require_version(target, "uv", "match-runtime", "0.8.5")
    if request.constraint_variable:
        raise Unsupported("uv reads UV_CONSTRAINT as --constraint, which is for the run time alone")
    return settings(request)


def _require_consumer(request: Request, target: Target, reason: str) -> None:
    """Raises ``Unsupported`` where something else than the consumer is to be installed first."""
    name = canonicalize_name(Requirement(request.requirements[0]).name)
    if name != canonicalize_name(target.module):
        raise Unsupported(reason)


def _options(request: Request, *, reinstall: bool = True) -> list[str]:
    """Options that all interfaces spell alike."""
    options = ["--no-config"] if request.ignore_configuration else []
    options += ["--refresh"] if request.refresh else []
    for name in request.reinstall if reinstall else ():
        options += ["--reinstall-package", name]
    return options


def _cleaning(request: Request) -> list[tuple[str, ...]]:
    return [("uv", "cache", "clean", name) for name in request.clean_cache]


def _aside(request: Request) -> list[tuple[str, ...]]:
    if not request.library_path:
        return []
    return [("uv", "pip", "install", "--no-deps", "--target", "other", request.library_path)]


def _pip_options(request: Request, files: dict[str, str]) -> list[str]:
    """Options of the pip interface; the files they name are added to ``files``."""
    options = _options(request)
    for name in request.build_from_source:
        options += ["--no-binary", name]
    for option, requirements in (
        ("constraint", request.constraints),
        ("build-constraint", request.build_constraints),
        ("override", request.overrides),
    ):
        if requirements:
            files[f"{option}s.txt"] = requirement_lines(requirements)
            options += [f"--{option}", f"{option}s.txt"]
    for name in request.no_build_isolation:
        options += ["--no-build-isolation-package", name]
    return options


def _pip_files(request: Request, target: Target) -> dict[str, str]:
    settings = _settings(request, target)
    return {_PROJECT_FILE: toml({"tool": {"uv": settings}})} if settings else {}


def _pip_install(request: Request, target: Target) -> Plan:
    """``uv pip install``."""
    files = _pip_files(request, target)
    options = _pip_options(request, files)
    install = ("uv", "pip", "install", *options, *request.requirements)
    return Plan(
        files=files,
        commands=(*_cleaning(request), install, *_aside(request)),
        python=(".venv/bin/python",),
        library_path=library_folders(request),
    )


def _pip_sync(request: Request, target: Target) -> Plan:
    """``uv pip compile`` and ``uv pip sync``."""
    files = _pip_files(request, target)
    options = _pip_options(msgspec.structs.replace(request, reinstall=()), files)
    files["requirements.in"] = requirement_lines(request.requirements)
    compiling = ("uv", "pip", "compile", *options, "requirements.in", "-o", "requirements.txt")
    return Plan(
        files=files,
        locking=(*_cleaning(request), compiling),
        lock_files=("requirements.txt",),
        commands=(
            ("uv", "pip", "sync", *_sync_options(request), "requirements.txt"),
            *_aside(request),
        ),
        python=(".venv/bin/python",),
        library_path=library_folders(request),
    )


def _sync_options(request: Request) -> list[str]:
    """``uv pip sync`` takes what is pinned (no overrides), and isolation for all or none."""
    plain = msgspec.structs.replace(request, overrides=(), no_build_isolation=())
    return [
        *_pip_options(plain, {}),
        *(["--no-build-isolation"] if request.no_build_isolation else []),
    ]


def _project(request: Request, target: Target) -> str:
    """The application's pyproject.toml."""
    lists = {
        "no-binary-package": request.build_from_source,
        "constraint-dependencies": request.constraints,
        "build-constraint-dependencies": request.build_constraints,
        "override-dependencies": request.overrides,
        "no-build-isolation-package": request.no_build_isolation,
    }
    uv = {key: values for key, values in lists.items() if values} | _settings(request, target)
    data: dict[str, Any] = {"project": application(request, target)}
    return toml({**data, "tool": {"uv": uv}} if uv else data)


def _sync(request: Request, target: Target, *, lock_first: bool) -> Plan:
    """``uv sync``, with or without a separate ``uv lock``."""
    # Without configuration the file's own no-binary-package is not read either.
    binary = [
        word
        for name in (request.build_from_source if request.ignore_configuration else ())
        for word in ("--no-binary-package", name)
    ]
    locking = [("uv", "lock", *binary, *_options(request, reinstall=False))] if lock_first else []
    frozen = ["--frozen", *binary] if lock_first else binary
    syncing = (("uv", "sync", *frozen, *_options(request)), *_aside(request))
    cleaning = _cleaning(request)
    return Plan(
        files={_PROJECT_FILE: _project(request, target)},
        locking=(*cleaning, *locking) if lock_first else (),
        lock_files=("uv.lock",) if lock_first else (),
        commands=syncing if lock_first else (*cleaning, *syncing),
        python=(".venv/bin/python",),
        environ={"UV_PYTHON": target.python},
        library_path=library_folders(request),
    )


def _run(request: Request, target: Target) -> Plan:
    """``uv run --with``: a layer over ``.venv`` for one command, kept in the cache."""
    require_only(request, "uv run --with", _RUN_FEATURES)
    _require_consumer(request, target, "uv run --with makes its layer in one go, and prepares none")
    options = _options(request)
    for name in request.build_from_source:
        options += ["--no-binary-package", name]
    for name in request.no_build_isolation:
        options += ["--no-build-isolation-package", name]
    for requirement in request.requirements:
        options += ["--with", requirement]
    run = ("uv", "run", "--no-project", *options, "python")
    return Plan(
        files=_pip_files(request, target),
        commands=(*_cleaning(request), (*run, "-c", f"import {target.module}")),
        python=run,
    )


_RUN_FEATURES = (
    "build_from_source",
    "dependency_metadata",
    "match_runtime",
    "no_build_isolation",
    "ignore_configuration",
    "reinstall",
    "refresh",
    "clean_cache",
)


def _tool(request: Request, target: Target) -> Plan:
    """``uv tool install``: reads the user's configuration, never a project's.

    https://docs.astral.sh/uv/concepts/configuration-files/
    """
    require_only(request, "uv tool install", _TOOL_FEATURES)
    _require_consumer(request, target, "uv tool install installs a program, and prepares nothing")
    settings = _settings(request, target)
    files: dict[str, str] = {}
    first, *more = request.requirements
    options = _pip_options(request, files)
    for requirement in more:
        options += ["--with", requirement]
    name = Requirement(first).name
    return Plan(
        files=files,
        user_files={"uv/uv.toml": toml(settings)} if settings else {},
        commands=(
            *_cleaning(request),
            ("uv", "tool", "install", *map(_tool_spelling, options), first),
        ),
        python=(f"{TOOL_FOLDER}/{name}/bin/python",),
        environ={
            "UV_PYTHON": target.python,
            "UV_TOOL_DIR": TOOL_FOLDER,
            "UV_TOOL_BIN_DIR": f"{TOOL_FOLDER}/bin",
        },
    )


# Relative to the project's folder, so that a new environment is a new tool folder too.
TOOL_FOLDER = "uv-tools"
_TOOL_FEATURES = (*_RUN_FEATURES, "constraints", "build_constraints", "overrides")


def _tool_spelling(option: str) -> str:
    """``--no-binary`` takes no name outside the pip interface."""
    return "--no-binary-package" if option == "--no-binary" else option


# What uv ends with where it fails unexpectedly, or does not understand its arguments.
# https://docs.astral.sh/uv/reference/cli/
_MISUSE = (2,)

INSTALLERS = (
    Installer(
        id="uv-pip-install", title="uv pip install", tool="uv", misuse=_MISUSE, render=_pip_install
    ),
    Installer(id="uv-pip-sync", title="uv pip sync", tool="uv", misuse=_MISUSE, render=_pip_sync),
    Installer(
        id="uv-sync",
        title="uv sync",
        tool="uv",
        misuse=_MISUSE,
        render=partial(_sync, lock_first=False),
        makes_environment=True,
    ),
    Installer(
        id="uv-lock-sync",
        title="uv lock, uv sync",
        tool="uv",
        misuse=_MISUSE,
        render=partial(_sync, lock_first=True),
        makes_environment=True,
    ),
    Installer(id="uv-run", title="uv run --with", tool="uv", misuse=_MISUSE, render=_run),
    Installer(
        id="uv-tool",
        title="uv tool install",
        tool="uv",
        misuse=_MISUSE,
        render=_tool,
        makes_environment=True,
    ),
)
