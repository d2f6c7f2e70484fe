"""What a module needs, whichever system it is for: ELF, Mach-O, PE. Read, never loaded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import msgspec

from native_skew.binaries import Image, ImageError
from native_skew.distributions import SHARED, stem
from native_skew.findings import plain

if TYPE_CHECKING:
    from macholib.MachO import MachOHeader

_OTHERS = re.compile(r"\.(dylib|pyd|dll)$", re.IGNORECASE)
_VERSIONED = re.compile(r"(?:\.\d+)+\.dylib$")
_FAT = (b"\xca\xfe\xba\xbe", b"\xca\xfe\xba\xbf")
_MACH_O = (b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe")
_LOAD_DYLIB = ("LC_LOAD_DYLIB", "LC_LOAD_WEAK_DYLIB", "LC_REEXPORT_DYLIB")
_SYSTEM_FOLDERS = ("/usr/lib/", "/System/")


class SharedObject(msgspec.Struct, frozen=True, kw_only=True):
    """A shared object in a wheel: what it needs, and where it has the loader look.

    Attributes:
        needed: names of libraries, without folders.
        search: folders; of Mach-O too with ``$ORIGIN`` for the module's own.

    """

    path: str
    needed: tuple[str, ...]
    search: tuple[str, ...] = ()


class UnreadableModuleError(ValueError):
    """It is none of the three, or damaged."""


def is_library(name: str) -> bool:
    """Whether a member's name is a shared object's, with or without a version."""
    return SHARED.search(name) is not None or _OTHERS.search(name) is not None


def has_version(library: str) -> bool:
    """Whether the name of a library tells one ABI from another."""
    if library.endswith(".dylib"):
        return _VERSIONED.search(library) is not None
    return not library.endswith(".so") and not _OTHERS.search(library)


def library_stem(library: str) -> str:
    """The name without its version."""
    if library.endswith(".dylib"):
        return _VERSIONED.sub(".dylib", library)
    return library.lower() if _OTHERS.search(library) else stem(library)


def read(path: Path, name: str) -> SharedObject:
    """What the module ``path`` needs; in the wheel it is called ``name``.

    Raises:
        UnreadableModuleError: see there.

    """
    with path.open("rb") as file:
        magic = file.read(4)
    if magic in (*_FAT, *_MACH_O):
        needed, search = _mach_o(path)
    elif magic[:2] == b"MZ":
        needed, search = _pe(path), []
    else:
        needed, search = _elf(path)
    return SharedObject(
        path=plain(name),
        needed=tuple(dict.fromkeys(map(plain, needed))),
        search=tuple(dict.fromkeys(map(plain, filter(None, search)))),
    )


def _elf(path: Path) -> tuple[list[str], list[str]]:
    try:
        with Image(path) as image:
            header = image.header
    except ImageError as error:
        raise UnreadableModuleError(str(error)) from error
    return list(header.needed), (header.runpath or header.rpath).split(":")


def _mach_o(path: Path) -> tuple[list[str], list[str]]:
    """https://github.com/ronaldoussoren/macholib, imported where a wheel has such a module."""
    from macholib.MachO import MachO  # noqa: PLC0415

    needed: list[str] = []
    search: list[str] = []
    try:
        for header in MachO(str(path)).headers:  # one for each machine of a universal binary
            for kind, text in _commands(header):
                if kind == "LC_RPATH":
                    search.append(_origin(text))
                elif kind in _LOAD_DYLIB and not text.startswith(_SYSTEM_FOLDERS):
                    folder, _, name = text.rpartition("/")
                    needed.append(name)
                    search += [_origin(folder)] if not folder.startswith("@rpath") else []
    except Exception as error:
        raise UnreadableModuleError(f"Mach-O: {type(error).__name__}") from error
    return needed, search


def _commands(header: MachOHeader) -> Iterator[tuple[str, str]]:
    for load, _, data in header.commands:
        if isinstance(data, bytes):
            yield load.get_cmd_name(), data.rstrip(b"\0").decode("utf-8", "backslashreplace")


def _origin(folder: str) -> str:
    return re.sub(r"^@(loader|executable)_path", "$ORIGIN", folder)


def _pe(path: Path) -> list[str]:
    """https://github.com/erocarrera/pefile, imported where a wheel has such a module."""
    import pefile  # noqa: PLC0415

    kinds = ("IMAGE_DIRECTORY_ENTRY_IMPORT", "IMAGE_DIRECTORY_ENTRY_DELAY_IMPORT")
    try:
        with pefile.PE(str(path), fast_load=True) as image:
            image.parse_data_directories([pefile.DIRECTORY_ENTRY[each] for each in kinds])
            entries = [
                *getattr(image, "DIRECTORY_ENTRY_IMPORT", []),
                *getattr(image, "DIRECTORY_ENTRY_DELAY_IMPORT", []),
            ]
            return [each.dll.decode("utf-8", "backslashreplace") for each in entries if each.dll]
    except Exception as error:
        raise UnreadableModuleError(f"PE: {type(error).__name__}") from error


def base(path: str) -> str:
    """The name of a library, as its needs have it: of Windows in any case."""
    name = PurePosixPath(path).name
    return name.lower() if _OTHERS.search(name) and not name.endswith(".dylib") else name
