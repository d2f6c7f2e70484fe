"""What is known of a packaging tool, whichever of its interfaces is used.

Each tool's file makes one ``PackagingTool``, called ``TOOL``; the registry finds it there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Generic, Protocol, TypeVar

import msgspec
from packaging.version import Version

from native_skew.installers.base import Installer
from native_skew.installers.locks import LockFormat

NEWEST = "newest"
_WORD = re.compile(r"[\w-]+")


class CellFolders(msgspec.Struct, frozen=True, kw_only=True):
    """Where a cell lets its tool read and write, and the index that it is to ask.

    Attributes:
        root: the cell's own folder, above the project's.
        cache: the tools' caches; counts up where a step wants a new one.
        user_configuration: XDG_CONFIG_HOME.
        system_configuration: XDG_CONFIG_DIRS.
        data: XDG_DATA_HOME.
        index_url: the cell's index.
        authority: the certificate of whoever vouches for the index; None where nobody has to.

    """

    root: Path
    cache: Path
    user_configuration: Path
    system_configuration: Path
    data: Path
    index_url: str
    authority: Path | None = None


class Isolation(msgspec.Struct, frozen=True, kw_only=True):
    """What keeps a tool from seeing anything of the user's.

    Attributes:
        variables: set for every process of a cell, whichever tool it is about: one tool may run
            another.
        files: content by path; a file that is found ends a search for configuration.

    """

    variables: Mapping[str, str] = {}
    files: Mapping[Path, str] = {}


def _nothing(_: CellFolders) -> Isolation:
    return Isolation()


class NamedFile(Protocol):
    """A distribution file."""

    @property
    def filename(self) -> str:
        """Which says project, version and tags."""


File = TypeVar("File", bound=NamedFile)


class ReleaseFiles(msgspec.Struct, Generic[File], frozen=True, kw_only=True):
    """The files of one release, as an installer on one Python and platform sees them.

    Attributes:
        wheels: in the order in which the index lists them, without those that are yanked.
        fitting: the wheel that is installed; None where none fits.
        sdist: None where there is none.
        nearness: how near a wheel that does not fit comes: 3 wrong platform, 2 wrong ABI, 1 wrong
            interpreter.
        python: the minor version, such as ``3.12``, which is also the oldest of a project's.
        first_uploaded: on the public index, whose JSON tells of a release by that file; else None.

    """

    wheels: tuple[File, ...]
    fitting: File | None
    sdist: File | None
    nearness: Callable[[File], int]
    python: str
    first_uploaded: File | None = None


class MetadataReader(Protocol):
    """Which file's metadata a tool resolves with, before anything is built."""

    def __call__(self, files: ReleaseFiles[File]) -> File | None:
        """One of ``files``; None where there is none."""


class PackagingTool(msgspec.Struct, frozen=True, kw_only=True):
    """A tool that installs: pip, uv, Poetry.

    Attributes:
        name: the distribution that provides it.
        title: as its authors write it.
        installers: its interfaces, in the order of display.
        order: its place among the tools wherever they are listed; equals by name.
        default_versions: those that are run where none is named.
        extras: of the distribution, fetched with it.
        commands: what is run, found on PATH, the first of which says the version; without any,
            the command of the tool's own name.
        isolate: what keeps the user's settings out.
        installer_file: its word in the INSTALLER file of what it installed, in lower case; empty
            where it leaves that to another tool.
            https://packaging.python.org/en/latest/specifications/recording-installed-packages/#the-installer-file
        readers: which one file of a release it takes the metadata of, by the command that does,
            as audit speaks of it; none where it looks at the file alone that it installs.
        locks: the kinds of lock that it writes or installs.
        first_release: the oldest release that the timeline asks; empty where it asks none.
        remake: what makes an environment's interpreter anew and keeps what is installed, before
            the Python's version and the folder; its name stands in the pyvenv.cfg of its own.
        holding: where a project's pyproject.toml holds versions, whatever else is asked: keys, one
            below the other, of a list of requirements or of a table of versions by name.
        documentation: where its commands are described.
        since: the first release that knows a word of its commands and files, where releases that
            lack it are still in use.
        looked_up: the versions for which was looked up what it has not, as ``pip<=26.3``.

    """

    name: str
    title: str
    installers: tuple[Installer, ...]
    order: int = 100
    default_versions: tuple[str, ...] = (NEWEST,)
    extras: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    isolate: Callable[[CellFolders], Isolation] = _nothing
    installer_file: str = ""
    readers: Mapping[str, MetadataReader] = {}
    locks: tuple[LockFormat, ...] = ()
    first_release: str = ""
    remake: tuple[str, ...] = ()
    holding: tuple[tuple[str, ...], ...] = ()
    documentation: str = ""
    since: Mapping[str, str] = {}
    looked_up: str = ""

    def __post_init__(self) -> None:
        if not self.commands:
            msgspec.structs.force_setattr(self, "commands", (self.name,))

    def needed(self, texts: Iterable[str]) -> str:
        """The oldest release that knows all that ``texts``, files and commands, say; or empty."""
        words = {word for text in texts for word in _WORD.findall(text)}
        found = (release for word, release in self.since.items() if word in words)
        return max(found, key=Version, default="")

    @property
    def requirement(self) -> str:
        """What an index is asked for."""
        return f"{self.name}[{','.join(self.extras)}]" if self.extras else self.name


def virtualenv_variables(folders: CellFolders) -> dict[str, str]:
    """For tools that make environments with virtualenv.

    It looks for newer seed packages in the background, on the public index:
    https://virtualenv.pypa.io/en/latest/user_guide.html#embed-wheels-for-distributions
    """
    return {
        "VIRTUALENV_NO_PERIODIC_UPDATE": "1",
        "VIRTUALENV_NO_DOWNLOAD": "1",
        "VIRTUALENV_OVERRIDE_APP_DATA": str(folders.cache / "virtualenv"),
    }
