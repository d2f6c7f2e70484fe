"""An environment's importable extension modules, each with all that loading it brings in.

The walk starts at these and not at every ELF file: libraries that others bring in are found on
the way, with the search paths that they inherit.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet

import msgspec

from native_skew.binaries import (
    Closure,
    Image,
    ImageError,
    Loaded,
    Loader,
    MissingVersions,
    OtherLoader,
    VersionCheck,
    machine_name,
    symbols,
    undefined_symbols,
)
from native_skew.distributions import Distribution
from native_skew.doctor.environment import Environment
from native_skew.doctor.target import of_tags

# https://docs.python.org/3/library/importlib.html#importlib.machinery.EXTENSION_SUFFIXES
# A name that no statement can write is found all the same: mypyc calls its modules by a hash.
_MODULE = re.compile(r"(?P<name>\w+(/\w+)*)(\.(?P<tag>[\w-]+))?\.(so|pyd)")
_CPYTHON = re.compile(r"(?:cpython-|cp)(\d)(\d+)d?m?u?(t?)d?(-.+)?")
_FOR_IMPORT = re.compile(r"\.(cpython-\d+|abi3)[\w-]*\.so$")
_OF_OTHERS = re.compile(r"(pypy|graalpy|cpython-|cp)\d.*")
# What a package picks by its own code: mpi4py/MPI.openmpi.cpython-313-x86_64-linux-gnu.so
_ALTERNATIVE = re.compile(
    r"(?P<name>\w+(/\w+)*)\.(?P<variant>[\w.-]+)\.(?P<tag>(cpython-|abi3)[\w-]*)\.so"
)
# torch.ops.load_library and tf.load_op_library take such a file by its path.
_FRAMEWORKS = re.compile(r"lib(torch|c10|tensorflow_framework|tensorflow_cc)\b")
_OF_EVERY_PROCESS = ("libc.so.6", "libm.so.6", "libpthread.so.0", "libdl.so.2")


class ExtensionModule(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An extension module, by its import name."""

    name: str
    file: Loaded
    owner: Distribution
    closure: Closure
    undefined: tuple[str, ...] = ()  # symbols that it needs and nothing in its process gives
    # The provider's version that it was built against, by an exported ``<package>_built_against``.
    stamp: str = ""
    missing_versions: tuple[MissingVersions, ...] = ()
    # Which of several files for one module this is, where the package's own code picks one.
    variant: str = ""
    # Libraries that it does not find by itself, and that another distribution ships under the very
    # name: what loads them first gives their symbols too.
    preloaded: tuple[Loaded, ...] = ()
    by_file: bool = False  # whether no import takes it: its package's own code loads the file

    @property
    def libraries(self) -> tuple[Loaded, ...]:
        """All files that its process loads for it, including those that must be loaded first."""
        return (*self.closure.files[1:], *self.preloaded)

    @property
    def loads(self) -> bool:
        """Whether nothing was found that prevents loading."""
        return not (self.closure.unresolved or self.undefined or self.missing_versions)


