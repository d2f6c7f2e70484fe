"""What the project's wheels prove: whose libraries its modules need, and what they require.

Whether a module is linked to a library shows in the built wheel, not in a word of a build file.
The wheels are those named, or those in ``dist/``, or one of the newest release on the index.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from pathlib import Path

import msgspec
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from native_skew.adopt import ranges
from native_skew.adopt.linking import CLASSES, TOOLS
from native_skew.audit import (
    AuditError,
    Cache,
    Contents,
    File,
    IndexClient,
    Providers,
    Reader,
    Release,
    TargetPython,
    Transport,
    is_exact,
    linux_wheels,
    local,
    packages_searched,
    targets,
    understood,
)
from native_skew.distributions import stem
from native_skew.toolchain import UserIndexes

_ALL = 1024**3  # bytes of shared objects to read, of a wheel on disk
_SOME = 32 * 1024 * 1024  # and of a published one


class WheelProof(msgspec.Struct, frozen=True, kw_only=True):
    """Wheels that were opened."""

    wheels: dict[str, Contents] = {}  # what each holds, by file name
    # By distribution that the wheels or a build require: its libraries, with those of the
    # distributions that it requires with «==». Empty without an index.
    ships: dict[str, frozenset[str]] = {}
    # Likewise, the libraries of the distributions that it requires otherwise.
    in_turn: dict[str, frozenset[str]] = {}
    asked: bool = False  # whether an index was asked
    complete: bool = False  # whether all that the wheels require was examined
    notes: tuple[str, ...] = ()  # what could not be examined

    def link(self, provider: str, named: frozenset[str] = frozenset()) -> str | None:
        """What proves a link to a library of ``provider``, in words.

        ``named`` are the libraries, without versions, that a build file takes from it.
        """
        shipped = self.ships.get(canonicalize_name(provider), frozenset())
        exact = {*CLASSES.get(provider, ()), *shipped, *named}
        stems = {stem(each) for each in shipped if not each.endswith(".so")} | {*map(stem, named)}
        needs = [
            (library, module, f"{module.path} in {filename} needs {library}")
            for filename, contents in self.wheels.items()
            for library, module in contents.needs_of_others().items()
        ]
        by_name = (
            words
            for library, _, words in needs
            if library in exact or (not library.endswith(".so") and stem(library) in stems)
        )
        by_search = (
            words
            for _, module, words in needs
            if any(ranges.same_name(provider, each) for each in packages_searched(module))
        )
        return next(chain(by_name, by_search), None)

    def rules_out(self, provider: str) -> bool:
        """Whether all modules of a wheel were read, and none needs a library of ``provider``.

        Nor a library of what it requires. If the provider was not examined, this is true only if
        all that the modules need is known to belong to others.
        """
        name = canonicalize_name(provider)
        needs = {each for contents in self.wheels.values() for each in contents.needs_of_others()}
        if not self._all_read() or self.link(provider) or needs & self.in_turn.get(name, set()):
            return False
        others = frozenset[str]().union(*self.ships.values(), *self.in_turn.values())
        return not self.asked or name in self.ships or needs <= others

    def links(self) -> tuple[str, ...]:
        """What proves links to libraries of other distributions that are known, in words."""
        names = dict.fromkeys((*self.ships, *CLASSES, *sorted(self._searched())))
        return tuple(dict.fromkeys(found for each in names if (found := self.link(each))))

    def rules_out_all(self) -> bool:
        """Whether all modules of a wheel were read, and none needs another distribution's library.

        This is false unless all that the wheel requires was examined.
        """
        return self._all_read() and self.complete and not self.links()

    def _all_read(self) -> bool:
        opened = [each for each in self.wheels.values() if each.modules]
        return bool(opened) and not any(each.unread for each in self.wheels.values())

    def has_runpath(self, provider: str) -> bool:
        """Whether a module's RUNPATH leads to ``provider``'s package."""
        return any(ranges.same_name(provider, package) for package in self._searched())

    def _searched(self) -> set[str]:
        """The packages to which the modules' RUNPATHs lead."""
        return {
            package
            for contents in self.wheels.values()
            for module in contents.modules
            for package in packages_searched(module)
        }

    def range(self, provider: str) -> tuple[SpecifierSet, str] | None:
        """The range that the wheels require, and a wheel's name, if it is one and has both ends."""
        found = {
            each.specifier: filename
            for filename, contents in self.wheels.items()
            for each in understood(contents.requires)
            if ranges.same_name(each.name, provider)
        }
        specifier, filename = next(iter(found.items()), (SpecifierSet(), ""))
        return (specifier, filename) if len(found) == 1 and ranges.is_bounded(specifier) else None


