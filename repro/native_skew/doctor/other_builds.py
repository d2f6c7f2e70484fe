"""Modules that run with another version of a library or of NumPy than they were compiled for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from packaging.version import InvalidVersion, Version

from native_skew.binaries import Loaded, numpy_c_api
from native_skew.distributions import Distribution, stem
from native_skew.doctor import rules
from native_skew.doctor.environment import Environment
from native_skew.doctor.extension_modules import ExtensionModule
from native_skew.doctor.fits import Fit
from native_skew.doctor.mending import fitting, rebuilding
from native_skew.findings import Finding, Level

_BELOW_TWO = Fit(provider="numpy", versions="<2", samples=("1.26.4", "1.24.4", "1.22.4"))


def mixed(modules: Iterable[ExtensionModule], environment: Environment) -> Iterator[Finding]:
    """Findings of modules in whose process two generations of one library may meet."""
    for module in modules:
        if pair := _pair(module) or _beside_provider(module, environment):
            one, other, why = pair
            yield rules.MIXED_GENERATIONS.finding(
                f"`{module.name}` loads `{environment.relative(one)}`; {why} "
                f"`{environment.relative(other)}`. Keep one of them: remove the folder that is "
                "searched first (LD_LIBRARY_PATH), or install the version that was built against.",
                environment.location(module.owner, module.file.path),
                {"module": module.name, "loads": one, "beside": other},
            )


def _pair(module: ExtensionModule) -> tuple[str, str, str] | None:
    """Two files with the same stem that the module itself brings in."""
    seen: dict[str, Loaded] = {}
    for file in module.closure.files[1:]:
        name = file.header.soname or _name(file.path)
        known = seen.setdefault(stem(name), file)
        if known is not file and (known.header.soname or _name(known.path)) != name:
            return known.path, file.path, "and by way of another library also"
    return None


def _beside_provider(
    module: ExtensionModule, environment: Environment
) -> tuple[str, str, str] | None:
    """A library of a provider that the consumer requires, taken from elsewhere."""
    owners, required = environment.owners, environment.pins.of(module.owner)
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


def other_abi(modules: Iterable[ExtensionModule], environment: Environment) -> Iterator[Finding]:
    """Findings of modules whose stamp names another ABI than that of the provider they load."""
    for module in modules:
        judged = module.stamp and not module.undefined  # else it does not even load
        provider = _stamped_provider(module, environment) if judged else None
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
            rebuilding("symbol", module.owner, provider, module.stamp, environment)
            if module.owner.built_here
            else (),
        )


def _stamped_provider(module: ExtensionModule, environment: Environment) -> Distribution | None:
    """The one distribution that the module requires and whose library it loads."""
    required = environment.pins.of(module.owner)
    owners = (environment.owners.of(file.path) for file in module.closure.files[1:])
    found = {each.name: each for each in owners if each and each.name in required}
    return next(iter(found.values())) if len(found) == 1 else None


def _same_abi(one: str, other: str) -> bool:
    """Whether two versions differ in the last number at most; true if one is not a version."""
    try:
        first, second = Version(one).release, Version(other).release
    except ValueError:
        return True
    return first[:-1] == second[:-1]


def _name(path: str) -> str:
    return path.rpartition("/")[2]


def other_numpy(modules: Iterable[ExtensionModule], environment: Environment) -> Iterator[Finding]:
    """One finding for each distribution whose modules the installed NumPy refuses.

    A wheel is built in one go: if the first of its files fits, so do the others.
    """
    numpy = next((each for each in environment.distributions if each.name == "numpy"), None)
    try:
        installed = Version(numpy.version) if numpy else None
    except InvalidVersion:
        installed = None
    if numpy is None or installed is None:
        return
    by_owner: dict[str, list[ExtensionModule]] = {}
    for module in modules:
        wanted = module.owner.requires_dist
        if not wanted or any("numpy" in each for each in wanted):  # faiss-cpu says nothing
            by_owner.setdefault(module.owner.name, []).append(module)
    for several in by_owner.values():
        refused: list[tuple[ExtensionModule, str, numpy_c_api.Compiled]] = []
        for module, path in _files(several, environment):
            found = numpy_c_api.compiled(path)
            if found and found.fits(installed):
                break
            if found:
                refused.append((module, path, found))
        if refused:
            yield _refused(refused, numpy, environment)


def _files(
    modules: list[ExtensionModule], environment: Environment
) -> Iterator[tuple[ExtensionModule, str]]:
    """The modules' files, then the libraries of their own distributions that these load."""
    yield from ((each, each.file.path) for each in modules)
    seen = {each.file.path for each in modules}
    for module in modules:
        for file in module.closure.files[1:]:
            if file.path not in seen and environment.owners.of(file.path) is module.owner:
                seen.add(file.path)
                yield module, file.path


def _refused(
    refused: list[tuple[ExtensionModule, str, numpy_c_api.Compiled]],
    numpy: Distribution,
    environment: Environment,
) -> Finding:
    module, path, found = refused[0]
    owner, modules = module.owner, tuple(dict.fromkeys(each.name for each, _, _ in refused))
    files = tuple(dict.fromkeys(environment.relative(each) for _, each, _ in refused))
    fit, why = _BELOW_TWO, "with the header of NumPy 1, and NumPy 2 refuses it"
    if found.oldest:
        fit = Fit(provider="numpy", versions=f">={found.oldest}", samples=(f"{found.oldest}.0",))
        why = f"for NumPy {found.oldest} or newer"
    level: Level = "warning"
    fails = "Whether its import fails over that is not seen in files: --confirm tells"
    if any(each.raises for _, _, each in refused):
        level, fails = "error", "Importing it fails"
    elif not owner.requires_dist and all(each != one.file.path for one, each, _ in refused):
        # As shiboken6's, which does without NumPy until it is given an array.
        level, fails = "note", "It is a library, and asks NumPy where it is given an array"
    more = f" and {len(files) - 1} more were" if files[1:] else " was"
    return rules.OTHER_NUMPY.finding(
        f"`{files[0]}`{more} compiled {why}; {numpy.title} is installed. {fails}. Install "
        f"`{fit}`, or a release of {owner.name} that was built for this NumPy.",
        environment.location(owner, path),
        {
            "module": module.name,
            "modules": modules,
            "files": files,
            "provider": "numpy",
            "installed": numpy.version,
            "built_for": fit.versions,
        },
        fitting(fit, owner, environment),
        level=level,
    )
