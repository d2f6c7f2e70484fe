"""What is known of a packaging tool, and of each way to install with it.

An installer renders a Request to the files and command lines that a user would write. Isolation
comes from environment variables that the runner sets, so that the documentation can show the same
lines. Each tool's file defines one ``PackagingTool`` called ``TOOL``, which the registry finds.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Generic, Literal, Protocol, TypeVar

import msgspec
from msgspec.structs import replace
from packaging.utils import canonicalize_name
from packaging.version import Version

from native_skew.findings import Advice
from native_skew.installers.locks import LockFormat
from native_skew.installers.request import FEATURES, Request, used_features

NEWEST = "newest"
# For tools that create environments with virtualenv, which looks for newer seed packages on the
# public index in the background:
# https://virtualenv.pypa.io/en/latest/user_guide.html#embed-wheels-for-distributions
VIRTUALENV = {
    "VIRTUALENV_NO_PERIODIC_UPDATE": "1",
    "VIRTUALENV_NO_DOWNLOAD": "1",
    "VIRTUALENV_OVERRIDE_APP_DATA": "{cache}/virtualenv",
}
FORCED = "--break-system-packages"  # as pip and uv spell it
_MANAGED = (
    "This Python is the system's own, and its programs need it: a virtual environment is safer."
)
_WORD = re.compile(r"[\w-]+")
Command = tuple[str, ...]


class Unsupported(Exception):  # noqa: N818  (an answer, not an error)
    """The tool has no such feature; ``str()`` is the reason, a sentence.

    ``source`` is where the tool's documentation, code or authors say so; ``versions`` are the tool
    and the versions that this was looked up for, as ``pip<=26.3``.
    """

    def __init__(self, reason: str, *, source: str = "", versions: str = "") -> None:
        super().__init__(reason)
        self.source, self.versions = source, versions


class Lack(msgspec.Struct, frozen=True):
    """A feature that a tool lacks: where that is documented, and why if there is more to say."""

    source: str
    reason: str = ""


class Lacks(msgspec.Struct, frozen=True, kw_only=True):
    """The features that an installer lacks."""

    title: str  # the installer's, as used in a sentence
    versions: str  # the tool and the versions that were looked up, as ``pip<=26.3``
    features: Mapping[str, Lack]  # names of ``FEATURES``

    def refuse(self, request: Request) -> None:
        """Raises ``Unsupported`` for the first lacking feature that ``request`` uses."""
        for feature in used_features(request):
            if lack := self.features.get(feature):
                reason = lack.reason or f"{self.title} has no way of {FEATURES[feature]}"
                raise self.unsupported(reason, lack.source)

    def unsupported(self, reason: str, source: str) -> Unsupported:
        """The exception that says, of these versions, what they cannot do."""
        return Unsupported(reason, source=source, versions=self.versions)


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What to write and run, in the project's folder."""

    commands: tuple[Command, ...]  # command lines, run in order until one fails
    python: Command = (".venv/bin/python",)  # the command that runs the environment's interpreter
    # Command lines that write a lock and install nothing, run before ``commands``.
    locking: tuple[Command, ...] = ()
    # The files that they write, relative to the project's folder: all that a second machine needs
    # besides ``files``.
    lock_files: tuple[str, ...] = ()
    files: Mapping[str, str] = {}  # content by name, relative to the project's folder
    # Content by name, relative to the user's configuration folder.
    user_files: Mapping[str, str] = {}
    environ: Mapping[str, str] = {}  # variables to set beside those of the isolation
    # Folders, relative to the project's, for LD_LIBRARY_PATH at run time.
    library_path: tuple[str, ...] = ()

    def commands_of(self, action: Literal["install", "lock", "sync"]) -> tuple[Command, ...]:
        """The command lines of ``action``: all of them, those that lock, or those that install."""
        locking = () if action == "sync" else self.locking
        return (*locking, *(() if action == "lock" else self.commands))


