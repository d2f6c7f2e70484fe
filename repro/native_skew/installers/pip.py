"""pip, which builds an sdist for its metadata before it resolves; and ``pip lock``.

https://pip.pypa.io/en/stable/cli/pip_install/
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Mapping
from functools import partial

from msgspec.structs import replace
from packaging.pylock import Package, PackageSdist, PackageWheel, Pylock, PylockValidationError
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from native_skew.findings import Advice
from native_skew.installers import locks
from native_skew.installers.base import (
    FORCED,
    NEWEST,
    Command,
    Installer,
    Lack,
    Lacks,
    PackagingTool,
    Place,
    Plan,
    RenderContext,
    Tab,
    moved,
    repeated,
    require_version,
    requirement_files,
)
from native_skew.installers.request import Request

_NEWS = "https://pip.pypa.io/en/stable/news/"
_SINCE_PYLOCK = "26.1"
_SINCE = {
    "--python": "22.3",
    "--build-constraint": "25.3",
    "--refresh-package": "26.2",
    "pylock": _SINCE_PYLOCK,
}
_OVERRIDE = "https://github.com/pypa/pip/issues/8076"
LACKS = Lacks(
    title="pip",
    versions="pip<=26.3",
    features={
        "overrides": Lack(_OVERRIDE),
        "dependency_metadata": Lack(_OVERRIDE),
        "match_runtime": Lack("https://pip.pypa.io/en/stable/reference/build-system/"),
        "build_requirements": Lack("https://pip.pypa.io/en/stable/reference/build-system/"),
        # --isolated ignores variables too, and the index is named by one here.
        "ignore_configuration": Lack("https://pip.pypa.io/en/stable/topics/configuration/"),
        "lock_platforms": Lack("https://pip.pypa.io/en/stable/cli/pip_lock/"),
    },
)
# The environments contain no pip: one pip drives all of them.
# https://pip.pypa.io/en/stable/user_guide/#managing-a-different-python-interpreter
_PIP = ("pip", "--python", ".venv")


def _render(request: Request, context: RenderContext) -> Plan:
    _require_supported(request, context)
    files, options = _options(request)
    reinstall = ("--force-reinstall",) if request.reinstall or request.rebuild else ()
    # With the default strategy, only what is named is upgraded, and what it requires as needed.
    # https://pip.pypa.io/en/stable/development/architecture/upgrade-options/
    upgraded = ("--upgrade", *request.upgrade) if request.upgrade else ()
    install = (*_PIP, "install", *options, *reinstall, *upgraded, *request.requirements)
    return _plan(request, files, (*_cleaning(request), install))


def _elsewhere(advice: Advice, place: Place) -> Advice:
    """https://pip.pypa.io/en/stable/cli/pip_install/#cmdoption-t ."""
    if not place.pip or place.kind != "environment":
        return moved(advice, partial(_at, place=place))
    found = moved(advice, partial(_by_own, place=place))
    oldest = TOOL.oldest(advice.commands)
    if oldest and Version(place.pip) < Version(oldest):
        newer = _by_own(("pip", "install", "--upgrade", f"pip>={oldest}"), place)
        found = replace(found, commands=(shlex.join(newer), *found.commands))
    return replace(found, needs="")


def _by_own(words: Command, place: Place) -> Command:
    """The command by the environment's own pip, of known release and perhaps not on PATH."""
    if words[0] != "pip":
        return words
    rest = words[len(_PIP) if words[: len(_PIP)] == _PIP else 1 :]
    return (f"{place.path}/bin/python", "-m", "pip", *rest)


def _at(words: Command, place: Place) -> Command:
    if words[: len(_PIP)] != _PIP:
        return words
    command, *rest = words[len(_PIP) :]
    if place.kind == "folder":
        return ("pip", command, "--target", place.path, "--upgrade", *rest)
    forced = (FORCED,) if place.kind == "managed" and command == "install" else ()
    return ("pip", "--python", place.path, command, *forced, *rest)