class Unusable(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A file that is a module, but that no import here can load.

    ``why`` is what is wrong with it, or the tag of the other Python or system for which it is;
    ``path`` is empty if a whole wheel is for another system.
    """

    path: str
    owner: Distribution
    why: str
    name: str = ""


class ModuleFinder:
    """Finds the extension modules of one environment, with the loader of a process in it."""

    def __init__(self, environment: Environment, loader: Loader) -> None:
        self.environment, self.loader = environment, loader
        self._first: dict[str, tuple[Loaded, ...]] = {}
        self.damaged: list[Unusable] = []
        self.of_another_python: list[Unusable] = []
        self.of_another_system: list[Unusable] = []
        self.unnamed: list[str] = []
        self._versions = VersionCheck()

    def modules(self) -> list[ExtensionModule]:
        """The importable modules; ``damaged`` and ``of_another_python`` grow meanwhile."""
        found: list[ExtensionModule] = []
        wanted: dict[int, AbstractSet[bytes]] = {}
        # Everything needs symbols of a system that is not at hand.
        unknown = self.environment.is_elsewhere
        for owner in self.environment.distributions:
            tags = () if any(each.endswith("-any") for each in owner.tags) else owner.tags
            other = of_tags(tags)
            if other and other.system != self.environment.target.system:
                path = owner.files[0] if owner.files else ""
                self.of_another_system.append(Unusable(path=path, owner=owner, why=other.title))
                continue
            for path in owner.files:
                name, variant = self._import_name(path, owner)
                if name and (pair := self._module(path, name, variant, owner)):
                    module, wanted_names = pair
                    preloaded = self._preloaded(module.closure)
                    module = msgspec.structs.replace(module, preloaded=preloaded)
                    # What a missing library would give is not said besides.
                    untold = module.closure.unresolved and not preloaded
                    wanted[len(found)] = frozenset() if untold or unknown else wanted_names
                    found.append(module)
        known = {each.name for each in found}
        self.of_another_python = [e for e in self.of_another_python if e.name not in known]
        lacking = undefined_symbols(
            wanted,
            lambda number: found[number].libraries,
            lambda number: self._in_process(found[number].file),
            # Its own package, or one that this requires, may load a library first, for all to see.
            lambda number: self._may_be_loaded_first(found[number].owner),
        )
        for number, names in lacking.items():
            undefined = tuple(sorted(map(os.fsdecode, names)))
            found[number] = msgspec.structs.replace(found[number], undefined=undefined)
        return found

    def _import_name(self, path: str, owner: Distribution) -> tuple[str, str]:
        """The module's name, and its variant; empty if no import here would take the file."""
        inside, variant = self.environment.inside(path)[1], ""
        match = _MODULE.fullmatch(inside)
        if not match:
            match = _ALTERNATIVE.fullmatch(inside)
            if not match:
                if _FOR_IMPORT.search(inside):
                    self.unnamed.append(path)
                return "", ""
            variant = match["variant"]
        # A package may be a module of its own; imported as «x.__init__» it would run a second time.
        name = match["name"].removesuffix("/__init__").replace("/", ".")
        tag = match["tag"]
        python = self.environment.python
        if not tag or tag in ("abi3", "abi3t"):
            newer = _newer_abi(owner, python) if tag else ""
            if not newer:
                return name, variant
            other = newer
        else:
            cpython = _CPYTHON.fullmatch(tag)
            if cpython and (not python or f"{cpython[1]}.{cpython[2]}{cpython[3]}" == python):
                return name, variant
            other = tag if python and not variant and _OF_OTHERS.fullmatch(tag) else ""
        if other:
            one = Unusable(path=path, name=name, owner=owner, why=other)
            self.of_another_python.append(one)
        return "", ""

    def _module(
        self, path: str, name: str, variant: str, owner: Distribution
    ) -> tuple[ExtensionModule, frozenset[bytes]] | None:
        """The module, with the symbols that neither the interpreter nor the system gives it."""
        if isinstance(self.loader, OtherLoader):
            return self._other_module(path, name, variant, owner)
        plain = path.count(".", path.rfind("/")) == 1
        try:
            with Image(path) as image:
                entry = f"PyInit_{name.rpartition('.')[2]}".encode()
                by_file = plain and not symbols.defined(image, [entry])
                program = self.loader.program
                if program and program.header.architecture != image.header.architecture:
                    why = f"Linux {machine_name(image.header)}"
                    if not by_file:  # pyepics has its library for each processor
                        one = Unusable(path=path, owner=owner, why=why)
                        self.of_another_system.append(one)
                    return None
                found = self.loader.adopt(path, image)
                # One that happens to be named like a module, unless it has a framework's operators.
                if by_file and not any(map(_FRAMEWORKS.match, found.header.needed)):
                    return None
                stamp = _stamp(image, f"{name.partition('.')[0]}_built_against".encode())
                closure = self.loader.closure(found)
                wanted = symbols.undefined(image, python=False)
        except ImageError as error:
            # A plain .so may be anything, a linker's script or a placeholder; what RECORD lists
            # and is not there was removed on purpose.
            if not plain and os.path.exists(path):  # noqa: PTH110
                self.damaged.append(Unusable(path=path, owner=owner, why=str(error)))
            return None
        # musl does not look at versions.
        missing = self._versions.missing(closure) if self.loader.libc == "glibc" else ()
        module = ExtensionModule(
            name=name, file=found, owner=owner, closure=closure, stamp=stamp,
            missing_versions=missing, variant=variant, by_file=by_file,
        )  # fmt: skip
        return module, wanted

    @property
    def here(self) -> str:
        """The system that the environment is for, with its processor."""
        program = self.loader.program
        return f"Linux {machine_name(program.header)}" if program else self.environment.target.title

    def _other_module(
        self, path: str, name: str, variant: str, owner: Distribution
    ) -> tuple[ExtensionModule, frozenset[bytes]] | None:
        """The same for macOS and Windows; symbols are not looked at."""
        found = self.loader.open(path)
        if not isinstance(found, Loaded):
            if found:
                self.damaged.append(Unusable(path=path, owner=owner, why=found))
            return None
        module = ExtensionModule(
            name=name, file=found, owner=owner, closure=self.loader.closure(found), variant=variant
        )
        return module, frozenset()

    def _preloaded(self, closure: Closure) -> tuple[Loaded, ...]:
        """The libraries that replace all that ``closure`` lacks; none if a part of it is missing."""
        found: dict[tuple[int, int], Loaded] = {}
        for gap in closure.unresolved:
            paths = [each.path for each in self.environment.owners.named(gap.name)]
            named = next(self._opened(paths), None)
            if named is None or gap.damaged:
                return ()
            found |= {each.identity: each for each in self.loader.closure(named).files}
        return tuple(found.values())

    def _may_be_loaded_first(self, owner: Distribution) -> tuple[Loaded, ...]:
        """The libraries of ``owner`` and of what it requires."""
        if owner.name not in self._first:
            wanted = {owner.name, *self.environment.pins.of(owner)}
            ones = (each for each in self.environment.distributions if each.name in wanted)
            paths = sorted(path for each in ones for path in each.files)
            self._first[owner.name] = tuple(self._opened(paths))
        return self._first[owner.name]

    def _opened(self, paths: Iterable[str]) -> Iterator[Loaded]:
        return (each for path in paths if isinstance(each := self.loader.open(path), Loaded))

    def _in_process(self, module: Loaded) -> Iterable[Loaded]:
        """What was loaded before; what every process has, if the interpreter is not known."""
        if self.loader.process.files:
            return self.loader.process.files
        header = msgspec.structs.replace(module.header, needed=_OF_EVERY_PROCESS)
        return self.loader.closure(msgspec.structs.replace(module, header=header)).files[1:]


def _newer_abi(owner: Distribution, python: str) -> str:
    """The stable ABI for which the wheel of ``owner`` is, if it is a newer Python's; or empty.

    https://packaging.python.org/en/latest/specifications/platform-compatibility-tags/
    """
    found = [int(m[1]) for each in owner.tags if (m := re.match(r"cp3(\d+)-abi3", each))]
    minor = python.rstrip("t").partition(".")[2]
    is_newer = found and minor.isdecimal() and min(found) > int(minor)
    return f"cp3{min(found)}-abi3" if is_newer else ""


def _stamp(image: Image, name: bytes) -> str:
    """The text in the exported ``char[]`` with this ``name``; empty if there is none."""
    address, size = symbols.location(image, name)
    if not 0 < size <= 100:
        return ""
    return image.bytes_at(address, size).rstrip(b"\0").decode("ascii", "replace")