class RenderContext(msgspec.Struct, frozen=True, kw_only=True):
    """What a rendering may depend on besides the request."""

    module: str  # the consumer's import name
    python: str  # the interpreter's path
    python_version: str  # its ``major.minor``
    tool_version: Version  # the installer's own version
    index_url: str  # the index, for tools that take it only from the project's file


# The kinds of skew that repairs are chosen by.
# stamped: the build wrote the provider's version range into the consumer's metadata;
# shared: the same, and another distribution links to the provider;
# rotten: the same, and nothing can be built against the installed provider any more;
# unstamped: the metadata says nothing of the build's version;
# cached: the same, and the consumer was built with an older provider than is installed now;
# stale: an earlier build is used again; symbol: only a symbol is missing.
Cause = Literal["stamped", "shared", "rotten", "unstamped", "cached", "stale", "symbol"]


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where the environment is that advice is about.

    pip and uv refuse to change one that the system manages:
    https://packaging.python.org/en/latest/specifications/externally-managed-environments/
    """

    path: str
    # A folder holds packages and no interpreter.
    kind: Literal["environment", "managed", "folder"] = "environment"
    pip: str = ""  # the release of its own pip; empty if it has none


class Tab(msgspec.Struct, frozen=True):
    """Where ways to install are shown side by side: the heading, and the place among the tabs."""

    title: str
    order: int
    by_default: bool = False  # shown where it is unknown what the user installs with


class Installer(msgspec.Struct, frozen=True, kw_only=True):
    """One way to install."""

    id: str  # its name on the command line, as ``uv-sync``
    title: str  # what a user calls it, as ``uv sync``
    tool: str  # the distribution that provides it, as ``uv``
    # Gives the plan for a request, or raises ``Unsupported`` with the reason why the tool, in this
    # version, cannot do that.
    render: Callable[[Request, RenderContext], Plan]
    # How it works: names of ``GROUPS``, by which scenarios state what they expect.
    groups: tuple[str, ...] = ()
    cost: int = 1  # relative time of a cell; slower ones are started first
    # Exit codes that mean misuse, or a failure that says nothing about what was asked.
    misuse: tuple[int, ...] = ()
    makes_environment: bool = False  # else the runner creates ``.venv`` first
    needs_pip: bool = False  # whether that ``.venv`` must contain pip
    beside: tuple[str, ...] = ()  # other tools that its commands run, each in its newest release
    since: str = ""  # the tool's first release with this interface; empty if all have it
    tab: Tab | None = None  # its place beside the others; None if it is not shown there
    # The remedies that doctor offers for an environment made by this tool, best first: those that
    # work in the broken environment, with the cache as the failure left it. The installers are
    # offered in the order of their tabs.
    repairs: Mapping[Cause, tuple[str, ...]] = {}
    # Turns its advice, which is for ``.venv``, into advice for another place; None if the tool
    # finds the environment by the project's folder.
    elsewhere: Callable[[Advice, Place], Advice] | None = None

    def is_in(self, version: str) -> bool:
        """Whether the tool can do this in ``version``."""
        return not self.since or Version(version) >= Version(self.since)


# How an installer works, as far as it matters to skew; scenarios state what they expect by these
# names. Each installer is in one of the first four groups, and in any of the others.
GROUPS: dict[str, str] = {
    "builds-metadata": (
        "passes over wheels that do not fit, and builds the sdist for its metadata before it "
        "resolves: pip's resolver, whoever runs it"
    ),
    "reads-nearest-wheel": (
        "resolves with the metadata of one wheel, the one that comes nearest to fitting here: uv's "
        "resolver, whoever runs it"
    ),
    "reads-first-wheel": "resolves with the metadata of the first wheel that the index lists",
    "reads-lock-target-wheel": (
        "resolves with the metadata of a wheel that fits any Python and platform of the lock"
    ),
    "locks-for-all-platforms": (
        "makes one lock for every platform, from the first wheel by name that a Python of the "
        "project's can have, though another fits here"
    ),
    "locks": "writes a lock, from which another command installs, on another machine too",
    "resolves-again-at-sync": "hands the pins of its lock to a resolver that looks at what is built",
    "hands-resolution-to-builds": "can build with the very versions that it resolved for run time",
    "hands-no-resolution-to-builds": "uv's interfaces for one command: builds know of no resolution",
    "reads-installed-metadata": "a second run resolves with the metadata of what is installed",
    "keeps-locked-versions": "a second run leaves alone what is there in the version that is locked",
    "keeps-environment": "a second run does nothing where the same is asked for again",
}


class NamedFile(Protocol):
    """A distribution file."""

    @property
    def filename(self) -> str:
        """Its name, which has project, version and tags."""


File = TypeVar("File", bound=NamedFile)


class ReleaseFiles(msgspec.Struct, Generic[File], frozen=True, kw_only=True):
    """The files of one release, as an installer on one Python and platform sees them."""

    # In the index's order, without yanked ones.
    wheels: tuple[File, ...]
    fitting: File | None  # the wheel that is installed; None where none fits
    sdist: File | None
    # How nearly a wheel fits: 3 for a wrong platform, 2 for a wrong ABI, 1 for a wrong interpreter.
    nearness: Callable[[File], int]
    python: str  # the minor version, as ``3.12``; also the oldest that the project supports
    # The file that the public index's JSON describes the release by; None on any other index.
    first_uploaded: File | None = None


class PackagingTool(msgspec.Struct, frozen=True, kw_only=True):
    """A tool that installs: pip, uv, Poetry."""

    name: str  # the distribution that provides it
    title: str  # as its authors write it
    installers: tuple[Installer, ...]  # its interfaces, in the order of display
    order: int = 100  # its place wherever tools are listed; ties are sorted by name
    default_versions: tuple[str, ...] = (NEWEST,)  # those that run if none is named
    extras: tuple[str, ...] = ()  # of the distribution, fetched with it
    # Its commands on PATH, the first of which prints the version; by default the one command that
    # is named like the tool.
    commands: tuple[str, ...] = ()
    # Variables that keep the user's settings out. They are set in every process of every cell,
    # since one tool may run another. Braces enclose the cell's paths and addresses: root, cache,
    # data, user_configuration, system_configuration, index_url, authority. Empty ones are not set.
    variables: Mapping[str, str] = {}
    # Files for the same purpose, by path: a file that is found ends the search for configuration.
    files: Mapping[str, str] = {}
    # What it writes to INSTALLER files, in lower case; empty if another tool writes them.
    # https://packaging.python.org/en/latest/specifications/recording-installed-packages/#the-installer-file
    installer_file: str = ""
    # By command, as audit names it: which file of a release the tool takes the metadata from when
    # it resolves. Empty if it reads only the file that it installs.
    readers: Mapping[str, Callable[[ReleaseFiles[Any]], Any]] = {}
    # Those of them that go by the oldest Python of a project, whichever installs.
    reads_for_oldest: tuple[str, ...] = ()
    locks: tuple[LockFormat, ...] = ()  # the kinds of lock that it writes or installs
    first_release: str = ""  # the oldest release in the timeline; empty if it has none there
    # The command that renews an environment's interpreter and keeps its packages; the Python's
    # version and the folder follow. pyvenv.cfg names the tool if it made the environment.
    remake: tuple[str, ...] = ()
    # Where a project's pyproject.toml pins versions regardless of what is asked: the keys,
    # outermost first, of a list of requirements or of a table of versions by name.
    holding: tuple[tuple[str, ...], ...] = ()
    documentation: str = ""  # where its commands are described
    # By word of its commands and files: the first release that knows it, if releases without it are
    # still in use.
    since: Mapping[str, str] = {}
    looked_up: str = ""  # the versions whose lacking features were looked up, as ``pip<=26.3``

    def oldest(self, texts: Iterable[str]) -> str:
        """The oldest release that knows all words of ``texts`` (files, commands); empty for any."""
        words = {word for text in texts for word in _WORD.findall(text)}
        found = (release for word, release in self.since.items() if word in words)
        return max(found, key=Version, default="")

    def needs(self, texts: Iterable[str]) -> str:
        """The same with the tool's name, as ``pip 25.3``."""
        release = self.oldest(texts)
        return f"{self.title} {release}" if release else ""

    @property
    def requirement(self) -> str:
        """What an index is asked for."""
        return f"{self.name}[{','.join(self.extras)}]" if self.extras else self.name


