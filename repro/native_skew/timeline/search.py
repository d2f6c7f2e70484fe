"""Which releases to run, so that every flip of the verdict is found and few are run.

Pure: releases and what is known of them in, releases to run next out. The first and the last of
each minor release are run, for what breaks comes with a first one and is mended soon; wherever two
neighbours among those that were run differ, the middle of the releases between them is run next,
until none is left between.

A verdict that flips and flips back between two releases that agree is not seen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby, pairwise

from packaging.version import Version

# A release's verdict; None for one that could not be run.
Known = Mapping[str, str | None]


def minor_of(release: str) -> tuple[int, int]:
    """``(0, 8)`` of ``0.8.5``, ``(23, 0)`` of ``23.0``."""
    version = Version(release)
    return version.major, version.minor


def wanted(releases: Sequence[str], known: Known) -> tuple[str, ...]:
    """Which of ``releases``, older first, to run next; none when every flip is found."""
    if missing := [each for each in _anchors(releases, known) if each not in known]:
        return tuple(missing)
    return tuple(
        between[len(between) // 2]
        for older, newer in flips(releases, known)
        if (between := [e for e in _between(releases, older, newer) if e not in known])
    )


def flips(releases: Sequence[str], known: Known) -> tuple[tuple[str, str], ...]:
    """The neighbours, among those that answered, whose verdicts differ."""
    answered = [each for each in releases if known.get(each) is not None]
    return tuple((a, b) for a, b in pairwise(answered) if known[a] != known[b])


def skipped_between(
    releases: Sequence[str], known: Known, older: str, newer: str
) -> tuple[str, ...]:
    """The releases between two that could not be run: a flip may be at any of them."""
    return tuple(each for each in _between(releases, older, newer) if each in known)


def _anchors(releases: Sequence[str], known: Known) -> list[str]:
    """The first and the last of each minor release, of those that can be run."""
    can_run = [each for each in releases if known.get(each, "") is not None]
    minors = [list(group) for _, group in groupby(can_run, minor_of)]
    return list(dict.fromkeys(each for minor in minors for each in (minor[0], minor[-1])))


def _between(releases: Sequence[str], older: str, newer: str) -> Sequence[str]:
    return releases[releases.index(older) + 1 : releases.index(newer)]
