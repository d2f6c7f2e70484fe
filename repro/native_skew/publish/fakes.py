"""The fake pair as published files: Release -> (filename, bytes), the same bytes each run.

The provider's wheels hold a real shared object with a versioned SONAME. The consumer's sdist holds
real sources. Its wheels that fit this interpreter hold a real extension module, the others only
metadata: no installer here can install those, and reading their metadata is what goes wrong.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from string import Template

import msgspec

from native_skew import shipped
from native_skew.distributions import DistributionFile, core_metadata, sdist_file, wheel_file
from native_skew.installers import abi_requirement
from native_skew.scenarios import (
    CONSUMER,
    PROVIDER,
    ConsumerRelease,
    ProviderRelease,
    Scenario,
    Sdist,
    Wheel,
    releases_of,
)
from native_skew.toolchain import Compiler, Interpreter, write_below

NATIVE = shipped("publish", "native")


def abi_version(version: str) -> str:
    """The part of a provider's version that its SONAME carries: all but the last number."""
    return version.rpartition(".")[0]


def library_name(release: ProviderRelease) -> str:
    """The file name and SONAME of a release's library."""
    version = f".{abi_version(release.version)}" if release.soname == "versioned" else ""
    return f"libfakecore.so{version}"


# It uses only the stable ABI, so that one file serves every interpreter.
_EXTENSION = "_extension.abi3.so"

# A module compiled with this header needs a function that an older library lacks.
_NEW_SYMBOL = """
#define fakecore_version fakecore_version_2
"""


@lru_cache(maxsize=64)
def provider_file(
    release: ProviderRelease, interpreter: Interpreter, compiler: Compiler
) -> DistributionFile:
    """Compiles and packs a release of the provider."""
    files = _rendered(NATIVE / PROVIDER, _provider_values(release))
    soname = library_name(release)
    members = {name: data for name, data in files.items() if name.startswith("fake_corelibs/")}
    members[f"fake_corelibs/lib/{soname}"] = _compile_library(files, soname, compiler)
    tag = f"py3-none-{interpreter.platform_tag}"
    metadata = core_metadata(PROVIDER, release.version, ())
    return wheel_file(PROVIDER, release.version, tag, metadata, members, release.step)


@lru_cache(maxsize=64)
def consumer_files(
    release: ConsumerRelease, interpreter: Interpreter, compiler: Compiler
) -> tuple[DistributionFile, ...]:
    """Packs a release of the consumer: its sdist, then its wheels."""
    wheels = tuple(_consumer_wheel(release, w, interpreter, compiler) for w in release.wheels)
    return ((_sdist(release, release.sdist), *wheels)) if release.sdist else wheels


def _provider_values(release: ProviderRelease) -> dict[str, str]:
    return {
        "version": release.version,
        "abi": abi_version(release.version),
        "library": library_name(release),
        "first_field": "maximum" if release.changes == "struct" else "minimum",
        "second_field": "minimum" if release.changes == "struct" else "maximum",
        "new_symbol": _NEW_SYMBOL if release.changes == "symbol" else "",
        "abi_requires": abi_requirement(PROVIDER, release.version),
        # Gone since setuptools 82: https://setuptools.pypa.io/en/latest/history.html#v82-0-0
        "extra_import": "import pkg_resources\n" if release.needs_pkg_resources else "",
    }


def _consumer_sources(release: ConsumerRelease, sdist: Sdist) -> dict[str, bytes]:
    """A consumer's sources by name; the second consumer's are the first's, renamed."""
    files = _rendered(NATIVE / CONSUMER, _consumer_values(release, sdist))
    spellings = [(_of(CONSUMER), _of(release.name)), (CONSUMER, release.name)]
    for old, new in spellings:
        files = {
            name.replace(old, new): data.replace(old.encode(), new.encode())
            for name, data in files.items()
        }
    return files


def _of(name: str) -> str:
    """The import name of the distribution ``name``."""
    return name.replace("-", "_")


def _consumer_values(release: ConsumerRelease, sdist: Sdist) -> dict[str, str]:
    if sdist.stamps:
        reason = "the range comes from the provider in the build environment."
    elif sdist.requires_dist == (PROVIDER,):
        reason = "nothing is stamped, any provider will be accepted."
    else:
        reason = "nothing is stamped, the range is the one that the build is held to."
    return {
        "version": release.version,
        "build_requires": _python_strings(sdist.build_requires),
        "install_requires": "abi_requires()"
        if sdist.stamps
        else _python_strings(sdist.requires_dist),
        "stamp_reason": reason,
    }


def _python_strings(requirements: Iterable[str]) -> str:
    return ", ".join(f'"{each}"' for each in requirements)


