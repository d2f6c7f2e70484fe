"""Reads ELF files with pyelftools: observation checks the fast reader against it.

It reads by section headers, where the loader and ``Image`` read by address. That two readers agree
is the evidence for what a cell records. https://github.com/eliben/pyelftools
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from elftools.common.exceptions import ELFError
from elftools.elf.dynamic import DynamicSegment
from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection

_DAMAGES = (OSError, ELFError, ValueError, StopIteration)


class DynamicSection(NamedTuple):
    """The names in the dynamic section; ``rpath`` is empty if ``runpath`` overrides it."""

    soname: str
    needed: tuple[str, ...]
    rpath: str
    runpath: str


def read(path: Path) -> DynamicSection | None:
    """Reads ``path``; None if it is not a readable, dynamically linked ELF file."""
    try:
        with path.open("rb") as stream:
            file = ELFFile(stream)
            segments = [s for s in file.iter_segments() if isinstance(s, DynamicSegment)]
            if not segments:
                return None
            tags: dict[str, list[str]] = {kind: [] for kind in ("soname", "rpath", "runpath")}
            needed = []
            for tag in segments[0].iter_tags():
                kind = str(tag.entry.d_tag).removeprefix("DT_").lower()
                if kind == "needed":
                    needed.append(str(getattr(tag, kind)))
                elif kind in tags:
                    tags[kind] = [str(getattr(tag, kind))]  # the last counts
    except _DAMAGES:
        return None
    soname, rpath, runpath = ("".join(texts) for texts in tags.values())
    return DynamicSection(soname, tuple(needed), "" if runpath else rpath, runpath)


def string_symbol(path: Path, name: str) -> str | None:
    """The text in the exported ``char[]`` symbol ``name``; None if there is none."""
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
    except _DAMAGES:
        return None


def is_stripped(path: Path) -> bool:
    """Whether ``path`` is an ELF file with no symbols but those that the loader reads."""
    if not path.is_file():  # a FIFO would wait for a writer
        return False
    try:
        with path.open("rb") as stream:
            return ELFFile(stream).get_section_by_name(".symtab") is None
    except _DAMAGES:
        return False
