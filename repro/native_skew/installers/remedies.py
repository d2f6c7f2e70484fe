"""Remedies: one entry for each thing that a user can do about a skew. Request -> Requests.

A remedy is tool-neutral. It may take more than one installation (a second attempt, or preparing
the build environment first); the environment is judged after the last. To add a remedy, add one
entry to ``REMEDIES``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec
from msgspec.structs import replace
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from native_skew.errors import UnknownNameError
from native_skew.installers.request import DependencyMetadata, Request


class Roles(msgspec.Struct, frozen=True, kw_only=True):
    """The names and versions that a remedy uses, by their part in a scenario.

    ``others`` is what the consumer requires besides the provider; ``other_consumers`` are other
    distributions that link to the provider; ``newest_consumer`` is the consumer's newest release.
    """

    consumer: str
    consumer_version: str
    provider: str
    older: str
    newer: str
    others: tuple[str, ...] = ()
    other_consumers: tuple[str, ...] = ()
    newest_consumer: str = ""

    @property
    def older_pin(self) -> str:
        """The provider's older version, as a requirement."""
        return f"{self.provider}=={self.older}"

    @property
    def newer_pin(self) -> str:
        """The provider's newer version, as a requirement."""
        return f"{self.provider}=={self.newer}"

    @property
    def older_range(self) -> str:
        """The provider's versions with the older ABI, as a requirement."""
        return abi_requirement(self.provider, self.older)

    @property
    def newer_range(self) -> str:
        """The provider's versions with the newer ABI, as a requirement."""
        return abi_requirement(self.provider, self.newer)

    @property
    def below_newer(self) -> str:
        """Any version of the provider before the newer ABI, as a requirement."""
        return f"{self.provider}<{self.newer.rpartition('.')[0]}"


def abi_requirement(provider: str, version: str) -> str:
    """What ``abi_requires()`` of ``version`` returns: this ABI, this release or newer.

    Versions are BASE.99.ABI.SRC as in epicscorelibs: ``7.0.7.99.1.2`` gives
    ``fake-corelibs>=7.0.7.99.1.2,<7.0.7.99.2``.
    """
    *base, abi, _source = version.split(".")
    return f"{provider}>={version},<{'.'.join([*base, str(int(abi) + 1)])}"


_ISSUE = "https://github.com/astral-sh/uv/issues/17378"


class Remedy(msgspec.Struct, frozen=True, kw_only=True):
    """One thing a user can do."""

    title: str  # what it is, as a heading
    why: str  # how it is meant to help, one sentence
    trap: str  # what it costs or where it fails, one sentence; empty where none is known
    source: str = _ISSUE  # where it is documented or was proposed
    # What it changes, by the names of a request's fields.
    changes: Callable[[Request, Roles], Mapping[str, object]] = lambda request, roles: {}
    # Installations that come first.
    first: Callable[[Request, Roles], tuple[Request, ...]] = lambda request, roles: ()

    def apply(self, request: Request, roles: Roles) -> tuple[Request, ...]:
        """The installations that replace the one asked for."""
        changes = self.changes(request, roles)
        return (*self.first(request, roles), replace(request, **changes))


def _matched(roles: Roles) -> dict[str, object]:
    return {"match_runtime": ((roles.consumer, roles.provider),)}


def _rebuilt(roles: Roles) -> dict[str, object]:
    return {"rebuild": (roles.consumer,)}


def _described(roles: Roles, requirement: str) -> dict[str, object]:
    """Supplied metadata in which the consumer has ``requirement`` on the provider."""
    requires_dist = (requirement, *roles.others)
    metadata = DependencyMetadata(
        name=roles.consumer, version=roles.consumer_version, requires_dist=requires_dist
    )
    return {"dependency_metadata": (metadata,)}


def _requirement(roles: Roles) -> dict[str, object]:
    return {"build_requirements": ((roles.consumer, roles.below_newer),)}


