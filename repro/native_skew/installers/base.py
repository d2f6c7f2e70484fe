"""What is known of a packaging tool, and of each way to install with it.

A way renders a Request to what a user would type and write: isolation comes from the environment
that the runner gives, so that the documentation can show the very same lines. Each tool's file
makes one ``PackagingTool``, called ``TOOL``; the registry finds it there.
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
# For tools that make environments with virtualenv. It looks for newer seed packages in the
# background, on the public index:
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
    and those of its versions that it was looked up for, as ``pip<=26.3``.
    """

    def __init__(self, reason: str, *, source: str = "", versions: str = "") -> None:
        super().__init__(reason)
        self.source, self.versions = source, versions


class Lack(msgspec.Struct, frozen=True):
    """A feature that a tool has not: where that is said, and why, where there is more to say."""

    source: str
    reason: str = ""


class Lacks(msgspec.Struct, frozen=True, kw_only=True):
    """What an installer has not, by feature."""

    title: str  # the installer's, as a sentence names it
    versions: str  # the tool and those of its versions that were looked at, as ``pip<=26.3``
    features: Mapping[str, Lack]  # names of ``FEATURES``

    def refuse(self, request: Request) -> None:
        """Raises ``Unsupported`` for the first of them that ``request`` uses."""
        for feature in used_features(request):
            if lack := self.features.get(feature):
                reason = lack.reason or f"{self.title} has no way of {FEATURES[feature]}"
                raise self.unsupported(reason, lack.source)

    def unsupported(self, reason: str, source: str) -> Unsupported:
        """Says of these versions that they cannot do what is asked."""
        return Unsupported(reason, source=source, versions=self.versions)


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What to write and run, in the project's folder."""

    commands: tuple[Command, ...]  # command lines, run in order until one fails
    python: Command = (".venv/bin/python",)  # the command that runs the environment's interpreter
    # Command lines that write a lock and install nothing, run before ``commands``.
    locking: tuple[Command, ...] = ()
    # What they write, relative to the project's folder: all that a second machine needs besides
    # ``files``.
    lock_files: tuple[str, ...] = ()
    files: Mapping[str, str] = {}  # content by name, relative to the project's folder
    # Content by name, relative to the user's configuration folder.
    user_files: Mapping[str, str] = {}
    environ: Mapping[str, str] = {}  # variables to set beside those of the isolation
    # Folders, relative to the project's, for LD_LIBRARY_PATH at run time.
    library_path: tuple[str, ...] = ()

    def commands_of(self, action: Literal["install", "lock", "sync"]) -> tuple[Command, ...]:
        """The command lines of an ``action``: all, those that lock, or those that install."""
        locking = () if action == "sync" else self.locking
        return (*locking, *(() if action == "lock" else self.commands))


class RenderContext(msgspec.Struct, frozen=True, kw_only=True):
    """What a rendering may depend on besides the request."""

    module: str  # the consumer's import name
    python: str  # the interpreter's path
    python_version: str  # its ``major.minor``
    tool_version: Version  # the installer's own version
    index_url: str  # the index, for tools that take it from the project's file alone


