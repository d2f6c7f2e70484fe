"""The audit of locks against what happened: every recorded lock, as it was installed.

The record holds what a lock installed, the settings beside it, and the index's files. A prediction
may be about the provider's next release: after «may break later», the cell is run again with such
a release, and installed anew from the same lock.
"""

from __future__ import annotations

import csv
import io
import itertools
import shlex
from collections import Counter
from collections.abc import Iterable
from functools import reduce
from operator import attrgetter, or_
from pathlib import Path

import msgspec
from msgspec.structs import replace
from packaging.version import Version

from native_skew import results, scenarios
from native_skew.audit import (
    Cache,
    IndexClient,
    LockFile,
    Reader,
    Transport,
    formats_of,
    judge_lock,
    targets_of,
    this_platform,
)
from native_skew.bench.record import Bar, Measurement, NotMeasuredError, Row, Setting
from native_skew.installers import (
    INSTALLERS,
    REMEDIES,
    BuildSettings,
    Lock,
    LockedFile,
    LockedPackage,
    Plan,
    RenderContext,
    package_names,
    requirement_texts,
)
from native_skew.results import Result
from native_skew.run import Filters, Runner, Session, Watcher, select, step_plans_of
from native_skew.scenarios import Cell, ProviderRelease, Scenario, Step, request_of, roles_of
from native_skew.toolchain import Interpreter, interpreter
from native_skew.verdict import FAILURES, Verdict

TITLE = "What the audit of a lock foretells, against what happens"
FILE = results.FOLDER / "locks.csv"
_WORDS = ("will not build", "will break", "may break", "may break later", "not known", "holds")
_WHEEL = "not built"
_CELL = ("scenario", "variant", "installer", "version", "remedy", "python")
# These are about what a cache keeps, which no lock and no index shows.
_OF_A_CACHE = ("stale-build-tree", "stale-wheel-cache")
# The provider's next release, with an ABI of its own.
_NEXT = "7.0.11.99.0.1"
_PYTHON = "cp311"
_RUN_AGAIN = "uv-lock-sync"  # later changes come from the index, whichever tool installs


class Foretold(msgspec.Struct, frozen=True, kw_only=True):
    """A cell: what was foretold of its lock, what happened, and after the next release.

    ``later`` is None if it was not run again.
    """

    cell: Cell
    word: str
    happened: Verdict
    later: Verdict | None = None

    @property
    def of_a_cache(self) -> bool:
        """Whether a cache decides it."""
        return self.cell.scenario in _OF_A_CACHE


def _told(plan: Plan, built: tuple[str, ...]) -> tuple[BuildSettings, dict[str, str]]:
    """The settings in the installing commands, and the variables that these see.

    ``built`` is what is built from source, which some locks record themselves.
    """
    words = [word for argv in plan.commands for each in argv for word in shlex.split(each)]
    after = list(itertools.pairwise(words))
    files = [value for option, value in after if option in ("--build-constraint", "-b")]
    everything = [":all:"] if {"--no-build-isolation", "--no-isolation"} & {*words} else []
    variables = {
        name: value
        for name, found, value in (word.partition("=") for word in words)
        if found and name.isupper()
    }
    if "--no-config" in words:
        variables["UV_NO_CONFIG"] = "1"
    told = BuildSettings(
        no_binary=package_names(built),
        no_isolation=package_names(
            [v for option, v in after if option == "--no-build-isolation-package"] + everything
        ),
        constraints=tuple(e for name in files for e in requirement_texts(plan.files[name])),
    )
    return told, {**plan.environ, **variables}


