"""Where the loaders of macOS and Windows find what a module needs, within an environment.

The target system is not available: what lies outside of the environment is not judged.
dyld: https://github.com/apple-oss-distributions/dyld/blob/main/doc/dyld.md and dyld(1);
https://learn.microsoft.com/en-us/windows/win32/dlls/dynamic-link-library-search-order
"""

from __future__ import annotations

import os
from collections.abc import Callable

from native_skew.binaries import other_formats
from native_skew.binaries.image import Header, ImageError
from native_skew.binaries.loader import Loaded, Loader, Unresolved
from native_skew.binaries.other_formats import OtherFile

_LOADER, _RPATH = "@loader_path/", "@rpath/"


class OtherLoader(Loader):
    """A loader of another system than Linux.

    ``machine`` is the process's, in the words of wheel tags; if it is empty, the first part of a
    universal file counts. ``elsewhere`` are names that may lie outside of the environment.
    """

    def __init__(self, machine: str = "") -> None:
        super().__init__()
        self.machine = machine
        self.elsewhere: set[str] = set()

    def _read(self, path: str) -> Loaded | str | None:
        if not os.path.exists(path):  # noqa: PTH110
            return None
        try:
            parts = self._parts_of(path)
            part = next((each for each in parts if each.machine == self.machine), parts[0])
            status = os.stat(path)  # noqa: PTH116
        except (OSError, ImageError) as error:
            return str(error)
        header = Header(
            machine=0, bits=64, little=True, interpreter="", soname=part.name,
            needed=tuple(each.name for each in part.needed if not each.weak), rpath="",
            runpath=":".join(each.replace("@loader_path", "$ORIGIN") for each in part.search),
            no_default=False, tags={},
        )  # fmt: skip
        return Loaded(path=path, identity=(status.st_dev, status.st_ino), header=header)

    def _parts_of(self, path: str) -> tuple[OtherFile, ...]:
        raise NotImplementedError

    def _outside(self, name: str) -> Unresolved | None:
        self.elsewhere.add(name)
        return None


class MacLoader(OtherLoader):
    """dyld: finds install names, with the LC_RPATH of all files that led to a file."""

    def __init__(self, machine: str, root: str) -> None:
        super().__init__(machine)
        self._inside = f"{root}/"

    def _parts_of(self, path: str) -> tuple[OtherFile, ...]:
        return other_formats.mach_o(path)

    def _folders(self, chain: tuple[Loaded, ...]) -> tuple[str, ...]:
        return tuple(folder for each in reversed(chain) for folder in each.folders)

    def _find(
        self, name: str, needer: Loaded, folders: tuple[str, ...]
    ) -> Loaded | Unresolved | None:
        if name.startswith(_RPATH):
            candidates = [f"{folder}/{name.removeprefix(_RPATH)}" for folder in folders]
        elif name.startswith(_LOADER):
            candidates = [f"{needer.folder}/{name.removeprefix(_LOADER)}"]
        else:
            return self._outside(name)
        places = [os.path.normpath(each) for each in candidates]
        if not any(each.startswith(self._inside) for each in places):
            return self._outside(name)
        for path in places:
            found = self.open(path)
            if isinstance(found, Loaded):
                return found
            if found:
                return Unresolved(name=_leaf(name), needer=needer, damaged=f"{path}: {found}")
        return Unresolved(name=_leaf(name), needer=needer)


class WindowsLoader(OtherLoader):
    """Windows' loader: finds a DLL by its name, in any folder that a package may have added.

    ``of_stem`` returns the environment's files whose names differ from a name at most in version.
    """

    def __init__(self, machine: str, of_stem: Callable[[str], list[str]]) -> None:
        super().__init__(machine)
        self._of_stem = of_stem

    def _parts_of(self, path: str) -> tuple[OtherFile, ...]:
        return (other_formats.pe(path),)

    def _find(
        self, name: str, needer: Loaded, folders: tuple[str, ...]
    ) -> Loaded | Unresolved | None:
        del folders  # added by the packages' own code, which is not run
        alike = self._of_stem(name)
        same = [path for path in alike if _leaf(path).lower() == name.lower()]
        for path in same:
            if isinstance(found := self.open(path), Loaded):
                return found
        if not alike:
            return self._outside(name)
        damaged = f"{same[0]}: {self.open(same[0])}" if same else ""
        return Unresolved(name=name, needer=needer, damaged=damaged)


def _leaf(name: str) -> str:
    return name.rpartition("/")[2]
