"""The questions that the timeline asks, and the releases that it asks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

import msgspec
from packaging.version import InvalidVersion, Version

from native_skew import scenarios
from native_skew.errors import NothingSelectedError, SkewError
from native_skew.installers import TOOLS, parse_choice, remedies
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


class TimelineError(SkewError):
    """A timeline cannot be made or recorded."""


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
        UnknownNameError: a filter names something unknown.
        TimelineError: an installer is named with a version.
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
    installers = []
    for text in filters.installers:
        choice = parse_choice(text)
        if choice.version or choice.binary:
            raise TimelineError(
                f"--installer {text}: name an interface without a version, as uv-sync; "
                "--since and --until say which releases"
            )
        installers += [each.id for each in choice.installers]
    # By default the first interface of each tool in the timeline.
    installers = installers or [e.installers[0].id for e in TOOLS.values() if e.first_release]
    for place in filters.scenarios or (ISSUE,):
        scenario_, variants = scenarios.find_variants(place)
        for variant, installer in product(variants, installers):
            for remedy in filters.remedies or ("nothing",):
                if remedy in scenario_.all_remedies and not scenario_.live:
                    yield scenario_.id, variant, installer, remedy


def releases(tool: str, filters: LineFilters, toolbox: Toolbox) -> tuple[str, ...]:
    """The releases of ``tool`` in the range that is asked for, oldest first.

    Raises:
        TimelineError: no first release is set for this tool, --since or --until is not a
            version, or none is left.
        ToolUnavailableError: the index cannot be asked.

    """
    since = filters.since or TOOLS[tool].first_release
    if not since:
        known = ", ".join(each.name for each in TOOLS.values() if each.first_release)
        raise TimelineError(
            f"{tool}: no first release is set ({known} have one); "
            "say with --since VERSION which to begin with"
        )
    first = _version("--since", since)
    last = _version("--until", filters.until) if filters.until else None
    found = tuple(
        each
        for each in toolbox.releases(tool)
        if first <= Version(each) and (last is None or Version(each) <= last)
    )
    if not found:
        end = f" and none newer than {filters.until}" if filters.until else ""
        raise TimelineError(
            f"{tool}: the index has no release from {since} on{end} for this interpreter; "
            "correct --since and --until, or ask the index anew with --newest"
        )
    return found


def require_whole(line: Line, asked: Sequence[str], known: Sequence[str], *, fresh: bool) -> None:
    """Makes sure that recording the releases ``asked`` does not shorten ``line``.

    A release that was withdrawn since does not count. Neither does one newer than all ``known``, if
    these are ``fresh``.

    Args:
        line: as recorded.
        asked: some of ``known``, without a gap, oldest first.
        known: all of the tool's releases, oldest first.
        fresh: whether the index was asked for them just now; otherwise they may be cached.

    Raises:
        TimelineError: it would.

    """
    newest = Version(known[-1])
    left = [e for e in line.releases if e in known or (not fresh and Version(e) > newest)]
    if left and not set(asked).issuperset((left[0], left[-1])):
        raise TimelineError(
            f"{line.question.id}: recorded from {left[0]} to {left[-1]}, and --record would keep "
            f"{asked[0]} to {asked[-1]} only; leave --since and --until out, ask for newer "
            "releases with --newest, or record elsewhere with --results"
        )


def _version(option: str, text: str) -> Version:
    try:
        return Version(text)
    except InvalidVersion as error:
        raise TimelineError(
            f"{option} {text}: not a version; write it as the release is named"
        ) from error
