"""The audit of locks against what happens: every lock of the matrix, before it is installed.

What is foretold may be about the provider's next release: where «may break later» is said, the
cell is run once more with such a release, and installed anew from the same lock.
"""

from __future__ import annotations

import csv
import io
import itertools
import shlex
import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec
from msgspec.structs import replace
from packaging.version import Version

from native_skew import results
from native_skew.audit import (
    Cache,
    IndexClient,
    Reader,
    Transport,
    judge_lock,
    read_lock,
    targets_of,
    this_platform,
)
from native_skew.bench.record import Bar, Measurement, NotMeasuredError, Row, Setting
from native_skew.installers import INSTALLERS, BuildSettings, Plan, package_names, requirement_texts
from native_skew.results import NotRun, Result
from native_skew.run import Filters, Runner, Session, Task, select
from native_skew.scenarios import Cell, ProviderRelease, Scenario, Step
from native_skew.verdict import Verdict

FILE = results.FOLDER / "locks.csv"
_WORDS = ("will not build", "will break", "may break", "may break later", "not known", "holds")
_WHEEL = "not built"
_BROKEN: tuple[Verdict, ...] = ("broken, detected", "broken, undetected", "wrong result")
# What these are about is what a cache keeps: no lock and no index tells it.
_OF_A_CACHE = ("stale-build-tree", "stale-wheel-cache")
# The provider's next release, with an ABI of its own.
_NEXT = "7.0.11.99.0.1"


class Foretold(msgspec.Struct, frozen=True, kw_only=True):
    """A cell: what was foretold of its lock, what happened, and after the next release.

    ``later`` is empty where nothing was said of it.
    """

    cell: Cell
    word: str
    happened: Verdict
    later: Verdict | None = None

    @property
    def of_a_cache(self) -> bool:
        """Whether a cache decides it."""
        return self.cell.scenario in _OF_A_CACHE


class Foreteller:
    """Audits each lock when it is written; the last of a cell counts."""

    def __init__(self) -> None:
        self.words: dict[Cell, str] = {}
        self._lock = threading.Lock()

    def __call__(self, task: Task, plan: Plan, project: Path, index_url: str) -> None:
        """Foretells what becomes of the consumer."""
        told, environ = _told(plan, project)
        path = project / plan.lock_files[0]
        if not path.is_file():
            return
        python = ".".join(task.interpreter.version.split(".")[:2])
        with Transport() as transport:
            found = judge_lock(
                read_lock(path, told, environ),
                targets_of("", (python,), (this_platform(),)),
                Reader(transport, Cache(None)),
                IndexClient(index_url, transport),
            )
        words = {each.word for each in found.outlooks}
        word = next((each for each in _WORDS if each in words), _WHEEL)
        if found.errors:
            word = f"not read: {found.errors[0]}"
        with self._lock:
            self.words[task.cell] = word


def _told(plan: Plan, project: Path) -> tuple[BuildSettings, dict[str, str]]:
    """What the installing commands say that no file does, and the variables that they see."""
    words = [word for argv in plan.commands for each in argv for word in shlex.split(each)]
    after = list(itertools.pairwise(words))
    files = [value for option, value in after if option in ("--build-constraint", "-b")]
    alone = {"--no-build-isolation"} & set(words)
    told = BuildSettings(
        no_binary=package_names(
            [v for option, v in after if option in ("--no-binary", "--no-binary-package")]
        ),
        no_isolation=package_names(
            [v for option, v in after if option == "--no-build-isolation-package"]
            + [":all:" for _ in alone]
        ),
        constraints=tuple(
            each for name in files for each in requirement_texts((project / name).read_text())
        ),
    )
    variables = dict(
        word.split("=", 1) for word in words if word.split("=")[0].isupper() and "=" in word
    )
    if "--no-config" in words:
        variables["UV_NO_CONFIG"] = "1"
    return told, {**plan.environ, **variables}


