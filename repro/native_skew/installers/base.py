"""What every installer is: a Request, rendered to its files and command lines.

An installer knows its tool's idiom and nothing else. What it renders is what a user
would type and write: isolation comes from the environment that the runner gives, so that
the documentation can show the very same lines.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal

import msgspec
from packaging.utils import canonicalize_name
from packaging.version import Version

from native_skew.installers.request import FEATURES, Request, used_features

Command = tuple[str, ...]


class Unsupported(Exception):  # noqa: N818  (an answer, not an error)
    """The tool has no such feature; ``str()`` is the reason.

    Args:
        reason: a sentence.
        source: where the tool's documentation, code or authors say so.
        versions: the tool and those of its versions that it was looked up for, as ``pip<=26.3``.

    """

    def __init__(self, reason: str, *, source: str = "", versions: str = "") -> None:
        super().__init__(reason)
        self.source, self.versions = source, versions


class Lack(msgspec.Struct, frozen=True):
    """A feature that a tool has not: where that is said, and why, where there is more to say."""

    source: str
    reason: str = ""


class Lacks(msgspec.Struct, frozen=True, kw_only=True):
    """What an installer has not, by feature.

    Attributes:
        title: the installer's, as a sentence names it.
        versions: the tool and those of its versions that were looked at, as ``pip<=26.3``.
        features: names of ``FEATURES``.

    """

    title: str
    versions: str
    features: Mapping[str, Lack]

    def refuse(self, request: Request) -> None:
        """Raises ``Unsupported`` for the first of them that ``request`` uses."""
        for feature in used_features(request):
            if lack := self.features.get(feature):
                reason = lack.reason or f"{self.title} has no way of {FEATURES[feature]}"
                raise Unsupported(reason, source=lack.source, versions=self.versions)


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What to write and run, in the project's folder.

    Attributes:
        files: content by name, relative to the project's folder.
        user_files: content by name, relative to the user's configuration folder.
        locking: command lines that write a lock and install nothing, run before ``commands``.
        lock_files: what they write, relative to the project's folder: all that a second
            machine needs besides ``files``.
        commands: command lines, run in order until one fails.
        python: the command that runs the environment's interpreter.
        environ: variables to set beside those of the isolation.
        library_path: folders, relative to the project's, for LD_LIBRARY_PATH at run time.

    """

    commands: tuple[Command, ...]
    python: Command = (".venv/bin/python",)
    locking: tuple[Command, ...] = ()
    lock_files: tuple[str, ...] = ()
    files: Mapping[str, str] = {}
    user_files: Mapping[str, str] = {}
    environ: Mapping[str, str] = {}
    library_path: tuple[str, ...] = ()

    def commands_of(self, action: Literal["install", "lock", "sync"]) -> tuple[Command, ...]:
        """The command lines of an ``action``: all, those that lock, or those that install."""
        locking = () if action == "sync" else self.locking
        return (*locking, *(() if action == "lock" else self.commands))


class RenderContext(msgspec.Struct, frozen=True, kw_only=True):
    """What a rendering may depend on besides the request.

    Attributes:
        module: the consumer's import name.
        python: the interpreter's path.
        python_version: its ``major.minor``.
        tool_version: the installer's own version.
        index_url: the index, for tools that take it from the project's file alone.

    """

    module: str
    python: str
    python_version: str
    tool_version: Version
    index_url: str


# Kinds of skew, as repairs are chosen by them: the consumer's metadata was stamped by its build;
# likewise, and something else links to the provider; likewise, and no build can have the installed
# provider any more; nothing is stamped; likewise, and it was built with an older provider than is
# installed now; what was built before is taken again; nothing but a symbol is missing.
Cause = Literal["stamped", "shared", "rotten", "unstamped", "cached", "stale", "symbol"]


# What is at a path: an environment, one with a pip of its own, one that the system manages
# (https://packaging.python.org/en/latest/specifications/externally-managed-environments/), or a
# folder of packages alone.
Place = Literal["environment", "with-pip", "managed", "folder"]


class Tab(msgspec.Struct, frozen=True):
    """Where ways to install are shown side by side: the heading, and the place among the tabs.

    ``by_default`` is whether it is shown to somebody who has not said what they install with.
    """

    title: str
    order: int
    by_default: bool = False


class Installer(msgspec.Struct, frozen=True, kw_only=True):
    """One way to install.

    Attributes:
        id: its name on the command line, e.g. ``uv-sync``.
        title: what a user calls it, e.g. ``uv sync``.
        tool: the distribution that provides it, e.g. ``uv``.
        render: gives the plan for a request, or raises ``Unsupported`` with the reason why
            the tool, in this version, cannot do that.
        groups: how it works, in the words of ``GROUPS``: a scenario states its expectations of
            them.
        cost: relative time of a cell; the heavier ones are started first.
        misuse: exit codes by which the tool says that it was misused, or failed in a way that
            is no answer to what was asked.
        makes_environment: False where the runner must create ``.venv`` before.
        needs_pip: whether that ``.venv`` must have a pip of its own.
        beside: other tools that its commands run, each in its newest release.
        since: the tool's first release that can do this at all; empty where all can.
        tab: how it stands beside others; None where it does not.
        repairs: the remedies that doctor offers for a skew in an environment of its tool's, best
            first; what holds in the broken environment, with the cache as the failure left it.
            Offered in the order of the tabs, to those that have one.
        elsewhere: a command of its for what is at a path, instead of ``.venv``; None where the
            project's folder says where that is.

    """

    id: str
    title: str
    tool: str
    render: Callable[[Request, RenderContext], Plan]
    groups: tuple[str, ...] = ()
    cost: int = 1
    misuse: tuple[int, ...] = ()
    makes_environment: bool = False
    needs_pip: bool = False
    beside: tuple[str, ...] = ()
    since: str = ""
    tab: Tab | None = None
    repairs: Mapping[Cause, tuple[str, ...]] = {}
    elsewhere: Callable[[tuple[str, ...], str, Place], tuple[str, ...]] | None = None

    def is_in(self, version: str) -> bool:
        """Whether the tool can do this in ``version``."""
        return not self.since or Version(version) >= Version(self.since)


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