def require_version(
    context: RenderContext, title: str, feature: str, since: str, source: str
) -> None:
    """Raises ``Unsupported`` where the tool is older than the release with ``feature``.

    ``source`` is where the release notes say so.
    """
    if context.tool_version < Version(since):
        raise Unsupported(
            f"{title} has {feature} from {since} on; this is {context.tool_version}",
            source=source,
            versions=f"{canonicalize_name(title)}<{since}",
        )


def moved(advice: Advice, change: Callable[[Command], Command]) -> Advice:
    """``advice`` with each command changed by ``change``, and a warning if one is forced."""
    commands = tuple(shlex.join(change(tuple(shlex.split(each)))) for each in advice.commands)
    forces = any(FORCED in each for each in commands)
    trap = " ".join(filter(None, (advice.trap, _MANAGED if forces else "")))
    return replace(advice, commands=commands, trap=trap)


def repeated(option: str, values: Iterable[str]) -> list[str]:
    """The option with each of the values."""
    return [word for value in values for word in (option, value)]


def with_variables(variables: Mapping[str, str], *words: str) -> Command:
    """A command line preceded by variables that are set for it alone; empty ones are left out."""
    settings = tuple(f"{name}={value}" for name, value in variables.items() if value)
    return ("env", *settings, *words) if settings else words


