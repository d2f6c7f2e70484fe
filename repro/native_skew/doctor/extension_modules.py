"""Environment -> its importable extension modules, each with what loading it takes in.

The walk starts at these and not at every ELF file: programs, plugins, and libraries that
another one brings in are found on the way, with what they inherit.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet

import msgspec

from native_skew.binaries import (
    Closure,
    Image,
    ImageError,
    Loaded,
    Loader,
    MissingVersions,
    UndefinedSymbols,
    VersionCheck,
    symbol_versions,
    symbols,
)
from native_skew.doctor.environment import Environment
from native_skew.doctor.inventory import Distribution

# https://docs.python.org/3/library/importlib.html#importlib.machinery.EXTENSION_SUFFIXES
_MODULE = re.compile(r"(?P<name>[^\W\d]\w*(/[^\W\d]\w*)*)(\.(?P<tag>[\w-]+))?\.so")
_CPYTHON = re.compile(r"cpython-(\d)(\d+)[dmut]*(-.+)?")
_OF_EVERY_PROCESS = ("libc.so.6", "libm.so.6", "libpthread.so.0", "libdl.so.2")


class ExtensionModule(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An extension module.

    Attributes:
        name: as one imports it.
        undefined: symbols that it needs and nothing in its process gives.
        stamp: the provider's version that it was built against, where it says so by an
            exported text ``<package>_built_against``.
        missing_versions: versions of symbols that the libraries in its closure lack.

    """

    name: str
    file: Loaded
    owner: Distribution
    closure: Closure
    undefined: tuple[str, ...] = ()
    stamp: str = ""
    missing_versions: tuple[MissingVersions, ...] = ()


class Damaged(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A file that an import would open and that cannot be loaded."""

    path: str
    owner: Distribution
    reason: str


class ModuleFinder:
    """Finds the extension modules of one environment.

    Args:
        environment: what is looked at.
        loader: the loader of a process in it.

    """

    def __init__(self, environment: Environment, loader: Loader) -> None:
        self.environment, self.loader = environment, loader
        self.damaged: list[Damaged] = []
        self._versions = VersionCheck()

    def modules(self) -> list[ExtensionModule]:
        """The importable modules; ``damaged`` grows meanwhile."""
        found: list[ExtensionModule] = []
        wanted: dict[int, AbstractSet[bytes]] = {}
        # musl is not at hand where the interpreter is not, and everything needs its symbols.
        unknown = self.loader.libc == "musl" and not self.loader.process.files
        for owner in self.environment.distributions:
            for path in owner.files:
                name = self._import_name(path)
                if name and (pair := self._module(path, name, owner)):
                    module, names = pair
                    # What a missing library would give is not said besides.
                    wanted[len(found)] = (
                        frozenset() if module.closure.unresolved or unknown else names
                    )
                    found.append(module)
        for number, left in self._undefined(found, wanted).items():
            undefined = tuple(sorted(map(os.fsdecode, left)))
            found[number] = msgspec.structs.replace(found[number], undefined=undefined)
        return found

    def _import_name(self, path: str) -> str:
        """The module's name; empty where no import of this interpreter would take the file."""
        site = next((f"{s}/" for s in self.environment.sites if path.startswith(f"{s}/")), None)
        match = _MODULE.fullmatch(path.removeprefix(site)) if site else None
        if not match:
            return ""
        python, tag = self.environment.python, match["tag"]
        cpython = _CPYTHON.fullmatch(tag or "")
        if cpython and python and f"{cpython[1]}.{cpython[2]}" != python:
            return ""
        if tag and not cpython and tag not in ("abi3", "abi3t"):
            return ""
        return match["name"].replace("/", ".")

    def _module(
        self, path: str, name: str, owner: Distribution
    ) -> tuple[ExtensionModule, frozenset[bytes]] | None:
        """The module, and the symbols that it needs of others than interpreter and system."""
        plain = path.count(".", path.rfind("/")) == 1
        try:
            with Image(path) as image:
                found = self.loader.adopt(path, image)
                entry = f"PyInit_{name.rpartition('.')[2]}".encode()
                if plain and not symbols.defined(image, [entry]):
                    return None  # a library that happens to be named like a module
                stamp = _stamp(image, f"{name.partition('.')[0]}_built_against".encode())
                closure = self.loader.closure(found)
                wanted = symbols.undefined(image, python=False, but=self._sure(closure))
        except ImageError as error:
            # A plain .so may be anything, a linker's script or a placeholder; what RECORD lists
            # and is not there was removed on purpose.
            if not plain and os.path.exists(path):  # noqa: PTH110
                self.damaged.append(Damaged(path=path, owner=owner, reason=str(error)))
            return None
        # musl does not look at versions.
        missing = self._versions.missing(closure) if self.loader.libc == "glibc" else ()
        module = ExtensionModule(
            name=name,
            file=found,
            owner=owner,
            closure=closure,
            stamp=stamp,
            missing_versions=missing,
        )
        return module, wanted

    def _sure(self, closure: Closure) -> Iterator[int]:
        """The module's numbers of the versions that say enough, and whose symbols need no look.

        Of what another distribution ships, each symbol is what is to be found out.
        """
        for name, wanted in closure.files[0].wanted.items():
            library = closure.by_name.get(name)
            if library and library.defined and self.loader.of_system(library):
                yield from symbol_versions.sure(name, wanted, library.defined)

    def _undefined(
        self, modules: list[ExtensionModule], wanted: Mapping[int, AbstractSet[bytes]]
    ) -> Mapping[int, AbstractSet[bytes]]:
        """What nobody gives, by the module's number."""
        undefined = UndefinedSymbols(wanted)
        undefined.ask_each(lambda number: modules[number].closure.files[1:])
        undefined.leave_out(symbols.OF_THE_INTERPRETER)
        undefined.ask_each(lambda number: self._in_process(modules[number].file))
        if undefined.names:
            # Somebody may load it first, for all to see.
            others = {path for each in self.environment.distributions for path in each.files}
            undefined.ask_for_all(self._opened(sorted(others)))
        return undefined.names

    def _opened(self, paths: Iterable[str]) -> Iterator[Loaded]:
        return (each for path in paths if isinstance(each := self.loader.open(path), Loaded))

    def _in_process(self, module: Loaded) -> Iterable[Loaded]:
        """What was loaded before; what every process has, where the interpreter is not known."""
        if self.loader.process.files:
            return self.loader.process.files
        header = msgspec.structs.replace(module.header, needed=_OF_EVERY_PROCESS)
        return self.loader.closure(msgspec.structs.replace(module, header=header)).files[1:]


def _stamp(image: Image, name: bytes) -> str:
    """The text that the exported ``char[]`` called ``name`` holds; empty where there is none."""
    address, size = symbols.location(image, name)
    if not 0 < size <= 100:
        return ""
    return image.bytes_at(address, size).rstrip(b"\0").decode("ascii", "replace")
