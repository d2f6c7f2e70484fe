"""Imports everything in an environment, run by its own interpreter.

Nothing of the kit is imported, and doctor is not used: this is the truth that doctor is compared
with. Prints JSON: the numbers of distributions and extension modules, and the error for each name
(empty if it imports).
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import subprocess
import sys
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

_LIMIT = 300  # seconds for one package
_CHILD = """
import importlib, json, os, sys
out = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
for name in sys.argv[1:]:
    print(json.dumps([name, None]), file=out, flush=True)
    told = []
    try:
        importlib.import_module(name)
    except BaseException as error:
        while error is not None and len(told) < 4:  # packages word the loader's errors anew
            told.append(type(error).__name__ + ": " + str(error)[:600])
            error = error.__cause__ or error.__context__
    print(json.dumps([name, " <- ".join(told)]), file=out, flush=True)
os._exit(0)
"""


def sites() -> list[Path]:
    """The folders of packages on sys.path."""
    standard = Path(os.__file__).parent
    known = (standard, standard / "lib-dynload")
    return [
        path for path in map(Path, filter(None, sys.path)) if path.is_dir() and path not in known
    ]


def names() -> dict[str, list[str]]:
    """What can be imported: extension modules by top-level package or module."""
    found: dict[str, list[str]] = {}
    for site in sites():
        for entry in sorted(site.iterdir()):
            if entry.is_dir() and entry.name.isidentifier() and entry.name != "__pycache__":
                below = found.setdefault(entry.name, [])
                for folder, folders, files in os.walk(entry):
                    folders[:] = sorted(each for each in folders if each.isidentifier())
                    inside = ".".join(Path(folder).relative_to(site).parts)
                    stems = (_module(Path(folder, file)) for file in sorted(files))
                    below += [f"{inside}.{stem}" for stem in stems if stem not in ("", "__init__")]
            elif stem := _module(entry):
                found.setdefault(stem, []).append(stem)
            elif stem := _stem(entry.name, [".py"]):
                found.setdefault(stem, [])
    return found


def _module(path: Path) -> str:
    """The name of the extension module at ``path``; empty for a library that is named like one."""
    stem = _stem(path.name, EXTENSION_SUFFIXES)
    if stem and path.name == f"{stem}.so" and f"PyInit_{stem}".encode() not in path.read_bytes():
        return ""
    return stem


def _stem(file: str, suffixes: list[str]) -> str:
    for suffix in sorted(suffixes, key=len, reverse=True):
        if file.endswith(suffix) and file[: -len(suffix)].isidentifier():
            return file[: -len(suffix)]
    return ""


def imported(wanted: list[str]) -> dict[str, str]:
    """The error of each of ``wanted``, imported in one child process, or several if one dies."""
    found: dict[str, str] = {}
    while left := [each for each in wanted if each not in found]:
        try:
            child = subprocess.run(
                [sys.executable, "-B", "-c", _CHILD, *left], cwd="/", stdin=subprocess.DEVNULL,
                capture_output=True, timeout=_LIMIT, check=False,
            )  # fmt: skip
            said, how = child.stdout, f"the process ended with {child.returncode}"
        except subprocess.TimeoutExpired as error:
            said, how = error.stdout or b"", f"no end after {_LIMIT} s"
        last = left[0]
        for line in said.splitlines():
            last, outcome = json.loads(line)
            if outcome is not None:
                found[last] = outcome
        found.setdefault(last, how)
    return found


def main(wanted: list[str]) -> None:
    """Imports each of ``wanted`` in its own process, or everything that can be imported.

    Packages with compiled modules get a process each: another one might load first what they lack.
    The rest share one, and what fails there is tried again alone.
    """
    there = {} if wanted else names()
    groups = [[top, *more] for top, more in there.items() if more] or [[each] for each in wanted]
    plain = [top for top, more in there.items() if not more]
    errors = imported(plain)
    for group in [*groups, *([top] for top in plain if errors[top])]:
        errors.update(imported(list(dict.fromkeys(group))))
    installed = {each.metadata["Name"] for each in importlib.metadata.distributions()}
    answer = {
        "distributions": len(installed - {None}),
        "modules": len({name for more in there.values() for name in more}),
        "bytes": sum(p.lstat().st_size for site in sites() for p in site.rglob("*") if p.is_file()),
        "errors": errors,
    }
    print(json.dumps(answer))


if __name__ == "__main__":
    main(sys.argv[1:])
