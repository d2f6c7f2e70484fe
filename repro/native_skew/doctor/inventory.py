"""What is installed in the folders that imports search, and the files that belong to it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import compress
from pathlib import Path
from urllib.parse import unquote, urlsplit

import msgspec

from native_skew.binaries import rooted
from native_skew.distributions import Listed, installed, library_names
from native_skew.doctor.sites import Sites
from native_skew.doctor.target import Target, of_tags
from native_skew.findings import listed

# https://www.debian.org/doc/packaging-manuals/python-policy/#module-path
_OF_DEBIAN = "/lib/python3/dist-packages"
_SHOWN_OF_VERSION = 60  # characters
# Narrower than what is looked at: ``x.so.py`` or ``x.so.txt`` is no library that is missed.
_LIBRARY = re.compile(r"\.(so(\.\d[\w.]*)?|dylib|pyd|dll)$", re.IGNORECASE)
_DATA = re.compile(r"^[^/]+\.data/(purelib|platlib)/")  # in a wheel's own RECORD
_REPAIRED = re.compile(r"\.libs/[^/]+-[0-9a-f]{8}\.so")
_OF_PYTORCH = ("torch", "torchaudio", "torchdata", "torchtext", "torchvision")
_DIGITS = 18  # of a size
_WALK = 500_000  # entries of a folder without a RECORD


class _Folder(msgspec.Struct, frozen=True):
    editable: bool = False


class _Origin(msgspec.Struct, frozen=True):
    """https://packaging.python.org/en/latest/specifications/direct-url/ ."""

    url: str = ""
    dir_info: _Folder = _Folder()


def _origin(direct_url: str) -> _Origin:
    try:
        return msgspec.json.decode(direct_url, type=_Origin)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return _Origin()


class Distribution(Listed, frozen=True, kw_only=True):
    """One installed distribution; ``files`` are its shared objects on disk, as absolute paths."""

    files: tuple[str, ...] = ()

    @property
    def built_here(self) -> bool:
        """Whether it was built from source here: no index takes a ``linux_`` tag.

        conda's packages have such tags too, and the wheels of PyTorch's projects inside; what
        auditwheel has put libraries into was made to be published.
        """
        repaired = any(_REPAIRED.search(path) for path in self.files)
        if self.installer == "conda" or self.name in _OF_PYTORCH or repaired:
            return False
        return any(tag.rpartition("-")[2].startswith("linux_") for tag in self.tags)

    @property
    def of_system(self) -> bool:
        """Whether the system's package manager installed it, and sees to what it needs."""
        return self.installer in ("debian", "rpm")

    @property
    def is_of_index(self) -> bool:
        """Whether an index has it, as far as is recorded: it came from no folder or address.

        conda's packages keep the address of the folder that they were built in.
        """
        return not self.direct_url or self.installer == "conda"

    @property
    def is_editable(self) -> bool:
        """Whether its sources lie elsewhere."""
        return "editable" in self.direct_url and _origin(self.direct_url).dir_info.editable

    @property
    def source(self) -> str:
        """The folder that it was installed from, where that is one of the machine's; or empty."""
        try:
            url = urlsplit(_origin(self.direct_url).url)
        except ValueError:
            return ""
        path = unquote(url.path)
        return path if url.scheme == "file" and "\0" not in path else ""

    @property
    def title(self) -> str:
        """Name and version, of no more length than a person reads."""
        shown = self.version[:_SHOWN_OF_VERSION]
        return f"{self.name} {shown}{'…' if shown != self.version else ''}".strip()


def nameless(files: tuple[str, ...]) -> Distribution:
    """What ``files`` belong to that no distribution lists."""
    return Distribution(
        name="",
        version="",
        requires_dist=(),
        dynamic=(),
        tags=(),
        generator="",
        installer="",
        direct_url="",
        files=files,
    )


_Gone = tuple[tuple[Distribution, tuple[str, ...]], ...]


class Inventory(msgspec.Struct, frozen=True, kw_only=True):
    """What is installed.

    Attributes:
        distributions: of two with one name the first counts, as in an import. What no
            distribution lists belongs to a nameless one.
        gone: libraries and ``.pth`` files that a RECORD lists and the disk lacks, by distribution
            and in its order.
        changed: libraries of another size than RECORD has, in the same way.
        beside: those that it lacks of what lies beside the packages, where installers may put it elsewhere.
        shared: distributions that list one file with different content, by the file's path.
        not_examined: phrases for what could not be read.
        target: what it is for.

    """

    distributions: tuple[Distribution, ...]
    gone: _Gone = ()
    beside: _Gone = ()
    changed: _Gone = ()
    shared: tuple[tuple[str, tuple[Distribution, ...]], ...] = ()
    not_examined: tuple[str, ...] = ()
    target: Target = Target()


