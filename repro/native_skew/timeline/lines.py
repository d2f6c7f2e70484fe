"""Which questions the timeline asks, and of which releases."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec
from packaging.version import InvalidVersion, Version

from native_skew import scenarios
from native_skew.errors import NothingSelectedError, SkewError
from native_skew.installers import INSTALLERS, TOOLS, parse_choice, remedies
from native_skew.run import ISSUE
from native_skew.timeline.record import Line, Question
from native_skew.toolchain import Interpreter, Toolbox

# What is recorded: (scenario/variant, installer, remedies).
LINES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (
        ISSUE,
        "uv-pip-install",
        ("nothing", "match-runtime", "build-constraint", "override", "second-install"),
    ),
    (ISSUE, "uv-sync", ("nothing", "match-runtime")),
    (ISSUE, "uv-run", ("match-runtime",)),
    (ISSUE, "pip", ("nothing", "build-constraint", "constraint-variable")),
    ("unstamped-pin/only", "pip", ("nothing", "constraint-variable")),
    ("stamped-sdist-only/dynamic-lower", "uv-pip-install", ("nothing", "match-runtime")),
    ("stamped-sdist-only/dynamic-upper", "uv-pip-install", ("nothing", "match-runtime")),
    ("stamped-sdist-only/dynamic-upper", "pip", ("nothing",)),
    ("stale-build-tree/same-environment", "uv-sync", ("match-runtime",)),
    ("stale-build-tree/new-environment", "uv-sync", ("match-runtime",)),
    ("stale-build-tree/no-validators", "uv-sync", ("match-runtime",)),
)


class NoFloorError(SkewError):
    """A tool whose releases are not kept from any one on."""

    def __init__(self, tool: str, known: Iterable[str]) -> None:
        super().__init__(
            f"{tool}: no first release is set ({', '.join(known)} have one); "
            "say with --since VERSION which to begin with"
        )


class NoReleaseError(SkewError):
    """No release lies between --since and --until."""

    def __init__(self, tool: str, since: str, until: str | None) -> None:
        end = f" and none newer than {until}" if until else ""
        super().__init__(
            f"{tool}: the index has no release from {since} on{end} for this interpreter; "
            "correct --since and --until, or ask the index anew with --newest"
        )


class VersionError(SkewError):
    """--since or --until is not a version."""

    def __init__(self, option: str, text: str) -> None:
        super().__init__(f"{option} {text}: not a version; write it as the release is named")


class InstallerVersionError(SkewError):
    """--installer with a version or an executable: the timeline runs through versions itself."""

    def __init__(self, text: str) -> None:
        super().__init__(
            f"--installer {text}: name an interface without a version, as uv-sync; "
            "--since and --until say which releases"
        )


class ShorterLineError(SkewError):
    """--record would replace a line by a part of it."""

    def __init__(self, question: str, recorded: tuple[str, str], asked: tuple[str, str]) -> None:
        super().__init__(
            f"{question}: recorded from {recorded[0]} to {recorded[1]}, and --record would keep "
            f"{asked[0]} to {asked[1]} only; leave --since and --until out, ask for newer "
            "releases with --newest, or record elsewhere with --results"
        )


class LineFilters(msgspec.Struct, frozen=True, kw_only=True):
    """What the command line asks for; all empty means what is recorded.

    ``since`` and ``until`` are the first and the last release; without them, the tool's
    ``first_release`` and the newest.
    """

    scenarios: tuple[str, ...] = ()
    installers: tuple[str, ...] = ()
    remedies: tuple[str, ...] = ()
    since: str | None = None
    until: str | None = None


def questions(filters: LineFilters, python: Interpreter) -> tuple[Question, ...]:
    """The questions that ``filters`` name.

    Raises:
        UnknownNameError: a filter names nothing that there is.
        InstallerVersionError: an installer is named with a version.
        NothingSelectedError: no question is left.

    """
    found = tuple(
        Question(
            scenario=scenario,
            variant=variant,
            installer=installer,
            remedy=remedy,
            python=python.name,
        )
        for scenario, variant, installer, remedy in _named(filters)
    )
    if not found:
        raise NothingSelectedError
    return found


def _named(filters: LineFilters) -> Iterator[tuple[str, str, str, str]]:
    if not (filters.scenarios or filters.installers or filters.remedies):
        for place, installer, names in LINES:
            scenario, variant = place.split("/")
            yield from ((scenario, variant, installer, remedy) for remedy in names)
        return
    for name in filters.remedies:
        remedies.find(name)
    installers = [each for text in filters.installers for each in _installers(text)]
    # Else the first interface of each tool whose releases are asked.
    installers = installers or [e.installers[0].id for e in TOOLS.values() if e.first_release]
    for place in filters.scenarios or (ISSUE,):
        scenario_, variants = scenarios.find_variants(place)
        for variant in variants:
            for installer in installers:
                for remedy in filters.remedies or ("nothing",):
                    if remedy in scenario_.all_remedies and not scenario_.live:
                        yield scenario_.id, variant, installer, remedy


def _installers(text: str) -> Iterator[str]:
    choice = parse_choice(text)
    if choice.version or choice.binary:
        raise InstallerVersionError(text)
    yield from (each.id for each in choice.installers)


def releases(tool: str, filters: LineFilters, toolbox: Toolbox) -> tuple[str, ...]:
    """The releases of ``tool`` from the first to the last that is asked for, older first.

    Raises:
        NoFloorError: no first release is set for this tool.
        NoReleaseError: none is left.
        VersionError: --since or --until is not a version.
        ToolUnavailableError: the index cannot be asked.

    """
    since = filters.since or TOOLS[tool].first_release
    if not since:
        raise NoFloorError(tool, [each.name for each in TOOLS.values() if each.first_release])
    first = _version("--since", since)
    last = _version("--until", filters.until) if filters.until else None
    found = tuple(
        each
        for each in toolbox.releases(tool)
        if first <= Version(each) and (last is None or Version(each) <= last)
    )
    if not found:
        raise NoReleaseError(tool, since, filters.until)
    return found


def require_whole(line: Line, asked: Sequence[str], known: Sequence[str], *, fresh: bool) -> None:
    """Makes sure that recording the releases ``asked`` makes no shorter one of ``line``.

    A release that was withdrawn since shortens nothing. Of one that is newer than all ``known``
    this can be said only if these are ``fresh``.

    Args:
        line: as recorded.
        asked: some of ``known``, without a gap, older first.
        known: all of the tool's releases, older first.
        fresh: the index was asked for them just now; else they may be remembered from before.

    Raises:
        ShorterLineError: it does.

    """
    newest = Version(known[-1])
    left = [e for e in line.releases if e in known or (not fresh and Version(e) > newest)]
    if left and not set(asked).issuperset((left[0], left[-1])):
        raise ShorterLineError(line.question.id, (left[0], left[-1]), (asked[0], asked[-1]))


def tools_of(found: Sequence[Question]) -> tuple[str, ...]:
    """The tools that the questions are asked of."""
    return tuple(dict.fromkeys(INSTALLERS[each.installer].tool for each in found))


def _version(option: str, text: str) -> Version:
    try:
        return Version(text)
    except InvalidVersion as error:
        raise VersionError(option, text) from error
