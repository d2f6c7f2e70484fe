"""The fake pair as published files: Release -> (filename, bytes), the same bytes each run.

The provider's wheels hold a real shared object with a version-stamped SONAME. The
consumer's sdist holds real sources; those of its wheels that fit this interpreter hold a
real extension module, and the others only metadata: an installer here can never install
them, and reading them is just what goes wrong.
"""

from __future__ import annotations

import gzip
import io
import tarfile
import tempfile
from functools import lru_cache
from pathlib import Path
from string import Template
from typing import Any
from zipfile import ZIP_STORED, ZipInfo

import msgspec
from wheel.wheelfile import WheelFile

from repro.cast import abi_requirement
from repro.compiler import Compiler
from repro.interpreter import Interpreter
from repro.metadata import core_metadata
from repro.scenario import CONSUMER, PROVIDER, ConsumerRelease, ProviderRelease, Sdist, Wheel

NATIVE = Path(__file__).parent / "native"
GENERATOR = "native-skew"
_EPOCH = (2026, 1, 9, 0, 0, 0)  # any fixed moment; that of the issue
_EPOCH_SECONDS = 1767916800


class PublishedFile(msgspec.Struct, frozen=True, kw_only=True):
    """A distribution file as an index offers it; ``step`` is when it comes out.

    ``metadata`` is the wheel's METADATA, which the index offers beside it (PEP 658), or the
    sdist's PKG-INFO, which it does not.
    """

    project: str
    version: str
    filename: str
    content: bytes
    metadata: bytes
    step: int = 1
    requires_python: str | None = None
    yanked: str | None = None

    @property
    def is_wheel(self) -> bool:
        """Whether it is a wheel, else it is an sdist."""
        return self.filename.endswith(".whl")


class _ReproducibleWheel(WheelFile):
    """A WheelFile whose members carry no time; RECORD included."""

    def writestr(
        self, zinfo_or_arcname: str | ZipInfo, data: Any, compress_type: int | None = None
    ) -> None:
        """Writes a member; see ``zipfile.ZipFile.writestr``."""
        if isinstance(zinfo_or_arcname, str):
            zinfo_or_arcname = ZipInfo(zinfo_or_arcname, _EPOCH)
            zinfo_or_arcname.external_attr = 0o100644 << 16
        super().writestr(zinfo_or_arcname, data, compress_type)


def abi_version(version: str) -> str:
    """The part of a provider's version that its SONAME carries: all but the last number."""
    return version.rpartition(".")[0]


@lru_cache(maxsize=64)
def provider_file(
    release: ProviderRelease, interpreter: Interpreter, compiler: Compiler
) -> PublishedFile:
    """Compiles and packs a release of the provider.

    Raises:
        CompilerError: the library does not compile.

    """
    files = _rendered(NATIVE / PROVIDER, _provider_values(release))
    abi = abi_version(release.version)
    library = _compile_library(files, f"libfakecore.so.{abi}", compiler)
    members = {name: data for name, data in files.items() if name.startswith("fake_corelibs/")}
    members[f"fake_corelibs/lib/libfakecore.so.{abi}"] = library
    tag = f"py3-none-{interpreter.platform_tag}"
    metadata = core_metadata(PROVIDER, release.version, ())
    return _wheel(PROVIDER, release.version, tag, metadata, members, release.step)


def consumer_files(
    release: ConsumerRelease, interpreter: Interpreter, compiler: Compiler
) -> tuple[PublishedFile, ...]:
    """Packs a release of the consumer: its sdist, then its wheels.

    Raises:
        CompilerError: the module of a wheel that fits here does not compile.

    """
    wheels = tuple(_consumer_wheel(release, w, interpreter, compiler) for w in release.wheels)
    return ((_sdist(release, release.sdist), *wheels)) if release.sdist else wheels


def _provider_values(release: ProviderRelease) -> dict[str, str]:
    return {
        "version": release.version,
        "abi": abi_version(release.version),
        "abi_requires": abi_requirement(PROVIDER, release.version),
        # Gone since setuptools 82: https://setuptools.pypa.io/en/latest/history.html#v82-0-0
        "extra_import": "import pkg_resources\n" if release.needs_pkg_resources else "",
    }


def _consumer_values(release: ConsumerRelease, sdist: Sdist) -> dict[str, str]:
    return {
        "version": release.version,
        "build_requires": ", ".join(f'"{each}"' for each in sdist.build_requires),
        "install_requires": "abi_requires()" if sdist.stamps else f'"{PROVIDER}"',
        "stamp_reason": "the range comes from the provider in the build environment."
        if sdist.stamps
        else "nothing is stamped, any provider will be accepted.",
    }


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
        _write(root, files)
        include = "-Ifake_corelibs/include"
        return compiler.shared_object(root, "fakecore.c", soname, include, f"-Wl,-soname,{soname}")