def _lock(request: Request, context: RenderContext) -> Plan:
    """``pip lock``, then ``pip install`` of the ``pylock.toml`` that it writes.

    https://pip.pypa.io/en/stable/cli/pip_lock/
    """
    require_version(context, "pip", "install -r pylock.toml", _SINCE_PYLOCK, _NEWS)
    _require_supported(request, context)
    files, options = _options(request)
    again = _options(replace(request, constraints=()))[1]
    reinstall = ("--force-reinstall",) if request.reinstall or request.rebuild else ()
    locking = (*_cleaning(request), (*_PIP, "lock", *options, *request.requirements))
    install = (*_PIP, "install", *again, *reinstall, "-r", "pylock.toml")
    plan = _plan(request, files, (install,))
    return replace(plan, locking=locking, lock_files=("pylock.toml",))


def _require_supported(request: Request, context: RenderContext) -> None:
    LACKS.refuse(request)
    if request.refresh:  # older releases asked the index for every page anew
        require_version(context, "pip", "--refresh-package", _SINCE["--refresh-package"], _NEWS)
    if request.build_constraints:
        require_version(context, "pip", "--build-constraint", _SINCE["--build-constraint"], _NEWS)


def _options(request: Request) -> tuple[dict[str, str], list[str]]:
    """Files named by options, and the options of all commands that may build."""
    files = requirement_files(
        constraints=request.constraints or request.constraint_variable,
        build_constraints=request.build_constraints,
    )
    options = repeated("--no-binary", request.build_from_source)
    options += ["--constraint", "constraints.txt"] if request.constraints else []
    if request.build_constraints:
        options += ["--build-constraint", "build-constraints.txt"]
    options += ["--no-build-isolation"] if request.no_build_isolation else []
    options += ["--refresh-package", ":all:"] if request.refresh else []
    options += ["--no-cache-dir"] if request.empty_cache or request.rebuild else []
    return files, options


def _cleaning(request: Request) -> tuple[Command, ...]:
    """The names that pip matches are those of wheel files, in which a hyphen is an underscore."""
    stale = [name.replace("-", "_") for name in request.clean_cache]
    return tuple(("pip", "cache", "remove", name) for name in stale)


