"""Compares what a library promises to its callers with what was recorded for its ABI.

abidiff of libabigail does (https://sourceware.org/libabigail/manual/abidiff.html), of a library
that is built with debugging information; see `nox -s abi`. New functions keep an ABI,
everything else is a new one, and needs a new SONAME.
"""

from __future__ import annotations

import argparse
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

GET_ABIDIFF = (
    "Nothing was compared: abidiff and abidw of libabigail are not installed. Debian, Ubuntu: "
    "apt-get install abigail-tools; Fedora: dnf install libabigail; conda-forge: libabigail"
)
# Without what changes with a machine or a folder.
ABIDW = shlex.split(
    "abidw --drop-private-types --no-architecture --no-comp-dir-path --no-corpus-path "
    "--no-elf-needed --no-show-locs --short-locs --type-id-style hash --headers-dir"
)
ABIDIFF = ("abidiff", "--no-added-syms", "--no-architecture")
BREAK = (
    "This breaks what is built for this ABI. Raise the part of the version that is the ABI, and "
    "record the new one; the record of this one stays as it is."
)
SAME = (
    "no symbol that was recorded, and no type that such a symbol leads to, has changed. Not "
    "compared: macros, inline code and templates of the headers, and types that only these use"
)
_CANNOT = 1 | 2  # bits of abidiff's exit code; the others are changes


def output(*command: str) -> str:
    """What a program of libabigail prints where it finds something; it must be able to look."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode & _CANNOT:
        said = done.stderr.strip() or done.stdout.strip()
        raise SystemExit(f"{command[0]} could not look: {said}")
    return done.stdout if done.returncode or command[0] == "abidw" else ""


def main() -> None:
    """Compare, or record."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--record", action="store_true", help="write what is found")
    parser.add_argument("library", type=Path)
    parser.add_argument("include", help="the folder of its public headers")
    parser.add_argument("record_file", type=Path)
    arguments = parser.parse_args()
    library, record = arguments.library, arguments.record_file
    if not (shutil.which("abidiff") and shutil.which("abidw")):
        sys.exit(GET_ABIDIFF)
    promise = output(*ABIDW, arguments.include, str(library))
    if "<abi-instr" not in promise:
        sys.exit(f"{library.name} has no debugging information; build it as Debug")
    if record.exists():
        with tempfile.TemporaryDirectory() as folder:
            new = Path(folder, "new.abi")
            new.write_text(promise, encoding="utf-8")
            if changes := output(*ABIDIFF, str(record), str(new)):
                sys.exit(f"{changes}\n{BREAK}")
    elif not arguments.record:
        sys.exit(f"{record} is missing: a new ABI; record it with nox -s abi -- --record")
    if arguments.record:
        record.write_text(promise, encoding="utf-8")
        print(f"{record} is written")
    else:
        print(f"{library.name}: {SAME}")


if __name__ == "__main__":
    main()