NO_WHEELS = WheelProof()


def read(
    root: Path,
    named: Sequence[Path],
    project: str | None,
    indexes: UserIndexes | None,
    build_requires: Sequence[Requirement] = (),
) -> WheelProof:
    """Opens the wheels that the user ``named``, or else others of the project in ``root``.

    ``project`` is its name, None if the build files do not tell it; ``indexes`` is None if none
    may be asked.

    Raises:
        AuditError: a wheel on disk cannot be read.

    """
    on_disk = list(named) or sorted((root / "dist").glob("*.whl"))
    reader = Reader(None, Cache(None))
    files = [local(path) for path in on_disk]
    if project and not named:  # dist/ may hold other wheels
        files = [each for each in files if each.name == canonicalize_name(project)]
    wheels = {each.filename: reader.contents(each, _ALL) for each in files}
    if not project or indexes is None:
        return WheelProof(wheels=wheels)
    with Transport() as transport:
        index = IndexClient(indexes, transport)
        reader = Reader(transport, Cache(None))
        if not files:
            try:
                files = list(linux_wheels(index.release(project))[:1])
                wheels = {each.filename: reader.contents(each, _SOME) for each in files}
            except AuditError as error:
                return WheelProof(notes=(str(error),))
        look = _Look(Providers(index, reader))
        for file in files:
            look.at(file, wheels[file.filename], build_requires)
        return WheelProof(
            wheels=wheels,
            ships=look.ships,
            in_turn=look.in_turn,
            asked=True,
            complete=look.complete and not look.notes,
            notes=tuple(dict.fromkeys(look.notes)),
        )


class _Look:
    """Finds whose libraries wheels need: their requirements' first, and then, if needed, others'.

    The attributes are those of ``WheelProof``; it is complete if each wheel fits some Python.
    """

    def __init__(self, providers: Providers) -> None:
        self._providers = providers
        self.ships: dict[str, frozenset[str]] = {}
        self.in_turn: dict[str, frozenset[str]] = {}
        self.notes: list[str] = []
        self.complete = True

    def at(self, file: File, contents: Contents, build_requires: Sequence[Requirement]) -> None:
        """Adds what tells whose libraries ``contents`` need."""
        needs = frozenset(contents.needs_of_others())
        release = Release(name=file.name, version=file.version, files=(file,))
        meant = targets(release, contents.metadata.requires_python)
        target = next((each for each in meant if each.rank(file) is not None), None)
        if target is None or not needs:
            self.complete = self.complete and target is not None
            return
        requires = contents.metadata.applicable(target.environment)
        known = {canonicalize_name(each.name) for each in requires}
        built = [e for e in build_requires if canonicalize_name(e.name) not in known | TOOLS]
        found: list[tuple[Requirement, str]] = []
        for each in chain(requires, built):
            if each in requires or self._left(needs):
                version, libraries = self._libraries(each, target)
                if libraries is not None:
                    self._add(each.name, libraries)
                    found.append((each, version))
        for each, version in found if self._left(needs) else ():
            for more in self._providers.requires(canonicalize_name(each.name), version, target):
                _, brought = self._libraries(more, target)
                in_turn = not is_exact(more.specifier)
                self._add(each.name, brought or frozenset(), in_turn=in_turn)

    def _left(self, needs: frozenset[str]) -> bool:
        return bool(needs.difference(*self.ships.values()))

    def _libraries(
        self, each: Requirement, target: TargetPython
    ) -> tuple[str, frozenset[str] | None]:
        """The newest version that a requirement allows, and its libraries; None if not known."""
        name = canonicalize_name(each.name)
        try:
            version = self._providers.newest(name, each.specifier, target)
            if version is None or self._providers.metadata(name, version, target) is None:
                return "", None
            return version, self._providers.libraries(name, version, target)
        except AuditError as error:
            self.notes.append(str(error))
            return "", None

    def _add(self, name: str, libraries: frozenset[str], *, in_turn: bool = False) -> None:
        shipped = self.in_turn if in_turn else self.ships
        key = canonicalize_name(name)
        shipped[key] = shipped.get(key, frozenset()) | libraries
