"""Compares what a library promises to its callers with what was recorded for its ABI.

abidiff of libabigail does (https://sourceware.org/libabigail/manual/abidiff.html). The library
has to be built with debugging information; see `nox -s abi`. New functions keep an ABI,
everything else is a new one, and needs a new SONAME.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from xml.etree import ElementTree

from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection

SOUND, BROKEN, COULD_NOT_LOOK = 0, 1, 2
GET_ABIDIFF = (
    "abidiff and abidw of libabigail are not installed. Debian, Ubuntu: apt-get install "
    "abigail-tools; Fedora: dnf install libabigail; conda-forge: libabigail"
)
# Without what changes with a machine or a folder.
DUMP = (
    "abidw",
    "--drop-private-types",
    "--no-architecture",
    "--no-comp-dir-path",
    "--no-corpus-path",
    "--no-elf-needed",
    "--no-show-locs",
    "--short-locs",
    "--type-id-style",
    "hash",
)
_CANNOT = 1 | 2  # bits of abidiff's exit code; the others are changes


def has_debugging_information(library: Path) -> bool:
    """Whether types can be seen at all."""
    with library.open("rb") as file:
        return bool(ELFFile(file).has_dwarf_info(strict=True))


def dumped(library: Path, include: Path) -> str:
    """What a library promises, as abidw says it."""
    command = [*DUMP, "--headers-dir", str(include), str(library)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def breaks(record: Path, promise: str) -> str:
    """What callers built for the recorded one would find changed; empty where nothing did."""
    with tempfile.TemporaryDirectory() as folder:
        new = Path(folder, "new.abi")
        new.write_text(promise, encoding="utf-8")
        command = ["abidiff", "--no-added-syms", "--no-architecture", str(record), str(new)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode & _CANNOT:
        raise SystemExit(f"abidiff could not compare: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout if done.returncode else ""


def lost(record: Path, library: Path) -> set[str]:
    """Recorded symbols that a library does not export any more."""
    recorded = {each.get("name", "") for each in ElementTree.parse(record).iter("elf-symbol")}
    with library.open("rb") as file:
        table = ELFFile(file).get_section_by_name(".dynsym")
        symbols = list(table.iter_symbols()) if isinstance(table, SymbolTableSection) else []
    return recorded - {each.name for each in symbols if each["st_shndx"] != "SHN_UNDEF"}


def by_names(record: Path, library: Path) -> int:
    """Without abidiff: a lost symbol is a break, and of anything else nothing is known."""
    gone = lost(record, library) if record.exists() else set()
    for name in sorted(gone):
        print(f"{name}: is gone", file=sys.stderr)
    print(f"{GET_ABIDIFF}.\nTypes, parameters and sizes were not compared.", file=sys.stderr)
    return BROKEN if gone else COULD_NOT_LOOK


def main() -> int:
    """Compare, or record."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--record", action="store_true", help="write what is found")
    parser.add_argument("library", type=Path)
    parser.add_argument("include", type=Path, help="the folder of its public headers")
    parser.add_argument("record_file", type=Path)
    arguments = parser.parse_args()
    library, record = arguments.library, arguments.record_file
    if not has_debugging_information(library):
        print(f"{library.name} has no debugging information; build it as Debug", file=sys.stderr)
        return COULD_NOT_LOOK
    if not (shutil.which("abidiff") and shutil.which("abidw")):
        return by_names(record, library)
    promise = dumped(library, arguments.include)
    if record.exists():
        if changes := breaks(record, promise):
            print(changes, file=sys.stderr)
            print(
                "This breaks what is built for this ABI. Raise the part of the version that is the "
                "ABI, and record the new one; the record of this one stays as it is.",
                file=sys.stderr,
            )
            return BROKEN
    elif not arguments.record:
        print(f"{record} is missing: a new ABI; record it with nox -s abi -- --record")
        return BROKEN
    if arguments.record:
        record.write_text(promise, encoding="utf-8")
        print(f"{record} is written")
    else:
        print(f"{library.name}: nothing that was recorded has changed")
    return SOUND


if __name__ == "__main__":
    sys.exit(main())
