"""uv: the pip interface, the project interface, and those for one command.

uv takes a release's metadata from whichever one file suits it best, and expects all of
the release's files to agree:
https://docs.astral.sh/uv/reference/internals/resolver/#metadata-consistency

``uv run --with`` and ``uv tool install`` prepare nothing, keep no lock, and do not pass a
resolution on to builds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import Any

from msgspec.structs import replace
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename
from packaging.version import Version

from native_skew.findings import Advice
from native_skew.installers import locks, pip
from native_skew.installers.base import (
    FORCED,
    NEWEST,
    Cause,
    Command,
    File,
    Installer,
    Lack,
    Lacks,
    PackagingTool,
    Place,
    Plan,
    ReleaseFiles,
    RenderContext,
    Tab,
    application,
    moved,
    repeated,
    require_version,
    requirement_files,
    requirement_lines,
    toml,
    with_variables,
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
_VERSIONS = "uv<=0.13.9"
_CLI = "https://docs.astral.sh/uv/reference/cli/"
_VARIABLES = "https://docs.astral.sh/uv/reference/environment/"
NO_BINARY_VARIABLE = Lack(
    f"{_VARIABLES}#uv_no_binary_package",
    "uv's pip interface reads UV_NO_BINARY_PACKAGE as little as PIP_NO_BINARY",
)
CONSTRAINT_VARIABLE = Lack(
    f"{_VARIABLES}#uv_constraint",
    "uv reads UV_CONSTRAINT as --constraint, which is for the run time alone",
)
_PLATFORMS_LACK = Lack(
    "https://docs.astral.sh/uv/reference/settings/#environments",
    "uv's pip interface resolves for one platform, and keeps no lock for more",
)


def _lacks(title: str, **features: Lack) -> Lacks:
    """What one of uv's interfaces lacks, in addition to what all of them lack."""
    every = {"constraint_variable": CONSTRAINT_VARIABLE}
    return Lacks(title=title, versions=_VERSIONS, features={**every, **features})


_PIP_LACKS = _lacks(
    "uv's pip interface", no_binary_variable=NO_BINARY_VARIABLE, lock_platforms=_PLATFORMS_LACK
)
_PROJECT_LACKS = _lacks("uv")
# https://github.com/astral-sh/uv/blob/main/changelogs/0.6.x.md, 0.8.x.md
_SINCE = {
    "build-constraint-dependencies": "0.6.2",
    "extra-build-dependencies": "0.8.4",
    "match-runtime": "0.8.5",
}
_MATCH_NEWS = "https://github.com/astral-sh/uv/releases/tag/0.8.5"
_INDEX_NEWS = "https://github.com/astral-sh/uv/releases/tag/0.4.23"
# https://docs.python.org/3/library/sys.html#sys.platform
_PLATFORMS = {"linux": "linux", "macos": "darwin", "windows": "win32"}


def settings(request: Request) -> dict[str, Any]:
    """Settings without a command-line option, which every interface reads from ``[tool.uv]``."""
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
    """The same; raises ``Unsupported`` if this uv is too old for it."""
    # An older uv does not know UV_DEFAULT_INDEX and would ask the public index.
    require_version(context, "uv", "--default-index", "0.4.23", _INDEX_NEWS)
    if request.match_runtime:
        require_version(context, "uv", "match-runtime", _SINCE["match-runtime"], _MATCH_NEWS)
    return settings(request)


def options_of(request: Request, *, reinstall: bool = True) -> list[str]:
    """Options that all interfaces share."""
    options = ["--no-config"] if request.ignore_configuration else []
    options += ["--refresh"] if request.refresh else []
    options += ["--no-cache"] if request.empty_cache else []
    options += repeated("--upgrade-package", request.upgrade)
    anew = (*request.reinstall, *request.rebuild) if reinstall else ()
    return options + repeated("--reinstall-package", anew)


def _plan(request: Request, install: Command, *locking: Command, **more: Any) -> Plan:
    """The plan, with cache cleaning before and the second copy of the provider at the end."""
    stale = (*request.clean_cache, *request.rebuild)
    cleaning = tuple(("uv", "cache", "clean", name) for name in stale)
    aside = ("uv", "pip", "install", "--no-deps", "--target", "other", request.library_path or "")
    commands = (install, *([aside] if request.library_path else []))
    return Plan(
        locking=(*cleaning, *locking) if locking else (),
        commands=commands if locking else (*cleaning, *commands),
        library_path=library_folders(request),
        **more,
    )


