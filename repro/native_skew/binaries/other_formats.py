"""Reads modules of macOS and Windows: Mach-O and PE.

With https://github.com/ronaldoussoren/macholib and https://github.com/erocarrera/pefile, imported
only if there is such a file. They may raise anything for a damaged file.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec

from native_skew.binaries.image import ImageError
from native_skew.distributions import regular_files

if TYPE_CHECKING:
    from macholib.MachO import MachOHeader

System = Literal["linux", "macos", "windows"]

_FAT = (b"\xca\xfe\xba\xbe", b"\xca\xfe\xba\xbf")
_MACH_O = (b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe")
_LOAD_DYLIB = ("LC_LOAD_DYLIB", "LC_LOAD_WEAK_DYLIB", "LC_REEXPORT_DYLIB")
# Numbers of mach/machine.h and winnt.h, in the words of wheel tags.
_MACHINES = {0x01000007: "x86_64", 0x0100000C: "arm64", 7: "i386"}
_PE_MACHINES = {0x8664: "amd64", 0xAA64: "arm64", 0x14C: "x86"}


class Needed(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An install name or the name of a DLL; if ``weak``, the file loads without it as well."""

    name: str
    weak: bool = False


class OtherFile(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A file, or the part of a universal one for ``machine``, in the words of wheel tags.

    ``name`` is the install name of a macOS library, or empty; ``search`` are LC_RPATH's folders.
    """

    machine: str
    needed: tuple[Needed, ...]
    name: str = ""
    search: tuple[str, ...] = ()


def system_of(path: str | Path) -> System | None:
    """Which system a file is for, by its first bytes; None if they do not tell."""
    try:
        magic = regular_files.content(str(path), 4)
    except OSError:
        return None
    if magic == b"\x7fELF":
        return "linux"
    if magic in (*_FAT, *_MACH_O):
        return "macos"
    return "windows" if magic[:2] == b"MZ" else None


def mach_o(path: str | Path) -> tuple[OtherFile, ...]:
    """The parts of a Mach-O file, one for each machine; raises ImageError if it is damaged."""
    from macholib.MachO import MachO  # noqa: PLC0415

    _check_regular(path)
    try:
        found = tuple(map(_part, MachO(str(path)).headers))
    except Exception as error:
        raise ImageError(f"a damaged Mach-O file ({type(error).__name__})") from error
    if not found:
        raise ImageError("a Mach-O file for no machine")
    return found


def _part(header: MachOHeader) -> OtherFile:
    needed, search, name = [], [], ""
    for load, _, data in header.commands:
        if not isinstance(data, bytes):
            continue
        kind, text = load.get_cmd_name(), _text(data.partition(b"\0")[0])
        if kind == "LC_RPATH":
            search.append(text)
        elif kind == "LC_ID_DYLIB":
            name = text
        elif kind in _LOAD_DYLIB:
            needed.append(Needed(name=text, weak="WEAK" in kind))
    machine = _MACHINES.get(header.header.cputype & 0xFFFFFFFF, "another machine")
    return OtherFile(machine=machine, needed=tuple(needed), name=name, search=tuple(search))


def _text(data: bytes) -> str:
    return data.decode("utf-8", "backslashreplace")


def pe(path: str | Path) -> OtherFile:
    """What a DLL imports, at once or delayed; raises ImageError if it is damaged."""
    import pefile  # noqa: PLC0415

    _check_regular(path)
    kinds = ("DIRECTORY_ENTRY_IMPORT", "DIRECTORY_ENTRY_DELAY_IMPORT")
    try:
        with pefile.PE(str(path), fast_load=True) as image:
            image.parse_data_directories([pefile.DIRECTORY_ENTRY[f"IMAGE_{e}"] for e in kinds])
            needed = [
                Needed(name=_text(each.dll), weak="DELAY" in kind)
                for kind in kinds
                for each in getattr(image, kind, [])
                if each.dll
            ]
            machine = _PE_MACHINES.get(image.FILE_HEADER.Machine, "another machine")
    except Exception as error:
        raise ImageError(f"a damaged PE file ({type(error).__name__})") from error
    return OtherFile(machine=machine, needed=tuple(needed))


def _check_regular(path: str | Path) -> None:
    """A FIFO would wait for a writer."""
    try:
        regular_files.content(str(path), 1)
    except OSError as error:
        raise ImageError(error.strerror or "unreadable") from error