class Foretelling:
    """Audits the locks of recorded cells, with the index as it was."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._scenarios = scenarios.load_all()

    def word(self, result: Result) -> str | None:
        """The strongest prediction for the consumer; None if no lock was installed."""
        cell, seen = result.cell, result.observation
        if seen is None or not seen.distributions:
            return None
        scenario = self._scenarios[cell.scenario]
        python = interpreter.find(cell.python_version)
        publication = self._session.publication(scenario, cell.variant, python)
        publication.step = len(scenario.steps_of(cell.variant))
        locked = tuple(
            LockedPackage(
                name=each.name,
                version=each.version,
                files=tuple(
                    LockedFile(filename=file.filename)
                    for file in publication.files_of(each.name)
                    if file.version == each.version
                ),
            )
            for each in seen.distributions
            if each.name in (scenario.consumer, scenario.provider)
        )
        if scenario.consumer not in {each.name for each in locked}:
            return None
        plan, built = self._last(scenario, cell, python)
        told, environ = _told(plan, built)
        formats = formats_of(Path(plan.lock_files[0]))
        beside = [each.settings(lambda name: plan.files.get(name, ""), environ) for each in formats]
        file = LockFile(
            path=plan.lock_files[0],
            lock=Lock(packages=locked),
            formats=formats,
            settings=reduce(or_, beside, told),
        )
        prefix = self._session.next_prefix()
        url = self._session.index.publish(prefix, publication)
        try:
            with Transport() as transport:
                found = judge_lock(
                    file,
                    targets_of("", (python.minor,), (this_platform(),)),
                    Reader(transport, Cache(None)),
                    IndexClient(url, transport),
                )
        finally:
            self._session.index.withdraw(prefix)
        if found.errors:
            raise found.errors[0]
        words = {e.word for e in found.outlooks if e.build.package.name == scenario.consumer}
        return next((each for each in _WORDS if each in words), _WHEEL)

    def _last(
        self, scenario: Scenario, cell: Cell, python: Interpreter
    ) -> tuple[Plan, tuple[str, ...]]:
        """The plan of the last installation, and what it builds from source."""
        context = RenderContext(
            module=scenario.module,
            python=python.path,
            python_version=python.minor,
            tool_version=Version(cell.version),
            index_url="",
        )
        step = scenario.steps_of(cell.variant)[-1]
        remedy = REMEDIES[cell.remedy if step.remedy else "nothing"]
        roles = roles_of(scenario, cell.variant)
        *_, request = remedy.apply(request_of(scenario, cell.variant, step), roles)
        return step_plans_of(scenario, cell, context)[-1].plan, request.build_from_source


def measure(setting: Setting) -> Measurement:
    """Audits the recorded cells of all tools that lock, and writes the prediction for each.

    Those that «may break later» are run again, with one tool.
    """
    with Session(setting.work) as session:
        found = foretold(session)
        later = {
            each.cell
            for each in found
            if (each.word, each.happened) == ("may break later", "works")
            and each.cell.installer == _RUN_AGAIN
        }
        ended = _after_the_next_release(session, setting.jobs, later) if later else {}
    found = [replace(each, later=ended.get(each.cell)) for each in found]
    if not found:
        raise NotMeasuredError("no cell of a tool that locks is recorded")
    results.write_file(FILE, written(found).encode())
    return measurement(found)


def foretold(session: Session) -> list[Foretold]:
    """The prediction for each recorded lock, and what happened."""
    foretelling = Foretelling(session)
    return [
        Foretold(cell=result.cell, word=word, happened=result.verdict)
        for result in _newest(results.read_each())
        if (word := foretelling.word(result)) is not None
    ]


def _after_the_next_release(session: Session, jobs: int, cells: set[Cell]) -> dict[Cell, Verdict]:
    """The verdicts on ``cells`` when they are installed anew from the same locks."""
    chosen = select(Filters(installers=(_RUN_AGAIN,), starts=("fresh",)), session.toolbox)
    tasks = [
        replace(each, scenario=released_later(each.scenario, each.cell.variant))
        for each in chosen.tasks
        if each.cell in cells
    ]
    outcomes = Runner(session, jobs=jobs).outcomes(tasks, Watcher())
    return {each.cell: each.verdict for each in outcomes if isinstance(each, Result)}


def _newest(recorded: Iterable[Result]) -> list[Result]:
    """The fresh cells of tools that lock, in each tool's newest release."""
    locking = [
        each
        for each in recorded
        if "locks" in INSTALLERS[each.cell.installer].groups
        and each.cell.start == "fresh"
        and not each.cell.scenario.endswith("-live")
        and each.cell.python == _PYTHON
    ]
    ordered = sorted(locking, key=lambda each: Version(each.cell.version))
    newest = {each.cell.installer: each.cell.version for each in ordered}
    return [each for each in locking if each.cell.version == newest[each.cell.installer]]