def pip_options(request: Request, files: dict[str, str]) -> list[str]:
    """Options of the pip interface; adds the files that they name to ``files``."""
    options = [*options_of(request), *repeated("--no-binary", request.build_from_source)]
    named = requirement_files(
        constraints=request.constraints,
        build_constraints=request.build_constraints,
        overrides=request.overrides,
    )
    files |= named
    options += [word for name in named for word in (f"--{name.removesuffix('s.txt')}", name)]
    return options + repeated("--no-build-isolation-package", request.no_build_isolation)


def pip_files(request: Request, context: RenderContext) -> dict[str, str]:
    """The pyproject.toml whose ``[tool.uv]`` the pip interface reads; none if it would be empty."""
    settings = settings_for(request, context)
    return {_PROJECT_FILE: toml({"tool": {"uv": settings}})} if settings else {}


def _pip_install(request: Request, context: RenderContext) -> Plan:
    """``uv pip install``."""
    _PIP_LACKS.refuse(request)
    files = pip_files(request, context)
    options = pip_options(request, files)
    # Only what is named is resolved, and upgraded.
    install = ("uv", "pip", "install", *options, *request.requirements, *request.upgrade)
    return _plan(request, install, files=files)


def _pip_sync(request: Request, context: RenderContext) -> Plan:
    """``uv pip compile`` and ``uv pip sync``."""
    _PIP_LACKS.refuse(request)
    files = pip_files(request, context)
    options = pip_options(replace(request, reinstall=(), rebuild=()), files)
    files["requirements.in"] = requirement_lines(request.requirements)
    compiling = ("uv", "pip", "compile", *options, "requirements.in", "-o", "requirements.txt")
    syncing = ("uv", "pip", "sync", *_sync_options(request), "requirements.txt")
    return _plan(request, syncing, compiling, files=files, lock_files=("requirements.txt",))


def _sync_options(request: Request) -> list[str]:
    """``uv pip sync`` installs the pins, and isolates all builds or none."""
    plain = replace(request, overrides=(), no_build_isolation=(), upgrade=())
    return [
        *pip_options(plain, {}),
        *(["--no-build-isolation"] if request.no_build_isolation else []),
    ]


def _application(request: Request, context: RenderContext) -> dict[str, Any]:
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
    return {**data, "tool": {"uv": uv}} if uv else data


def _sync(request: Request, context: RenderContext, *, lock_first: bool) -> Plan:
    """``uv sync``, with or without a separate ``uv lock``."""
    _PROJECT_LACKS.refuse(request)
    # Without configuration, the file's no-binary-package is not read either.
    built = request.build_from_source if request.ignore_configuration else ()
    binary = repeated("--no-binary-package", built)
    lock = _uv(request, "lock", *binary, *options_of(request, reinstall=False))
    frozen = ["--frozen", *binary] if lock_first else binary
    return _plan(
        request,
        _uv(request, "sync", *frozen, *options_of(request)),
        *([lock] if lock_first else []),
        files={_PROJECT_FILE: toml(_application(request, context))},
        lock_files=("uv.lock",) if lock_first else (),
        environ={"UV_PYTHON": context.python},
    )


def _script(request: Request, context: RenderContext) -> Plan:
    """``uv run script.py``: the script's own metadata says what it requires.

    https://packaging.python.org/en/latest/specifications/inline-script-metadata/
    """
    reason = "uv run script.py installs in one go, and prepares nothing"
    _refuse(_SCRIPT_LACKS, request, context, reason, _SCRIPT_DOCS)
    project = _application(request, context)
    stated = {key: project["project"][key] for key in ("requires-python", "dependencies")}
    uv = {"tool": project["tool"]} if "tool" in project else {}
    lines = ["/// script", *toml({**stated, **uv}).splitlines(), "///"]
    text = "".join(f"# {line}".rstrip() + "\n" for line in lines)
    return _plan(
        request,
        _uv(request, "run", *options_of(request), _SCRIPT),
        files={_SCRIPT: f"{text}\nimport {context.module}\n"},
        # The environment is in uv's cache.
        python=("sh", "-c", f'exec "$(uv python find --script {_SCRIPT})" "$@"', "sh"),
        environ={"UV_PYTHON": context.python},
    )