def _held(roles: Roles) -> dict[str, object]:
    return {"build_constraints": (roles.below_newer,)}


def _without_isolation(request: Request, roles: Roles, *more: str) -> dict[str, object]:
    """A build in the environment itself, into which ``more`` is installed as well."""
    return {
        "no_build_isolation": (roles.consumer,),
        "requirements": (*request.requirements, *more),
    }


_UV_BUILD_DOCS = "https://docs.astral.sh/uv/concepts/projects/config/#augmenting-build-dependencies"
_UV_RESOLUTION_DOCS = "https://docs.astral.sh/uv/concepts/resolution/"
OLD_SETUPTOOLS = "setuptools<81"  # 81 warns of pkg_resources, 82 has none
_HELD_BACK = {"build_constraints": (OLD_SETUPTOOLS,)}

REMEDIES: dict[str, Remedy] = {
    "nothing": Remedy(
        title="The plain command",
        why="What the tool does when nobody intervenes.",
        trap="",
    ),
    "match-runtime": Remedy(
        title="Match the build to the run time",
        why="The provider resolved for run time is also the one that the build gets.",
        trap=(
            "It must stand in the user's own configuration, is refused for packages with "
            "dynamic metadata, and does not rebuild what an earlier attempt left in the cache."
        ),
        changes=lambda request, roles: _matched(roles),
        source=_UV_BUILD_DOCS,
    ),
    "match-runtime-reinstall": Remedy(
        title="Match the build to the run time, and reinstall the consumer",
        why="The build gets the provider resolved for run time, and no stale tree of an earlier build.",
        trap="An index that answers «not modified» makes uv build in the same stale tree again.",
        changes=lambda request, roles: {**_matched(roles), "reinstall": (roles.consumer,)},
        source="https://github.com/astral-sh/uv/issues/16850",
    ),
    "match-runtime-clean": Remedy(
        title="Match the build to the run time, and clean the consumer's cache",
        why="The build gets the provider resolved for run time, and the cache loses the stale build tree.",
        trap="uv pip sync leaves an installed version alone, however stale.",
        changes=lambda request, roles: {**_matched(roles), "clean_cache": (roles.consumer,)},
        source="https://github.com/astral-sh/uv/issues/16850",
    ),
    "match-runtime-rebuild": Remedy(
        title="Match the build to the run time, and build the consumer anew",
        why="The build gets the provider resolved for run time, and uses nothing that was built before.",
        trap="It must stand in the user's own configuration, and is refused for packages with dynamic metadata.",
        changes=lambda request, roles: {**_matched(roles), **_rebuilt(roles)},
        source="https://github.com/astral-sh/uv/issues/16850",
    ),
    "build-requirement-rebuild": Remedy(
        title="Add the older provider to the build requirements, and build the consumer anew",
        why="The build of this one package gets the older provider, and takes nothing built before.",
        trap="The version is written down a second time, and must follow the one of run time.",
        changes=lambda request, roles: {**_requirement(roles), **_rebuilt(roles)},
        source=_UV_BUILD_DOCS,
    ),
    "build-requirement": Remedy(
        title="Add the older provider to the consumer's build requirements",
        why="The build of this one package gets the older provider, static metadata or not.",
        trap="The version is written down a second time, and must follow the one of run time.",
        changes=lambda request, roles: _requirement(roles),
        source=_UV_BUILD_DOCS,
    ),
    "match-runtime-no-config": Remedy(
        title="Match the build to the run time, with configuration switched off",
        why="What becomes of match-runtime where UV_NO_CONFIG or --no-config is in force.",
        trap="match-runtime lives in configuration: switching that off switches it off too.",
        changes=lambda request, roles: {**_matched(roles), "ignore_configuration": True},
        source=_UV_BUILD_DOCS,
    ),
    "match-runtime-setuptools": Remedy(
        title="Match the build to the run time, with setuptools held below 81",
        why="The older provider needs pkg_resources when it is built against.",
        trap="It keeps an unmaintained setuptools in use for every build it applies to.",
        changes=lambda request, roles: {**_matched(roles), **_HELD_BACK},
        source="https://setuptools.pypa.io/en/latest/deprecated/pkg_resources.html",
    ),
    "match-runtime-setuptools-rebuild": Remedy(
        title="Match the build to the run time, with setuptools held below 81, and build anew",
        why="The older provider needs pkg_resources when it is built against, and nothing built before is used.",
        trap="It keeps an unmaintained setuptools in use for every build it applies to.",
        changes=lambda request, roles: {**_matched(roles), **_rebuilt(roles), **_HELD_BACK},
        source="https://setuptools.pypa.io/en/latest/deprecated/pkg_resources.html",
    ),
    "match-runtime-metadata": Remedy(
        title="Match the build to the run time, with the consumer's metadata supplied",
        why="The supplied metadata is static and leaves the provider free, so that the newest one is matched.",
        trap="The supplied metadata must list every requirement, and holds for one version of the consumer.",
        changes=lambda request, roles: {**_matched(roles), **_described(roles, roles.provider)},
        source=_UV_RESOLUTION_DOCS + "#dependency-metadata",
    ),
    "build-constraint": Remedy(
        title="Hold the provider back in the build",
        why="The build gets the older provider, which the published wheel's metadata asks for.",
        trap="A wheel already cached is not rebuilt when the constraint changes.",
        changes=lambda request, roles: _held(roles),
        source="https://docs.astral.sh/uv/reference/settings/#build-constraint-dependencies",
    ),
    "build-constraint-rebuild": Remedy(
        title="Hold the provider back in the build, and build the consumer anew",
        why="The build gets the older provider, and uses nothing that was built before.",
        trap="The pin holds for every package that is built with the provider.",
        changes=lambda request, roles: {**_held(roles), **_rebuilt(roles)},
        source="https://docs.astral.sh/uv/reference/settings/#build-constraint-dependencies",
    ),
    "build-constraint-no-cache": Remedy(
        title="Hold the provider back in the build, with an empty cache",
        why="The build gets the older provider, and an empty cache.",
        trap=(
            "What is installed already stays as it is: make a new environment. Poetry and Pipenv "
            "cannot leave their caches aside, and empty them, for all projects."
        ),
        changes=lambda request, roles: {**_held(roles), "empty_cache": True},
        source="https://github.com/astral-sh/uv/issues/16850",
    ),
    "override": Remedy(
        title="Override the provider's version",
        why="The declared requirement is replaced by the version that the build takes.",
        trap="It holds for every package in the resolution, and ages with each provider release.",
        changes=lambda request, roles: {"overrides": (roles.newer_pin,)},
        source=_UV_RESOLUTION_DOCS + "#dependency-overrides",
    ),
    "override-all": Remedy(
        title="Override the provider's version, and move all its consumers",
        why="What else links to the provider is moved to a release for the version that the build takes.",
        trap="Each of the others needs a release for that version; the override holds for every package.",
        changes=lambda request, roles: {
            "overrides": (roles.newer_pin,),
            "upgrade": roles.other_consumers,
        },
        source="https://docs.astral.sh/uv/concepts/projects/sync/#upgrading-locked-package-versions",
    ),
    "override-older": Remedy(
        title="Override the provider's version by an older one, and build the consumer anew",
        why="Where overrides hold in builds as well, build and run time get the older provider.",
        trap="It holds for every package in the resolution; most tools' builds do not see it.",
        changes=lambda request, roles: {"overrides": (roles.below_newer,), **_rebuilt(roles)},
        source="https://pdm-project.org/en/latest/usage/dependency/#override-the-resolved-package-versions",
    ),
    "dependency-metadata": Remedy(
        title="Supply the consumer's metadata",
        why="The resolver is told what the source build will say.",
        trap="It must list every requirement, and be brought up to date with each provider release.",
        changes=lambda request, roles: _described(roles, roles.newer_range),
        source=_UV_RESOLUTION_DOCS + "#dependency-metadata",
    ),
    "no-build-isolation": Remedy(
        title="Build in the prepared environment itself",
        why="Setuptools and the older provider are installed first; the build sees just these.",
        trap="Build requirements are now the user's to install, and stay in the environment.",
        first=lambda request, roles: (
            Request(
                requirements=("setuptools", roles.older_range),
                requires_python=request.requires_python,
            ),
        ),
        changes=lambda request, roles: _without_isolation(
            request, roles, "setuptools", roles.older_range
        ),
        source=_UV_BUILD_DOCS,
    ),
    "no-build-isolation-rebuild": Remedy(
        title="Build anew in the environment itself, with what the build needs among the requirements",
        why="One installation: setuptools and the older provider are there before the consumer is built.",
        trap="Build requirements are now the user's to name, and stay in the environment.",
        changes=lambda request, roles: {
            **_without_isolation(request, roles, "setuptools", roles.older_range),
            **_rebuilt(roles),
        },
        source="https://docs.astral.sh/uv/concepts/projects/config/#build-isolation",
    ),
    "no-build-isolation-bare": Remedy(
        title="Build in the environment itself, unprepared",
        why="What becomes of no-build-isolation in a new, empty environment.",
        trap="The build requirements are not there.",
        changes=_without_isolation,
        source=_UV_BUILD_DOCS,
    ),
    "require-newer": Remedy(
        title="Require the newer provider",
        why="The obvious attempt: ask for the version that the build takes.",
        trap="Where the published wheel's metadata is read, it forbids that.",
        changes=lambda request, roles: {"requirements": (*request.requirements, roles.newer_pin)},
    ),
    "require-older": Remedy(
        title="Require the older provider",
        why="The provider is named beside the consumer, so that it is installed in that version.",
        trap="A requirement holds at run time only: an isolated build takes the newest all the same.",
        changes=lambda request, roles: {"requirements": (*request.requirements, roles.older_pin)},
        source="https://pip.pypa.io/en/stable/user_guide/#constraints-files",
    ),
    "newer-release": Remedy(
        title="Take a newer release of the consumer",
        why="A later release has a wheel for this Python and platform: nothing is built.",
        trap="It helps where there is such a release, and where the user can move to it.",
        changes=lambda request, roles: {
            "requirements": tuple(
                f"{roles.consumer}>={roles.newest_consumer}"
                if canonicalize_name(Requirement(each).name) == roles.consumer
                else each
                for each in request.requirements
            )
        },
        source="https://github.com/DiamondLightSource/pythonSoftIOC/issues/197",
    ),
    "fitting-metadata": Remedy(
        title="Supply the metadata of the wheel that fits",
        why="The resolver is told what the wheel that is installed here says of itself.",
        trap="It must list every requirement, and holds for one version of the consumer.",
        changes=lambda request, roles: _described(roles, roles.older_range),
        source=_UV_RESOLUTION_DOCS + "#dependency-metadata",
    ),
    "lock-here": Remedy(
        title="Lock for this platform alone",
        why="A wheel of another platform is for nobody then, and need not be read.",
        trap="The lock is of no use elsewhere, and not every tool reads another wheel for it.",
        changes=lambda request, roles: {"lock_platforms": ("linux",)},
        source="https://pdm-project.org/en/latest/usage/lock-targets/",
    ),
    "constrain-newer": Remedy(
        title="Constrain to the newer provider",
        why="A constraint asks for the version that the build takes.",
        trap="Where the published wheel's metadata is read, it forbids that.",
        changes=lambda request, roles: {"constraints": (roles.newer_pin,)},
    ),
    "constrain-older": Remedy(
        title="Constrain to the older provider",
        why="The attempt to hold the provider back for the build as well.",
        trap="The option never reaches the build environment.",
        changes=lambda request, roles: {"constraints": (roles.older_pin,)},
        source="https://github.com/pypa/pip/issues/9542",
    ),
    "constraint-variable": Remedy(
        title="Constrain to the older provider by PIP_CONSTRAINT",
        why="pip passed this variable on to the isolated build, where the option stops.",
        trap="Deprecated in pip 25.3, and without effect on builds since 26.2.",
        changes=lambda request, roles: {"constraint_variable": (roles.older_pin,)},
        source="https://pip.pypa.io/en/stable/news/",
    ),
    "matching-wheel": Remedy(
        title="Use the published wheel",
        why="A wheel that fits is consistent with its own metadata.",
        trap="It helps only where the release has one for this Python and platform.",
        changes=lambda request, roles: {"build_from_source": ()},
    ),
    "no-binary-variable": Remedy(
        title="Rule the wheels out by the tool's environment variable as well",
        why="The lock too is then made from what is built, whose metadata asks for the newer provider.",
        trap="A variable is kept by no file: it must be set wherever the lock is made.",
        changes=lambda request, roles: {"no_binary_variable": (roles.consumer,), **_rebuilt(roles)},
        source="https://pip.pypa.io/en/stable/cli/pip_install/#cmdoption-no-binary",
    ),
    "second-install": Remedy(
        title="Run the same command again",
        why="The second run may read the metadata of what the first one installed.",
        trap="It depends on the interface, and repairs one environment only.",
        first=lambda request, roles: (request,),
    ),
    "refresh": Remedy(
        title="Refresh the cached index answers",
        why="A cached wheel might be rebuilt when the index is asked again.",
        trap="Where the index answers «not modified», uv keeps the wheel that it built.",
        changes=lambda request, roles: {"refresh": True},
        source="https://docs.astral.sh/uv/concepts/cache/",
    ),
    "reinstall": Remedy(
        title="Reinstall the consumer",
        why="The consumer is installed anew.",
        trap="Reinstalling may take the same wheel from the cache.",
        changes=lambda request, roles: {"reinstall": (roles.consumer,)},
        source="https://docs.astral.sh/uv/concepts/cache/",
    ),
    "no-cache": Remedy(
        title="Install with an empty cache",
        why="No wheel or tree of an earlier run is used, so that the consumer is built anew.",
        trap=(
            "All that has no wheel is built again, and the next run with the cache meets the old "
            "wheel. Poetry and Pipenv cannot leave their caches aside, and empty them, for all "
            "projects."
        ),
        changes=lambda request, roles: {"empty_cache": True},
        source="https://docs.astral.sh/uv/concepts/cache/",
    ),
    "clean-cache": Remedy(
        title="Clean the consumer's cache",
        why="The cached wheel is removed, so that the consumer is built again.",
        trap="It must be repeated whenever a new provider comes out.",
        changes=lambda request, roles: {"clean_cache": (roles.consumer,)},
        source="https://docs.astral.sh/uv/concepts/cache/",
    ),
    "rebuild": Remedy(
        title="Build the consumer anew",
        why="Neither what is installed nor what was kept of its build is used.",
        trap="The build takes the newest provider: it helps where that is the installed one.",
        changes=lambda request, roles: _rebuilt(roles),
        source="https://docs.astral.sh/uv/concepts/cache/",
    ),
    "library-path": Remedy(
        title="Point LD_LIBRARY_PATH at the other version's libraries",
        why="The loader finds the missing file.",
        trap="Two ABI generations of one library are now in one process.",
        changes=lambda request, roles: {"library_path": roles.newer_pin},
    ),
}


def find(name: str) -> Remedy:
    """The remedy called ``name``; raises ``UnknownNameError`` if there is none."""
    if name not in REMEDIES:
        raise UnknownNameError("remedy", name, REMEDIES)
    return REMEDIES[name]
