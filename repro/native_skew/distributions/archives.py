"""Packs distribution files reproducibly."""

from __future__ import annotations

import gzip
import io
import tarfile
import tempfile
from pathlib import Path
from typing import Any
from zipfile import ZIP_STORED, ZipInfo

import msgspec
from wheel.wheelfile import WheelFile

GENERATOR = "native-skew"
_EPOCH = (2026, 1, 9, 0, 0, 0)  # any fixed time; the issue's
_EPOCH_SECONDS = 1767916800


class DistributionFile(msgspec.Struct, frozen=True, kw_only=True):
    """A distribution file as an index offers it; ``step`` is when it is released.

    ``metadata`` is the wheel's METADATA, which the index offers beside it (PEP 658), or the
    sdist's PKG-INFO, which it does not offer.
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
        """Whether it is a wheel; otherwise it is an sdist."""
        return self.filename.endswith(".whl")


class _ReproducibleWheel(WheelFile):
    """A WheelFile whose members, RECORD included, have a fixed time."""

    def writestr(
        self, zinfo_or_arcname: str | ZipInfo, data: Any, compress_type: int | None = None
    ) -> None:
        """Writes a member; see ``zipfile.ZipFile.writestr``."""
        if isinstance(zinfo_or_arcname, str):
            zinfo_or_arcname = ZipInfo(zinfo_or_arcname, _EPOCH)
            zinfo_or_arcname.external_attr = 0o100644 << 16
        super().writestr(zinfo_or_arcname, data, compress_type)


def sdist_file(
    project: str, version: str, pkg_info: bytes, members: dict[str, bytes], step: int
) -> DistributionFile:
    """Packs an sdist: ``members`` by relative name, and PKG-INFO."""
    stem = f"{project.replace('-', '_')}-{version}"
    packed = io.BytesIO()
    # Level 0 and no time: the same bytes with any zlib.
    with (
        gzip.GzipFile("", "wb", compresslevel=0, fileobj=packed, mtime=0) as stream,
        tarfile.open(mode="w", fileobj=stream) as archive,
    ):
        for name, data in sorted({**members, "PKG-INFO": pkg_info}.items()):
            info = tarfile.TarInfo(f"{stem}/{name}")
            info.size, info.mtime, info.mode = len(data), _EPOCH_SECONDS, 0o644
            archive.addfile(info, io.BytesIO(data))
    return DistributionFile(
        project=project,
        version=version,
        filename=f"{stem}.tar.gz",
        content=packed.getvalue(),
        metadata=pkg_info,
        step=step,
    )


def wheel_file(
    project: str,
    version: str,
    tag: str,
    metadata: bytes,
    members: dict[str, bytes],
    step: int,
    more_info: dict[str, bytes] | None = None,
) -> DistributionFile:
    """Packs a wheel: ``members`` by name, ``more_info`` for its dist-info folder."""
    stem = f"{project.replace('-', '_')}-{version}"
    info = {
        "METADATA": metadata,
        "WHEEL": (
            f"Wheel-Version: 1.0\nGenerator: {GENERATOR}\nRoot-Is-Purelib: false\nTag: {tag}\n"
        ).encode(),
        **(more_info or {}),
    }
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{stem}-{tag}.whl"  # WheelFile parses the name
        with _ReproducibleWheel(path, "w", ZIP_STORED) as archive:
            for name, data in sorted(members.items()):
                archive.writestr(name, data)
            for name, data in info.items():
                archive.writestr(f"{stem}.dist-info/{name}", data)
        content = path.read_bytes()
    return DistributionFile(
        project=project,
        version=version,
        filename=f"{stem}-{tag}.whl",
        content=content,
        metadata=metadata,
        step=step,
    )