_SCRIPT = "script.py"
_SCRIPT_DOCS = "https://docs.astral.sh/uv/guides/scripts/#declaring-script-dependencies"
_SCRIPT_LACKS = _lacks(
    "uv run script.py",
    ignore_configuration=Lack(_SCRIPT_DOCS, "what uv is told in a script is a part of the script"),
    empty_cache=Lack(
        f"{_CLI}#uv-run",
        "uv run --no-cache makes the script's environment in a cache that is gone when the "
        "command ends: nothing is left to look at",
    ),
    upgrade=Lack(_SCRIPT_DOCS, "a script without a lock has nothing that could be moved"),
    lock_platforms=Lack(_SCRIPT_DOCS, "a script without a lock is for one platform"),
    library_path=Lack(_SCRIPT_DOCS),
)


_PYLOCK_LACKS = _lacks("pip lock", **{**pip.LACKS.features, **_PIP_LACKS.features})


def _pylock(request: Request, context: RenderContext) -> Plan:
    """``pip lock``, then ``uv pip sync`` of the ``pylock.toml`` that it writes.

    https://docs.astral.sh/uv/pip/compile/
    """
    _PYLOCK_LACKS.refuse(request)
    lock_pip = next(each for each in pip.TOOL.installers if each.id == "pip-lock")
    plan = lock_pip.render(request, replace(context, tool_version=Version("9999")))
    options = _sync_options(replace(request, constraints=(), upgrade=()))
    syncing = ("uv", "pip", "sync", *options, "pylock.toml")
    files = {**plan.files, **pip_files(request, context)}
    commands = _plan(request, syncing).commands
    return replace(plan, files=files, commands=commands, environ={})


def _uv(request: Request, *words: str) -> Command:
    """A command of the project interface, or one that takes the same options."""
    variables = {"UV_NO_BINARY_PACKAGE": " ".join(request.no_binary_variable)}
    return with_variables(variables, "uv", *words)


def _refuse(
    lacks: Lacks, request: Request, context: RenderContext, reason: str, source: str
) -> None:
    """Refuses what ``lacks`` lists, and, for ``reason``, a request that does not begin with the consumer."""
    lacks.refuse(request)
    name = canonicalize_name(Requirement(request.requirements[0]).name)
    if name != canonicalize_name(context.module):
        raise lacks.unsupported(reason, source)


def _run(request: Request, context: RenderContext) -> Plan:
    """``uv run --with``: a layer over ``.venv`` for one command, kept in the cache."""
    reason = "uv run --with makes its layer in one go, and prepares none"
    _refuse(_RUN_LACKS, request, context, reason, _RUN_DOCS)
    options = [
        *options_of(request),
        *repeated("--no-binary-package", request.build_from_source),
        *repeated("--no-build-isolation-package", request.no_build_isolation),
        *repeated("--with", request.requirements),
    ]
    # uv reads these lists only in a project; the layer then lies over the project's environment.
    lists = request.constraints or request.build_constraints
    alone = replace(request, requirements=(), build_from_source=(), no_build_isolation=())
    files = pip_files(request, context)
    if lists:
        files = {_PROJECT_FILE: toml(_application(alone, context))}
    where = () if lists else ("--no-project",)
    run = _uv(request, "run", *where, *options, "python")
    return _plan(request, (*run, "-c", f"import {context.module}"), files=files, python=run)


_RUN_DOCS, _TOOL_DOCS = f"{_CLI}#uv-run", f"{_CLI}#uv-tool-install"
_RUN_LACKS = _lacks(
    "uv run --with",
    empty_cache=Lack(
        _RUN_DOCS,
        "uv run --no-cache makes its layer in a cache that is gone when the command ends: "
        "nothing is left to look at",
    ),
    upgrade=Lack(
        "https://docs.astral.sh/uv/concepts/tools/#upgrading-tools",
        "uv run --with keeps no lock, in which anything could be moved",
    ),
    lock_platforms=_PLATFORMS_LACK,
    # A project's overrides were tried: what --with adds is resolved without them.
    overrides=Lack(_RUN_DOCS),
    library_path=Lack(_RUN_DOCS),
)


