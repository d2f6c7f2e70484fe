"""What a user asks of an installer, in no tool's words.

A remedy changes a Request; an installer renders it to files and command lines. Neither
knows of the other.
"""

from __future__ import annotations

import msgspec


class DependencyMetadata(msgspec.Struct, frozen=True, kw_only=True):
    """Metadata that the user supplies in place of what a distribution says of itself."""

    name: str
    version: str
    requires_dist: tuple[str, ...]


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """One installation, as asked. All requirements are PEP 508 strings.

    Attributes:
        requirements: what is to be installed.
        build_from_source: names whose wheels must not be used.
        no_binary_variable: the same, by the tool's environment variable.
        constraints: limits on the versions at run time.
        build_constraints: limits on the versions in isolated build environments.
        overrides: requirements that replace whatever any distribution declares.
        dependency_metadata: metadata given by the user.
        match_runtime: (name, build requirement) pairs; the requirement is added to the
            build of *name*, in the version that was resolved for run time.
        build_requirements: (name, requirement) pairs; the requirement is added to the build of
            *name* as it stands.
        no_build_isolation: names built in the target environment itself.
        ignore_configuration: the user's configuration files are switched off.
        upgrade: names that are moved to the newest versions that fit, whatever a lock says.
        reinstall: names that are installed anew though they are there.
        refresh: cached answers of the index are asked for again.
        clean_cache: names whose cached builds are removed first.
        rebuild: names that are built and installed anew, whatever is there of an earlier build.
        empty_cache: nothing that was built before is used; a tool that cannot leave its cache
            aside empties it.
        constraint_variable: constraints set by the tool's environment variable.
        library_path: a requirement whose libraries are put on LD_LIBRARY_PATH at run time.
        lock_platforms: the platforms (``linux``, ``macos``, ``windows``) that a lock is for.
        locked: the lock is there already, and may have been made with other options.
        requires_python: the Pythons that the user's project supports, for tools that lock for
            all of them; where empty, this minor version and newer.

    """

    requirements: tuple[str, ...]
    build_from_source: tuple[str, ...] = ()
    no_binary_variable: tuple[str, ...] = ()
    constraints: tuple[str, ...] = ()
    build_constraints: tuple[str, ...] = ()
    overrides: tuple[str, ...] = ()
    dependency_metadata: tuple[DependencyMetadata, ...] = ()
    match_runtime: tuple[tuple[str, str], ...] = ()
    build_requirements: tuple[tuple[str, str], ...] = ()
    no_build_isolation: tuple[str, ...] = ()
    ignore_configuration: bool = False
    upgrade: tuple[str, ...] = ()
    reinstall: tuple[str, ...] = ()
    refresh: bool = False
    clean_cache: tuple[str, ...] = ()
    rebuild: tuple[str, ...] = ()
    empty_cache: bool = False
    library_path: str | None = None
    constraint_variable: tuple[str, ...] = ()
    lock_platforms: tuple[str, ...] = ()
    locked: bool = False
    requires_python: str = ""


# What each field is called in an «unsupported» reason.
FEATURES: dict[str, str] = {
    "build_from_source": "building a named distribution from source",
    "no_binary_variable": "ruling wheels out by an environment variable",
    "constraints": "run-time constraints",
    "build_constraints": "constraints on the build environment",
    "overrides": "overriding a declared requirement",
    "dependency_metadata": "metadata supplied by the user",
    "match_runtime": "build requirements matched to the run-time resolution",
    "build_requirements": "adding to a distribution's build requirements",
    "no_build_isolation": "building without isolation",
    "ignore_configuration": "ignoring configuration files",
    "upgrade": "upgrading a named distribution",
    "reinstall": "reinstalling a named distribution",
    "refresh": "refreshing cached index answers",
    "clean_cache": "cleaning a named distribution's cache",
    "rebuild": "building a named distribution anew",
    "empty_cache": "an empty cache",
    "constraint_variable": "constraints by an environment variable that builds read too",
    "lock_platforms": "locking for some platforms and not for others",
    "library_path": "installing a second copy into a folder",
}


def used_features(request: Request) -> tuple[str, ...]:
    """The names of the fields, other than ``requirements``, that ``request`` uses."""
    return tuple(name for name in FEATURES if getattr(request, name))
