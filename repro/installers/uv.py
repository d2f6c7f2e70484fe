"""uv's interfaces: the pip interface, the project interface, run, and tool install.

uv takes a release's metadata from whichever one file suits it best, and expects all of
the release's files to agree:
https://docs.astral.sh/uv/reference/internals/resolver/#metadata-consistency
"""

from __future__ import annotations

from typing import Any

import msgspec
from packaging.requirements import Requirement

from repro.installers.base import (
    Plan,
    Target,
    require_only,
    require_version,
    requirement_lines,
    toml,
)
from repro.installers.pip import library_folders
from repro.request import Request

_PROJECT_FILE = "pyproject.toml"


def _settings(request: Request, target: Target) -> dict[str, Any]:
    """What has no command-line option and stands under ``[tool.uv]`` in every interface.

    Raises:
        Unsupported: this uv is older than the setting.

    """
    settings: dict[str, Any] = {}
    if request.dependency_metadata:
        settings["dependency-metadata"] = [
            {"name": m.name, "version": m.version, "requires-dist": m.requires_dist}
            for m in request.dependency_metadata
        ]
    if request.match_runtime:
        require_version(target, "uv", "match-runtime", "0.8.5")
        settings["extra-build-dependencies"] = {
            name: [{"requirement": requirement, "match-runtime": True}]
            for name, requirement in request.match_runtime
        }
    return settings


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
        ("constraints", request.constraints),
        ("build-constraints", request.build_constraints),
        ("overrides", request.overrides),
    ):
        if requirements:
            files[f"{option}.txt"] = requirement_lines(requirements)
            options += [f"--{option}", f"{option}.txt"]
    for name in request.no_build_isolation:
        options += ["--no-build-isolation-package", name]
    return options


def _pip_files(request: Request, target: Target) -> dict[str, str]:
    settings = _settings(request, target)
    return {_PROJECT_FILE: toml({"tool": {"uv": settings}})} if settings else {}


class UvPipInstall(msgspec.Struct, frozen=True, kw_only=True):
    """``uv pip install``."""

    id: str = "uv-pip-install"
    title: str = "uv pip install"
    tool: str = "uv"
    cost: int = 1
    makes_environment: bool = False

    def render(self, request: Request, target: Target) -> Plan:
        """See ``Installer.render``."""
        files = _pip_files(request, target)
        options = _pip_options(request, files)
        install = ("uv", "pip", "install", *options, *request.requirements)
        return Plan(
            files=files,
            commands=(*_cleaning(request), install, *_aside(request)),
            python=(".venv/bin/python",),
            library_path=library_folders(request),
        )


class UvPipSync(msgspec.Struct, frozen=True, kw_only=True):
    """``uv pip compile`` and ``uv pip sync``."""

    id: str = "uv-pip-sync"
    title: str = "uv pip sync"
    tool: str = "uv"
    cost: int = 1
    makes_environment: bool = False

    def render(self, request: Request, target: Target) -> Plan:
        """See ``Installer.render``."""
        files = _pip_files(request, target)
        options = _pip_options(msgspec.structs.replace(request, reinstall=()), files)
        files["requirements.in"] = requirement_lines(request.requirements)
        compiling = ("uv", "pip", "compile", *options, "requirements.in", "-o", "requirements.txt")
        return Plan(
            files=files,
            commands=(
                *_cleaning(request),
                compiling,
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
    data: dict[str, Any] = {
        "project": {
            "name": "application",
            "version": "0.1.0",
            "requires-python": f">={target.python_version}",
            "dependencies": request.requirements,
        }
    }
    return toml({**data, "tool": {"uv": uv}} if uv else data)


class UvSync(msgspec.Struct, frozen=True, kw_only=True):
    """``uv sync``, with or without a separate ``uv lock``."""

    id: str = "uv-sync"
    title: str = "uv sync"
    tool: str = "uv"
    cost: int = 1
    makes_environment: bool = True
    lock_first: bool = False

    def render(self, request: Request, target: Target) -> Plan:
        """See ``Installer.render``."""
        locking = [("uv", "lock", *_options(request, reinstall=False))] if self.lock_first else []
        frozen = ["--frozen"] if self.lock_first else []
        return Plan(
            files={_PROJECT_FILE: _project(request, target)},
            commands=(
                *_cleaning(request),
                *locking,
                ("uv", "sync", *frozen, *_options(request)),
                *_aside(request),
            ),
            python=(".venv/bin/python",),
            environ={"UV_PYTHON": target.python},
            library_path=library_folders(request),
        )


class UvRun(msgspec.Struct, frozen=True, kw_only=True):
    """``uv run --with``: an environment made for one command, kept in the cache."""

    id: str = "uv-run"
    title: str = "uv run --with"
    tool: str = "uv"
    cost: int = 1
    makes_environment: bool = True

    def render(self, request: Request, target: Target) -> Plan:
        """See ``Installer.render``."""
        require_only(request, self.title, _RUN_FEATURES)
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
            environ={"UV_PYTHON": target.python},
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


class UvTool(msgspec.Struct, frozen=True, kw_only=True):
    """``uv tool install``: reads the user's configuration, never a project's.

    https://docs.astral.sh/uv/concepts/configuration-files/
    """

    id: str = "uv-tool"
    title: str = "uv tool install"
    tool: str = "uv"
    cost: int = 1
    makes_environment: bool = True

    def render(self, request: Request, target: Target) -> Plan:
        """See ``Installer.render``."""
        require_only(request, self.title, _TOOL_FEATURES)
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
            environ={"UV_PYTHON": target.python, "UV_TOOL_DIR": TOOL_FOLDER},
        )


# Relative to the project's folder, so that a new environment is a new tool folder too.
TOOL_FOLDER = "uv-tools"
_TOOL_FEATURES = (*_RUN_FEATURES, "constraints", "build_constraints", "overrides")


def _tool_spelling(option: str) -> str:
    """``--no-binary`` takes no name outside the pip interface."""
    return "--no-binary-package" if option == "--no-binary" else option
