"""Modules that load, and still run with another library than they were built for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from packaging.version import Version

from native_skew.binaries import Loaded
from native_skew.distributions import Distribution, stem
from native_skew.doctor import rules
from native_skew.doctor.environment import Environment
from native_skew.doctor.extension_modules import ExtensionModule
from native_skew.doctor.inventory import Owners
from native_skew.doctor.mending import rebuilding
from native_skew.doctor.pins import Pins
from native_skew.findings import Finding


def mixed(
    modules: Iterable[ExtensionModule], environment: Environment, owners: Owners, pins: Pins
) -> Iterator[Finding]:
    """Modules in whose process two generations of one library may meet."""
    for module in modules:
        if pair := _pair(module) or _beside_provider(module, owners, pins):
            one, other, why = pair
            yield rules.MIXED_GENERATIONS.finding(
                f"`{module.name}` loads `{environment.relative(one)}`; {why} "
                f"`{environment.relative(other)}`. Keep one of them: remove the folder that is "
                "searched first (LD_LIBRARY_PATH), or install the version that was built against.",
                environment.location(module.owner, module.file.path),
                {"module": module.name, "loads": one, "beside": other},
            )


def _pair(module: ExtensionModule) -> tuple[str, str, str] | None:
    """Two files of one stem that the module itself brings in."""
    seen: dict[str, Loaded] = {}
    for file in module.closure.files[1:]:
        name = file.header.soname or _name(file.path)
        known = seen.setdefault(stem(name), file)
        if known is not file and (known.header.soname or _name(known.path)) != name:
            return known.path, file.path, "and by way of another library also"
    return None


def _beside_provider(
    module: ExtensionModule, owners: Owners, pins: Pins
) -> tuple[str, str, str] | None:
    """A library of a provider that the consumer requires, taken from elsewhere."""
    required = pins.of(module.owner)
    for file in module.closure.files[1:]:
        if owners.of(file.path):
            continue
        name = _name(file.path)
        same_name = owners.named(name)
        if ".so." in name and same_name:
            continue  # the name carries the version: both copies are of one generation
        for shipped in (*same_name, *owners.other_versions(name)):
            if shipped.owner.name in required:
                return file.path, shipped.path, f"{shipped.owner.title} brings its own"
    return None


def other_abi(
    modules: Iterable[ExtensionModule], environment: Environment, owners: Owners, pins: Pins
) -> Iterator[Finding]:
    """Modules whose stamp is of another ABI than the provider that they load."""
    for module in modules:
        judged = module.stamp and not module.undefined  # else it does not even load
        provider = _stamped_provider(module, owners, pins) if judged else None
        if provider is None or _same_abi(module.stamp, provider.version):
            continue
        yield rules.OTHER_ABI.finding(
            f"`{module.name}` was built against {provider.name} {module.stamp}, and loads the "
            f"library of {provider.title}: it imports, and what it reads there may be wrong.",
            environment.location(module.owner, module.file.path),
            {
                "module": module.name,
                "built_against": module.stamp,
                "provider": provider.name,
                "installed": provider.version,
            },
            rebuilding("symbol", module.owner, provider, module.stamp, environment, pins)
            if module.owner.built_here
            else (),
        )


def _stamped_provider(module: ExtensionModule, owners: Owners, pins: Pins) -> Distribution | None:
    """The one distribution that the module both requires and loads a library of."""
    required = pins.of(module.owner)
    found = {
        owner.name: owner
        for file in module.closure.files[1:]
        if (owner := owners.of(file.path)) and owner.name in required
    }
    return next(iter(found.values())) if len(found) == 1 else None


def _same_abi(one: str, other: str) -> bool:
    """Whether two versions differ in their last number at most; versions that are none agree."""
    try:
        first, second = Version(one).release, Version(other).release
    except ValueError:
        return True
    return first[:-1] == second[:-1]


def _name(path: str) -> str:
    return path.rpartition("/")[2]
