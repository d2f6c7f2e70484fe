"""Modules that were compiled for another NumPy than the installed one, read from their texts.

NumPy's header puts a check into every module that calls ``import_array()``: it asks for the C API
under the name that its own NumPy has, and compares versions. Both leave texts in the file.
https://numpy.org/doc/stable/dev/depending_on_numpy.html#numpy-2-abi-handling
https://github.com/numpy/numpy/blob/v2.2.6/numpy/_core/code_generators/generate_numpy_api.py

A module of Cython that calls nothing of the C API has no such check. What NumPy declares for Cython
leaves another text in it, and Cython compares the size of ``numpy.dtype``, which NumPy 2 made
smaller: https://github.com/numpy/numpy/blob/v1.26.4/numpy/__init__.pxd
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain

import msgspec
from packaging.version import InvalidVersion, Version

from native_skew.binaries import Image, ImageError
from native_skew.doctor import rules
from native_skew.doctor.environment import Environment
from native_skew.doctor.extension_modules import ExtensionModule
from native_skew.doctor.fits import Fit
from native_skew.doctor.inventory import Distribution
from native_skew.doctor.library_owners import Owners
from native_skew.doctor.mending import fitting
from native_skew.doctor.pins import Pins
from native_skew.findings import Finding, Location

# As C has it: what Rust compiles looks for either NumPy, and has the words without the format.
_CHECKS = b"module compiled against ABI version 0x%x"
_OF_TWO = b"numpy._core._multiarray_umath"
_OLDEST = re.compile(rb"was compiled against NumPy C-API version 0x%x \(NumPy (\d+\.\d+)\)")
# What the macro ends an import with; who calls the function itself may go on without NumPy.
_RAISES = b"multiarray failed to import"
_CYTHON_OF_ONE = b"numpy.core.multiarray failed to import"
_CYTHON_OF_TWO = b"numpy._core.multiarray failed to import"
_COMPARES_SIZES = b"size changed, may indicate binary incompatibility. Expected"
# By what they call: the C API's check, and Cython's.
_TEXTS = {
    b"PyCapsule_GetPointer": (_CHECKS, _OF_TWO, _RAISES),
    b"PyErr_WarnFormat": (_CYTHON_OF_ONE, _CYTHON_OF_TWO, _COMPARES_SIZES),
}
_BYTES = 64 << 20  # of one file
_BELOW_TWO = Fit(provider="numpy", versions="<2", samples=("1.26.4", "1.24.4", "1.22.4"))


class _Built(msgspec.Struct, frozen=True, kw_only=True):
    """For which NumPy a file was compiled.

    Attributes:
        oldest: the oldest that it runs with; empty where it was compiled with NumPy 1's header,
            which does not say.
        raises: whether it ends the import where that does not fit.

    """

    oldest: str
    raises: bool

    def fits(self, installed: Version) -> bool:
        """Whether it runs with ``installed``."""
        return installed >= Version(self.oldest) if self.oldest else installed.major < 2


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
        if any("numpy" in each for each in module.owner.requires_dist):
            by_owner.setdefault(module.owner.name, []).append(module)
    for several in by_owner.values():
        refused: list[tuple[ExtensionModule, str, _Built]] = []
        for module, path in _files(several, owners):
            found = built(path)
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


def built(path: str) -> _Built | None:
    """For which NumPy the file at ``path`` was compiled; None where it does not say."""
    found: set[bytes] = set()
    oldest = ""
    try:
        with Image(path) as image:
            called = (t for c, t in _TEXTS.items() if image.strings is None or c in image.strings)
            texts = tuple(chain.from_iterable(called))
            if not texts:
                return None
            for piece in image.pieces(_BYTES):
                found.update(each for each in texts if each not in found and each in piece)
                if not oldest and (match := _OLDEST.search(piece)):
                    oldest = match[1].decode()
                if oldest and {_CHECKS, _OF_TWO, _RAISES} <= found:
                    break
    except (ImageError, OSError):
        return None
    if _CHECKS in found:
        # Of NumPy 2's header either text tells; with neither, it is that of NumPy 1.
        known = (_OF_TWO in found) is bool(oldest)
        return _Built(oldest=oldest, raises=_RAISES in found) if known else None
    of_one = {_CYTHON_OF_ONE, _COMPARES_SIZES} <= found and _CYTHON_OF_TWO not in found
    return _Built(oldest="", raises=True) if of_one else None


def _finding(
    refused: list[tuple[ExtensionModule, str, _Built]],
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
        Location(file=environment.relative(path), distribution=owner.name, version=owner.version),
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
