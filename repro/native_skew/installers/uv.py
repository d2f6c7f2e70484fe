"""uv: the pip interface, the project interface, and those for one command.

uv takes a release's metadata from whichever one file suits it best, and expects all of
the release's files to agree:
https://docs.astral.sh/uv/reference/internals/resolver/#metadata-consistency

``uv run --with`` and ``uv tool install`` prepare nothing, keep no lock, and hand a build no
resolution to match.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import Any

import msgspec
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename

from native_skew.installers.base import (
    Cause,
    Installer,
    Plan,
    RenderContext,
    Tab,
    Unsupported,
    application,
    require_only,
    require_version,
    requirement_lines,
    toml,
)
from native_skew.installers.locks import (
    ALL,
    BuildSettings,
    Dependency,
    Lock,
    LockedPackage,
    LockFormat,
    ReadText,
    constraints_in,
    file_at,
    package_names,
    parsed_toml,
    requirement_name,
    table,
    tables,
    texts,
    toml_settings,
)
from native_skew.installers.packaging_tool import (
    NEWEST,
    CellFolders,
    File,
    Isolation,
    PackagingTool,
    ReleaseFiles,
)
from native_skew.installers.pip import (
    PYLOCKS,
    REQUIREMENTS,
    library_folders,
    pylock,
    requirements_file,
)
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
    for name, requirement in request.build_requirements:
        found.setdefault("extra-build-dependencies", {}).setdefault(name, []).append(requirement)
    return found


def settings_for(request: Request, context: RenderContext) -> dict[str, Any]:
    """The same, where this uv is not too old for it.

    Raises:
        Unsupported: it is.

    """
    # Before that it knew neither UV_DEFAULT_INDEX, and would ask the public index, nor others.
    require_version(context, "uv", "--default-index", "0.4.23")
    if request.match_runtime:
        require_version(context, "uv", "match-runtime", "0.8.5")
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
    for name in request.upgrade:
        options += ["--upgrade-package", name]
    for name in (*request.reinstall, *request.rebuild) if reinstall else ():
        options += ["--reinstall-package", name]
    return options


def cleaning_of(request: Request) -> list[tuple[str, ...]]:
    """The commands that remove what ``request`` wants cleaned from the cache."""
    return [("uv", "cache", "clean", name) for name in (*request.clean_cache, *request.rebuild)]


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


def pip_files(request: Request, context: RenderContext) -> dict[str, str]:
    """The project file whose ``[tool.uv]`` the pip interface reads; none where it says nothing."""
    settings = settings_for(request, context)
    return {_PROJECT_FILE: toml({"tool": {"uv": settings}})} if settings else {}


def _pip_install(request: Request, context: RenderContext) -> Plan:
    """``uv pip install``."""
    _require_no_platforms(request)
    files = pip_files(request, context)
    options = pip_options(request, files)
    # What is not named is not resolved, and not moved.
    install = ("uv", "pip", "install", *options, *request.requirements, *request.upgrade)
    return Plan(
        files=files,
        commands=(*cleaning_of(request), install, *_aside(request)),
        python=(".venv/bin/python",),
        library_path=library_folders(request),
    )


def _pip_sync(request: Request, context: RenderContext) -> Plan:
    """``uv pip compile`` and ``uv pip sync``."""
    _require_no_platforms(request)
    files = pip_files(request, context)
    options = pip_options(msgspec.structs.replace(request, reinstall=(), rebuild=()), files)
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


def _project(request: Request, context: RenderContext) -> str:
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
    uv = {key: values for key, values in lists.items() if values} | settings_for(request, context)
    data: dict[str, Any] = {"project": application(request, context)}
    return toml({**data, "tool": {"uv": uv}} if uv else data)


def _sync(request: Request, context: RenderContext, *, lock_first: bool) -> Plan:
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
        files={_PROJECT_FILE: _project(request, context)},
        locking=(*cleaning, *locking) if lock_first else (),
        lock_files=("uv.lock",) if lock_first else (),
        commands=syncing if lock_first else (*cleaning, *syncing),
        python=(".venv/bin/python",),
        environ={"UV_PYTHON": context.python},
        library_path=library_folders(request),
    )


def _require_consumer(request: Request, context: RenderContext, reason: str) -> None:
    """Raises ``Unsupported`` where something else than the consumer is to be installed first."""
    name = canonicalize_name(Requirement(request.requirements[0]).name)
    if name != canonicalize_name(context.module):
        raise Unsupported(reason)


def _run(request: Request, context: RenderContext) -> Plan:
    """``uv run --with``: a layer over ``.venv`` for one command, kept in the cache."""
    require_only(request, "uv run --with", _RUN_FEATURES)
    if request.empty_cache:
        raise Unsupported(
            "uv run --no-cache makes its layer in a cache that is gone when the command ends: "
            "nothing is left to look at"
        )
    _require_consumer(
        request, context, "uv run --with makes its layer in one go, and prepares none"
    )
    options = options_of(request)
    for name in request.build_from_source:
        options += ["--no-binary-package", name]
    for name in request.no_build_isolation:
        options += ["--no-build-isolation-package", name]
    for requirement in request.requirements:
        options += ["--with", requirement]
    run = ("uv", "run", "--no-project", *options, "python")
    return Plan(
        files=pip_files(request, context),
        commands=(*cleaning_of(request), (*run, "-c", f"import {context.module}")),
        python=run,
    )


_RUN_FEATURES = (
    "build_from_source",
    "dependency_metadata",
    "match_runtime",
    "build_requirements",
    "no_build_isolation",
    "ignore_configuration",
    "reinstall",
    "refresh",
    "clean_cache",
    "rebuild",
    "empty_cache",
)


def _tool(request: Request, context: RenderContext) -> Plan:
    """``uv tool install``: reads the user's configuration, never a project's.

    https://docs.astral.sh/uv/concepts/configuration-files/
    """
    require_only(request, "uv tool install", _TOOL_FEATURES)
    _require_consumer(request, context, "uv tool install installs a program, and prepares nothing")
    settings = settings_for(request, context)
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
        python=(f"{_TOOL_FOLDER}/{name}/bin/python",),
        environ={
            "UV_PYTHON": context.python,
            "UV_TOOL_DIR": _TOOL_FOLDER,
            "UV_TOOL_BIN_DIR": f"{_TOOL_FOLDER}/bin",
        },
    )


# Relative to the project's folder, so that a new environment is a new tool folder too.
_TOOL_FOLDER = "uv-tools"
_TOOL_FEATURES = (*_RUN_FEATURES, "constraints", "build_constraints", "overrides")


def _tool_spelling(option: str) -> str:
    """``--no-binary`` takes no name outside the pip interface."""
    return "--no-binary-package" if option == "--no-binary" else option


# What uv ends with where it fails unexpectedly, or does not understand its arguments.
# https://docs.astral.sh/uv/reference/cli/
_MISUSE = (2,)

# The first that knows extra-build-dependencies.
_FIRST_RELEASE = "0.8.4"
# What ends uv's search for a project in the folders above.
_NO_PROJECT = """\
[project]
name = "cell"
version = "0"
"""


def _isolate(folders: CellFolders) -> Isolation:
    """Files that say nothing end uv's searches for a project and for configuration.

    It looks in every parent folder, then in the system's:
    https://docs.astral.sh/uv/concepts/configuration-files/
    """
    variables = {
        "UV_DEFAULT_INDEX": folders.index_url,
        "UV_CACHE_DIR": str(folders.cache / "uv"),
        "UV_PYTHON_DOWNLOADS": "never",
        "UV_NO_PROGRESS": "1",
    }
    files = {
        folders.root / "uv.toml": "",
        folders.root / _PROJECT_FILE: _NO_PROJECT,
        folders.system_configuration / "uv" / "uv.toml": "",
    }
    return Isolation(variables=variables, files=files)


def _nearest(files: ReleaseFiles[File]) -> File | None:
    """A wheel of another platform before one of another Python; of the nearest the first by name.

    https://github.com/astral-sh/uv/blob/main/crates/uv-distribution-types/src/prioritized_distribution.rs
    """
    wheels = sorted(files.wheels, key=lambda each: each.filename)
    nearest = max(wheels, key=files.nearness, default=None)
    return files.fitting or (nearest if files.sdist else None) or files.sdist


def _first_admitted(files: ReleaseFiles[File]) -> File | None:
    """The first wheel, for whatever platform, that a Python of the project's range can have.

    The first by file name, whatever the order of the index's page; a lock is for all platforms.
    uv counts abi3, and what it does not know, as fitting:
    https://github.com/astral-sh/uv/blob/main/crates/uv-resolver/src/requires_python.rs
    """
    wheels = sorted(files.wheels, key=lambda each: each.filename)
    admitted = (each for each in wheels if _is_admitted(each.filename, files.python))
    return next(admitted, wheels[0] if wheels and files.sdist else files.sdist)


_OWN_PYTHON = re.compile(r"(?:cp|pp|py)(\d)(\d*)")


def _is_admitted(filename: str, oldest: str) -> bool:
    """Whether a wheel's tags leave a Python from ``oldest`` on."""
    _, _, _, tags = parse_wheel_filename(filename)
    minor = int(oldest.partition(".")[2])
    return any(_tag_admits(each.interpreter, each.abi, minor) for each in tags)