def requirement_lines(requirements: Iterable[str]) -> str:
    """A requirements, constraints or overrides file."""
    return "".join(f"{each}\n" for each in requirements)


def requirement_files(**lists: Iterable[str]) -> dict[str, str]:
    """A file for each list that is not empty: ``build-constraints.txt`` of ``build_constraints``."""
    return {
        f"{name.replace('_', '-')}.txt": requirement_lines(each)
        for name, each in lists.items()
        if each
    }


def application(request: Request, context: RenderContext) -> dict[str, Any]:
    """The ``[project]`` table of an application with the requirements of ``request``."""
    return {
        "name": "application",
        "version": "0.1.0",
        "requires-python": request.requires_python or f">={context.python_version}",
        "dependencies": request.requirements,
    }


class Tables(tuple[Mapping[str, Any], ...]):
    """Tables that get a ``[[heading]]`` each; tables in a plain list are written inline."""

    __slots__ = ()


def toml(data: Mapping[str, Any]) -> str:
    """Writes TOML as people do: tables inside arrays on one line."""
    # Imported late: doctor needs it only if it has found something.
    import tomlkit  # noqa: PLC0415

    document = tomlkit.document()
    for key, value in data.items():
        document[key] = _toml_value(value)
    return tomlkit.dumps(document)


def _toml_value(value: Any, *, inline: bool = False) -> Any:
    import tomlkit  # noqa: PLC0415

    if isinstance(value, Mapping):
        is_super = all(isinstance(each, Mapping) for each in value.values())
        table = tomlkit.inline_table() if inline else tomlkit.table(is_super_table=is_super)
        for key, each in value.items():
            table[key] = _toml_value(each, inline=inline)
        return table
    if isinstance(value, Tables):
        tables = tomlkit.aot()
        for each in value:
            tables.append(_toml_value(each))
        return tables
    if isinstance(value, (list, tuple)):
        array = tomlkit.array()
        for each in value:
            array.append(_toml_value(each, inline=True))
        return array
    return value
