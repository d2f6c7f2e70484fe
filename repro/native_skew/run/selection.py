"""Filters -> tasks: which cells a run has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import msgspec
from msgspec.structs import replace
from packaging.version import Version

from native_skew import scenarios
from native_skew.errors import AmbiguousCellError, NothingSelectedError, ToolUnavailableError
from native_skew.installers import (
    INSTALLERS,
    NEWEST,
    TOOLS,
    Installer,
    InstallerChoice,
    parse_choice,
    remedies,
)
from native_skew.results import NotRun, Result
from native_skew.scenarios import STARTS, Cell, Scenario, Start, expected_of
from native_skew.toolchain import Interpreter, Tool, Toolbox
from native_skew.toolchain import interpreter as interpreters
from native_skew.verdict import FAILURES

# What `nox -s repro` shows: the issue, its obvious attempts, and what helps.
TOUR_SCENARIO = "stamped-wheel-elsewhere"
TOUR_VARIANT = "no-wheel-fits"
ISSUE = f"{TOUR_SCENARIO}/{TOUR_VARIANT}"
_TOUR = (
    ("pip", NEWEST, ("nothing",)),
    ("uv-pip-install", TOOLS["uv"].default_versions[0], ("nothing",)),
    (
        "uv-pip-install",
        NEWEST,
        (
            "nothing",
            "match-runtime",
            "build-constraint",
            "override",
            "dependency-metadata",
            "constrain-newer",
            "library-path",
        ),
    ),
    ("uv-sync", NEWEST, ("nothing", "match-runtime")),
)


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """A cell with all that is needed to run it."""

    cell: Cell
    scenario: Scenario
    interpreter: Interpreter
    tool: Tool


class Filters(msgspec.Struct, frozen=True, kw_only=True):
    """What the command line asks for; an empty tuple means all.

    ``scenarios`` entries are ``name`` or ``name/variant``; ``installers`` are as
    ``parse_choice`` reads them; ``pythons`` as ``interpreter.find`` does.
    """

    scenarios: tuple[str, ...] = ()
    installers: tuple[str, ...] = ()
    remedies: tuple[str, ...] = ()
    pythons: tuple[str, ...] = ()
    starts: tuple[Start, ...] = STARTS
    live: bool = False

    @property
    def narrows(self) -> bool:
        """Whether anything but the Python is asked for."""
        asked = self.live, self.scenarios, self.installers, self.remedies
        return any(asked) or len(self.starts) == 1

    @property
    def own_executables(self) -> tuple[str, ...]:
        """Those of ``installers`` that name an executable of the user's: no release, to nobody.

        Raises:
            UnknownNameError: an entry names nothing that there is.

        """
        return tuple(text for text in self.installers if parse_choice(text).binary)

    def require_known(self) -> None:
        """Makes sure that every name means something, before anything is fetched for it.

        Raises:
            UnknownNameError: a filter names nothing that there is.
            InterpreterError: a Python cannot be used.
            NothingSelectedError: no cell is left.

        """
        for text in self.installers:
            parse_choice(text)
        for name in self.remedies:
            remedies.find(name)
        for name in self.pythons:
            interpreters.find(name)
        wanted = frozenset(self.remedies)
        if not any(
            not wanted or wanted.intersection(scenario.remedies_from(start, variant))
            for scenario, variant in _scenario_variants(self)
            for start in self.starts
        ):
            raise NothingSelectedError


class Selection(msgspec.Struct, frozen=True, kw_only=True):
    """The cells to run, and those whose tool could not be had."""

    tasks: tuple[Task, ...]
    not_run: tuple[NotRun, ...]

    @classmethod
    def joined(cls, parts: Iterable[Selection]) -> Selection:
        """All of ``parts``, one after the other."""
        known = tuple(parts)
        return cls(
            tasks=tuple(task for part in known for task in part.tasks),
            not_run=tuple(each for part in known for each in part.not_run),
        )


def select(filters: Filters, toolbox: Toolbox) -> Selection:
    """The cells that ``filters`` name, with their tools made ready.

    Raises:
        UnknownNameError: a filter names nothing that there is.
        InterpreterError: a Python cannot be used.
        NothingSelectedError: no cell is left.

    """
    filters.require_known()
    chosen = [parse_choice(text) for text in filters.installers]
    pairs = list(_scenario_variants(filters))
    pythons = [interpreters.find(name) for name in filters.pythons or (None,)]
    tasks: list[Task] = []
    not_run: list[NotRun] = []
    for (installer_id, version, _), tool in _ready(list(_ways(chosen)), toolbox).items():
        for scenario, variant in pairs:
            for start, remedy in _attempts(scenario, variant, filters):
                for python in pythons:
                    cell = Cell(
                        scenario=scenario.id,
                        variant=variant,
                        installer=installer_id,
                        version=tool.version if isinstance(tool, Tool) else version,
                        remedy=remedy,
                        python=python.name,
                        start=start,
                    )
                    if not _can_start(scenario, cell):
                        continue
                    if isinstance(tool, ToolUnavailableError):
                        not_run.append(NotRun(cell=cell, reason=str(tool)))
                        continue
                    tasks.append(
                        Task(
                            cell=cell,
                            scenario=scenario,
                            interpreter=python,
                            tool=tool,
                        )
                    )
    return Selection(tasks=_once(tasks), not_run=tuple(not_run))


def _once(tasks: Sequence[Task]) -> tuple[Task, ...]:
    """Each cell once, however often the filters name it.

    Raises:
        AmbiguousCellError: two different executables would be the same cell.

    """
    found: dict[Cell, Task] = {}
    for task in tasks:
        if found.setdefault(task.cell, task).tool != task.tool:
            raise AmbiguousCellError(task.cell.id)
    return tuple(found.values())


def tour(toolbox: Toolbox, pythons: Sequence[str] = ()) -> Selection:
    """The default: the issue's scenario, pip against uv old and new, and each remedy once."""
    asked = [
        Filters(
            scenarios=(ISSUE,),
            installers=(f"{installer}=={version}",),
            remedies=names,
            pythons=tuple(pythons),
            starts=("fresh",),
        )
        for installer, version, names in _TOUR
    ]
    with ThreadPoolExecutor() as pool:  # each fetches its tool
        return Selection.joined(pool.map(select, asked, [toolbox] * len(asked)))


