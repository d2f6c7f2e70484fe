"""Which releases to run, so that every flip of the verdict is found and few are run.

Pure functions: from releases and their known verdicts to the releases to run next. The first and
the last of each minor release are run, for what breaks comes with a first one and is soon fixed.
Wherever two neighbours among those that were run differ, the middle one of the releases between
them is next, until none is left.

A verdict that flips and flips back between two releases that agree is not found.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby, pairwise

from packaging.version import Version

# Verdicts by release; None for a release that could not run.
KnownVerdicts = Mapping[str, str | None]


def minor_release(release: str) -> tuple[int, int]:
    """``(0, 8)`` of ``0.8.5``, ``(23, 0)`` of ``23.0``."""
    version = Version(release)
    return version.major, version.minor


def wanted(releases: Sequence[str], known: KnownVerdicts) -> tuple[str, ...]:
    """Which of ``releases``, oldest first, to run next; none when every flip is found."""
    if missing := [each for each in _anchors(releases, known) if each not in known]:
        return tuple(missing)
    return tuple(
        between[len(between) // 2]
        for older, newer in flips(releases, known)
        if (between := [e for e in _between(releases, older, newer) if e not in known])
    )


def flips(releases: Sequence[str], known: KnownVerdicts) -> tuple[tuple[str, str], ...]:
    """The neighbours, among releases that have a verdict, whose verdicts differ."""
    answered = [each for each in releases if known.get(each) is not None]
    return tuple((a, b) for a, b in pairwise(answered) if known[a] != known[b])


def skipped_between(
    releases: Sequence[str], known: KnownVerdicts, older: str, newer: str
) -> tuple[str, ...]:
    """The releases between two that could not run: the flip may be at any of them."""
    return tuple(each for each in _between(releases, older, newer) if each in known)


def _anchors(releases: Sequence[str], known: KnownVerdicts) -> list[str]:
    """The first and the last of each minor release, among those that can run."""
    can_run = [each for each in releases if known.get(each, "") is not None]
    minors = [list(group) for _, group in groupby(can_run, minor_release)]
    return list(dict.fromkeys(each for minor in minors for each in (minor[0], minor[-1])))


def _between(releases: Sequence[str], older: str, newer: str) -> Sequence[str]:
    return releases[releases.index(older) + 1 : releases.index(newer)]
