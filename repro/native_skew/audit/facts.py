"""The facts about one distribution file, and about a wheel's shared objects.

https://packaging.python.org/en/latest/specifications/binary-distribution-format/
"""

from __future__ import annotations

import tempfile
import zipfile
from functools import partial
from pathlib import Path
from typing import IO

import msgspec
from packaging.utils import canonicalize_name

from native_skew.audit import modules
from native_skew.audit.errors import FileRefusedError
from native_skew.audit.modules import SharedObject
from native_skew.audit.ranges import RangeFile
from native_skew.audit.redaction import without_credentials
from native_skew.audit.resolver_metadata import ResolverMetadata, parse
from native_skew.binaries import ImageError
from native_skew.distributions import METADATA_LIMIT, CarefulZip, library_names, metadata
from native_skew.findings import plain

ENTRIES = 65_535  # what a zip can have without its 64-bit extension; no real wheel comes near
_LIBRARY_LIMIT = 256 * 1024 * 1024  # bytes of one shared object, unpacked


class Contents(msgspec.Struct, frozen=True, kw_only=True):
    """What a wheel holds, as far as it was read."""

    metadata: ResolverMetadata
    requires: tuple[str, ...] = ()  # its Requires-Dist, as written, if it can be read
    libraries: tuple[str, ...] = ()  # the paths of all its shared objects
    modules: tuple[SharedObject, ...] = ()  # those of them that were read
    unread: int = 0  # how many were not, to save bytes
    damaged: tuple[str, ...] = ()  # those that are not shared objects, despite their names
    python: dict[str, str] = {}  # small Python files near the top, by path: see ``rotten``

    def needs(self) -> dict[str, SharedObject]:
        """The libraries that its modules need and it does not hold, with the first such module."""
        own = {modules.base(each) for each in self.libraries}
        found: dict[str, SharedObject] = {}
        for module in self.modules:
            for name in module.needed:
                if modules.base(name) not in own:
                    found.setdefault(name, module)
        return found

    def needs_of_others(self) -> dict[str, SharedObject]:
        """Those of ``needs`` that are not part of an operating system."""
        return {k: v for k, v in self.needs().items() if not modules.is_system(k)}


class Zip(CarefulZip):
    """An open wheel, read by its members' names; a context manager.

    All methods raise ``FileRefusedError`` for what is damaged, missing, unsafe or too large.

    Args:
        filename: for messages.
        stream: seekable; only what is needed is read of it, so it may be remote.

    """

    def __init__(self, filename: str, stream: IO[bytes] | RangeFile) -> None:
        self.filename = filename
        super().__init__(stream, partial(FileRefusedError, filename), ENTRIES)
        self.members = {each.filename: each for each in self.infos}

    def dist_info(self, name: str) -> str:
        """The name of the one ``.dist-info`` folder, which must be of distribution ``name``."""
        folders = {each.partition("/")[0] for each in self.members if "/" in each}
        found = [each for each in sorted(folders) if each.endswith(".dist-info")]
        fitting = [each for each in found if canonicalize_name(each.partition("-")[0]) == name]
        if len(fitting) != 1:
            names = ", ".join(found) or "none"
            raise FileRefusedError(self.filename, f"one .dist-info of {name} expected, has {names}")
        return fitting[0]

    def read(self, name: str, limit: int = METADATA_LIMIT) -> bytes:
        """A member's content, of at most ``limit`` bytes."""
        return b"".join(self.chunks(self._member(name), limit))

    def unpack(self, name: str, folder: Path, limit: int) -> Path:
        """A member's content as a file in ``folder``, with a name that the wheel does not choose."""
        with tempfile.NamedTemporaryFile(dir=folder, suffix=".so", delete=False) as file:
            file.writelines(self.chunks(self._member(name), limit))
        return Path(file.name)

    def metadata(self, name: str) -> ResolverMetadata:
        """Its METADATA, if the wheel is of distribution ``name``."""
        return metadata_of(self.filename, self.read(f"{self.dist_info(name)}/METADATA"))

    def contents(self, name: str, budget: int, python: int = 0) -> Contents:
        """What it holds, if it is of distribution ``name``.

        At most ``budget`` compressed bytes of shared objects are read, the smallest first, and at
        most ``python`` bytes of Python files near the top.
        """
        info = self.dist_info(name)
        self._member(f"{info}/WHEEL")  # nobody installs one without it
        core = self.read(f"{info}/METADATA")
        libraries = sorted(each for each in self.members if library_names.is_library(each))
        chosen = self._within(libraries, budget)
        with tempfile.TemporaryDirectory() as folder:
            found = [self._module(each, Path(folder)) for each in chosen]
        near = [e for e in self.members if e.endswith(".py") and e.count("/") <= 1]
        texts = {each: self.read(each) for each in self._within(near, python)}
        return Contents(
            metadata=metadata_of(self.filename, core),
            requires=tuple(map(without_credentials, metadata.parse(core).requires_dist)),
            libraries=tuple(libraries),
            modules=tuple(each for each in found if isinstance(each, SharedObject)),
            unread=len(libraries) - len(chosen),
            damaged=tuple(each for each in found if isinstance(each, str)),
            python={name: text.decode("utf-8", "replace") for name, text in texts.items()},
        )

    def _within(self, names: list[str], budget: int) -> list[str]:
        """The smallest of ``names``, with at most ``budget`` compressed bytes together."""
        chosen = []
        for name in sorted(names, key=lambda each: self.members[each].compress_size):
            budget -= self.members[name].compress_size
            if budget < 0:
                break
            chosen.append(name)
        return sorted(chosen)

    def _module(self, name: str, folder: Path) -> SharedObject | str:
        """What the module needs; or, if it cannot be read, its name and the reason."""
        path = self.unpack(name, folder, _LIBRARY_LIMIT)
        try:
            return modules.read(path, name)
        except ImageError as error:
            return plain(f"{name} ({error})")
        finally:
            path.unlink()

    def _member(self, name: str) -> zipfile.ZipInfo:
        info = self.members.get(name)
        if info is None:
            raise FileRefusedError(self.filename, f"has no {name}")
        return info


def metadata_of(filename: str, data: bytes) -> ResolverMetadata:
    """The metadata in ``data``; raises ``FileRefusedError`` if there is none."""
    try:
        return parse(data)
    except ValueError as error:
        raise FileRefusedError(filename, str(error)) from error