def _tool(request: Request, context: RenderContext) -> Plan:
    """``uv tool install``, which reads the user's configuration and never a project's.

    https://docs.astral.sh/uv/concepts/configuration-files/
    """
    reason = "uv tool install installs a program, and prepares nothing"
    _refuse(_TOOL_LACKS, request, context, reason, _TOOL_DOCS)
    settings = settings_for(request, context)
    files: dict[str, str] = {}
    first, *more = request.requirements
    # Outside the pip interface --no-binary takes no name.
    spelled = {"--no-binary": "--no-binary-package"}
    options = [spelled.get(each, each) for each in pip_options(request, files)]
    options += repeated("--with", more)
    name = Requirement(first).name
    return _plan(
        request,
        _uv(request, "tool", "install", *options, first),
        files=files,
        user_files={"uv/uv.toml": toml(settings)} if settings else {},
        python=(f"{_TOOL_FOLDER}/{name}/bin/python",),
        environ={
            "UV_PYTHON": context.python,
            "UV_TOOL_DIR": _TOOL_FOLDER,
            "UV_TOOL_BIN_DIR": f"{_TOOL_FOLDER}/bin",
        },
    )


# Relative to the project's folder, so that a new environment is a new tool folder too.
_TOOL_FOLDER = "uv-tools"
_TOOL_LACKS = _lacks(
    "uv tool install", lock_platforms=_PLATFORMS_LACK, library_path=Lack(_TOOL_DOCS)
)


# uv's exit code for an unexpected failure, or for arguments that it does not understand.
# https://docs.astral.sh/uv/reference/cli/
_MISUSE = (2,)


def _elsewhere(advice: Advice, place: Place) -> Advice:
    """https://docs.astral.sh/uv/pip/environments/#using-arbitrary-python-environments ."""

    def at(words: Command) -> Command:
        if words[:3] != ("uv", "pip", "install"):
            return words
        where = "--target" if place.kind == "folder" else "--python"
        forced = (FORCED,) if place.kind == "managed" else ()
        return (*words[:3], where, place.path, *forced, *words[3:])

    return moved(advice, at)


def _nearest(files: ReleaseFiles[File]) -> File | None:
    """The wheel that fits, or else the nearest: a wrong platform beats a wrong Python; first by name.

    https://github.com/astral-sh/uv/blob/main/crates/uv-distribution-types/src/prioritized_distribution.rs
    """
    wheels = sorted(files.wheels, key=lambda each: each.filename)
    nearest = max(wheels, key=files.nearness, default=None)
    return files.fitting or (nearest if files.sdist else None) or files.sdist


_LOCKING = "uv lock (and uv sync)"


def _first_admitted(files: ReleaseFiles[File]) -> File | None:
    """The first wheel by file name, of any platform, that fits a Python in the project's range.

    Of those with the highest build number. A lock is for all platforms. uv counts abi3, and tags
    that it does not know, as fitting:
    https://github.com/astral-sh/uv/blob/main/crates/uv-resolver/src/requires_python.rs
    https://github.com/astral-sh/uv/blob/main/crates/uv-distribution-types/src/prioritized_distribution.rs
    """
    wheels = sorted(files.wheels, key=lambda each: each.filename)
    admitted = [each for each in wheels if _is_admitted(each.filename, files.python)]
    first = wheels[0] if wheels and files.sdist else files.sdist
    return max(admitted, key=lambda each: parse_wheel_filename(each.filename)[2], default=first)


_OWN_PYTHON = re.compile(r"(?:cp|pp|py)(\d)(\d*)")


def _is_admitted(filename: str, oldest: str) -> bool:
    """Whether a wheel's tags admit a Python from ``oldest`` on."""
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
    # ``py3`` and ``py38`` admit later Pythons too, ``cp38`` only that one.
    bound = interpreter.startswith("py") and abi == "none"
    return bound or not found[2] or int(found[2]) >= oldest


# Where a package comes from if not from an index.
_ORIGINS = {
    "git": "a repository",
    "url": "an address",
    "path": "a file on disk",
    "directory": "a folder on disk",
    "editable": "a folder on disk",
    "virtual": "the project",
}


def _edges(values: object) -> tuple[locks.Dependency, ...]:
    return tuple(
        locks.Dependency(
            name=canonicalize_name(str(each.get("name", ""))),
            version=str(each.get("version", "")),
            marker=str(each.get("marker", "")),
            extras=tuple(sorted(locks.package_names(each.get("extra")))),
        )
        for each in locks.tables(values)
    )


