"""What a module of any system (ELF, Mach-O, PE) needs; modules are read, never loaded."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

import msgspec

from native_skew.binaries import Image, numpy_c_api, other_formats
from native_skew.distributions import library_names
from native_skew.findings import plain

# https://sourceware.org/binutils/docs/ld/File-Commands.html
_LINKER_SCRIPT = re.compile(rb"(\s|/\*.*?\*/)*(INPUT|GROUP|OUTPUT_FORMAT)\s*\(", re.DOTALL)
_SYSTEM_FOLDERS = ("/usr/lib/", "/System/")
# Libraries of the system: to look for them in distributions would be a waste of requests.
# https://peps.python.org/pep-0600/ and https://peps.python.org/pep-0656/
_SYSTEM = re.compile(
    r"(ld-linux.*|ld64.*|ld-musl.*|lib(c|m|dl|rt|util|nsl|crypt|pthread|resolv|gcc_s|stdc\+\+|z|expat|"
    r"atomic|anl|X11|Xext|Xrender|ICE|SM|GL|glib-2\.0|gobject-2\.0|gthread-2\.0|cuda)"
    r"(\.musl-.*)?\.so.*|libc\.musl.*|libpython3.*|Python|(?i:api-ms-win-.*|ext-ms-.*|"
    r"(python3\d*t?|kernel32|user32|gdi32|gdiplus|advapi32|shell32|ole32|oleaut32|ws2_32|wsock32|"
    r"msvcrt|ucrtbase|vcruntime140.*|msvcp140.*|vcomp140|concrt140|ntdll|bcrypt(primitives)?|"
    r"ncrypt|crypt32|secur32|wintrust|iphlpapi|version|winmm|dbghelp|psapi|shlwapi|setupapi|"
    r"comdlg32|comctl32|opengl32|d3d\d+|dxgi|rpcrt4|userenv|mswsock|netapi32|imm32|dwmapi|uxtheme|"
    r"wldap32|normaliz|dnsapi|mpr|"
    r"powrprof|winhttp|wininet|msimg32|ucrtbased|cfgmgr32|pdh|mf|mfplat|mfreadwrite)\.dll))"
)


class SharedObject(msgspec.Struct, frozen=True, kw_only=True):
    """A shared object in a wheel: what it needs, and where the loader looks for that."""

    path: str
    needed: tuple[str, ...]  # names of libraries, without folders
    search: tuple[str, ...] = ()  # folders; of Mach-O too with ``$ORIGIN`` for the module's own
    # The NumPy without which its import fails, ``<2`` or ``>=1.25``; empty if it does not say.
    # Only for ELF.
    numpy: str = ""


def read(path: Path, name: str) -> SharedObject:
    """What the module ``path`` needs, in the wheel ``name``; ``ImageError`` if it is damaged."""
    with path.open("rb") as file:
        if _LINKER_SCRIPT.match(file.read(4096)):
            return SharedObject(path=plain(name), needed=())  # for a linker; nobody loads it
    system = other_formats.system_of(path)
    needed: list[str] = []
    search: list[str] = []
    numpy = ""
    if system == "macos":
        for each in other_formats.mach_o(path):  # one for each machine of a universal binary
            search += map(_origin, each.search)
            for library in each.needed:
                if not library.name.startswith(_SYSTEM_FOLDERS):
                    folder, _, file_name = library.name.rpartition("/")
                    needed.append(file_name)
                    search += [_origin(folder)] if not folder.startswith("@rpath") else []
    elif system == "windows":
        needed = [each.name for each in other_formats.pe(path).needed]
    else:
        with Image(path) as image:
            header = image.header
        needed, search = list(header.needed), (header.runpath or header.rpath).split(":")
        compiled = numpy_c_api.compiled(path) if system == "linux" else None
        numpy = compiled.versions if compiled and compiled.raises else ""
    return SharedObject(
        path=plain(name),
        needed=tuple(dict.fromkeys(map(plain, needed))),
        search=tuple(dict.fromkeys(map(plain, filter(None, search)))),
        numpy=numpy,
    )


def _origin(folder: str) -> str:
    return re.sub(r"^@(loader|executable)_path", "$ORIGIN", folder)


def is_system(library: str) -> bool:
    """Whether a library of that name is part of every system."""
    return _SYSTEM.fullmatch(library) is not None


def base(path: str) -> str:
    """A library's name in the form of ``needed``: for Windows, in one case."""
    name = PurePosixPath(path).name
    foreign = library_names.OF_OTHERS.search(name) and not name.endswith(".dylib")
    return name.lower() if foreign else name


def bases(paths: Iterable[str]) -> set[str]:
    """The libraries' names, in the same form."""
    return {base(each) for each in paths}


def versions_of(library: str, shipped: Iterable[str]) -> list[str]:
    """Those of ``shipped`` that are, by their names, ``library`` in this or another version."""
    stem = library_names.stem(library)
    return [
        each
        for each in shipped
        if library_names.version(library)
        and library_names.version(each)
        and library_names.stem(each) == stem
    ]
