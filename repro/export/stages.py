"""What a recorded cell ran, with all that is needed to run it again.

Commands and files come from the record. What the record does not hold (variables, the command
that runs the environment's interpreter) comes from the plans that the run itself was rendered
to; they are rendered again and must give the recorded commands and files, word for word.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

import msgspec
from packaging.version import Version

from repro.cast import cast_of, request_of
from repro.export.errors import NotExportableError, StaleRecordError
from repro.installers import INSTALLERS, Plan, Target, Unsupported
from repro.remedies import REMEDIES
from repro.results import Result, StepRecord
from repro.scenario import Scenario, Step

ADDRESS = "http://127.0.0.1:8000"  # as a record spells the index's
USER_FOLDER = "~/.config/"  # and the user's configuration folder
_ANY_PYTHON = "/python/bin/python"  # where the record names none


class Stage(msgspec.Struct, frozen=True, kw_only=True):
    """One plan of the cell: in which step it was carried out, what was written, what ran.

    Attributes:
        number: of the scenario's step, which the index goes by.
        title: of the step.
        environment: counts up when a step has a new one.
        cache: counts up likewise.
        files: content by name, relative to the project's folder, or below ``~/.config/``.
        commands: those that ran, and those that would have followed had none failed.
        environ: variables beside those of the isolation.
        exit_code: of the last command that ran, as recorded.

    """

    number: int
    title: str
    environment: int
    cache: int
    files: Mapping[str, str]
    commands: tuple[tuple[str, ...], ...]
    environ: Mapping[str, str]
    exit_code: int


class Course(msgspec.Struct, frozen=True, kw_only=True):
    """All stages, and how the environment is looked at afterwards.

    Attributes:
        interpreter: the path that stands in commands for the interpreter.
        python: the command that runs the environment's interpreter.
        library_path: folders for LD_LIBRARY_PATH, relative to the project's.

    """

    stages: tuple[Stage, ...]
    interpreter: str
    python: tuple[str, ...]
    library_path: tuple[str, ...]


def course_of(result: Result, scenario: Scenario) -> Course:
    """What ran in a recorded cell.

    Raises:
        NotExportableError: nothing ran, or what ran is not the kit's to give away.
        StaleRecordError: the kit, as it is now, would run something else.

    """
    cell = result.cell
    if result.verdict == "unsupported":
        raise NotExportableError(cell.id, f"it is unsupported and nothing ran: {result.because}")
    if scenario.live:
        reason = "it installs real distributions from the package index"
        raise NotExportableError(cell.id, f"{reason}; run it with: {cell.command}")
    interpreter = _interpreter_of(result)
    try:
        plans = list(_plans(result, scenario, interpreter))
    except Unsupported as reason:
        raise StaleRecordError(cell.id, f"it is unsupported now: {reason}") from reason
    if len(plans) != len(result.steps):
        difference = f"{len(plans)} installations instead of {len(result.steps)}"
        raise StaleRecordError(cell.id, difference)
    stages: list[Stage] = []
    for (number, step, plan), record in zip(plans, result.steps, strict=True):
        before = stages[-1] if stages else None
        enters = before is not None and before.number != number
        stages.append(
            Stage(
                number=number,
                title=step.title,
                environment=(before.environment if before else 1)
                + (enters and step.environment == "new"),
                cache=(before.cache if before else 1) + (enters and step.cache == "new"),
                files=_checked_files(result, plan, record),
                commands=_checked_commands(result, plan, record),
                environ=plan.environ,
                exit_code=record.commands[-1].exit_code,
            )
        )
    last = plans[-1][2]
    return Course(
        stages=tuple(stages),
        interpreter=interpreter,
        python=last.python,
        library_path=last.library_path,
    )


def _interpreter_of(result: Result) -> str:
    """The interpreter's path in the record: that of ``python -m venv``, where it is there."""
    first = result.steps[0].commands[0].argv
    return first[0] if first[1:3] == ("-m", "venv") else _ANY_PYTHON


def _plans(
    result: Result, scenario: Scenario, interpreter: str
) -> Iterator[tuple[int, Step, Plan]]:
    """The steps' plans, rendered for the addresses and paths that the record has."""
    cell = result.cell
    asked, cast = request_of(scenario, cell.variant), cast_of(scenario, cell.variant)
    target = Target(
        module=scenario.module,
        python=interpreter,
        python_version=".".join(result.circumstances.python.split(".")[:2]),
        tool_version=Version(cell.version),
        index_url=f"{ADDRESS}/simple/",
    )
    render = INSTALLERS[cell.installer].render
    for number, step in enumerate(scenario.steps_of(cell.variant), 1):
        remedy = REMEDIES[cell.remedy if step.remedy else "nothing"]
        for request in remedy.apply(asked, cast):
            yield number, step, render(request, target)


def _checked_files(result: Result, plan: Plan, record: StepRecord) -> Mapping[str, str]:
    rendered = {**plan.files, **{f"{USER_FOLDER}{k}": v for k, v in plan.user_files.items()}}
    for name in sorted({*rendered, *record.files}):
        if rendered.get(name) != record.files.get(name):
            raise StaleRecordError(result.cell.id, f"the file {name} in «{record.title}» differs")
    return record.files


def _checked_commands(
    result: Result, plan: Plan, record: StepRecord
) -> tuple[tuple[str, ...], ...]:
    """The recorded command lines, and those that a failure kept from running."""
    ran = tuple(each.argv for each in record.commands)
    rendered = plan.commands
    if _makes_environment(ran[0]):
        rendered = (ran[0], *rendered)
    failed = record.commands[-1].exit_code != 0
    if rendered[: len(ran)] != ran or (len(rendered) > len(ran) and not failed):
        raise StaleRecordError(result.cell.id, f"a command in «{record.title}» differs")
    return rendered


def _makes_environment(argv: tuple[str, ...]) -> bool:
    """Whether it is the command by which the kit, not the tool, makes ``.venv``."""
    return argv[1:3] == ("-m", "venv") and PurePosixPath(argv[0]).name.startswith("python")
