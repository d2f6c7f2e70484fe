"""Filters -> tasks: selects the cells of a run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import msgspec
from msgspec.structs import replace
from packaging.version import Version

from native_skew import scenarios
from native_skew.errors import (
    InterpreterError,
    NothingSelectedError,
    SkewError,
    ToolUnavailableError,
)
from native_skew.installers import (
    INSTALLERS,
    NEWEST,
    TOOLS,
    InstallerChoice,
    parse_choice,
    remedies,
)
from native_skew.results import NotRun, Result
from native_skew.scenarios import STARTS, Cell, Scenario, Start, expected_of
from native_skew.toolchain import Interpreter, Tool, Toolbox
from native_skew.toolchain import interpreter as interpreters
from native_skew.verdict import FAILURES

# What `nox -s repro` shows: the issue, the obvious attempts, and what helps.
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
# On these the matrix runs the plain command and each tool's first repair.
OTHER_PYTHONS = ("3.10", "3.12", "3.13")


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """A cell with all that is needed to run it."""

    cell: Cell
    scenario: Scenario
    interpreter: Interpreter
    tool: Tool


class Filters(msgspec.Struct, frozen=True, kw_only=True):
    """What the command line asks for; an empty tuple means all."""

    scenarios: tuple[str, ...] = ()  # each ``name`` or ``name/variant``
    installers: tuple[str, ...] = ()  # as ``parse_choice`` takes them
    remedies: tuple[str, ...] = ()
    pythons: tuple[str, ...] = ()  # as ``interpreter.find`` takes them
    starts: tuple[Start, ...] = STARTS
    live: bool = False

    @property
    def narrows(self) -> bool:
        """Whether there is any filter but the Python."""
        asked = self.live, self.scenarios, self.installers, self.remedies
        return any(asked) or len(self.starts) == 1

    def require_releases(self) -> None:
        """Raises ``SkewError`` if an installer is an executable of the user's."""
        if own := [text for text in self.installers if parse_choice(text).binary]:
            named = " ".join(f"--installer {each}" for each in own)
            raise SkewError(
                f"{named}: results of an executable of your own are not recorded as those of a "
                "release; run it by `native-skew run` without --record, or name the version"
            )

    def require_known(self) -> None:
        """Checks the filters before anything is fetched.

        Raises ``UnknownNameError`` for an unknown name, ``InterpreterError`` for an unusable
        Python, and ``NothingSelectedError`` if no cell is left.
        """
        for text in self.installers:
            parse_choice(text)
        for name in self.remedies:
            remedies.find(name)
        for name in self.pythons:
            interpreters.find(name)
        if not any(_attempts(_scenario_variants(self), self)):
            raise NothingSelectedError


class Selection(msgspec.Struct, frozen=True, kw_only=True):
    """The cells to run, and those whose tool is unavailable."""

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
    """The cells that ``filters`` name, each once, with their tools installed.

    Raises as ``require_known`` does, and ``SkewError`` if two executables would be the same cell.
    """
    filters.require_known()
    chosen = [parse_choice(text) for text in filters.installers]
    pairs = list(_scenario_variants(filters))
    pythons = [interpreters.find(name) for name in filters.pythons or (None,)]
    tasks: dict[Cell, Task] = {}
    not_run: list[NotRun] = []
    for (installer_id, version, _), tool in _ready(list(_ways(chosen)), toolbox).items():
        for scenario, variant, start, remedy in _attempts(pairs, filters):
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
                task = Task(cell=cell, scenario=scenario, interpreter=python, tool=tool)
                if tasks.setdefault(cell, task).tool != tool:
                    raise SkewError(
                        f"{cell.id}: asked for twice, with different executables of the same "
                        "version; run them one after the other"
                    )
    return Selection(tasks=tuple(tasks.values()), not_run=tuple(not_run))


def tour(toolbox: Toolbox, pythons: Sequence[str] = ()) -> Selection:
    """The default run: the issue's scenario, pip against an old and a new uv, each remedy once."""
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
    """The ``recorded`` results of the tour's cells, of the newest tool and Python."""
    found = []
    ordered = sorted(recorded, key=lambda r: (Version(r.cell.version), r.cell.python_number))
    for installer, version, names in _TOUR:
        for name in names:
            question = (TOUR_SCENARIO, TOUR_VARIANT, installer, name)
            answers = [e for e in ordered if e.cell.question == question]
            found += [e for e in answers if version in {NEWEST, e.cell.version}][-1:]
    return found