@lru_cache(maxsize=64)
def _compile_extension(
    release: ConsumerRelease, built_against: str, interpreter: Interpreter, compiler: Compiler
) -> bytes:
    """Links the consumer's module as its setup.py would, with the provider of that version."""
    interpreter.require_headers()
    provider = ProviderRelease(version=built_against)
    soname = f"libfakecore.so.{abi_version(built_against)}"
    files = _rendered(NATIVE / PROVIDER, _provider_values(provider))
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        _write(root, files)
        _write(root, _rendered(NATIVE / CONSUMER, _consumer_values(release, _ANY_SDIST)))
        (root / soname).write_bytes(_compile_library(files, soname, compiler))
        return compiler.shared_object(
            root,
            "fake_softioc/_extension.c",
            f"_extension{interpreter.suffix}",
            "-Ifake_corelibs/include",
            f"-I{interpreter.include}",
            soname,
            "-Wl,--enable-new-dtags,-rpath,$ORIGIN/../fake_corelibs/lib",
        )


_ANY_SDIST = Sdist(build_requires=())


def _consumer_wheel(
    release: ConsumerRelease, wheel: Wheel, interpreter: Interpreter, compiler: Compiler
) -> PublishedFile:
    tag = interpreter.extension_tag if wheel.tag == "here" else wheel.tag
    sources = _rendered(NATIVE / CONSUMER, _consumer_values(release, _ANY_SDIST))
    members = {"fake_softioc/__init__.py": sources["fake_softioc/__init__.py"]}
    if wheel.built_against:
        module = _compile_extension(release, wheel.built_against, interpreter, compiler)
        members[f"fake_softioc/_extension{interpreter.suffix}"] = module
    metadata = core_metadata(CONSUMER, release.version, wheel.requires_dist)
    scripts = b"[console_scripts]\nfake-softioc = fake_softioc:main\n"
    return _wheel(
        CONSUMER,
        release.version,
        tag,
        metadata,
        members,
        release.step,
        {"entry_points.txt": scripts},
    )


def _sdist(release: ConsumerRelease, sdist: Sdist) -> PublishedFile:
    stem = f"fake_softioc-{release.version}"
    dynamic = None if sdist.dynamic == "absent" else sdist.dynamic
    pkg_info = core_metadata(CONSUMER, release.version, sdist.requires_dist, dynamic)
    members = _rendered(NATIVE / CONSUMER, _consumer_values(release, sdist))
    packed = io.BytesIO()
    # Level 0 and no time: the same bytes whatever zlib this Python was built with.
    with (
        gzip.GzipFile("", "wb", compresslevel=0, fileobj=packed, mtime=0) as stream,
        tarfile.open(mode="w", fileobj=stream, format=tarfile.PAX_FORMAT) as archive,
    ):
        for name, data in sorted({**members, "PKG-INFO": pkg_info}.items()):
            info = tarfile.TarInfo(f"{stem}/{name}")
            info.size, info.mtime, info.mode = len(data), _EPOCH_SECONDS, 0o644
            archive.addfile(info, io.BytesIO(data))
    return PublishedFile(
        project=CONSUMER,
        version=release.version,
        filename=f"{stem}.tar.gz",
        content=packed.getvalue(),
        metadata=pkg_info,
        step=release.step,
    )


def _wheel(
    project: str,
    version: str,
    tag: str,
    metadata: bytes,
    members: dict[str, bytes],
    step: int,
    more_info: dict[str, bytes] | None = None,
) -> PublishedFile:
    stem = f"{project.replace('-', '_')}-{version}"
    info = {
        "METADATA": metadata,
        "WHEEL": (
            f"Wheel-Version: 1.0\nGenerator: {GENERATOR}\nRoot-Is-Purelib: false\nTag: {tag}\n"
        ).encode(),
        **(more_info or {}),
    }
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{stem}-{tag}.whl"  # WheelFile reads the name
        with _ReproducibleWheel(path, "w", ZIP_STORED) as archive:
            for name, data in sorted(members.items()):
                archive.writestr(name, data)
            for name, data in info.items():
                archive.writestr(f"{stem}.dist-info/{name}", data)
        content = path.read_bytes()
    return PublishedFile(
        project=project,
        version=version,
        filename=f"{stem}-{tag}.whl",
        content=content,
        metadata=metadata,
        step=step,
    )


def _write(root: Path, files: dict[str, bytes]) -> None:
    for name, data in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def provider_title(release: ProviderRelease) -> str:
    """A release of the provider in words."""
    rotten = "; its helper needs pkg_resources" if release.needs_pkg_resources else ""
    return f"{PROVIDER} {release.version}: libfakecore.so.{abi_version(release.version)}{rotten}"