def _plan(request: Request, files: dict[str, str], commands: tuple[Command, ...]) -> Plan:
    aside = ("install", "--no-deps", "--target", "other", request.library_path or "")
    return Plan(
        files=files,
        commands=(*commands, *([(*_PIP, *aside)] if request.library_path else [])),
        environ={
            **({"PIP_CONSTRAINT": "constraints.txt"} if request.constraint_variable else {}),
            **({"PIP_NO_BINARY": ",".join(built)} if (built := request.no_binary_variable) else {}),
        },
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


def build_settings(read: locks.ReadText, environ: Mapping[str, str]) -> locks.BuildSettings:
    """From pip's variables; its configuration files are not specific to a project.

    https://pip.pypa.io/en/stable/topics/configuration/#environment-variables
    """
    return locks.BuildSettings(
        no_binary=locks.package_names(environ.get("PIP_NO_BINARY")),
        no_build=locks.package_names(environ.get("PIP_ONLY_BINARY")),
        no_isolation=frozenset(
            [locks.ALL]
            if environ.get("PIP_NO_BUILD_ISOLATION", "").lower() in ("0", "off", "false", "no")
            else []
        ),
        constraints=locks.constraints_in(read, environ.get("PIP_BUILD_CONSTRAINT", "").split()),
    )


PYLOCKS, REQUIREMENTS = ("pylock.toml", "pylock.*.toml"), ("*.txt",)


def pylock(data: bytes) -> locks.Lock:
    """Parses a lock in the common format.

    https://packaging.python.org/en/latest/specifications/pylock-toml/
    """
    try:
        lock = Pylock.from_dict(locks.parsed_toml(data))
    except PylockValidationError as error:
        raise ValueError(str(error)) from error
    return locks.Lock(
        packages=tuple(map(_locked, lock.packages)),
        requires_python=str(lock.requires_python or ""),
        environments=tuple(map(str, lock.environments or ())),
        # pip locks for the platform that it runs on, without recording it.
        one_platform=lock.created_by == "pip",
    )


_ORIGINS = {"vcs": "a repository", "directory": "a folder on disk", "archive": "an address"}


def _locked(package: Package) -> locks.LockedPackage:
    files: list[PackageWheel | PackageSdist] = [*(package.wheels or ())]
    files += [package.sdist] if package.sdist else []
    return locks.LockedPackage(
        name=canonicalize_name(package.name),
        version=str(package.version or ""),
        files=tuple(
            locks.LockedFile(filename=each.filename, url=each.url or str(each.path or ""))
            for each in files
        ),
        marker=str(package.marker or ""),
        origin=locks.origin_in([key for key in _ORIGINS if getattr(package, key)], _ORIGINS),
    )


_HASH = re.compile(r"--hash[= ]\s*\w+:(\w+)")
_MADE_WITH = re.compile(r"^#.*(?:with Python |--python-version[ =])(\d+\.\d+)", re.MULTILINE)


def requirements_file(data: bytes) -> locks.Lock:
    """Parses the pins of a requirements file.

    https://pip.pypa.io/en/stable/reference/requirements-file-format/
    """
    text = data.decode("utf-8-sig", "replace")
    made_with = _MADE_WITH.search(text)
    packages, problems, built = [], [], frozenset[str]()
    for line in re.sub(r"\\\r?\n", " ", text).splitlines():
        asked = re.split(r"(?:^|\s)#", line, maxsplit=1)[0].strip()
        option, _, value = asked.replace("=", " ", 1).partition(" ")
        if option == "--no-binary":
            built |= locks.package_names(value)
        elif option in ("-r", "--requirement", "-e", "--editable"):
            problems.append(f"«{asked}»")
        elif asked and not asked.startswith("-"):
            packages += [found] if (found := _pin(asked)) else []
            problems += [] if found else [f"«{asked}»"]
    return locks.Lock(
        packages=tuple(packages),
        requires_python=f"=={made_with[1]}.*" if made_with else "",
        one_platform=True,
        no_binary=built,
        problems=tuple(problems),
    )


def _pin(text: str) -> locks.LockedPackage | None:
    """A line of a requirements file that pins one version; None for any other."""
    try:
        found = Requirement(re.split(r"\s--", text, maxsplit=1)[0])
    except InvalidRequirement:
        return None
    versions = [each for each in found.specifier if each.operator in ("==", "===")]
    if len(versions) != 1 or versions[0].version.endswith(".*"):
        return None
    return locks.LockedPackage(
        name=canonicalize_name(found.name),
        version=versions[0].version,
        hashes=frozenset(_HASH.findall(text)),
        marker=str(found.marker or ""),
    )


_INSTALL = Installer(
    id="pip",
    title="pip install",
    tool="pip",
    misuse=_MISUSE,
    render=_render,
    groups=("builds-metadata",),
    cost=5,
    tab=Tab("pip", 3, by_default=True),
    elsewhere=_elsewhere,
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
    default_versions=("25.3", NEWEST),  # 25.3 is the issue's
    variables={
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_INPUT": "1",
        "PIP_PROGRESS_BAR": "off",
        "PIP_INDEX_URL": "{index_url}",
        "PIP_CACHE_DIR": "{cache}/pip",
        "PIP_CERT": "{authority}",
    },
    installer_file="pip",
    locks=(
        locks.LockFormat(names=PYLOCKS, read=pylock, settings=build_settings, installers=("pip",)),
        locks.LockFormat(
            names=REQUIREMENTS, read=requirements_file, settings=build_settings, installers=("pip",)
        ),
    ),
    first_release="23.0",  # runs on every interpreter that the kit supports
    documentation="https://pip.pypa.io/en/stable/cli/",
    since=_SINCE,
    looked_up=LACKS.versions,
)