def measure(setting: Setting) -> Measurement:
    """Runs the cells of all tools that lock, and writes what was foretold of each.

    Raises:
        NotMeasuredError: none could be run.

    """
    locking = tuple(each.id for each in INSTALLERS.values() if "locks" in each.groups)
    foreteller = Foreteller()
    with Session(setting.work) as session:
        chosen = select(Filters(installers=locking, starts=("fresh",)), session.toolbox)
        tasks = _newest([each for each in chosen.tasks if not each.scenario.live])
        runner = Runner(session, jobs=setting.jobs, before_installing=foreteller)
        happened = _ran(runner, tasks)
        words = dict(foreteller.words)
        again = [
            replace(each, scenario=released_later(each.scenario, each.cell.variant))
            for each in tasks
            if words.get(each.cell) == "may break later" and happened.get(each.cell) == "works"
        ]
        later = _ran(runner, again)
    found = [
        Foretold(cell=cell, word=words[cell], happened=verdict, later=later.get(cell))
        for cell, verdict in sorted(happened.items())
        if cell in words
    ]
    if not found:
        raise NotMeasuredError("no cell of a tool that locks could be run")
    results.write_file(FILE, written(found).encode())
    return measurement(found)


def _newest(tasks: list[Task]) -> list[Task]:
    """Those of each tool's newest release."""
    newest = {each.tool.name: each.tool.version for each in tasks}
    for each in tasks:
        known = newest[each.tool.name]
        newest[each.tool.name] = max(known, each.tool.version, key=Version)
    return [each for each in tasks if each.tool.version == newest[each.tool.name]]


class _Silent:
    """Is told how a run goes, and says nothing."""

    def started(self, cell: Cell) -> None:
        """``cell`` runs now."""

    def finished(self, outcome: Result | NotRun) -> None:
        """A cell is done."""


def _ran(runner: Runner, tasks: list[Task]) -> dict[Cell, Verdict]:
    return {
        each.cell: each.verdict
        for each in runner.outcomes(tasks, _Silent())
        if isinstance(each, Result)
    }


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
    """A line a cell."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(
        [
            "scenario",
            "variant",
            "installer",
            "version",
            "remedy",
            "python",
            "foretold",
            "happened",
            "later",
        ]
    )
    for each in found:
        cell = each.cell
        rows.writerow(
            [
                cell.scenario,
                cell.variant,
                cell.installer,
                cell.version,
                cell.remedy,
                cell.python,
                each.word,
                each.happened,
                each.later or "",
            ]
        )
    return text.getvalue()


def measurement(found: list[Foretold]) -> Measurement:
    """The figures of ``found``, with their bars."""
    decided = [each for each in found if not each.of_a_cache]
    broken = [each for each in decided if each.happened in _BROKEN]
    said = ("will break", "will not build", "may break", "may break later")
    wrong = [e for e in decided if e.word.startswith("will") and e.happened == "works"]
    sound = [e for e in decided if e.happened == "works" and e.later not in _BROKEN]
    alarmed = [each for each in sound if each.word in said]
    told = [each for each in broken if each.word in said]
    counts: Mapping[tuple[str, str], int] = Counter(
        (each.word, "a cache's" if each.of_a_cache else each.happened) for each in found
    )
    columns = ("works", *_BROKEN, "refused", "a cache's")
    later = Counter(str(each.later) for each in decided if each.later)
    return Measurement(
        id="locks",
        title="What the audit of a lock foretells, against what happens",
        how=(
            "Every cell of a tool that locks is run, and its lock is audited after it is written "
            "and before it is installed, with the index and the settings of that moment. Where it "
            "says «may break later» and the cell works, the cell is run again with a release of "
            "the provider that comes out after the lock, and installed anew from the same lock: "
            f"{later['works']} of {sum(later.values())} still work then, and count as false "
            "alarms. What a cache alone decides (a built wheel or a build tree that is taken "
            "again) follows from no lock, and is counted apart."
        ),
        columns=columns,
        rows=tuple(
            Row(name=word, values=tuple(float(counts.get((word, each), 0)) for each in columns))
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
                name="percent of the sound, today and after the next release, that it was said of",
                value=_percent(alarmed, sound),
                at_most=10,
            ),
        ),
        versions={each.cell.installer: each.cell.version for each in found},
    )


def _percent(part: list[Foretold], whole: list[Foretold]) -> float:
    return round(100 * len(part) / len(whole), 1) if whole else 0.0