def read(sites: Sites, target: Target | None = None, root: str = "") -> Inventory:
    """What is in ``sites``.

    Args:
        sites: the folders.
        target: what it is for; None where the wheels that were installed are to tell.
        root: the folder that is ``/`` for it; empty for this machine's own.

    """
    found: dict[str, Distribution] = {}
    unread: list[str] = []
    unlinked: list[tuple[str, tuple[str, ...]]] = []
    for site in sites.folders:
        listing = installed.listing(site)
        distributions = [installed.read_one(f"{site}/{each}") for each in listing.infos]
        eggs = [installed.read_egg(f"{site}/{each}") for each in listing.eggs]
        unread += [
            f"{each.name or folder} ({each.problem})"
            for each, folder in zip(
                [*distributions, *eggs], [*listing.infos, *listing.eggs], strict=True
            )
            if each.problem
        ]
        unrecorded = not listing.infos or bool(eggs) or site in sites.sources
        for folder, one in zip(listing.infos, distributions, strict=True):
            if not one.libraries and not _has_record(f"{site}/{folder}"):
                unrecorded = True
        for one in (*distributions, *eggs):
            if not one.name:
                more = tuple(_paths(site, one.libraries))
                found[""] = nameless((*found[""].files, *more) if "" in found else more)
            elif one.name not in found:
                fields = msgspec.structs.asdict(one)
                if not one.installer and str(site).endswith(_OF_DEBIAN):
                    fields["installer"] = "debian"
                found[one.name] = Distribution(**fields, files=tuple(_paths(site, one.libraries)))
                lost = [f"{site}/{e}" for e in one.path_files if not os.path.exists(f"{site}/{e}")]  # noqa: PTH110
                unlinked += [(one.name, tuple(lost))] if lost else []
        if unrecorded:
            owned = {path for each in found.values() for path in each.files}
            stray = [path for path in _walk(site) if path not in owned]
            _give(stray, site, [*distributions, *eggs], found)
    if target is None:
        target = of_tags(tag for each in found.values() for tag in each.tags) or Target()
    if target.system == "linux":
        found = {key: _of_linux(each) for key, each in found.items()}
    inside = tuple(f"{site}/" for site in sites.folders)
    hidden: set[str] = set()
    kept, gone, beside = _on_disk(
        [each for key, each in found.items() if key], inside, root, hidden
    )
    nobodys = [found[""]] if "" in found else []
    return Inventory(
        distributions=(*kept, *nobodys),
        gone=(*gone, *((found[name], lost) for name, lost in unlinked)),
        beside=beside,
        changed=tuple((each, paths) for each in found.values() if (paths := tuple(_resized(each)))),
        shared=tuple(_shared(list(found.values()))),
        not_examined=(
            *([f"the metadata of {listed(unread, quotes='')}"] if unread else []),
            *([f"{len(hidden)} libraries in folders without permission"] if hidden else []),
        ),
        target=target,
    )


def _of_linux(one: Distribution) -> Distribution:
    """``one`` without the DLLs and the like that it brings for others."""
    if not any(map(library_names.OF_OTHERS.search, one.files)):
        return one
    kept = [not library_names.OF_OTHERS.search(path) for path in one.files]
    return msgspec.structs.replace(
        one,
        files=tuple(compress(one.files, kept)),
        hashes=tuple(compress(one.hashes, kept)),
    )


def _give(stray: list[str], site: Path, ones: list[Listed], found: dict[str, Distribution]) -> None:
    """Adds ``stray`` files to the distributions whose top-level packages they are in."""
    owner_of = {top: each.name for each in ones for top in each.top_level}
    base = f"{site}/"
    by_owner: dict[str, list[str]] = {}
    for path in stray:
        top = path.removeprefix(base).partition("/")[0].partition(".")[0]
        by_owner.setdefault(owner_of.get(top, ""), []).append(path)
    for name, paths in by_owner.items():
        known = found.get(name) or nameless(())
        found[name] = msgspec.structs.replace(known, files=(*known.files, *paths))


def _on_disk(
    distributions: list[Distribution], inside: tuple[str, ...], root: str, hidden: set[str]
) -> tuple[list[Distribution], _Gone, _Gone]:
    """The distributions with the files that are there, and those that are not: see Inventory.

    ``hidden`` grows by those of which this user may not know.
    """
    kept, gone, beside = [], [], []
    for each in distributions:
        missing = tuple([path for path in each.files if not _is_there(path, root)])
        if missing:
            left = set(missing)
            there = tuple(path for path in each.files if path not in left)
            each = msgspec.structs.replace(each, files=there)  # noqa: PLW2901
            hidden.update(filter(_is_hidden, missing))
            libraries = [p for p in missing if _LIBRARY.search(p) and p not in hidden]
            if own := tuple(path for path in libraries if path.startswith(inside)):
                gone.append((each, own))
            if others := tuple(path for path in libraries if not path.startswith(inside)):
                beside.append((each, others))
        kept.append(each)
    return kept, tuple(gone), tuple(beside)


def _is_there(path: str, root: str) -> bool:
    """Whether there is something; a link that leads to nothing is nothing."""
    return os.path.exists(path) or (  # noqa: PTH110
        root != "" and os.path.exists(rooted.real(root, path))  # noqa: PTH110
    )


def _resized(one: Distribution) -> Iterator[str]:
    """The files of ``one`` whose size is another than RECORD has, and not for being stripped."""
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
    """Files that several list, with different content."""
    seen: dict[str, list[tuple[Distribution, str]]] = {}
    for each in distributions:
        if each.hashes:
            for path, hashed in zip(each.files, each.hashes, strict=False):
                seen.setdefault(path, []).append((each, hashed))
    for path, owners in seen.items():
        if len(owners) > 1 and len({hashed for _, hashed in owners}) > 1:
            yield path, tuple(each for each, _ in owners)


def _has_record(info: str) -> bool:
    try:
        return os.stat(f"{info}/RECORD").st_size > 0  # noqa: PTH116
    except OSError:
        return False


def _paths(site: Path, libraries: Iterable[str]) -> Iterator[str]:
    base = str(site)
    for name in libraries:
        if ".data/" in name:
            name = _DATA.sub("", name)  # noqa: PLW2901
        plain = not name.startswith((".", "/")) and "/." not in name
        yield f"{base}/{name}" if plain else os.path.normpath(os.path.join(base, name))  # noqa: PTH118


def _walk(site: Path) -> Iterator[str]:
    """Shared objects below ``site``; no link to a folder is followed.

    Of folders below, those alone that may be packages, or hold their libraries: a source tree
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
