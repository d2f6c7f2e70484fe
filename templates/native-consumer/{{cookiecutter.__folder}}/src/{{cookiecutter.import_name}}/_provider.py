"""Refuses a provider of another ABI, and says what to do about it.

Without this the loader would say "cannot open shared object file", which names neither
the distribution that is wrong nor the version that would be right.
"""

from __future__ import annotations

import ctypes
import operator
import re
from collections.abc import Iterable
from importlib import metadata, util
from pathlib import Path

DISTRIBUTION = "{{ cookiecutter.distribution }}"
PROVIDER = "{{ cookiecutter.provider_distribution }}"
PROVIDER_IMPORT = "{{ cookiecutter.provider_import_name }}"
LIBRARY = "{{ cookiecutter.provider_library }}"
LIBRARY_FOLDER = "{{ cookiecutter.provider_library_folder }}"
# How many parts of the provider's version its SONAME carries.
ABI_PARTS = {{ cookiecutter.__abi_parts }}

_COMPARISONS = {">=": operator.ge, "<": operator.lt, "==": operator.eq}


class ProviderError(ImportError):
    """The provider is not one that this package can run with."""


class WrongProviderError(ProviderError):
    """The installed provider is missing, or outside the declared range."""

    def __init__(self, wanted: str, installed: str | None) -> None:
        there = f"{PROVIDER} {installed} is" if installed else f"{PROVIDER} is not"
        super().__init__(
            f"{DISTRIBUTION} needs {PROVIDER}{wanted}, but {there} installed.\n"
            "Mend it with one of:\n"
            f'    python -m pip install "{PROVIDER}{wanted}"\n'
            f'    uv pip install "{PROVIDER}{wanted}"'
        )


class WrongBuildError(ProviderError):
    """The provider is the declared one, but the module was built for another."""

    def __init__(self, reason: str) -> None:
        mine, provider = metadata.version(DISTRIBUTION), metadata.version(PROVIDER)
        super().__init__(
            f"{DISTRIBUTION} {mine} was not built for {PROVIDER} {provider}, which its metadata "
            f"allows and which is installed: {reason}.\n"
            "Build it again with one of:\n"
            f'    python -m pip install --force-reinstall --no-deps --no-cache-dir "{DISTRIBUTION}=={mine}"\n'
            f'    uv pip install --reinstall-package {DISTRIBUTION} --no-cache "{DISTRIBUTION}=={mine}"'
        )


def release(version: str) -> tuple[int, ...]:
    """The numbers of a version, without trailing zeros: 1.2.0rc1 gives (1, 2)."""
    numbers = re.match(r"v?\d+(?:\.\d+)*", version)
    if numbers is None:
        raise ValueError(f"not a version: {version!r}")
    return tuple(int(part) for part in re.sub(r"(\.0+)+$", "", numbers[0].lstrip("v")).split("."))


def abi(version: str) -> tuple[int, ...]:
    """The part of a version that decides the ABI."""
    return (*release(version), *[0] * ABI_PARTS)[:ABI_PARTS]


def satisfies(version: str, specifier: str) -> bool:
    """Whether a version is in a range made of >=, < and ==, the only ones used here."""
    bounds = re.findall(r"(>=|<|==)\s*([0-9.]+)", specifier)
    return all(_COMPARISONS[sign](release(version), release(bound)) for sign, bound in bounds)


def specifier_for_provider(requirements: Iterable[str]) -> str:
    """The range of the provider's versions among some requirements."""
    for requirement in requirements:
        name, rest = re.match(r"([A-Za-z0-9._-]*)\s*(.*)", requirement).groups()  # type: ignore[union-attr]
        if re.sub(r"[-_.]+", "-", name).lower() == re.sub(r"[-_.]+", "-", PROVIDER).lower():
            return str(rest.partition(";")[0]).strip(" ()")
    return ""


def provider_folder() -> Path:
    """The provider's package, found without importing it."""
    spec = util.find_spec(PROVIDER_IMPORT)
    if spec is None or not spec.submodule_search_locations:
        raise ProviderError(f"{PROVIDER} is installed, but {PROVIDER_IMPORT} cannot be found")
    return Path(next(iter(spec.submodule_search_locations)))


def library_file(folder: Path) -> Path:
    """The provider's library: by its plain name, or the one that has a version."""
    plain = folder / LIBRARY
    found = [plain] if plain.exists() else sorted(folder.glob(f"{LIBRARY}.*"))
    if len(found) != 1:
        names = ", ".join(path.name for path in found) or "none"
        raise ProviderError(f"expected one {LIBRARY} in {folder}, found {names}")
    return found[0]


def check_installed() -> None:
    """Refuse a provider outside the range that this package's own metadata declares."""
    wanted = specifier_for_provider(metadata.requires(DISTRIBUTION) or [])
    try:
        installed = metadata.version(PROVIDER)
    except metadata.PackageNotFoundError:
        raise WrongProviderError(wanted, None) from None
    if not satisfies(installed, wanted):
        raise WrongProviderError(wanted, installed)


def preload() -> None:
    """Load the library where RUNPATH cannot find it.

    RUNPATH says "beside this package". In an editable installation, or with the provider
    in another site-packages folder, it is not; a library that is already loaded satisfies
    the module by its SONAME.
    """
    beside = Path(__file__).resolve().parent.parent / PROVIDER_IMPORT / LIBRARY_FOLDER
    if not beside.is_dir():
        ctypes.CDLL(str(library_file(provider_folder() / LIBRARY_FOLDER)))


def check_loaded(built_against: str, loaded: str) -> None:
    """Refuse a library that loads, but has another ABI than the module was built for.

    The loader cannot tell where a SONAME carries no version.
    """
    if abi(built_against) != abi(loaded):
        raise WrongBuildError(f"it was compiled with {built_against} and now runs with {loaded}")
