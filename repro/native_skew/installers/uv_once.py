"""uv's interfaces for one command: ``uv run --with`` and ``uv tool install``.

They prepare nothing, keep no lock, and hand a build no resolution to match.
"""

from __future__ import annotations

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from native_skew.installers.base import Installer, Plan, Target, Unsupported, require_only, toml
from native_skew.installers.request import Request
from native_skew.installers.uv import (
    MISUSE,
    cleaning_of,
    options_of,
    pip_files,
    pip_options,
    settings_for,
)


def _require_consumer(request: Request, target: Target, reason: str) -> None:
    """Raises ``Unsupported`` where something else than the consumer is to be installed first."""
    name = canonicalize_name(Requirement(request.requirements[0]).name)
    if name != canonicalize_name(target.module):
        raise Unsupported(reason)


def _run(request: Request, target: Target) -> Plan:
    """``uv run --with``: a layer over ``.venv`` for one command, kept in the cache."""
    require_only(request, "uv run --with", _RUN_FEATURES)
    if request.empty_cache:
        raise Unsupported(
            "uv run --no-cache makes its layer in a cache that is gone when the command ends: "
            "nothing is left to look at"
        )
    _require_consumer(request, target, "uv run --with makes its layer in one go, and prepares none")
    options = options_of(request)
    for name in request.build_from_source:
        options += ["--no-binary-package", name]
    for name in request.no_build_isolation:
        options += ["--no-build-isolation-package", name]
    for requirement in request.requirements:
        options += ["--with", requirement]
    run = ("uv", "run", "--no-project", *options, "python")
    return Plan(
        files=pip_files(request, target),
        commands=(*cleaning_of(request), (*run, "-c", f"import {target.module}")),
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
    "empty_cache",
)


def _tool(request: Request, target: Target) -> Plan:
    """``uv tool install``: reads the user's configuration, never a project's.

    https://docs.astral.sh/uv/concepts/configuration-files/
    """
    require_only(request, "uv tool install", _TOOL_FEATURES)
    _require_consumer(request, target, "uv tool install installs a program, and prepares nothing")
    settings = settings_for(request, target)
    files: dict[str, str] = {}
    first, *more = request.requirements
    options = pip_options(request, files)
    for requirement in more:
        options += ["--with", requirement]
    name = Requirement(first).name
    return Plan(
        files=files,
        user_files={"uv/uv.toml": toml(settings)} if settings else {},
        commands=(
            *cleaning_of(request),
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


INSTALLERS = (
    Installer(id="uv-run", title="uv run --with", tool="uv", misuse=MISUSE, render=_run),
    Installer(
        id="uv-tool",
        title="uv tool install",
        tool="uv",
        misuse=MISUSE,
        render=_tool,
        makes_environment=True,
    ),
)
