"""The search for flips, and what may replace a line, on releases that are made up."""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import nullcontext
from itertools import groupby, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from native_skew.timeline import lines, search
from native_skew.timeline.lines import TimelineError
from native_skew.timeline.record import Line, Question


@st.composite
def releases(draw: st.DrawFn) -> tuple[str, ...]:
    """Minor releases in order, each with its patch releases."""
    patches = draw(st.lists(st.integers(1, 20), min_size=1, max_size=8))
    return tuple(f"0.{minor}.{patch}" for minor, n in enumerate(patches) for patch in range(n))


def ask(
    names: Sequence[str], truth: dict[str, str], broken: frozenset[str] = frozenset()
) -> dict[str, str | None]:
    """Runs what the search wants until it wants nothing more."""
    known: dict[str, str | None] = {}
    while batch := search.wanted(names, known):
        assert not known.keys() & set(batch), "a release is run once"
        known |= {name: None if name in broken else truth[name] for name in batch}
    return known


def anchors(names: Sequence[str]) -> list[str]:
    minors = [list(group) for _, group in groupby(names, search.minor_release)]
    return list(dict.fromkeys(each for minor in minors for each in (minor[0], minor[-1])))


@given(releases(), st.data())
def test_every_flip_is_found_exactly_where_there_is_one_between_two_anchors(
    names: tuple[str, ...], data: st.DataObject
) -> None:
    ends = anchors(names)
    truth, verdict, flips, last = {names[0]: "0"}, 0, [], 0
    for end in ends[1:]:
        stop = names.index(end)
        at = data.draw(st.none() | st.integers(last + 1, stop))
        for number in range(last + 1, stop + 1):
            if number == at:
                verdict += 1
                flips.append((names[number - 1], names[number]))
            truth[names[number]] = str(verdict)
        last = stop
    known = ask(names, truth)
    assert list(search.flips(names, known)) == flips
    widest = max((names.index(b) - names.index(a) for a, b in pairwise(ends)), default=1)
    assert len(known) <= len(ends) + len(flips) * math.ceil(math.log2(widest + 1))


@given(releases(), st.data())
def test_whatever_the_truth_and_whatever_fails_what_is_said_holds(
    names: tuple[str, ...], data: st.DataObject
) -> None:
    truth = {name: data.draw(st.sampled_from("abc"), name) for name in names}
    broken = frozenset(data.draw(st.sets(st.sampled_from(names))))
    known = ask(names, truth, broken)
    for older, newer in search.flips(names, known):
        assert truth[older] != truth[newer]
        between = names[names.index(older) + 1 : names.index(newer)]
        assert set(between) <= broken, "a release that can be run is left between the two"
        assert search.skipped_between(names, known, older, newer) == between
    # Nothing is said of a release that cannot be run, and each minor that has one is asked.
    assert {name for name, verdict in known.items() if verdict is None} <= broken
    asked = {search.minor_release(name) for name, verdict in known.items() if verdict is not None}
    assert asked == {search.minor_release(name) for name in names if name not in broken}


def test_without_a_flip_the_anchors_alone_are_run() -> None:
    names = tuple(f"0.{minor}.{patch}" for minor in range(3) for patch in range(30))
    assert list(ask(names, dict.fromkeys(names, "works"))) == [
        *("0.0.0", "0.0.29"),
        *("0.1.0", "0.1.29"),
        *("0.2.0", "0.2.29"),
    ]


def test_what_a_minor_release_breaks_and_its_next_patch_mends_is_seen() -> None:
    names = tuple(f"0.{minor}.{patch}" for minor in (10, 11) for patch in range(9))
    truth = {**dict.fromkeys(names, "broken"), "0.11.0": "works"}
    assert search.flips(names, ask(names, truth)) == (("0.10.8", "0.11.0"), ("0.11.0", "0.11.1"))


def test_what_changes_and_changes_back_between_two_anchors_is_not_seen() -> None:
    """The limit that the page states."""
    names = tuple(f"1.0.{patch}" for patch in range(9))
    truth = {**dict.fromkeys(names, "works"), "1.0.4": "broken"}
    assert not search.flips(names, ask(names, truth))


@pytest.mark.parametrize(
    ("recorded_ones", "asked", "fresh", "is_whole"),
    [
        ("1.0 1.1 1.2", "1.0 1.1 1.2", False, True),
        ("1.0 1.1 1.2", "1.0 1.1 1.2 1.10", False, True),
        ("1.0 1.1 1.2", "1.1 1.2 1.10", False, False),
        ("1.0 1.1 1.2", "1.0 1.1", False, False),
        ("0.9 1.0 1.1", "1.0 1.1", False, True),  # 0.9 was withdrawn
        ("0.9 1.0 1.1", "1.1", False, False),
        ("1.1 1.2 1.3", "1.1 1.2", False, True),  # 1.3 was
        ("1.1 1.2 1.3", "1.0 1.1", False, False),
        ("1.0 1.10 1.11", "1.0 1.1 1.2 1.10", False, False),  # 1.11 is new, or was
        ("1.0 1.10 1.11", "1.0 1.1 1.2 1.10", True, True),
        ("0.8 0.9", "1.2", True, True),  # nothing of it is left
    ],
)
def test_a_line_is_whole_if_it_has_the_ends_that_the_index_has(
    recorded_ones: str, asked: str, fresh: bool, is_whole: bool
) -> None:
    line = Line(
        question=Question(scenario="a", variant="b", installer="uv-sync", remedy="c", python="d"),
        tool="uv",
        releases=tuple(recorded_ones.split()),
        points=(),
        flips=(),
        skipped=(),
        date="",
    )
    known = ("1.0", "1.1", "1.2", "1.10")
    with nullcontext() if is_whole else pytest.raises(TimelineError, match="--newest"):
        lines.require_whole(line, asked.split(), known, fresh=fresh)
