"""What a user asks of an installer, independent of any tool.

A remedy changes a Request; an installer renders it to files and command lines. Neither knows the
other.
"""

from __future__ import annotations

import msgspec


class DependencyMetadata(msgspec.Struct, frozen=True, kw_only=True):
    """Metadata that the user supplies in place of what a distribution says of itself."""

    name: str
    version: str
    requires_dist: tuple[str, ...]


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """One installation as the user asks for it. All requirements are PEP 508 strings."""

    requirements: tuple[str, ...]  # what is to be installed
    build_from_source: tuple[str, ...] = ()  # names whose wheels must not be used
    no_binary_variable: tuple[str, ...] = ()  # the same, by the tool's environment variable
    constraints: tuple[str, ...] = ()  # limits on the versions at run time
    build_constraints: tuple[str, ...] = ()  # limits on the versions in isolated build environments
    overrides: tuple[str, ...] = ()  # requirements that replace whatever any distribution declares
    dependency_metadata: tuple[DependencyMetadata, ...] = ()  # metadata given by the user
    # (name, build requirement) pairs; the requirement is added to the build of *name* in the
    # version resolved for run time.
    match_runtime: tuple[tuple[str, str], ...] = ()
    # (name, requirement) pairs; the requirement is added to the build of *name* as it stands.
    build_requirements: tuple[tuple[str, str], ...] = ()
    no_build_isolation: tuple[str, ...] = ()  # names built in the target environment itself
    ignore_configuration: bool = False  # the user's configuration files are switched off
    # Names upgraded to the newest versions that fit, regardless of a lock.
    upgrade: tuple[str, ...] = ()
    reinstall: tuple[str, ...] = ()  # names reinstalled even if they are installed
    refresh: bool = False  # the index is asked again for what is cached
    clean_cache: tuple[str, ...] = ()  # names whose cached builds are removed first
    # Names built and installed anew, regardless of earlier builds.
    rebuild: tuple[str, ...] = ()
    # No earlier build is used; a tool that cannot bypass its cache empties it.
    empty_cache: bool = False
    # A requirement whose libraries are put on LD_LIBRARY_PATH at run time.
    library_path: str | None = None
    constraint_variable: tuple[str, ...] = ()  # constraints set by the tool's environment variable
    # The platforms (``linux``, ``macos``, ``windows``) that a lock is for.
    lock_platforms: tuple[str, ...] = ()
    locked: bool = False  # the lock exists, and may have been made with other options
    # The Pythons that the user's project supports, for tools that lock for all of them; if empty,
    # this minor version and newer.
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
