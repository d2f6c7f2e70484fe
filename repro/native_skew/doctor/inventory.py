"""What is installed in the folders that imports search, and the files that belong to it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import compress
from pathlib import Path

import msgspec
from msgspec.structs import replace

from native_skew.binaries import rooted
from native_skew.distributions import Distribution, installed, library_names, nameless, stem
from native_skew.doctor.sites import Sites
from native_skew.doctor.target import Target, of_tags
from native_skew.findings import listed

# https://www.debian.org/doc/packaging-manuals/python-policy/#module-path
_OF_DEBIAN = "/lib/python3/dist-packages"
# Narrower than what is looked at: ``x.so.py`` or ``x.so.txt`` is no library that is missed.
_LIBRARY = re.compile(r"\.(so(\.\d[\w.]*)?|dylib|pyd|dll)$", re.IGNORECASE)
_DATA = re.compile(r"^[^/]+\.data/(purelib|platlib)/")  # in a wheel's own RECORD
_DIGITS = 18  # of a size
_WALK = 500_000  # entries of a folder without a RECORD

_Gone = tuple[tuple[Distribution, tuple[str, ...]], ...]


class Inventory(msgspec.Struct, frozen=True, kw_only=True):
    """What is installed; files that no distribution lists belong to a nameless one."""

    distributions: tuple[Distribution, ...]  # of two with one name the first, as in an import
    gone: _Gone = ()  # libraries and ``.pth`` files that a RECORD lists and the disk lacks
    beside: _Gone = ()  # the same, beside the packages, where installers may put it elsewhere
    changed: _Gone = ()  # libraries of another size than RECORD has
    # Distributions that list one file with different content, by the file's path.
    shared: tuple[tuple[str, tuple[Distribution, ...]], ...] = ()
    not_examined: tuple[str, ...] = ()  # phrases for what could not be read
    target: Target = Target()


def read(sites: Sites, target: Target | None = None, root: str = "") -> Inventory:
    """What is in ``sites``, for which the folder ``root`` is ``/`` unless that is empty.

    ``target`` is the system and Python for which it is; None if the installed wheels are to tell.
    """
    found: dict[str, Distribution] = {}
    unread: list[str] = []
    unlinked: dict[str, tuple[str, ...]] = {}
    for site in sites.folders:
        ones = [installed.read_one(f"{site}/{each}") for each in installed.info_folders(site)]
        for one in ones:
            if one.problem:
                unread.append(f"{one.name or one.info.rpartition('/')[2]} ({one.problem})")
            files = tuple(_paths(site, one.libraries))
            if not one.name:
                _give(found, "", files)
            elif one.name not in found:
                of_debian = not one.installer and str(site).endswith(_OF_DEBIAN)
                word = "debian" if of_debian else one.installer
                found[one.name] = replace(one, files=files, installer=word)
                named = (f"{site}/{each}" for each in one.path_files)
                if lost := tuple(each for each in named if not os.path.exists(each)):  # noqa: PTH110
                    unlinked[one.name] = lost
        # What no RECORD lists belongs to the owner of its top-level package.
        if not ones or site in sites.sources or any(each.top_level for each in ones):
            owned = {path for each in found.values() for path in each.files}
            owner_of = {top: each.name for each in ones for top in each.top_level}
            project = next((e.name for e in found.values() if _is_source_of(site, e, root)), "")
            strays: dict[str, list[str]] = {}
            for path in _walk(site):
                if path not in owned:
                    top = path.removeprefix(f"{site}/").partition("/")[0].partition(".")[0]
                    strays.setdefault(owner_of.get(top, project), []).append(path)
            for name, several in strays.items():
                _give(found, name, several)
    if target is None:
        target = of_tags(tag for each in found.values() for tag in each.tags) or Target()
    if target.system == "linux":
        found = {key: _of_linux(each) for key, each in found.items()}
    inside = tuple(f"{site}/" for site in sites.folders)
    hidden: set[str] = set()
    ones = [each for each in found.values() if each.name]
    kept, gone, beside = _on_disk(ones, inside, root, hidden)
    unowned = [found[""]] if "" in found else []
    return Inventory(
        distributions=(*kept, *unowned),
        gone=(*gone, *((found[name], lost) for name, lost in unlinked.items())),
        beside=beside,
        changed=tuple((each, paths) for each in found.values() if (paths := tuple(_resized(each)))),
        shared=tuple(_shared(list(found.values()))),
        not_examined=(
            *([f"the metadata of {listed(unread, quotes='')}"] if unread else []),
            *([f"{len(hidden)} libraries in folders without permission"] if hidden else []),
        ),
        target=target,
    )


def _is_source_of(site: Path, one: Distribution, root: str) -> bool:
    """Whether ``site`` is in the project that ``one`` is an editable install of."""
    return one.is_editable and one.source != "" and f"{site}/".startswith(f"{root}{one.source}/")


def _of_linux(one: Distribution) -> Distribution:
    """``one`` without the DLLs and the like that it ships for other systems."""
    if not any(map(library_names.OF_OTHERS.search, one.files)):
        return one
    kept = [not library_names.OF_OTHERS.search(path) for path in one.files]
    files, hashes = (tuple(compress(each, kept)) for each in (one.files, one.hashes))
    return replace(one, files=files, hashes=hashes)


def _give(found: dict[str, Distribution], name: str, files: Iterable[str]) -> None:
    """Adds ``files`` to a distribution in ``found``, or to the nameless one."""
    known = found.get(name) or nameless()
    found[name] = replace(known, files=(*known.files, *files))


def _on_disk(
    distributions: list[Distribution], inside: tuple[str, ...], root: str, hidden: set[str]
) -> tuple[list[Distribution], _Gone, _Gone]:
    """The distributions with the files that are there, and those that are not: see Inventory.

    ``hidden`` grows by those of which this user may not know.
    """
    kept, gone, beside = [], [], []
    for each in distributions:
        # A link that leads to nothing is nothing.
        missing = [path for path in each.files if not os.path.exists(path)]  # noqa: PTH110
        if missing and root:
            missing = [e for e in missing if not os.path.exists(rooted.real(root, e))]  # noqa: PTH110
        if missing:
            left = set(missing)
            there = tuple(path for path in each.files if path not in left)
            each = replace(each, files=there)  # noqa: PLW2901
            hidden.update(filter(_is_hidden, missing))
            libraries = [p for p in missing if _LIBRARY.search(p) and p not in hidden]
            if own := tuple(path for path in libraries if path.startswith(inside)):
                gone.append((each, own))
            if others := tuple(path for path in libraries if not path.startswith(inside)):
                beside.append((each, others))
        kept.append(each)
    return kept, tuple(gone), tuple(beside)


def _resized(one: Distribution) -> Iterator[str]:
    """The files of ``one`` whose size is not RECORD's, unless they were stripped."""
    for path, said in zip(one.files, one.hashes, strict=False):
        size = said.rpartition(",")[2]
        with suppress(OSError):
            there = os.stat(path).st_size  # noqa: PTH116
            if size.isdecimal() and str(there) != size:
                from native_skew.binaries import reference  # noqa: PLC0415  (seldom needed)

                if there > int(size[:_DIGITS]) or not reference.is_stripped(Path(path)):
                    yield path


