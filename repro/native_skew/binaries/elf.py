"""What an ELF file says of itself and where the loader would find what it needs.

Read through the program headers (PT_DYNAMIC): section headers may be stripped. Nothing is
executed. The search order is ld.so(8)'s:
https://man7.org/linux/man-pages/man8/ld.so.8.html
"""

from __future__ import annotations

import platform
from collections.abc import Iterable
from pathlib import Path

import msgspec
from elftools.common.exceptions import ELFError
from elftools.elf.dynamic import DynamicSegment
from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection

_DEFAULT_FOLDERS = (
    "/lib/{machine}-linux-gnu",
    "/usr/lib/{machine}-linux-gnu",
    "/lib64",
    "/usr/lib64",
    "/lib",
    "/usr/lib",
    "/usr/local/lib",
)


class SharedObject(msgspec.Struct, frozen=True, kw_only=True):
    """The dynamic section, names only. ``rpath`` counts only where ``runpath`` is empty."""

    path: str
    machine: str
    soname: str
    needed: tuple[str, ...]
    rpath: tuple[str, ...]
    runpath: tuple[str, ...]


class Need(msgspec.Struct, frozen=True, kw_only=True):
    """A DT_NEEDED entry and the file that satisfies it; None where there is none."""

    name: str
    found: str | None


def read(path: Path) -> SharedObject | None:
    """Reads ``path``; None where it is not a readable, dynamically linked ELF file."""
    try:
        with path.open("rb") as stream:
            file = ELFFile(stream)
            segments = [s for s in file.iter_segments() if isinstance(s, DynamicSegment)]
            if not segments:
                return None
            tags: dict[str, list[str]] = {}
            for tag in segments[0].iter_tags():
                for kind in ("soname", "needed", "rpath", "runpath"):
                    if tag.entry.d_tag == f"DT_{kind.upper()}":
                        tags.setdefault(kind, []).append(getattr(tag, kind))
            machine = str(file["e_machine"])
    except (OSError, ELFError, ValueError, UnicodeDecodeError):
        return None
    return SharedObject(
        path=str(path),
        machine=machine,
        soname="".join(tags.get("soname", [])),
        needed=tuple(tags.get("needed", [])),
        rpath=_split(tags.get("rpath", [])),
        runpath=_split(tags.get("runpath", [])),
    )


def string_symbol(path: Path, name: str) -> str | None:
    """The text that the exported ``char[]`` symbol ``name`` holds; None where it has none."""
    try:
        with path.open("rb") as stream:
            file = ELFFile(stream)
            table = file.get_section_by_name(".dynsym")
            if not isinstance(table, SymbolTableSection):
                return None
            symbols = table.get_symbol_by_name(name)
            if not symbols:
                return None
            address, size = symbols[0]["st_value"], symbols[0]["st_size"]
            stream.seek(next(iter(file.address_offsets(address))))
            return stream.read(size).rstrip(b"\0").decode("ascii", "replace")
    except (OSError, ELFError, ValueError, StopIteration):
        return None


def resolve(
    module: SharedObject, library_path: Iterable[str] = (), more: Iterable[str] = ()
) -> tuple[Need, ...]:
    """Where each DT_NEEDED of ``module`` would be found.

    Args:
        module: the file whose needs are looked up; ``$ORIGIN`` is its folder.
        library_path: LD_LIBRARY_PATH's folders.
        more: folders that the process searches besides, e.g. the interpreter's own.

    """
    origin = str(Path(module.path).parent)
    before = () if module.runpath else module.rpath
    folders = [
        *(_expand(each, origin) for each in before),
        *library_path,
        *(_expand(each, origin) for each in module.runpath),
        *more,
        *(each.format(machine=platform.machine()) for each in _DEFAULT_FOLDERS),
    ]
    return tuple(Need(name=name, found=_first(folders, name)) for name in module.needed)


def _split(values: list[str]) -> tuple[str, ...]:
    return tuple(part for value in values for part in value.split(":") if part)


def _expand(folder: str, origin: str) -> str:
    return folder.replace("${ORIGIN}", origin).replace("$ORIGIN", origin)


def _first(folders: list[str], name: str) -> str | None:
    candidates = (Path(folder) / name for folder in folders)
    return next((str(path.resolve()) for path in candidates if path.is_file()), None)
