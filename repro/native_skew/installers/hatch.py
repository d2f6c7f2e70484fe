"""Hatch's environments: pip or uv, told by Hatch what to install.

``hatch env lock`` is left out: with the uv installer it has synchronised the base interpreter,
whose packages are then removed. An environment that is not locked is made and filled by the
commands below alone, and pip is told to refuse anything that is not a virtual environment.
https://hatch.pypa.io/latest/plugins/environment/virtual/
"""

from __future__ import annotations

from typing import Any

from native_skew.installers.base import (
    Installer,
    Plan,
    RenderContext,
    require_only,
    requirement_lines,
    toml,
)
from native_skew.installers.packaging_tool import (
    CellFolders,
    Isolation,
    PackagingTool,
    virtualenv_variables,
)
from native_skew.installers.request import Request
from native_skew.installers.uv import settings

_SUPPORTED = ("build_from_source", "constraints", "build_constraints", "empty_cache")
_PIP_SUPPORTED = (*_SUPPORTED, "constraint_variable")
_UV_SUPPORTED = (
    *_SUPPORTED,
    "overrides",
    "dependency_metadata",
    "match_runtime",
    "clean_cache",
)


_NO_CACHE = {"PIP": "PIP_NO_CACHE_DIR", "UV": "UV_NO_CACHE"}


def _variables(request: Request, prefix: str, files: dict[str, str]) -> dict[str, str]:
    """What pip and uv read of files that their variables name; the files go to ``files``."""
    variables = {}
    for name, requirements in (
        # Hatch gives pip no other constraints than those of the variable.
        ("constraint", request.constraints or request.constraint_variable),
        ("build-constraint", request.build_constraints),
        ("override", request.overrides),
    ):
        if requirements:
            files[f"{name}s.txt"] = requirement_lines(requirements)
            variables[f"{prefix}_{name.upper().replace('-', '_')}"] = f"{name}s.txt"
    if request.empty_cache:
        variables[_NO_CACHE[prefix]] = "1"
    return variables


def _project(environment: dict[str, Any], more: dict[str, Any]) -> str:
    return toml(
        {
            "project": {"name": "application", "version": "0.1.0"},
            "tool": {"hatch": {"envs": {"default": environment}}, **more},
        }
    )


def _with_pip(request: Request, context: RenderContext) -> Plan:
    require_only(request, "Hatch with pip", _PIP_SUPPORTED)
    files: dict[str, str] = {}
    variables = _variables(request, "PIP", files)
    if request.build_from_source:
        variables["PIP_NO_BINARY"] = ",".join(request.build_from_source)
    environment = _environment(request, variables)
    return _plan(context, {**files, "pyproject.toml": _project(environment, {})})


def _with_uv(request: Request, context: RenderContext) -> Plan:
    require_only(request, "Hatch with uv", _UV_SUPPORTED)
    files: dict[str, str] = {}
    # A uv that is named is used as it is; else Hatch would install one first.
    environment = {
        **_environment(request, _variables(request, "UV", files)),
        "installer": "uv",
        "uv-path": "uv",
    }
    uv = settings(request)
    if request.build_from_source:
        uv["pip"] = {"no-binary": request.build_from_source}
    cleaning = [("uv", "cache", "clean", name) for name in request.clean_cache]
    project = _project(environment, {"uv": uv} if uv else {})
    return _plan(context, {**files, "pyproject.toml": project}, *cleaning)


def _environment(request: Request, variables: dict[str, str]) -> dict[str, Any]:
    environment: dict[str, Any] = {
        "path": ".venv",
        "skip-install": True,
        "dependencies": request.requirements,
    }
    return {**environment, "env-vars": variables} if variables else environment


def _plan(context: RenderContext, files: dict[str, str], *cleaning: tuple[str, ...]) -> Plan:
    run = ("hatch", "run", "python", "-c", f"import {context.module}")
    return Plan(
        files=files,
        commands=(*cleaning, run),
        python=(".venv/bin/python",),
        environ={"HATCH_PYTHON": context.python, "PIP_REQUIRE_VIRTUALENV": "1"},
    )


def _isolate(folders: CellFolders) -> Isolation:
    configuration = folders.user_configuration / "hatch.toml"  # Hatch wants the one it is told of
    variables = {
        "HATCH_CACHE_DIR": str(folders.cache / "hatch"),
        "HATCH_DATA_DIR": str(folders.data / "hatch"),
        "HATCH_CONFIG": str(configuration),
    }
    return Isolation(variables=variables | virtualenv_variables(folders), files={configuration: ""})


_WITH_PIP = Installer(
    id="hatch-pip",
    title="hatch run, with pip",
    tool="hatch",
    render=_with_pip,
    groups=("builds-metadata", "keeps-environment"),
    cost=8,
    makes_environment=True,
)
_WITH_UV = Installer(
    id="hatch-uv",
    title="hatch run, with uv",
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
    commands=("hatch", "uv"),  # it brings a uv along
    isolate=_isolate,
)