def toured(recorded: Sequence[Result]) -> list[Result]:
    """Those of ``recorded`` that answer the tour's questions, of the newest tool and Python."""
    found = []
    for installer, version, names in _TOUR:
        for name in names:
            question = (TOUR_SCENARIO, TOUR_VARIANT, installer, name)
            answers = [
                each
                for each in recorded
                if each.cell.question == question and version in {NEWEST, each.cell.version}
            ]
            found += sorted(answers, key=lambda r: (Version(r.cell.version), r.cell.python_number))[
                -1:
            ]
    return found


def _scenario_variants(filters: Filters) -> Iterator[tuple[Scenario, str]]:
    if not filters.scenarios:
        for scenario in scenarios.load_all().values():
            if not scenario.live or filters.live:
                yield from ((scenario, variant) for variant in scenario.variant_names())
    for text in filters.scenarios:
        scenario, variants = scenarios.find_variants(text)
        if not scenario.live or filters.live:
            yield from ((scenario, variant) for variant in variants)


# An installer's id, a version or an executable, and whether it is the user's own executable.
_Way = tuple[str, str, bool]


def _ways(chosen: Sequence[InstallerChoice]) -> Iterator[_Way]:
    """The ways to run that are chosen; without a choice, every one by default."""
    for choice in chosen or (InstallerChoice(installers=tuple(INSTALLERS.values())),):
        for installer in choice.installers:
            if choice.binary:
                yield installer.id, choice.binary, True
                continue
            versions = (choice.version,) if choice.version else _defaults(installer)
            yield from ((installer.id, version, False) for version in versions)


def _defaults(installer: Installer) -> tuple[str, ...]:
    """The versions that are run where none is named: those that have this interface."""
    return tuple(
        version
        for version in TOOLS[installer.tool].default_versions
        if version == NEWEST or installer.is_in(version)
    )


def _ready(ways: Sequence[_Way], toolbox: Toolbox) -> dict[_Way, Tool | ToolUnavailableError]:
    """Fetches each tool once, several at a time; a failure costs its own cells only."""

    def fetch(key: _Way) -> Tool | ToolUnavailableError:
        name, version, own = key
        try:
            return toolbox.own(name, version) if own else toolbox.tool(name, version)
        except ToolUnavailableError as error:
            return error

    needed = {
        (id_, version, own): (INSTALLERS[id_].tool, version, own) for id_, version, own in ways
    }
    keys = sorted({*needed.values()})
    with ThreadPoolExecutor(4) as pool:
        fetched = dict(zip(keys, pool.map(fetch, keys), strict=True))
    return {way: fetched[key] for way, key in needed.items()}


def _attempts(scenario: Scenario, variant: str, filters: Filters) -> Iterator[tuple[Start, str]]:
    """Where to start from, and with which remedy."""
    for start in filters.starts:
        known = scenario.remedies_from(start, variant)
        yield from ((start, name) for name in filters.remedies or known if name in known)


def _can_start(scenario: Scenario, cell: Cell) -> bool:
    """Whether there is something to repair, as far as ``scenario`` expects anything."""
    if cell.start == "fresh":
        return True
    plain = replace(cell, start="fresh", remedy=scenario.repairs.after)
    expected = expected_of(scenario, plain)
    return expected is not None and expected.verdict in FAILURES
