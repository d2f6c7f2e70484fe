"""pip: builds an sdist for its metadata before it resolves. And ``pip lock``.

https://pip.pypa.io/en/stable/cli/pip_install/
"""

from __future__ import annotations

import os

from msgspec.structs import replace

from native_skew.installers.base import (
    Command,
    Installer,
    Plan,
    RenderContext,
    Tab,
    Unsupported,
    require_only,
    require_version,
    requirement_lines,
)
from native_skew.installers.packaging_tool import NEWEST, CellFolders, Isolation, PackagingTool
from native_skew.installers.request import Request

_SUPPORTED = (
    "build_from_source",
    "constraints",
    "build_constraints",
    "no_build_isolation",
    "upgrade",
    "reinstall",
    "clean_cache",
    "rebuild",
    "empty_cache",
    "library_path",
    "constraint_variable",
)
# The target has no pip of its own: one pip drives every environment.
# https://pip.pypa.io/en/stable/user_guide/#managing-a-different-python-interpreter
_PIP = ("pip", "--python", ".venv")


def _render(request: Request, context: RenderContext) -> Plan:
    _require_supported(request, context)
    files, options = _options(request)
    reinstall = ("--force-reinstall",) if request.reinstall or request.rebuild else ()
    # With the default strategy only what is named is upgraded, and what it then needs.
    # https://pip.pypa.io/en/stable/development/architecture/upgrade-options/
    upgraded = ("--upgrade", *request.upgrade) if request.upgrade else ()
    install = (*_PIP, "install", *options, *reinstall, *upgraded, *request.requirements)
    return _plan(request, files, (*_cleaning(request), install))


_SINCE_PYLOCK = "26.1"


def _lock(request: Request, context: RenderContext) -> Plan:
    """``pip lock``, then ``pip install`` of the ``pylock.toml`` that it writes.

    https://pip.pypa.io/en/stable/cli/pip_lock/
    """
    require_version(context, "pip", "install -r pylock.toml", _SINCE_PYLOCK)
    _require_supported(request, context)
    files, options = _options(request)
    again = _options(replace(request, constraints=()))[1]
    reinstall = ("--force-reinstall",) if request.reinstall or request.rebuild else ()
    locking = (*_cleaning(request), (*_PIP, "lock", *options, *request.requirements))
    install = (*_PIP, "install", *again, *reinstall, "-r", "pylock.toml")
    plan = _plan(request, files, (install,))
    return replace(plan, locking=locking, lock_files=("pylock.toml",))


def _require_supported(request: Request, context: RenderContext) -> None:
    if request.refresh:
        raise Unsupported("pip asks the index for each page anew; there is nothing to refresh")
    require_only(request, "pip", _SUPPORTED)
    if request.build_constraints:
        require_version(context, "pip", "--build-constraint", "25.3")


def _options(request: Request) -> tuple[dict[str, str], list[str]]:
    """The files that options name, and the options of all commands that may build."""
    files: dict[str, str] = {}
    options = [word for name in request.build_from_source for word in ("--no-binary", name)]
    if request.constraints:
        files["constraints.txt"] = requirement_lines(request.constraints)
        options += ["--constraint", "constraints.txt"]
    if request.constraint_variable:
        files["constraints.txt"] = requirement_lines(request.constraint_variable)
    if request.build_constraints:
        files["build-constraints.txt"] = requirement_lines(request.build_constraints)
        options += ["--build-constraint", "build-constraints.txt"]
    if request.no_build_isolation:
        options += ["--no-build-isolation"]
    options += ["--no-cache-dir"] if request.empty_cache or request.rebuild else []
    return files, options


def _cleaning(request: Request) -> tuple[Command, ...]:
    """What pip matches are the names of wheel files, in which a hyphen is an underscore."""
    stale = [name.replace("-", "_") for name in request.clean_cache]
    return tuple(("pip", "cache", "remove", name) for name in stale)


def _plan(request: Request, files: dict[str, str], commands: tuple[Command, ...]) -> Plan:
    aside = ("install", "--no-deps", "--target", "other", request.library_path or "")
    return Plan(
        files=files,
        commands=(*commands, *([(*_PIP, *aside)] if request.library_path else [])),
        python=(".venv/bin/python",),
        environ={"PIP_CONSTRAINT": "constraints.txt"} if request.constraint_variable else {},
        library_path=library_folders(request),
    )


def library_folders(request: Request) -> tuple[str, ...]:
    """Where a copy of the provider installed with ``--target other`` has its libraries."""
    if not request.library_path:
        return ()
    name = request.library_path.partition("==")[0].replace("-", "_")
    return (f"other/{name}/lib",)


# https://github.com/pypa/pip/blob/main/src/pip/_internal/cli/status_codes.py
_MISUSE = (2,)


def _isolate(folders: CellFolders) -> Isolation:
    variables = {
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_INPUT": "1",
        "PIP_PROGRESS_BAR": "off",
        "PIP_INDEX_URL": folders.index_url,
        "PIP_CACHE_DIR": str(folders.cache / "pip"),
    }
    return Isolation(variables=variables)


_INSTALL = Installer(
    id="pip",
    title="pip install",
    tool="pip",
    misuse=_MISUSE,
    render=_render,
    groups=("builds-metadata",),
    cost=5,
    tab=Tab("pip", 3, by_default=True),
    repairs={
        "stamped": ("require-newer",),
        "rotten": ("require-newer",),
        "unstamped": ("build-constraint-rebuild",),
        "cached": ("rebuild",),
        "symbol": ("build-constraint-rebuild",),
    },
)
_LOCK_INSTALL = Installer(
    id="pip-lock",
    title="pip lock, pip install",
    tool="pip",
    misuse=_MISUSE,
    render=_lock,
    groups=("builds-metadata", "locks", "resolves-again-at-sync"),
    cost=8,
    since=_SINCE_PYLOCK,
)
TOOL = PackagingTool(
    name="pip",
    title="pip",
    order=1,
    installers=(_INSTALL, _LOCK_INSTALL),
    default_versions=("25.3", NEWEST),  # that of the issue, and the newest there is
    isolate=_isolate,
    installer_file="pip",
    first_release="23.0",  # to be had for every interpreter that the kit runs on
)