def _tag_admits(interpreter: str, abi: str, oldest: int) -> bool:
    if abi == "abi3":
        return True
    found = _OWN_PYTHON.match(interpreter if abi == "none" else abi)
    if found is None:
        return True
    if found[1] != "3":
        return False
    # ``py3`` and ``py38`` hold for later ones too, ``cp38`` for that one alone.
    bound = interpreter.startswith("py") and abi == "none"
    return bound or not found[2] or int(found[2]) >= oldest


def _registry_or_words(source: object) -> str:
    """Where a package comes from, in words, where that is no index."""
    kinds = source if isinstance(source, dict) else {}
    for kind, words in {
        "git": "a repository",
        "url": "an address",
        "path": "a file on disk",
        "directory": "a folder on disk",
        "editable": "a folder on disk",
        "virtual": "the project",
    }.items():
        if kind in kinds:
            return words
    return ""


def _edges(values: object) -> tuple[Dependency, ...]:
    return tuple(
        Dependency(
            name=canonicalize_name(str(each.get("name", ""))),
            version=str(each.get("version", "")),
            marker=str(each.get("marker", "")),
            extras=tuple(sorted(package_names(each.get("extra")))),
        )
        for each in tables(values)
    )


def _locked(package: dict[str, Any]) -> LockedPackage:
    source, origin = package.get("source"), _registry_or_words(package.get("source"))
    files = [*tables(package.get("wheels")), *tables([package.get("sdist")])]
    places = [str(e.get("url") or e.get("path") or e.get("filename") or "") for e in files]
    optional = {
        **table(package, "optional-dependencies"),
        **{f"group {key}": each for key, each in table(package, "dev-dependencies").items()},
    }
    forks = [f"({each})" for each in texts(package.get("resolution-markers"))]
    return LockedPackage(
        name=canonicalize_name(str(package["name"])),
        version=str(package.get("version", "")),
        files=tuple(map(file_at, filter(None, places))),
        marker=" or ".join(forks),
        origin=origin,
        root=isinstance(source, dict) and ("virtual" in source or "editable" in source),
        requires=_edges(package.get("dependencies")),
        optional={key: _edges(each) for key, each in optional.items()},
    )