def _locked(package: dict[str, Any]) -> locks.LockedPackage:
    source = locks.table(package, "source")
    files = [*locks.tables(package.get("wheels")), *locks.tables([package.get("sdist")])]
    places = [str(e.get("url") or e.get("path") or e.get("filename") or "") for e in files]
    optional = {
        **locks.table(package, "optional-dependencies"),
        **{f"group {key}": each for key, each in locks.table(package, "dev-dependencies").items()},
    }
    forks = [f"({each})" for each in locks.texts(package.get("resolution-markers"))]
    return locks.LockedPackage(
        name=canonicalize_name(str(package["name"])),
        version=str(package.get("version", "")),
        files=tuple(map(locks.file_at, filter(None, places))),
        marker=" or ".join(forks),
        origin=locks.origin_in(source, _ORIGINS),
        root="virtual" in source or "editable" in source,
        requires=_edges(package.get("dependencies")),
        optional={key: _edges(each) for key, each in optional.items()},
    )


_MOST_CONFLICTS = 64  # each is one more installation to look at


def _choice(item: dict[str, Any]) -> locks.Choice:
    """https://github.com/astral-sh/uv/blob/main/crates/uv-resolver/src/universal_marker.rs ."""
    package = str(item.get("package", ""))
    kind = next((each for each in ("extra", "group") if each in item), "project")
    name = str(item.get(kind, ""))
    return locks.Choice(
        package=package,
        key=f"group {name}" if kind == "group" else name,
        marker_name="-".join(filter(None, (kind, str(len(package)), package, name))),
    )


def _lock(data: bytes) -> locks.Lock:
    """Parses a uv.lock.

    https://docs.astral.sh/uv/concepts/projects/layout/#the-lockfile
    """
    lock = locks.parsed_toml(data)
    sets = [locks.tables(each) for each in lock.get("conflicts", ())]
    too_many = sum(map(len, sets)) > _MOST_CONFLICTS
    return locks.Lock(
        packages=locks.packages_of(lock, _locked),
        requires_python=str(lock.get("requires-python", "")),
        environments=locks.texts(lock.get("supported-markers")),
        conflicts=() if too_many else tuple(tuple(map(_choice, each)) for each in sets),
        problems=(f"conflicts, which has more than {_MOST_CONFLICTS} entries",) * too_many,
    )


def build_settings(
    read: locks.ReadText, environ: Mapping[str, str], *, pip: bool = False
) -> locks.BuildSettings:
    """From uv.toml, or else pyproject.toml, and variables; ``pip`` reads the pip interface's table.

    https://docs.astral.sh/uv/reference/settings/
    """
    told = locks.toml_settings(read("uv.toml")) or locks.table(
        locks.toml_settings(read(_PROJECT_FILE)), "tool", "uv"
    )
    if environ.get("UV_NO_CONFIG"):
        told = {}
    own = locks.table(told, "pip") if pip else told

    def variable(key: str) -> str:
        return environ.get(f"UV_{key.upper().replace('-', '_')}", "")

    def every(key: str) -> frozenset[str]:
        return frozenset([locks.ALL] if own.get(key) or variable(key) else [])

    def packages(key: str) -> frozenset[str]:
        return locks.package_names(own.get(key), variable(key))

    requirements: dict[str, tuple[str, ...]] = {}
    matched: dict[str, frozenset[str]] = {}
    for name, entries in locks.table(told, "extra-build-dependencies").items():
        asked = [
            (str(e.get("requirement", "")), e.get("match-runtime")) for e in locks.tables(entries)
        ]
        as_it_stands = (text for text, match in asked if not match)
        requirements[canonicalize_name(name)] = (*locks.texts(entries), *as_it_stands)
        matched[canonicalize_name(name)] = frozenset(
            locks.requirement_name(text) for text, match in asked if match
        )
    return locks.BuildSettings(
        no_binary=(every("no-binary") if not pip else locks.package_names(own.get("no-binary")))
        | packages("no-binary-package"),
        no_build=every("no-build") | packages("no-build-package"),
        no_isolation=every("no-build-isolation") | packages("no-build-isolation-package"),
        constraints=(
            *locks.texts(told.get("build-constraint-dependencies")),
            *locks.constraints_in(read, environ.get("UV_BUILD_CONSTRAINT", "").split()),
        ),
        requirements=requirements,
        matched=matched,
        described=locks.package_names(
            [str(each.get("name", "")) for each in locks.tables(told.get("dependency-metadata"))]
        ),
        released_before=str(told.get("exclude-newer") or environ.get("UV_EXCLUDE_NEWER") or ""),
    )


