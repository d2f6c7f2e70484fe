"""Modules that were compiled for another NumPy than the installed one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from packaging.version import InvalidVersion, Version

from native_skew.binaries import numpy_c_api
from native_skew.distributions import Distribution
from native_skew.doctor import rules
from native_skew.doctor.environment import Environment
from native_skew.doctor.extension_modules import ExtensionModule
from native_skew.doctor.fits import Fit
from native_skew.doctor.inventory import Owners
from native_skew.doctor.mending import fitting
from native_skew.doctor.pins import Pins
from native_skew.findings import Finding

_BELOW_TWO = Fit(provider="numpy", versions="<2", samples=("1.26.4", "1.24.4", "1.22.4"))


def other_numpy(
    modules: Iterable[ExtensionModule], environment: Environment, owners: Owners, pins: Pins
) -> Iterator[Finding]:
    """One finding for each distribution whose modules the installed NumPy refuses.

    A wheel is built in one go: where the first of its files fits, the others do.
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
        for module, path in _files(several, owners):
            found = numpy_c_api.compiled(path)
            if found and found.fits(installed):
                break
            if found:
                refused.append((module, path, found))
        if refused:
            yield _finding(refused, numpy, environment, pins)


def _files(modules: list[ExtensionModule], owners: Owners) -> Iterator[tuple[ExtensionModule, str]]:
    """The modules' files, and then the libraries of their own distribution that these load."""
    yield from ((each, each.file.path) for each in modules)
    seen = {each.file.path for each in modules}
    for module in modules:
        for file in module.closure.files[1:]:
            if file.path not in seen and owners.of(file.path) is module.owner:
                seen.add(file.path)
                yield module, file.path


def _finding(
    refused: list[tuple[ExtensionModule, str, numpy_c_api.Compiled]],
    numpy: Distribution,
    environment: Environment,
    pins: Pins,
) -> Finding:
    module, path, found = refused[0]
    owner, modules = module.owner, tuple(dict.fromkeys(each.name for each, _, _ in refused))
    files = tuple(dict.fromkeys(environment.relative(each) for _, each, _ in refused))
    fit = _BELOW_TWO
    if found.oldest:
        fit = Fit(provider="numpy", versions=f">={found.oldest}", samples=(f"{found.oldest}.0",))
    why = (
        f"for NumPy {found.oldest} or newer"
        if found.oldest
        else "with the header of NumPy 1, and NumPy 2 refuses it"
    )
    certain = any(each.raises for _, _, each in refused)
    fails = (
        "Importing it fails"
        if certain
        else "Whether its import fails over that is not seen in files: --confirm tells"
    )
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
            "built_for": f">={found.oldest}" if found.oldest else "<2",
        },
        fitting(fit, owner, pins),
        level="error" if certain else "warning",
    )
