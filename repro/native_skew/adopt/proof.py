"""What wheels of the project prove: whose libraries its modules need, and what they require.

That a module is linked to a library is a fact of the built wheel, not of a word in a build file.
The wheels are those named, else those in ``dist/``, else one of the newest release on the index.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import chain
from pathlib import Path

import msgspec
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from native_skew.adopt import ranges
from native_skew.adopt.linking import CLASSES
from native_skew.audit import (
    AuditError,
    Cache,
    Contents,
    File,
    Providers,
    Reader,
    Release,
    SeveralIndexes,
    Transport,
    linux_wheels,
    local,
    packages_searched,
    targets,
)
from native_skew.distributions import stem
from native_skew.toolchain import UserIndexes

_ALL = 1024**3  # bytes of shared objects to read, of a wheel on disk
_SOME = 32 * 1024 * 1024  # and of a published one


class WheelProof(msgspec.Struct, frozen=True, kw_only=True):
    """Wheels that were opened.

    Attributes:
        wheels: what each holds, by file name.
        ships: libraries by distribution, of those that the wheels require; empty without an index.
        complete: whether whatever the wheels require was looked at.
        notes: what could not be looked at.

    """

    wheels: dict[str, Contents] = {}
    ships: dict[str, frozenset[str]] = {}
    complete: bool = False
    notes: tuple[str, ...] = ()

    def link(self, provider: str, named: frozenset[str] = frozenset()) -> str | None:
        """What proves a link to a library of ``provider``, in words.

        Args:
            provider: the distribution.
            named: libraries that a build file takes from it, without their versions.

        """
        shipped = self.ships.get(canonicalize_name(provider), frozenset())
        exact = {*CLASSES.get(provider, ()), *shipped, *named}
        stems = {stem(each) for each in shipped if not each.endswith(".so")} | {*map(stem, named)}
        needs = [
            (library, module, f"{module.path} in {filename} needs {library}")
            for filename, contents in self.wheels.items()
            for library, module in contents.needs().items()
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
        """Whether all modules of a wheel were read, and none needs a library of ``provider``."""
        return self._all_read() and self.link(provider) is None

    def links(self) -> tuple[str, ...]:
        """What proves a link to a library of any other distribution that is known of, in words."""
        searched = {
            package
            for contents in self.wheels.values()
            for module in contents.modules
            for package in packages_searched(module)
        }
        names = dict.fromkeys((*self.ships, *CLASSES, *sorted(searched)))
        return tuple(dict.fromkeys(found for each in names if (found := self.link(each))))

    def rules_out_all(self) -> bool:
        """Whether all modules of a wheel were read, and none needs another distribution's library.

        What the wheel requires has to have been looked at for that.
        """
        return self._all_read() and self.complete and not self.links()

    def _all_read(self) -> bool:
        opened = [each for each in self.wheels.values() if each.modules]
        return bool(opened) and not any(each.unread for each in self.wheels.values())

    def has_runpath(self, provider: str) -> bool:
        """Whether a module has the loader look in ``provider``'s package."""
        return any(
            ranges.same_name(provider, package)
            for contents in self.wheels.values()
            for module in contents.modules
            for package in packages_searched(module)
        )

    def range(self, provider: str) -> tuple[SpecifierSet, str] | None:
        """What the wheels require of it, with both ends and all the same; and which wheel."""
        found = {
            each.specifier: filename
            for filename, contents in self.wheels.items()
            for each in _parsed(contents.requires)
            if ranges.same_name(each.name, provider)
        }
        specifier, filename = next(iter(found.items()), (SpecifierSet(), ""))
        return (specifier, filename) if len(found) == 1 and ranges.is_bounded(specifier) else None


def _parsed(requires: Sequence[str]) -> Iterator[Requirement]:
    for text in requires:
        with suppress(InvalidRequirement):
            yield Requirement(text)


NO_WHEELS = WheelProof()


def read(
    root: Path, named: Sequence[Path], project: str | None, indexes: UserIndexes | None
) -> WheelProof:
    """Opens wheels of the project in ``root``.

    Args:
        root: of the project.
        named: wheels that the user names.
        project: its name; None where the build files do not tell it.
        indexes: those that may be asked; None for none.

    Raises:
        AuditError: a wheel on disk cannot be read.

    """
    on_disk = list(named) or sorted((root / "dist").glob("*.whl"))
    reader = Reader(None, Cache(None))
    files = [local(path) for path in on_disk]
    if project and not named:  # a folder of wheels may have those of others
        files = [each for each in files if each.name == canonicalize_name(project)]
    wheels = {each.filename: reader.contents(each, _ALL) for each in files}
    if not project or indexes is None:
        return WheelProof(wheels=wheels)
    with Transport() as transport:
        index = SeveralIndexes(indexes, transport)
        reader = Reader(transport, Cache(None))
        if not files:
            try:
                files = list(linux_wheels(index.release(project))[:1])
                wheels = {each.filename: reader.contents(each, _SOME) for each in files}
            except AuditError as error:
                return WheelProof(notes=(str(error),))
        return _with_libraries(wheels, files, Providers(index, reader))


def _with_libraries(
    wheels: dict[str, Contents], files: list[File], providers: Providers
) -> WheelProof:
    """The proof, with what the distributions that the wheels require ship."""
    ships: dict[str, frozenset[str]] = {}
    notes: list[str] = []
    complete = True
    for file in files:
        contents = wheels[file.filename]
        release = Release(name=file.name, version=file.version, files=(file,))
        meant = targets(release, contents.metadata.requires_python)
        target = next((each for each in meant if each.rank(file) is not None), None)
        if target is None or not contents.needs():
            complete = complete and target is not None
            continue
        for each in contents.metadata.applicable(target.environment):
            name = canonicalize_name(each.name)
            try:
                version = providers.newest(name, each.specifier, target)
                found = providers.shipped(name, version, target) if version else frozenset()
            except AuditError as error:
                notes.append(str(error))
                continue
            ships[name] = ships.get(name, frozenset()) | found
    complete = complete and not notes
    return WheelProof(wheels=wheels, ships=ships, complete=complete, notes=tuple(notes))