def _lock(data: bytes) -> Lock:
    """What a uv.lock says.

    https://docs.astral.sh/uv/concepts/projects/layout/#the-lockfile
    """
    lock = parsed_toml(data)
    return Lock(
        packages=tuple(_locked(each) for each in tables(lock.get("package")) if "name" in each),
        requires_python=str(lock.get("requires-python", "")),
        environments=texts(lock.get("supported-markers")),
    )


def build_settings(
    read: ReadText, environ: Mapping[str, str], *, pip: bool = False
) -> BuildSettings:
    """What uv is told in uv.toml, or else in pyproject.toml, and by variables.

    https://docs.astral.sh/uv/reference/settings/

    Args:
        read: the text of a file beside the lock.
        environ: the user's variables.
        pip: for the pip interface, which has a table of its own.

    """
    told = toml_settings(read("uv.toml")) or table(toml_settings(read(_PROJECT_FILE)), "tool", "uv")
    if environ.get("UV_NO_CONFIG"):
        told = {}
    own = table(told, "pip") if pip else told
    given = table(told, "extra-build-dependencies")
    every = {
        key: frozenset(
            [ALL] if own.get(key) or environ.get(f"UV_{key.upper().replace('-', '_')}") else []
        )
        for key in ("no-binary", "no-build", "no-build-isolation")
    }

    def packages(key: str) -> frozenset[str]:
        variable = environ.get(f"UV_{key.upper().replace('-', '_')}", "")
        return package_names(own.get(key)) | package_names(variable)

    wanted = {canonicalize_name(name): each for name, each in given.items()}
    return BuildSettings(
        no_binary=(every["no-binary"] if not pip else package_names(own.get("no-binary")))
        | packages("no-binary-package"),
        no_build=every["no-build"] | packages("no-build-package"),
        no_isolation=every["no-build-isolation"] | packages("no-build-isolation-package"),
        constraints=(
            *texts(told.get("build-constraint-dependencies")),
            *constraints_in(read, environ.get("UV_BUILD_CONSTRAINT", "").split()),
        ),
        requirements={
            name: tuple(
                each if isinstance(each, str) else str(each.get("requirement", ""))
                for each in entries
                if isinstance(each, str) or not each.get("match-runtime")
            )
            for name, entries in wanted.items()
        },
        matched={
            name: frozenset(
                requirement_name(str(each.get("requirement", "")))
                for each in tables(entries)
                if each.get("match-runtime")
            )
            for name, entries in wanted.items()
        },
        released_before=str(told.get("exclude-newer") or environ.get("UV_EXCLUDE_NEWER") or ""),
    )