def _is_hidden(path: str) -> bool:
    try:
        os.stat(path)  # noqa: PTH116
    except OSError as error:
        return isinstance(error, PermissionError)
    return False


def _shared(distributions: list[Distribution]) -> Iterator[tuple[str, tuple[Distribution, ...]]]:
    """The files that several distributions list with different content."""
    seen: dict[str, list[tuple[Distribution, str]]] = {}
    for each in distributions:
        for path, hashed in zip(each.files, each.hashes, strict=False):
            seen.setdefault(path, []).append((each, hashed))
    for path, owners in seen.items():
        if len({hashed for _, hashed in owners}) > 1:
            yield path, tuple(each for each, _ in owners)


def _paths(site: Path, libraries: Iterable[str]) -> Iterator[str]:
    base = str(site)
    for name in libraries:
        if ".data/" in name:
            name = _DATA.sub("", name)  # noqa: PLW2901
        plain = not name.startswith((".", "/")) and "/." not in name
        yield f"{base}/{name}" if plain else os.path.normpath(os.path.join(base, name))  # noqa: PTH118


def _walk(site: Path) -> Iterator[str]:
    """The shared objects below ``site``; no link to a folder is followed.

    Only in folders that may be packages, or hold their libraries: a source tree
    has builds, environments and repositories beside them.
    """
    seen = 0
    for folder, folders, names in os.walk(site):
        if "pyvenv.cfg" in names and folder != str(site):
            folders.clear()
            continue
        folders[:] = [each for each in folders if each[0] != "." and each != "node_modules"]
        for name in names:
            seen += 1
            if seen > _WALK:
                return
            if library_names.is_library(name):
                yield f"{folder}/{name}"


class Shipped(msgspec.Struct, frozen=True, kw_only=True):
    """A library and the distribution whose RECORD lists it."""

    path: str
    owner: Distribution

    @property
    def name(self) -> str:
        """The file's name."""
        return self.path.rpartition("/")[2]


class Owners:
    """The shared objects of all distributions, by file, by name and by stem."""

    def __init__(self, distributions: Iterable[Distribution]) -> None:
        self._owner: dict[str, Distribution] = {}
        self._found: dict[str, Distribution | None] = {}
        self._by_stem: dict[str, list[Shipped]] = {}
        for each in distributions:
            for path in each.files:
                self._owner.setdefault(path, each)
                shipped = Shipped(path=path, owner=each)
                self._by_stem.setdefault(stem(shipped.name), []).append(shipped)

    def of(self, path: str) -> Distribution | None:
        """The distribution that lists ``path``, or the file to which it is a link."""
        if path not in self._found:
            self._found[path] = (
                self._owner.get(path)
                or self._owner.get(os.path.normpath(path))
                or self._owner.get(os.path.realpath(path))
            )
        return self._found[path]

    def named(self, name: str) -> list[Shipped]:
        """The files of exactly that name."""
        return [each for each in self._by_stem.get(stem(name), ()) if each.name == name]

    def other_versions(self, name: str) -> list[Shipped]:
        """The files of that stem under another name."""
        return [each for each in self._by_stem.get(stem(name), ()) if each.name != name]

    def of_family(self, name: str) -> list[Shipped]:
        """The files whose stems have the same word before the first ``_``, like ``libboost_``."""
        family, _, rest = stem(name).partition("_")
        return [
            each
            for known, several in self._by_stem.items()
            if rest and known.startswith(f"{family}_")
            for each in several
        ]

    def of_stem(self, name: str) -> list[str]:
        """The paths of those that differ from ``name`` only in the version, if at all."""
        return [each.path for each in self._by_stem.get(stem(name), ())]
