"""Hatch's environments, which Hatch fills with pip or uv.

``hatch env lock`` is left out: with the uv installer it has been seen to synchronise the base
interpreter, which removes that interpreter's packages. An environment without a lock is created and
filled only by the commands below, and pip is told to refuse anything but a virtual environment.
https://hatch.pypa.io/latest/plugins/environment/virtual/
"""

from __future__ import annotations

from typing import Any

from native_skew.installers import pip, uv
from native_skew.installers.base import (
    VIRTUALENV,
    Command,
    Installer,
    Lack,
    Lacks,
    PackagingTool,
    Plan,
    RenderContext,
    requirement_files,
    toml,
    with_variables,
)
from native_skew.installers.request import Request

_ENVIRONMENTS = "https://hatch.pypa.io/latest/config/environment/overview/"
# Hatch installs what an environment lacks, and never reinstalls.
# https://hatch.pypa.io/latest/cli/reference/#hatch-env-remove
_REMOVING = ("hatch", "env", "remove", "default")
_ALWAYS = {
    # Hatch runs the installer, with its own options, only if the dependencies have changed.
    # https://github.com/pypa/hatch/blob/master/src/hatch/env/virtual.py
    "upgrade": Lack(_ENVIRONMENTS),
    "reinstall": Lack(_ENVIRONMENTS),
    "lock_platforms": Lack(_ENVIRONMENTS),
    "library_path": Lack(_ENVIRONMENTS),
}
_VERSIONS = "hatch<=1.18.2"
_PIP_LACKS = Lacks(
    title="Hatch with pip",
    versions=_VERSIONS,
    features={
        **pip.LACKS.features,
        **_ALWAYS,
        "clean_cache": Lack(
            "https://hatch.pypa.io/latest/cli/reference/",
            "Hatch has no command for pip's cache, and makes an environment with what is in it "
            "before the environment's own pip could clean it",
        ),
    },
)
_UV_LACKS = Lacks(
    title="Hatch with uv",
    versions=_VERSIONS,
    features={
        **_ALWAYS,
        "no_binary_variable": uv.NO_BINARY_VARIABLE,
        "constraint_variable": uv.CONSTRAINT_VARIABLE,
        "refresh": Lack("https://docs.astral.sh/uv/reference/settings/"),
    },
)


def _files(request: Request, prefix: str) -> tuple[dict[str, str], dict[str, str]]:
    """Requirement files, and the variables that name them, as ``PIP_BUILD_CONSTRAINT``."""
    files = requirement_files(
        # Hatch passes no constraints to pip except by the variable.
        constraints=request.constraints or request.constraint_variable,
        build_constraints=request.build_constraints,
        overrides=request.overrides,
    )
    return files, {
        f"{prefix}_{each.removesuffix('s.txt').upper().replace('-', '_')}": each for each in files
    }


def _project(
    request: Request,
    variables: dict[str, str],
    environment: dict[str, Any],
    tools: dict[str, Any],
) -> dict[str, str]:
    """The pyproject.toml: an environment with ``variables``, and the tables of ``tools``."""
    default = {
        "path": ".venv",
        "skip-install": True,
        "dependencies": request.requirements,
        **({"env-vars": variables} if variables else {}),
        **environment,
    }
    project = {"name": "application", "version": "0.1.0"}
    hatch = {"envs": {"default": default}}
    return {"pyproject.toml": toml({"project": project, "tool": {"hatch": hatch, **tools}})}


def _with_pip(request: Request, context: RenderContext) -> Plan:
    _PIP_LACKS.refuse(request)
    files, variables = _files(request, "PIP")
    if request.empty_cache:
        variables["PIP_NO_CACHE_DIR"] = "1"
    if built := (*request.build_from_source, *request.no_binary_variable):
        variables["PIP_NO_BINARY"] = ",".join(built)
    if request.no_build_isolation:
        # The variable of a «no» option is inverted: 0 switches isolation off.
        # https://github.com/pypa/pip/issues/5735
        variables["PIP_NO_BUILD_ISOLATION"] = "0"
    if request.refresh:
        variables["PIP_REFRESH_PACKAGE"] = ":all:"
    removing: list[Command] = [_REMOVING] if request.rebuild else []
    unkept = {"PIP_NO_CACHE_DIR": "1" if request.rebuild else ""}
    return _plan(context, files | _project(request, variables, {}, {}), removing, unkept)


def _with_uv(request: Request, context: RenderContext) -> Plan:
    _UV_LACKS.refuse(request)
    files, variables = _files(request, "UV")
    if request.empty_cache:
        variables["UV_NO_CACHE"] = "1"
    if request.ignore_configuration:
        variables["UV_NO_CONFIG"] = "1"
    settings = uv.settings(request)
    if request.build_from_source:
        settings["pip"] = {"no-binary": request.build_from_source}
    if request.no_build_isolation:
        settings["no-build-isolation-package"] = request.no_build_isolation
    stale = (*request.clean_cache, *request.rebuild)
    cleaning: list[Command] = [("uv", "cache", "clean", name) for name in stale]
    cleaning += [_REMOVING] if request.rebuild else []
    # Without uv-path Hatch would install a uv first.
    named = {"installer": "uv", "uv-path": "uv"}
    tools = {"uv": settings} if settings else {}
    return _plan(context, files | _project(request, variables, named, tools), cleaning, {})


def _plan(
    context: RenderContext,
    files: dict[str, str],
    cleaning: list[Command],
    variables: dict[str, str],
) -> Plan:
    run = with_variables(variables, "hatch", "run", "python", "-c", f"import {context.module}")
    return Plan(
        files=files,
        commands=(*cleaning, run),
        environ={"HATCH_PYTHON": context.python, "PIP_REQUIRE_VIRTUALENV": "1"},
    )


_WITH_PIP = Installer(
    id="hatch-pip",
    title="pip through hatch run",
    tool="hatch",
    render=_with_pip,
    groups=("builds-metadata", "keeps-environment"),
    cost=8,
    makes_environment=True,
)
_WITH_UV = Installer(
    id="hatch-uv",
    title="uv through hatch run",
    tool="hatch",
    render=_with_uv,
    groups=("reads-nearest-wheel", "hands-resolution-to-builds", "keeps-environment"),
    cost=4,
    makes_environment=True,
)
TOOL = PackagingTool(
    name="hatch",
    title="Hatch",
    order=7,
    installers=(_WITH_PIP, _WITH_UV),
    commands=("hatch", "uv"),  # it depends on uv
    variables={
        **VIRTUALENV,
        "HATCH_CACHE_DIR": "{cache}/hatch",
        "HATCH_DATA_DIR": "{data}/hatch",
        "HATCH_CONFIG": "{user_configuration}/hatch.toml",
    },
    files={"{user_configuration}/hatch.toml": ""},  # HATCH_CONFIG must exist
    documentation=_ENVIRONMENTS,
    looked_up=_VERSIONS,
)