def on_other_pythons(
    filters: Filters, toolbox: Toolbox, names: Sequence[str] = OTHER_PYTHONS
) -> tuple[Selection, tuple[str, ...]]:
    """The cells of the issue's scenario on other Pythons, and why some of these have none.

    Of ``filters``, only the installers count, each as ``ID==VERSION``. This Python is left out.
    """
    own = interpreters.find().name
    found: list[Selection] = []
    absent: list[str] = []
    for name in names:
        try:
            if interpreters.find(name).name == own:
                continue
        except InterpreterError as error:
            absent.append(f"not run: the plain command and the first repairs: {error}")
            continue
        for chosen in _plain_and_repaired(replace(filters, pythons=(name,))):
            with suppress(NothingSelectedError):
                found.append(select(chosen, toolbox))
    return Selection.joined(found), tuple(absent)


def _plain_and_repaired(filters: Filters) -> list[Filters]:
    """Filters for the plain command, and for the first repair of each installer that has one."""
    plain = replace(filters, scenarios=(ISSUE,), remedies=("nothing",), starts=("fresh",))
    repairs = [
        replace(
            plain,
            installers=(text,),
            remedies=installer.repairs["stamped"][:1],
            starts=("after-failure",),
        )
        for text in filters.installers
        for installer in parse_choice(text).installers
        if "stamped" in installer.repairs
    ]
    return [plain, *repairs]


def _scenario_variants(filters: Filters) -> Iterator[tuple[Scenario, str]]:
    if not filters.scenarios:
        for scenario in scenarios.load_all().values():
            if not scenario.live or filters.live:
                yield from ((scenario, variant) for variant in scenario.variant_names())
    for text in filters.scenarios:
        scenario, variants = scenarios.find_variants(text)
        if not scenario.live or filters.live:
            yield from ((scenario, variant) for variant in variants)


# An installer's id, a version or the user's own executable, and whether it is the latter.
_Way = tuple[str, str, bool]


def _ways(chosen: Sequence[InstallerChoice]) -> Iterator[_Way]:
    """The installers to run with their versions; without a choice, the default ones."""
    for choice in chosen or (InstallerChoice(installers=tuple(INSTALLERS.values())),):
        for installer in choice.installers:
            if named := choice.binary or choice.version:
                yield installer.id, named, bool(choice.binary)
                continue
            for version in TOOLS[installer.tool].default_versions:
                if version == NEWEST or installer.is_in(version):  # it has this interface then
                    yield installer.id, version, False


def _ready(ways: Sequence[_Way], toolbox: Toolbox) -> dict[_Way, Tool | ToolUnavailableError]:
    """Fetches each tool once, several in parallel; a failure affects only its own cells."""

    def fetch(key: _Way) -> Tool | ToolUnavailableError:
        name, version, own = key
        try:
            return toolbox.own(name, version) if own else toolbox.tool(name, version)
        except ToolUnavailableError as error:
            return error

    needed = {way: (INSTALLERS[way[0]].tool, *way[1:]) for way in ways}
    keys = sorted({*needed.values()})
    with ThreadPoolExecutor(4) as pool:
        fetched = dict(zip(keys, pool.map(fetch, keys), strict=True))
    return {way: fetched[key] for way, key in needed.items()}


def _attempts(
    pairs: Iterable[tuple[Scenario, str]], filters: Filters
) -> Iterator[tuple[Scenario, str, Start, str]]:
    """For each scenario and variant: the starts, and the remedies tried from there."""
    for scenario, variant in pairs:
        for start in filters.starts:
            known = scenario.remedies_from(start, variant)
            for name in filters.remedies or known:
                if name in known:
                    yield scenario, variant, start, name


def _can_start(scenario: Scenario, cell: Cell) -> bool:
    """Whether ``scenario`` expects a failure that the cell can start from."""
    if cell.start == "fresh":
        return True
    plain = replace(cell, start="fresh", remedy=scenario.repairs.after)
    expected = expected_of(scenario, plain)
    return expected is not None and expected.verdict in FAILURES