def _rendered(folder: Path, values: dict[str, str]) -> dict[str, bytes]:
    """The files below ``folder`` by relative name, with their $placeholders filled in."""
    return {
        path.relative_to(folder).as_posix(): Template(path.read_text(encoding="utf-8"))
        .substitute(values)
        .encode()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


def _compile_library(files: dict[str, bytes], soname: str, compiler: Compiler) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        write_below(root, files)
        include = "-Ifake_corelibs/include"
        return compiler.shared_object(root, "fakecore.c", soname, include, f"-Wl,-soname,{soname}")


@lru_cache(maxsize=64)
def _compile_extension(release: ConsumerRelease, built_against: str, compiler: Compiler) -> bytes:
    """Links the consumer's module as its setup.py would, with that version of the provider."""
    provider = ProviderRelease(version=built_against)
    soname = f"libfakecore.so.{abi_version(built_against)}"
    files = _rendered(NATIVE / PROVIDER, _provider_values(provider))
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        write_below(root, files)
        write_below(root, _consumer_sources(release, _ANY_SDIST))
        (root / soname).write_bytes(_compile_library(files, soname, compiler))
        return compiler.shared_object(
            root,
            f"{_of(release.name)}/_extension.c",
            _EXTENSION,
            "-Ifake_corelibs/include",
            soname,
            "-Wl,--enable-new-dtags,-rpath,$ORIGIN/../fake_corelibs/lib",
        )


_ANY_SDIST = Sdist(build_requires=())


def _consumer_wheel(
    release: ConsumerRelease, wheel: Wheel, interpreter: Interpreter, compiler: Compiler
) -> DistributionFile:
    tag = wheel_tag(wheel, interpreter.name, interpreter.platform_tag)
    sources, package = _consumer_sources(release, _ANY_SDIST), _of(release.name)
    members = {f"{package}/__init__.py": sources[f"{package}/__init__.py"]}
    if wheel.built_against:
        module = _compile_extension(release, wheel.built_against, compiler)
        members[f"{package}/{_EXTENSION}"] = module
    metadata = core_metadata(release.name, release.version, wheel.requires_dist)
    scripts = f"[console_scripts]\n{release.name} = {package}:main\n".encode()
    return wheel_file(
        release.name,
        release.version,
        tag,
        metadata,
        members,
        release.step,
        {"entry_points.txt": scripts},
    )


def _sdist(release: ConsumerRelease, sdist: Sdist) -> DistributionFile:
    dynamic = None if sdist.dynamic == "absent" else sdist.dynamic
    pkg_info = core_metadata(release.name, release.version, sdist.requires_dist, dynamic)
    members = _consumer_sources(release, sdist)
    return sdist_file(release.name, release.version, pkg_info, members, release.step)


def provider_title(release: ProviderRelease) -> str:
    """A release of the provider in words."""
    rotten = "; its helper needs pkg_resources" if release.needs_pkg_resources else ""
    return f"{PROVIDER} {release.version}: {library_name(release)}{rotten}"


class PublishedRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A file that the index offered, and what its metadata said."""

    filename: str
    step: int
    requires_dist: tuple[str, ...]
    dynamic: tuple[str, ...]


def published_in(
    scenario: Scenario, variant: str, python: str, platform: str
) -> tuple[PublishedRecord, ...]:
    """The pair's files that the index offers in any step of ``variant``, without compiling them.

    A live scenario publishes none. ``python`` and ``platform`` are parts of wheel tags, as
    ``cp311`` and ``linux_x86_64``.
    """
    providers = (
        PublishedRecord(
            filename=f"{_of(PROVIDER)}-{each.version}-py3-none-{platform}.whl",
            step=each.step,
            requires_dist=(),
            dynamic=(),
        )
        for each in releases_of(scenario.providers, variant)
    )
    consumers = releases_of(scenario.consumers, variant)
    return (*providers, *(file for each in consumers for file in _listed(each, python, platform)))


def _listed(release: ConsumerRelease, python: str, platform: str) -> Iterator[PublishedRecord]:
    stem = f"{_of(release.name)}-{release.version}"
    if sdist := release.sdist:
        yield PublishedRecord(
            filename=f"{stem}.tar.gz",
            step=release.step,
            requires_dist=sdist.requires_dist,
            # Verbatim: tools differ in how they read the spelling.
            dynamic=() if sdist.dynamic == "absent" else (sdist.dynamic,),
        )
    for wheel in release.wheels:
        yield PublishedRecord(
            filename=f"{stem}-{wheel_tag(wheel, python, platform)}.whl",
            step=release.step,
            requires_dist=wheel.requires_dist,
            dynamic=(),
        )


def wheel_tag(wheel: Wheel, python: str, platform: str) -> str:
    """The tag of ``wheel`` for the interpreter with the tags ``python`` and ``platform``."""
    if wheel.tag == "here":
        return f"{python}-{python}-{platform}"
    return wheel.tag.replace("{python}", python)
