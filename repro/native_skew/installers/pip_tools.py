"""pip-tools: pip resolves to a list of pins, which the environment's own pip installs.

https://pip-tools.readthedocs.io/en/stable/
"""

from __future__ import annotations

import sys

from native_skew.installers.base import (
    Command,
    Installer,
    Lack,
    Lacks,
    PackagingTool,
    Plan,
    RenderContext,
    repeated,
    requirement_files,
    requirement_lines,
    with_variables,
)
from native_skew.installers.pip import library_folders
from native_skew.installers.request import Request

_COMPILE = "https://pip-tools.readthedocs.io/en/stable/cli/pip-compile/"
_OVERRIDE = "https://github.com/jazzband/pip-tools/issues/640"
_LACKS = Lacks(
    title="pip-tools",
    versions="pip-tools<=7.6.2",
    features={
        "overrides": Lack(_OVERRIDE),
        "dependency_metadata": Lack(_OVERRIDE),
        "match_runtime": Lack(_COMPILE),
        "build_requirements": Lack(_COMPILE),
        "no_build_isolation": Lack(
            _COMPILE,
            "pip-compile without isolation builds in the environment that it is installed in, "
            "which is not the one that pip-sync installs into",
        ),
        "ignore_configuration": Lack("https://pip-tools.readthedocs.io/en/stable/#configuration"),
        "lock_platforms": Lack(
            "https://pip-tools.readthedocs.io/en/stable/"
            "#cross-environment-usage-of-requirementsin-requirementstxt-and-pip-compile"
        ),
    },
)
_PYTHON = ".venv/bin/python"
_PIP = (_PYTHON, "-m", "pip")
# The tools run on the Python that the kit runs on.
_OWN_PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"


def _render(request: Request, context: RenderContext) -> Plan:
    if context.python_version != _OWN_PYTHON:
        reason = f"pip-compile locks for the Python that it runs on, {_OWN_PYTHON}"
        raise _LACKS.unsupported(reason, _LACKS.features["lock_platforms"].source)
    _LACKS.refuse(request)
    # pip-compile copies the options of its input to its output.
    # https://pip.pypa.io/en/stable/reference/requirements-file-format/#global-options
    source = [f"--no-binary {name}" for name in request.build_from_source]
    files = {
        "requirements.in": requirement_lines([*source, *request.requirements]),
        **requirement_files(
            constraints=request.constraints or request.constraint_variable,
            build_constraints=request.build_constraints,
        ),
    }
    options = ["--rebuild"] if request.refresh else []
    options += repeated("--upgrade-package", request.upgrade)
    options += ["--constraint", "constraints.txt"] if request.constraints else []
    stale = (*request.clean_cache, *request.rebuild)
    cleaning: list[Command] = [(*_PIP, "cache", "remove", name.replace("-", "_")) for name in stale]
    # pip-sync never reinstalls.
    anew = (*request.reinstall, *request.rebuild)
    cleaning += [(*_PIP, "uninstall", "--yes", *anew)] if anew else []
    # Build options in the lock are those of the machine that it was made on.
    passed_on = [f"--no-binary {name}" for name in request.build_from_source if request.locked]
    passed_on += ["--no-cache-dir"] if request.empty_cache else []
    upgrade: list[Command] = []
    if request.build_constraints:
        passed_on += ["--build-constraint build-constraints.txt"]
        # pip-sync runs the environment's pip, and the bundled one may be older than the option.
        upgrade = [(*_PIP, "install", "--upgrade", "pip")]
    pip_args = ["--pip-args", " ".join(passed_on)] if passed_on else []
    variables = {
        "PIP_NO_BINARY": ",".join(request.no_binary_variable),
        "PIP_CONSTRAINT": "constraints.txt" if request.constraint_variable else "",
    }
    compiling = ("pip-compile", *options, *pip_args, "requirements.in")
    syncing = ("pip-sync", "--python-executable", _PYTHON, *pip_args, "requirements.txt")
    locking = (*cleaning, *upgrade, with_variables(variables, *compiling))
    # An existing lock is installed into a new environment.
    commands = [*(upgrade if request.locked else ()), with_variables(variables, *syncing)]
    if request.library_path:
        commands.append((*_PIP, "install", "--no-deps", "--target", "other", request.library_path))
    return Plan(
        files=files,
        locking=locking,
        lock_files=("requirements.txt",),
        commands=tuple(commands),
        python=(_PYTHON,),
        library_path=library_folders(request),
    )


_COMPILE_SYNC = Installer(
    id="pip-tools",
    title="pip-compile, pip-sync",
    tool="pip-tools",
    render=_render,
    groups=("builds-metadata", "locks", "resolves-again-at-sync"),
    cost=9,
    needs_pip=True,
)
TOOL = PackagingTool(
    name="pip-tools",
    title="pip-tools",
    order=6,
    installers=(_COMPILE_SYNC,),
    commands=("pip-compile", "pip-sync"),
    variables={"PIP_TOOLS_CACHE_DIR": "{cache}/pip-tools"},
    documentation=_COMPILE,
    looked_up=_LACKS.versions,
)