# Kinds of skew, as repairs are chosen by them: the consumer's metadata was stamped by its build;
# likewise, and something else links to the provider; likewise, and no build can have the installed
# provider any more; nothing is stamped; likewise, and it was built with an older provider than is
# installed now; what was built before is taken again; nothing but a symbol is missing.
Cause = Literal["stamped", "shared", "rotten", "unstamped", "cached", "stale", "symbol"]


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where an environment is that somebody is told to mend.

    What the system manages is left alone by pip and uv:
    https://packaging.python.org/en/latest/specifications/externally-managed-environments/
    """

    path: str
    kind: Literal["environment", "managed", "folder"] = "environment"  # or packages alone
    pip: str = ""  # the release of the pip in it; empty where it has none


class Tab(msgspec.Struct, frozen=True):
    """Where ways to install are shown side by side: the heading, and the place among the tabs."""

    title: str
    order: int
    by_default: bool = False  # shown to somebody who has not said what they install with


class Installer(msgspec.Struct, frozen=True, kw_only=True):
    """One way to install."""

    id: str  # its name on the command line, as ``uv-sync``
    title: str  # what a user calls it, as ``uv sync``
    tool: str  # the distribution that provides it, as ``uv``
    # Gives the plan for a request, or raises ``Unsupported`` with the reason why the tool, in this
    # version, cannot do that.
    render: Callable[[Request, RenderContext], Plan]
    # How it works, in the words of ``GROUPS``: a scenario states its expectations of them.
    groups: tuple[str, ...] = ()
    cost: int = 1  # relative time of a cell; the heavier ones are started first
    # Exit codes by which the tool says that it was misused, or failed in a way that is no answer to
    # what was asked.
    misuse: tuple[int, ...] = ()
    makes_environment: bool = False  # False where the runner must create ``.venv`` before
    needs_pip: bool = False  # whether that ``.venv`` must have a pip of its own
    beside: tuple[str, ...] = ()  # other tools that its commands run, each in its newest release
    since: str = ""  # the tool's first release that can do this at all; empty where all can
    tab: Tab | None = None  # how it stands beside others; None where it does not
    # The remedies that doctor offers for a skew in an environment of its tool's, best first; what
    # holds in the broken environment, with the cache as the failure left it. Offered in the order
    # of the tabs, to those that have one.
    repairs: Mapping[Cause, tuple[str, ...]] = {}
    # Its advice for what is at a place, instead of ``.venv``; None where the project's folder says
    # where that is.
    elsewhere: Callable[[Advice, Place], Advice] | None = None

    def is_in(self, version: str) -> bool:
        """Whether the tool can do this in ``version``."""
        return not self.since or Version(version) >= Version(self.since)


# How an installer works, as far as that decides what a skew does to it: a scenario states its
# expectations of these names. Each is in one of the first four, and any of the others.
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
        """Which says project, version and tags."""


File = TypeVar("File", bound=NamedFile)


class ReleaseFiles(msgspec.Struct, Generic[File], frozen=True, kw_only=True):
    """The files of one release, as an installer on one Python and platform sees them."""

    # In the order in which the index lists them, without those that are yanked.
    wheels: tuple[File, ...]
    fitting: File | None  # the wheel that is installed; None where none fits
    sdist: File | None
    # How near a wheel that does not fit comes: 3 wrong platform, 2 wrong ABI, 1 wrong interpreter.
    nearness: Callable[[File], int]
    python: str  # the minor version, such as ``3.12``, which is also the oldest of a project's
    # On the public index, whose JSON tells of a release by that file; else None.
    first_uploaded: File | None = None


class PackagingTool(msgspec.Struct, frozen=True, kw_only=True):
    """A tool that installs: pip, uv, Poetry."""

    name: str  # the distribution that provides it
    title: str  # as its authors write it
    installers: tuple[Installer, ...]  # its interfaces, in the order of display
    order: int = 100  # its place among the tools wherever they are listed; equals by name
    default_versions: tuple[str, ...] = (NEWEST,)  # those that are run where none is named
    extras: tuple[str, ...] = ()  # of the distribution, fetched with it
    # What is run, found on PATH, the first of which says the version; without any, the command of
    # the tool's own name.
    commands: tuple[str, ...] = ()
    # What keeps the user's settings out, in every process of a cell: one tool may run another. In
    # braces stand the cell's places: root, cache, data, user_configuration, system_configuration,
    # index_url, authority. An empty variable is not set.
    variables: Mapping[str, str] = {}
    # Likewise content by path; a file that is found ends a search for configuration.
    files: Mapping[str, str] = {}
    # Its word in the INSTALLER file of what it installed, in lower case; empty where it leaves that
    # to another tool.
    # https://packaging.python.org/en/latest/specifications/recording-installed-packages/#the-installer-file
    installer_file: str = ""
    # Which one file of a release it resolves with the metadata of, if any, by the command that does,
    # as audit speaks of it; none where it looks at the file alone that it installs.
    readers: Mapping[str, Callable[[ReleaseFiles[Any]], Any]] = {}
    # Those of them that go by the oldest Python of a project, whichever installs.
    reads_for_oldest: tuple[str, ...] = ()
    locks: tuple[LockFormat, ...] = ()  # the kinds of lock that it writes or installs
    first_release: str = ""  # the oldest release that the timeline asks; empty where it asks none
    # What makes an environment's interpreter anew and keeps what is installed, before the Python's
    # version and the folder; its name stands in the pyvenv.cfg of its own.
    remake: tuple[str, ...] = ()
    # Where a project's pyproject.toml holds versions, whatever else is asked: keys, one below the
    # other, of a list of requirements or of a table of versions by name.
    holding: tuple[tuple[str, ...], ...] = ()
    documentation: str = ""  # where its commands are described
    # The first release that knows a word of its commands and files, where releases that lack it are
    # still in use.
    since: Mapping[str, str] = {}
    looked_up: str = ""  # the versions for which was looked up what it has not, as ``pip<=26.3``

    def oldest(self, texts: Iterable[str]) -> str:
        """The oldest release that knows all that ``texts``, files and commands, say; or empty."""
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
    """``advice`` with each command as ``change`` makes it, and a word on what it forces."""
    commands = tuple(shlex.join(change(tuple(shlex.split(each)))) for each in advice.commands)
    forces = any(FORCED in each for each in commands)
    trap = " ".join(filter(None, (advice.trap, _MANAGED if forces else "")))
    return replace(advice, commands=commands, trap=trap)


def repeated(option: str, values: Iterable[str]) -> list[str]:
    """The option with each of the values."""
    return [word for value in values for word in (option, value)]


def with_variables(variables: Mapping[str, str], *words: str) -> Command:
    """A command line behind the variables that are set for it alone; empty ones are left out."""
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
    """The ``[project]`` table of an application that asks for what ``request`` asks for."""
    return {
        "name": "application",
        "version": "0.1.0",
        "requires-python": request.requires_python or f">={context.python_version}",
        "dependencies": request.requirements,
    }


class Tables(tuple[Mapping[str, Any], ...]):
    """Tables that stand under a ``[[heading]]`` each; those of a plain list stay on its lines."""

    __slots__ = ()


def toml(data: Mapping[str, Any]) -> str:
    """Writes TOML as people do: tables inside arrays on one line."""
    # Not on top: doctor starts without it, and writes TOML where it has found something.
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