def released_later(scenario: Scenario, variant: str) -> Scenario:
    """``scenario`` with the provider's next release, and an installation from the same lock."""
    steps = scenario.steps_of(variant)
    last = scenario.providers[-1]
    coming = ProviderRelease(
        version=_NEXT, step=len(steps) + 1, soname=last.soname, changes=last.changes
    )
    again = Step(
        title="install from the lock after the next release",
        action="sync",
        environment="new",
        cache="new",
        build_from_source=steps[-1].build_from_source,
    )
    told = scenario.variants.get(variant)
    return replace(
        scenario,
        providers=(*scenario.providers, coming),
        steps=(*steps, again),
        variants={**scenario.variants, variant: replace(told, steps=(*steps, again))}
        if told
        else scenario.variants,
    )


def written(found: Iterable[Foretold]) -> str:
    """CSV with one line per cell."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow([*_CELL, "foretold", "happened", "later"])
    cell = attrgetter(*_CELL)
    rows.writerows((*cell(e.cell), e.word, e.happened, e.later or "") for e in found)
    return text.getvalue()


def measurement(found: list[Foretold]) -> Measurement:
    """The figures of ``found``, with their bars."""
    decided = [each for each in found if not each.of_a_cache]
    broken = [each for each in decided if each.happened in FAILURES]
    said = ("will break", "will not build", "may break", "may break later")
    wrong = [e for e in decided if e.word.startswith("will") and e.happened == "works"]
    sound = [each for each in decided if each.happened == "works"]
    alarmed = [each for each in sound if each.word == "may break"]
    lasting = [each for each in decided if each.later]
    lulled = [each for each in lasting if each.later not in FAILURES]
    told = [each for each in broken if each.word in said]
    counts: Counter[tuple[str, str]] = Counter(
        (each.word, "a cache's" if each.of_a_cache else each.happened) for each in found
    )
    columns = ("works", *FAILURES, "refused", "a cache's")
    later = Counter(str(each.later) for each in decided if each.later)
    return Measurement(
        id="locks",
        title=TITLE,
        how=(
            "Every recorded cell of a tool that locks: what its lock gave, the settings beside it, "
            "and the index with the files of that moment are audited, and set against the recorded "
            "verdict. What a cache alone decides (a built wheel or a build tree that is taken again) "
            "follows from no lock, and is counted apart. Where «may break later» is said of "
            "what works, the cells of one locking tool were run again, with a release of the provider "
            "that comes out after the lock, and installed anew from the same lock: "
            f"{sum(later.values()) - later['works']} of {sum(later.values())} did not work then."
        ),
        columns=columns,
        rows=tuple(
            Row(name=word, values=tuple(float(counts[word, each]) for each in columns))
            for word in (*_WORDS, _WHEEL)
        ),
        bars=(
            Bar(name="«will», and it works", value=float(len(wrong)), at_most=0),
            Bar(
                name="percent of the broken that «will» or «may» was said of",
                value=_percent(told, broken),
                at_least=95,
            ),
            Bar(
                name="percent of what works that «may break» was said of",
                value=_percent(alarmed, sound),
                at_most=10,
            ),
            Bar(
                name="percent of «may break later» that the next release does not break",
                value=_percent(lulled, lasting),
                at_most=10,
            ),
        ),
        versions={each.cell.installer: each.cell.version for each in found},
    )


def _percent(part: list[Foretold], whole: list[Foretold]) -> float:
    return round(100 * len(part) / len(whole), 1) if whole else 0.0
