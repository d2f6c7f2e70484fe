"""What the dynamic loader would do: finds each DT_NEEDED without loading it.

glibc's search order is that of ld.so(8); musl's differs in two points and is that of its
``load_library``. https://man7.org/linux/man-pages/man8/ld.so.8.html,
https://wiki.musl-libc.org/functional-differences-from-glibc.html
"""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Literal

import msgspec

from native_skew.binaries import ld_cache, rooted, symbol_versions
from native_skew.binaries.image import Header, Image, ImageError

# e_machine in uname(2)'s words.
_MACHINES = {
    3: "i386", 62: "x86_64", 183: "aarch64", 243: "riscv64", 21: "powerpc64le", 22: "s390x",
}  # fmt: skip
_GLIBC_FOLDERS = ("/lib64", "/usr/lib64", "/lib", "/usr/lib")
_MUSL_FOLDERS = ("/lib", "/usr/local/lib", "/usr/lib")
_LIBC_NAMES = ("libc.musl-", "ld-musl-", "libc.so")


class Loaded(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A file that the loader has loaded."""

    path: str
    identity: tuple[int, int]  # device and inode
    header: Header
    # The versions of symbols that it wants and defines; see ``symbol_versions``.
    wanted: dict[str, tuple[symbol_versions.Wanted, ...]] = {}
    defined: frozenset[int] | None = None

    @property
    def folder(self) -> str:
        """What ``$ORIGIN`` stands for."""
        return os.path.dirname(self.path)  # noqa: PTH120  (a hundred thousand of these)

    @property
    def folders(self) -> tuple[str, ...]:
        """The folders of its own DT_RUNPATH or DT_RPATH, normalised."""
        text = self.header.runpath or self.header.rpath
        parts = [_with_origin(part, self.folder) for part in text.split(":")]
        return tuple(os.path.normpath(part) for part in parts if part.startswith("/"))


class Unresolved(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A DT_NEEDED name that is not found."""

    name: str
    needer: Loaded
    chain: tuple[Loaded, ...] = ()  # the files that led to it, the extension module first
    foreign: tuple[str, ...] = ()  # files of that name for another architecture, skipped
    damaged: str = ""  # the file of that name at which the loader stops, and why


class Closure(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """All files that are loaded with one file, in the loader's order, and what is not found.

    ``by_name`` is the file for each name, including what was loaded before.
    """

    files: tuple[Loaded, ...]
    unresolved: tuple[Unresolved, ...]
    by_name: dict[str, Loaded]


class Loader:
    """The loader of one process, which runs the interpreter ``program``, if that is known.

    ``library_path`` are LD_LIBRARY_PATH's folders; ``libc`` decides on the rules, by default the
    program's; ``root`` is the folder that is ``/``, for a mounted or unpacked image.
    """

    def __init__(
        self,
        program: Path | None = None,
        library_path: Iterable[str] = (),
        libc: Literal["glibc", "musl"] | None = None,
        root: str = "",
    ) -> None:
        self._root = root.rstrip("/")
        self._files: dict[str, Loaded | str | None] = {}
        self._known: dict[tuple[tuple[str, ...], str, object], Loaded | Unresolved] = {}
        self._library_path = tuple(library_path)
        file = self.open(rooted.real(self._root, str(program))) if program else None
        self.program = file if isinstance(file, Loaded) else None
        interpreter = self.program.header.interpreter if self.program else ""
        self.libc = libc or ("musl" if "ld-musl" in interpreter else "glibc")
        cache = Path(f"{self._root}{ld_cache.PATH}")
        self._cache = ld_cache.read(cache) if self.libc == "glibc" else {}
        # glibc's built-in folders; systems differ, and missing folders do not matter.
        self._machine = platform.machine()
        if self.program and self._root:
            self._machine = _MACHINES.get(self.program.header.machine, self._machine)
        multiarch = f"lib/{self._machine}-linux-gnu"
        # ``$LIB``: Debian's multiarch folder if there is one, otherwise ``lib64``.
        self._lib = multiarch if os.path.isdir(f"{self._root}/{multiarch}") else "lib64"  # noqa: PTH112
        of_glibc = (f"/{multiarch}", f"/usr/{multiarch}", *_GLIBC_FOLDERS)
        system = _MUSL_FOLDERS if self.libc == "musl" else of_glibc
        self._system = tuple(f"{self._root}{folder}" for folder in system)

    @cached_property
    def process(self) -> Closure:
        """What is loaded with the program; empty if the program is not known."""
        nothing = Closure(files=(), unresolved=(), by_name={})
        return self.closure(self.program, {}) if self.program else nothing

    def open(self, path: str) -> Loaded | str | None:
        """The file at ``path``; the reason if it is damaged, None if there is none."""
        if path not in self._files:
            self._files[path] = self._read(path)
        return self._files[path]

    def _read(self, path: str) -> Loaded | str | None:
        # Links below another root must not lead out of it.
        path = rooted.real(self._root, path) if self._root else path
        if not os.path.exists(path):  # noqa: PTH110
            return None
        try:
            with Image(path) as image:
                return _loaded(path, image)
        except ImageError as error:
            return str(error)

    def adopt(self, path: str, image: Image) -> Loaded:
        """The file at ``path``, which is already open as ``image``."""
        self._files[path] = found = _loaded(path, image)
        return found

    def closure(self, module: Loaded, before: Mapping[str, Loaded] | None = None) -> Closure:
        """What is loaded with ``module``, breadth first.

        ``before`` is what is in the process already, by name; by default, what is loaded with the
        program.
        """
        names = dict(self.process.by_name if before is None else before)
        chains: list[tuple[Loaded, ...]] = [(module,)]
        files, seen = [module], {module.identity}
        names.update(dict.fromkeys(_names(module), module))
        unresolved: list[Unresolved] = []
        missing: set[str] = set()
        for chain in chains:  # which grow
            folders: tuple[str, ...] | None = None
            for name in chain[-1].header.needed:
                if name in names or name in missing:
                    continue
                if folders is None:
                    folders = self._folders(chain)
                found = self._find(name, chain[-1], folders)
                if not isinstance(found, Loaded):
                    missing.add(name)
                    unresolved += [msgspec.structs.replace(found, chain=chain)] if found else []
                    continue
                names.update(dict.fromkeys((name, *_names(found)), found))
                if found.identity not in seen:
                    seen.add(found.identity)
                    files.append(found)
                    chains.append((*chain, found))
        return Closure(files=tuple(files), unresolved=tuple(unresolved), by_name=names)

    def _find(
        self, name: str, needer: Loaded, folders: tuple[str, ...]
    ) -> Loaded | Unresolved | None:
        """The file, or why there is none; None if that is not judged."""
        if self.libc == "musl" and name.startswith(_LIBC_NAMES):
            return self.program  # the loader itself, under any name; it always exists
        if "/" in name:
            folders = ("",)
            name = self._expand(name, needer.folder)
        key = folders, name, needer.header.architecture
        if key not in self._known:
            self._known[key] = self._search(name, folders, needer)
        found = self._known[key]
        return found if isinstance(found, Loaded) else msgspec.structs.replace(found, needer=needer)

    def _search(self, name: str, folders: tuple[str, ...], needer: Loaded) -> Loaded | Unresolved:
        foreign = []
        for path in self._candidates(name, folders, needer):
            found = self.open(path)
            if found is None:
                continue
            if isinstance(found, str):
                return Unresolved(name=name, needer=needer, damaged=f"{path}: {found}")
            if found.header.architecture == needer.header.architecture:
                return found
            foreign.append(path)
        return Unresolved(name=name, needer=needer, foreign=tuple(foreign))

    def _candidates(self, name: str, folders: tuple[str, ...], needer: Loaded) -> Iterable[str]:
        yield from (f"{folder}/{name}" if folder else name for folder in folders)
        if folders == ("",):
            return
        cached = [f"{self._root}{path}" for path in self._cache.get(name, ())]
        if needer.header.no_default:
            yield from (path for path in cached if not path.startswith(self._system))
            return
        yield from cached
        yield from (f"{folder}/{name}" for folder in self._system)

    def _folders(self, chain: tuple[Loaded, ...]) -> tuple[str, ...]:
        """The folders of DT_RPATH, LD_LIBRARY_PATH and DT_RUNPATH, in order."""
        needer = chain[-1]
        inherited: list[str] = []
        # The DT_RPATH of the needer, of what loaded it, and so on to the program; none for a
        # needer with a DT_RUNPATH. musl inherits both alike.
        if self.libc == "musl" or not needer.header.runpath:
            program = (self.program,) if self.program else ()
            for each in (*reversed(chain), *program):
                text = each.header.rpath
                text = text or (each.header.runpath if self.libc == "musl" else "")
                inherited += self._split(text, each.folder)
        if self.libc == "musl":
            return (*self._library_path, *inherited)
        own = self._split(needer.header.runpath, needer.folder)
        return (*inherited, *self._library_path, *own)

    def _split(self, text: str, origin: str) -> list[str]:
        if not text:
            return []
        # An empty part means the working folder, which is unknown.
        parts = [self._expand(part, origin) for part in text.split(":") if part]
        return [part.rstrip("/") or "/" for part in parts if part.startswith("/")]

    def _expand(self, text: str, origin: str) -> str:
        if text.startswith("/"):  # within the root, unlike ``$ORIGIN``
            text = self._root + text
        if "$" not in text:
            return text
        for token, value in (("LIB", self._lib), ("PLATFORM", self._machine)):
            text = text.replace(f"${{{token}}}", value).replace(f"${token}", value)
        return _with_origin(text, origin)


def machine_name(header: Header) -> str:
    """A file's processor, in uname(2)'s words."""
    return _MACHINES.get(header.machine, f"machine {header.machine}")


def _with_origin(text: str, origin: str) -> str:
    return text.replace("${ORIGIN}", origin).replace("$ORIGIN", origin)


def _loaded(path: str, image: Image) -> Loaded:
    identity = image.status.st_dev, image.status.st_ino
    try:
        wanted, defined = symbol_versions.wanted(image), symbol_versions.defined(image)
    except ImageError:
        wanted, defined = {}, None  # unknown
    return Loaded(path=path, identity=identity, header=image.header, wanted=wanted, defined=defined)


def _names(file: Loaded) -> tuple[str, ...]:
    return (file.header.soname,) if file.header.soname else ()