_interface = partial(Installer, tool="uv", misuse=_MISUSE)
_LASTING = ("reads-nearest-wheel", "hands-resolution-to-builds")
_PROJECT = (*_LASTING, "locks-for-all-platforms")
_ONE_COMMAND = ("reads-nearest-wheel", "hands-no-resolution-to-builds")

_HELD = ("match-runtime-rebuild", "build-constraint-rebuild", "build-requirement-rebuild")
_REPAIRS: dict[Cause, tuple[str, ...]] = {
    "stamped": ("override", *_HELD),
    "shared": ("override-all", "dependency-metadata", *_HELD),
    "rotten": ("override", "match-runtime-setuptools-rebuild"),
    "stale": ("override", "match-runtime-rebuild"),
    "unstamped": _HELD,
    "cached": ("rebuild",),
    "symbol": _HELD,
}

TOOL = PackagingTool(
    name="uv",
    title="uv",
    order=2,
    installers=(
        _interface(
            id="uv-pip-install",
            title="uv pip install",
            elsewhere=_elsewhere,
            render=_pip_install,
            groups=(*_LASTING, "reads-installed-metadata"),
            tab=Tab("uv pip", 2, by_default=True),
            # An override does not last: the new stamp requires the older provider.
            repairs={**_REPAIRS, "stale": ("match-runtime-rebuild",)},
        ),
        _interface(
            id="uv-pip-sync",
            title="uv pip sync",
            render=_pip_sync,
            groups=(*_LASTING, "locks", "keeps-locked-versions"),
        ),
        _interface(
            id="uv-sync",
            title="uv sync",
            render=partial(_sync, lock_first=False),
            groups=(*_PROJECT, "keeps-locked-versions"),
            makes_environment=True,
            tab=Tab("uv project", 1, by_default=True),
            repairs=_REPAIRS,
        ),
        _interface(
            id="uv-lock-sync",
            title="uv lock, uv sync",
            render=partial(_sync, lock_first=True),
            groups=(*_PROJECT, "locks", "keeps-locked-versions"),
            makes_environment=True,
        ),
        _interface(
            id="uv-run",
            title="uv run --with",
            render=_run,
            groups=(*_ONE_COMMAND, "keeps-environment"),
        ),
        _interface(
            id="uv-tool",
            title="uv tool install",
            render=_tool,
            groups=(*_ONE_COMMAND, "reads-installed-metadata"),
            makes_environment=True,
        ),
        _interface(
            id="uv-script",
            title="uv run script.py",
            render=_script,
            groups=(*_ONE_COMMAND, "reads-installed-metadata"),
            makes_environment=True,
        ),
        _interface(
            id="pip-lock-uv",
            title="pip lock, uv pip sync",
            render=_pylock,
            groups=("builds-metadata", "locks", "keeps-locked-versions"),
            cost=8,
            beside=("pip",),
        ),
    ),
    default_versions=("0.9.21", NEWEST),  # 0.9.21 is the issue's
    variables={
        "UV_DEFAULT_INDEX": "{index_url}",
        "UV_CACHE_DIR": "{cache}/uv",
        "UV_PYTHON_DOWNLOADS": "never",
        "UV_NO_PROGRESS": "1",
    },
    # Empty files that end uv's search for a project and for configuration in the folders above and
    # in the system's: https://docs.astral.sh/uv/concepts/configuration-files/
    files={
        "{root}/uv.toml": "",
        f"{{root}}/{_PROJECT_FILE}": '[project]\nname = "cell"\nversion = "0"\n',
        "{system_configuration}/uv/uv.toml": "",
    },
    installer_file="uv",
    remake=("uv", "venv", "--allow-existing", "--python"),
    # uv pip reads them too: https://docs.astral.sh/uv/reference/settings/#override-dependencies
    holding=(("tool", "uv", "override-dependencies"), ("tool", "uv", "constraint-dependencies")),
    readers={"uv pip": _nearest, _LOCKING: _first_admitted},
    reads_for_oldest=(_LOCKING,),
    locks=(
        locks.LockFormat(
            names=("uv.lock",), read=_lock, settings=build_settings, installers=("uv-sync",)
        ),
        *(
            locks.LockFormat(
                names=names,
                read=read,
                settings=partial(build_settings, pip=True),
                installers=("uv-pip-install",),
            )
            for names, read in ((PYLOCKS, pylock), (REQUIREMENTS, requirements_file))
        ),
    ),
    first_release="0.8.4",  # the first with extra-build-dependencies
    documentation=_CLI,
    since=_SINCE,
    looked_up=_VERSIONS,
)
