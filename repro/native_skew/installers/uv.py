"""uv's lasting interfaces: the pip interface and the project interface.

uv takes a release's metadata from whichever one file suits it best, and expects all of
the release's files to agree:
https://docs.astral.sh/uv/reference/internals/resolver/#metadata-consistency
"""

from __future__ import annotations

from functools import partial
from typing import Any

import msgspec

from native_skew.installers.base import (
    Installer,
    Plan,
    Target,
    Unsupported,
    application,
    require_version,
    requirement_lines,
    toml,
)
from native_skew.installers.pip import library_folders
from native_skew.installers.request import Request

_PROJECT_FILE = "pyproject.toml"
# https://docs.python.org/3/library/sys.html#sys.platform
_PLATFORMS = {"linux": "linux", "macos": "darwin", "windows": "win32"}


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


def settings_for(request: Request, target: Target) -> dict[str, Any]:
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


def _require_no_platforms(request: Request) -> None:
    if request.lock_platforms:
        raise Unsupported(
            "uv's pip interface resolves for one platform, and keeps no lock for more"
        )


def options_of(request: Request, *, reinstall: bool = True) -> list[str]:
    """Options that all interfaces spell alike."""
    options = ["--no-config"] if request.ignore_configuration else []
    options += ["--refresh"] if request.refresh else []
    options += ["--no-cache"] if request.empty_cache else []
    for name in request.reinstall if reinstall else ():
        options += ["--reinstall-package", name]
    return options


def cleaning_of(request: Request) -> list[tuple[str, ...]]:
    """The commands that remove what ``request`` wants cleaned from the cache."""
    return [("uv", "cache", "clean", name) for name in request.clean_cache]


def _aside(request: Request) -> list[tuple[str, ...]]:
    if not request.library_path:
        return []
    return [("uv", "pip", "install", "--no-deps", "--target", "other", request.library_path)]


def pip_options(request: Request, files: dict[str, str]) -> list[str]:
    """Options of the pip interface; the files they name are added to ``files``."""
    options = options_of(request)
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


def pip_files(request: Request, target: Target) -> dict[str, str]:
    """The project file whose ``[tool.uv]`` the pip interface reads; none where it says nothing."""
    settings = settings_for(request, target)
    return {_PROJECT_FILE: toml({"tool": {"uv": settings}})} if settings else {}


def _pip_install(request: Request, target: Target) -> Plan:
    """``uv pip install``."""
    _require_no_platforms(request)
    files = pip_files(request, target)
    options = pip_options(request, files)
    install = ("uv", "pip", "install", *options, *request.requirements)
    return Plan(
        files=files,
        commands=(*cleaning_of(request), install, *_aside(request)),
        python=(".venv/bin/python",),
        library_path=library_folders(request),
    )


def _pip_sync(request: Request, target: Target) -> Plan:
    """``uv pip compile`` and ``uv pip sync``."""
    _require_no_platforms(request)
    files = pip_files(request, target)
    options = pip_options(msgspec.structs.replace(request, reinstall=()), files)
    files["requirements.in"] = requirement_lines(request.requirements)
    compiling = ("uv", "pip", "compile", *options, "requirements.in", "-o", "requirements.txt")
    return Plan(
        files=files,
        locking=(*cleaning_of(request), compiling),
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
        *pip_options(plain, {}),
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
        # https://docs.astral.sh/uv/concepts/resolution/#limited-resolution-environments
        "environments": tuple(f"sys_platform == '{_PLATFORMS[p]}'" for p in request.lock_platforms),
    }
    uv = {key: values for key, values in lists.items() if values} | settings_for(request, target)
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
    locking = [("uv", "lock", *binary, *options_of(request, reinstall=False))] if lock_first else []
    frozen = ["--frozen", *binary] if lock_first else binary
    syncing = (("uv", "sync", *frozen, *options_of(request)), *_aside(request))
    cleaning = cleaning_of(request)
    return Plan(
        files={_PROJECT_FILE: _project(request, target)},
        locking=(*cleaning, *locking) if lock_first else (),
        lock_files=("uv.lock",) if lock_first else (),
        commands=syncing if lock_first else (*cleaning, *syncing),
        python=(".venv/bin/python",),
        environ={"UV_PYTHON": target.python},
        library_path=library_folders(request),
    )


# What uv ends with where it fails unexpectedly, or does not understand its arguments.
# https://docs.astral.sh/uv/reference/cli/
MISUSE = (2,)

INSTALLERS = (
    Installer(
        id="uv-pip-install", title="uv pip install", tool="uv", misuse=MISUSE, render=_pip_install
    ),
    Installer(id="uv-pip-sync", title="uv pip sync", tool="uv", misuse=MISUSE, render=_pip_sync),
    Installer(
        id="uv-sync",
        title="uv sync",
        tool="uv",
        misuse=MISUSE,
        render=partial(_sync, lock_first=False),
        makes_environment=True,
    ),
    Installer(
        id="uv-lock-sync",
        title="uv lock, uv sync",
        tool="uv",
        misuse=MISUSE,
        render=partial(_sync, lock_first=True),
        makes_environment=True,
    ),
)