_interface = partial(Installer, tool="uv", misuse=_MISUSE)
_LASTING = ("reads-nearest-wheel", "hands-resolution-to-builds")
_ONE_COMMAND = ("reads-nearest-wheel", "hands-no-resolution-to-builds")

_HELD = ("match-runtime-rebuild", "build-constraint-rebuild", "build-requirement-rebuild")
_REPAIRS: dict[Cause, tuple[str, ...]] = {
    "stamped": ("override", *_HELD),
    "rotten": ("override", "match-runtime-setuptools-rebuild"),
    "stale": ("override", "match-runtime-rebuild"),
    "unstamped": _HELD,
    "cached": ("rebuild",),
    "symbol": _HELD,
}

_PIP_INSTALL = _interface(
    id="uv-pip-install",
    title="uv pip install",
    render=_pip_install,
    groups=(*_LASTING, "reads-installed-metadata"),
    tab=Tab("uv pip", 2, by_default=True),
    # An override is not kept, and what was stamped anew asks for the older provider.
    repairs={**_REPAIRS, "stale": ("match-runtime-rebuild",)},
)
_PIP_SYNC = _interface(
    id="uv-pip-sync",
    title="uv pip sync",
    render=_pip_sync,
    groups=(*_LASTING, "locks", "keeps-locked-versions"),
)
_SYNC = _interface(
    id="uv-sync",
    title="uv sync",
    render=partial(_sync, lock_first=False),
    groups=(*_LASTING, "keeps-locked-versions"),
    makes_environment=True,
    tab=Tab("uv project", 1, by_default=True),
    repairs=_REPAIRS,
)
_LOCK_SYNC = _interface(
    id="uv-lock-sync",
    title="uv lock, uv sync",
    render=partial(_sync, lock_first=True),
    groups=(*_LASTING, "locks", "keeps-locked-versions"),
    makes_environment=True,
)
_RUN = _interface(
    id="uv-run",
    title="uv run --with",
    render=_run,
    groups=(*_ONE_COMMAND, "keeps-environment"),
)
_TOOL_INSTALL = _interface(
    id="uv-tool",
    title="uv tool install",
    render=_tool,
    groups=(*_ONE_COMMAND, "reads-installed-metadata"),
    makes_environment=True,
)
TOOL = PackagingTool(
    name="uv",
    title="uv",
    order=2,
    installers=(_PIP_INSTALL, _PIP_SYNC, _SYNC, _LOCK_SYNC, _RUN, _TOOL_INSTALL),
    default_versions=("0.9.21", NEWEST),  # that of the issue, and the newest there is
    isolate=_isolate,
    installer_file="uv",
    remake=("uv", "venv", "--allow-existing", "--python"),
    readers={"uv pip": _nearest, "uv lock (and uv sync)": _first_admitted},
    locks=(
        LockFormat(
            names=("uv.lock",), read=_lock, settings=build_settings, installers=("uv-sync",)
        ),
        *(
            LockFormat(
                names=names,
                read=read,
                settings=partial(build_settings, pip=True),
                installers=("uv-pip-install",),
            )
            for names, read in ((PYLOCKS, pylock), (REQUIREMENTS, requirements_file))
        ),
    ),
    first_release=_FIRST_RELEASE,
)
