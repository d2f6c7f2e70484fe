"""Recorded releases as files again: the real names and words, shared objects linked anew."""

from __future__ import annotations

import tempfile
from functools import lru_cache
from pathlib import Path

import msgspec

from native_skew.audit.release import named
from native_skew.distributions.archives import DistributionFile, sdist_file, wheel_file
from native_skew.distributions.metadata import core_metadata
from native_skew.toolchain.compiler import Compiler

# What NumPy 1's header leaves in a module that calls import_array().
NUMPY_1 = (
    "extern void *PyCapsule_GetPointer(void *, void *);\n"
    'const char name[] = "numpy.core._multiarray_umath";\n'
    'const char check[] = "module compiled against ABI version 0x%x but this version";\n'
    'const char fails[] = "numpy.core.multiarray failed to import";\n'
    "void *PyInit_m(void) { return PyCapsule_GetPointer(0, 0); }\n"
)
FOLDER = Path(__file__).parents[1] / "audit" / "recorded"


class Opened(msgspec.Struct, kw_only=True, omit_defaults=True):
    """What a wheel holds; modules with the same needs stand together."""

    libraries: tuple[str, ...] = ()
    modules: list[tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = []
    python: dict[str, str] = {}


class Recorded(msgspec.Struct, kw_only=True):
    """One recording; file names are keys."""

    source: str = "the public index"
    date: str = ""
    release: str = ""
    pages: dict[str, tuple[tuple[str, str, bool, int], ...]] = {}  # see ``Entry``
    metadata: dict[str, str] = {}  # -> name of a text beside this file
    build_requires: dict[str, tuple[str, ...]] = {}
    opened: dict[str, Opened] = {}


def recorded(name: str) -> Recorded:
    return msgspec.json.decode((FOLDER / name / "release.json").read_bytes(), type=Recorded)


def published(name: str, compiler: Compiler) -> tuple[DistributionFile, ...]:
    """Every file on the recorded pages."""
    data = recorded(name)
    return tuple(
        _published(FOLDER / name, data, filename, requires_python, yanked, compiler)
        for entries in data.pages.values()
        for filename, requires_python, yanked, _ in entries
    )


def _published(
    folder: Path,
    data: Recorded,
    filename: str,
    requires_python: str,
    yanked: bool,
    compiler: Compiler,
) -> DistributionFile:
    project, version = named(filename)
    metadata = (
        (folder / data.metadata[filename]).read_bytes()
        if filename in data.metadata
        else core_metadata(project, version, ())
    )
    if filename.endswith(".whl"):
        opened = data.opened.get(filename, Opened())
        tag = filename.removesuffix(".whl").split("-", 2)[2]
        file = wheel_file(project, version, tag, metadata, _members(opened, compiler), 1)
    else:
        requires = msgspec.json.encode(data.build_requires.get(filename, ())).decode()
        pyproject = f"[build-system]\nrequires = {requires}\n"
        file = sdist_file(project, version, metadata, {"pyproject.toml": pyproject.encode()}, 1)
    assert file.filename == filename
    return msgspec.structs.replace(
        file, requires_python=requires_python or None, yanked="" if yanked else None
    )


def _members(opened: Opened, compiler: Compiler) -> dict[str, bytes]:
    members = dict.fromkeys(opened.libraries, linked((), (), compiler))
    for paths, needed, search in opened.modules:
        members |= dict.fromkeys(paths, linked(needed, search, compiler))
    return members | {name: text.encode() for name, text in opened.python.items()}


@lru_cache(maxsize=256)
def linked(
    needed: tuple[str, ...],
    search: tuple[str, ...],
    compiler: Compiler,
    source: str = "",
    soname: str = "",
) -> bytes:
    """A real shared object with these DT_NEEDED entries and this RUNPATH; of C, if need be."""
    with tempfile.TemporaryDirectory() as text:
        folder = Path(text)
        (folder / "empty.c").write_text("")
        for name in needed:
            out = compiler.shared_object(folder, "empty.c", name, f"-Wl,-soname,{name}")
            (folder / name).write_bytes(out)
        path = ":".join(search)
        more = (f"-Wl,--enable-new-dtags,-rpath,{path}",) if path else ()
        more += (f"-Wl,-soname,{soname}",) if soname else ()
        (folder / "module.c").write_text(source)
        return compiler.shared_object(
            folder, "module.c", "module.so", "-nostdlib", "-Wl,--no-as-needed", *needed, *more
        )
