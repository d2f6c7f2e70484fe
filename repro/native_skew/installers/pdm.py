"""PDM: a lock for every Python that the project supports, and a synchronisation with it.

https://pdm-project.org/en/latest/usage/lock-targets/
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from native_skew.installers import locks
from native_skew.installers.base import (
    VIRTUALENV,
    Installer,
    Lack,
    Lacks,
    PackagingTool,
    Plan,
    RenderContext,
    Tab,
    Tables,
    application,
    toml,
    with_variables,
)
from native_skew.installers.request import Request

_CLI = "https://pdm-project.org/en/latest/reference/cli/"
_FILE = "https://pdm-project.org/en/latest/reference/configuration/"
_OVERRIDES = (
    "https://pdm-project.org/en/latest/usage/dependency/#override-the-resolved-package-versions"
)
# It does not lack an upgrade: pdm lock always resolves anew.
_LACKS = Lacks(
    title="PDM",
    versions="pdm<=2.29.3",
    features={
        "constraints": Lack(
            _OVERRIDES,
            "PDM has overrides, which take the place of what is declared, and no constraints "
            f"({_OVERRIDES})",
        ),
        "build_constraints": Lack(
            "https://github.com/pdm-project/pdm/issues/3113",
            "PDM has no constraints for builds; its overrides hold in builds as well",
        ),
        "dependency_metadata": Lack(_OVERRIDES),
        "match_runtime": Lack(_OVERRIDES),
        "build_requirements": Lack(_OVERRIDES),
        "ignore_configuration": Lack(_FILE),
        "constraint_variable": Lack(_FILE),
        "library_path": Lack(f"{_CLI}#install"),
    },
)


def _project(request: Request, context: RenderContext) -> str:
    """The application's pyproject.toml.

    A source replaces the default one if it has the same name:
    https://pdm-project.org/en/latest/usage/config/#configure-the-package-indexes
    """
    resolution: dict[str, Any] = {}
    if request.build_from_source:
        resolution["no-binary"] = request.build_from_source
    if request.overrides:
        parsed = [Requirement(each) for each in request.overrides]
        resolution["overrides"] = {each.name: str(each.specifier) for each in parsed}
    pdm: dict[str, Any] = {"distribution": False}
    if resolution:
        pdm["resolution"] = resolution
    pdm["source"] = Tables([{"name": "pypi", "url": context.index_url}])
    return toml({"project": application(request, context), "tool": {"pdm": pdm}})


def _command(request: Request, name: str, *more: str) -> tuple[str, ...]:
    """A command that may build; isolation is for all packages or none."""
    # It bypasses both index answers and built wheels: https://pdm-project.org/en/latest/reference/cli/
    caching = ["--no-cache"] if request.refresh or request.empty_cache else []
    isolating = ["--no-isolation"] if request.no_build_isolation else []
    # https://pdm-project.org/en/latest/reference/configuration/
    variables = {"PDM_NO_BINARY": ",".join(request.no_binary_variable)}
    return with_variables(variables, "pdm", *caching, name, *isolating, *more)


def _lock_sync(request: Request, context: RenderContext) -> Plan:
    _LACKS.refuse(request)
    reinstall = ["--reinstall"] if request.reinstall or request.rebuild else []
    plan = _plan(request, context, _command(request, "sync", *reinstall))
    *cleaning, syncing = plan.commands
    locking = (*cleaning, *_locking(request))
    return replace(plan, locking=locking, lock_files=("pdm.lock",), commands=(syncing,))


def _locking(request: Request) -> list[tuple[str, ...]]:
    """Locks for every platform, or for one target after the other.

    https://pdm-project.org/en/latest/usage/lock-targets/
    """
    if not request.lock_platforms:
        return [_command(request, "lock")]
    return [
        _command(request, "lock", "--platform", platform, *(["--append"] if number else []))
        for number, platform in enumerate(request.lock_platforms)
    ]


def _install(request: Request, context: RenderContext) -> Plan:
    _LACKS.refuse(request)
    if request.reinstall or request.rebuild:
        reason = "--reinstall is an option of pdm sync, not of pdm install"
        raise _LACKS.unsupported(reason, f"{_CLI}#sync")
    if request.lock_platforms:
        reason = "--platform is an option of pdm lock, not of pdm install"
        raise _LACKS.unsupported(reason, f"{_CLI}#lock")
    # https://pdm-project.org/en/latest/reference/cli/#update
    install = ("update", *request.upgrade) if request.upgrade else ("install",)
    return _plan(request, context, _command(request, *install))


def _plan(request: Request, context: RenderContext, install: tuple[str, ...]) -> Plan:
    # PDM matches the names of wheel files, in which a hyphen is an underscore.
    stale = [name.replace("-", "_") for name in (*request.clean_cache, *request.rebuild)]
    cleaning = (("pdm", "cache", "remove", f"{name}-*") for name in stale)
    files = {"pyproject.toml": _project(request, context)}
    return Plan(files=files, commands=(*cleaning, install))


_ORIGINS = {"git": "a repository", "path": "a file on disk", "url": "an address"}


def _locked(package: dict[str, Any]) -> locks.LockedPackage:
    files = [str(e.get("url") or e.get("file") or "") for e in locks.tables(package.get("files"))]
    return locks.LockedPackage(
        name=canonicalize_name(str(package["name"])),
        version=str(package.get("version", "")),
        files=tuple(map(locks.file_at, filter(None, files))),
        marker=str(package.get("marker", "")),
        origin=locks.origin_in(package, _ORIGINS),
        requires=tuple(
            locks.Dependency(name=locks.requirement_name(e))
            for e in locks.texts(package.get("dependencies"))
        ),
    )


# The values of `pdm lock --platform`, without version and machine.
# https://pdm-project.org/en/latest/usage/lock-targets/
_SYSTEMS = {
    "linux": "sys_platform == 'linux'",
    "manylinux": "sys_platform == 'linux'",
    "musllinux": "sys_platform == 'linux'",
    "macos": "sys_platform == 'darwin'",
    "windows": "sys_platform == 'win32'",
}


def _lock(data: bytes) -> locks.Lock:
    """Parses a pdm.lock.

    https://pdm-project.org/en/latest/usage/lockfile/
    """
    lock = locks.parsed_toml(data)
    targets = locks.tables(locks.table(lock, "metadata").get("targets"))
    pythons = {str(each.get("requires_python", "")) for each in targets}
    systems = [str(each.get("platform", "")).partition("_")[0] for each in targets]
    known = [_SYSTEMS[each] for each in systems if each in _SYSTEMS]
    return locks.Lock(
        packages=locks.packages_of(lock, _locked),
        requires_python=pythons.pop() if len(pythons) == 1 else "",
        environments=tuple(dict.fromkeys(known)) if len(known) == len(systems) else (),
    )


def _build_settings(read: locks.ReadText, environ: Mapping[str, str]) -> locks.BuildSettings:
    """From pyproject.toml and variables; overrides apply to build environments too.

    https://pdm-project.org/en/latest/reference/pep621/
    """
    told = locks.table(locks.toml_settings(read("pyproject.toml")), "tool", "pdm", "resolution")
    return locks.BuildSettings(
        no_binary=locks.package_names(told.get("no-binary"), environ.get("PDM_NO_BINARY")),
        no_build=locks.package_names(told.get("only-binary"), environ.get("PDM_ONLY_BINARY")),
        constraints=tuple(
            f"{name}{version if version[:1] in '<>=!~' else '==' + version}"
            for name, version in locks.table(told, "overrides").items()
            if isinstance(version, str)
        ),
    )


_LOCK_SYNC = Installer(
    id="pdm-lock-sync",
    title="pdm lock, pdm sync",
    tool="pdm",
    render=_lock_sync,
    groups=("reads-lock-target-wheel", "locks"),
    cost=7,
    tab=Tab("PDM", 5),
    repairs={
        "stamped": ("override", "override-older"),
        "shared": ("override-all",),
        "rotten": ("override",),
        "unstamped": ("override-older",),
        "cached": ("rebuild",),
        "symbol": ("override-older",),
    },
)
_INSTALL = Installer(
    id="pdm-install",
    title="pdm install",
    tool="pdm",
    render=_install,
    groups=("reads-lock-target-wheel",),
    cost=7,
)
TOOL = PackagingTool(
    name="pdm",
    title="PDM",
    order=4,
    installers=(_LOCK_SYNC, _INSTALL),
    # Pins its dependencies to the versions that the release was tested with: hishel 2 breaks PDM
    # 2.29. https://pdm-project.org/en/latest/#installation
    extras=("locked",),
    variables={
        **VIRTUALENV,
        "PDM_CACHE_DIR": "{cache}/pdm",
        "PDM_LOG_DIR": "{cache}/pdm-log",
        "PDM_CHECK_UPDATE": "0",
        "PDM_NON_INTERACTIVE": "1",
    },
    installer_file="pdm",
    locks=(
        locks.LockFormat(
            names=("pdm.lock", "pdm.*.lock"),
            read=_lock,
            settings=_build_settings,
            installers=("pdm-lock-sync",),
        ),
    ),
    # https://pdm-project.org/en/latest/usage/config/#override-the-resolved-package-versions
    holding=(("tool", "pdm", "resolution", "overrides"),),
    documentation=_CLI,
    looked_up=_LACKS.versions,
)
