"""A project's build files: read, compared as a unified diff, written back."""

from __future__ import annotations

import difflib
import io
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from native_skew.adopt.errors import NoProjectError, ProjectFileError

BUILD_FILES = ("pyproject.toml", "setup.py", "setup.cfg", "meson.build", "CMakeLists.txt")
WORKFLOWS = ".github/workflows"
_LIMIT = 1024 * 1024  # bytes; no hand-written build file is longer


def read(root: Path) -> dict[str, str]:
    """The build files and workflows below ``root``, by name, with their own line endings."""
    names = [name for name in BUILD_FILES if (root / name).is_file()]
    if not names:
        raise NoProjectError(root, ", ".join(BUILD_FILES))
    folder = root / WORKFLOWS
    workflows = sorted(
        each for each in folder.glob("*") if each.suffix in {".yml", ".yaml"} and each.is_file()
    )
    paths = [root / name for name in names] + workflows
    return {path.relative_to(root).as_posix(): _text(path) for path in paths}


def local_modules(root: Path) -> frozenset[str]:
    """The names under which the project's own files can be imported while it builds."""
    places = (root, root / "src")
    return frozenset(
        path.stem
        for place in places
        if place.is_dir()
        for path in place.iterdir()
        if path.stem.isidentifier() and (path.suffix == ".py" or path.is_dir())
    )


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > _LIMIT:
            raise ProjectFileError(path, "is longer than 1 MB")
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise ProjectFileError(path, f"is not UTF-8 ({error.reason})") from error
    except OSError as error:
        raise ProjectFileError(path, str(error.strerror)) from error


def unified(before: Mapping[str, str], after: Mapping[str, str]) -> str:
    """The change as ``git apply`` and ``patch -p1`` take it; empty if there is none."""
    found = []
    for name, text in after.items():
        # Split at line feeds only: str.splitlines also splits at form feeds and other characters.
        old, new = (io.StringIO(each, newline="\n").readlines() for each in (before[name], text))
        for line in difflib.unified_diff(old, new, f"a/{name}", f"b/{name}"):
            open_end = "" if line.endswith("\n") else "\n\\ No newline at end of file\n"
            found.append(line + open_end)
    return "".join(found)


def write(root: Path, before: Mapping[str, str], after: Mapping[str, str]) -> tuple[str, ...]:
    """Writes the files that differ: all of them, or none if one cannot be written."""
    changed = tuple(name for name in after if before[name] != after[name])
    ready: list[tuple[Path, Path]] = []
    path = root
    try:
        for name in changed:
            path = (root / name).resolve()
            if not path.is_relative_to(root.resolve()):
                raise ProjectFileError(root / name, f"leads out of the project, to {path}")
            temporary = path.with_name(f".{path.name}.adopt")
            ready.append((temporary, path))
            temporary.write_bytes(after[name].encode("utf-8"))
            shutil.copymode(path, temporary)
        for temporary, path in ready:
            os.replace(temporary, path)  # noqa: PTH105
    except OSError as error:
        raise ProjectFileError(path, f"cannot be written ({error.strerror})") from error
    finally:
        for temporary, _ in ready:
            if temporary.is_file():
                temporary.unlink()
    return changed
