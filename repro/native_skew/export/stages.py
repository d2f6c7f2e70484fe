"""What a recorded cell ran, with all that is needed to run it again.

The cell is rendered again for what the record does not hold: the variables, the command that runs
the environment's interpreter, the commands after a failed one. The rendered commands and files must
equal the recorded ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import zip_longest
from pathlib import PurePosixPath

import msgspec
from packaging.version import Version

from native_skew.export.errors import NotExportableError, StaleRecordError
from native_skew.installers import Command, Plan, RenderContext, Unsupported
from native_skew.results import Result, StepRecord
from native_skew.run import StepPlan, step_plans_of
from native_skew.scenarios import Scenario

ADDRESS = "http://127.0.0.1:8000"  # the index in a record
USER_FOLDER = "~/.config/"  # the user's configuration folder in a record
_ANY_PYTHON = "/python/bin/python"  # if the record names none


class ExportedStage(msgspec.Struct, frozen=True, kw_only=True):
    """One installation, or one half of it."""

    number: int  # of the scenario's step, which the index goes by
    title: str  # of the step
    environment: int  # counts up when a step has a new one
    cache: int  # counts up likewise
    brought: tuple[str, ...]  # what a lock left in the environment before, and this one starts with
    needs_lock: bool  # whether it is left out where the stage before it failed
    # Content by name, relative to the project's folder, or below ``~/.config/``.
    files: Mapping[str, str]
    # Those that ran, and those that would have followed had none failed.
    commands: tuple[Command, ...]
    environ: Mapping[str, str]  # variables beside those of the isolation


class ExportPlan(msgspec.Struct, frozen=True, kw_only=True):
    """All stages, and how the environment is observed afterwards."""

    stages: tuple[ExportedStage, ...]
    interpreter: str  # the path that stands in commands for the interpreter
    python: Command  # the command that runs the environment's interpreter
    library_path: tuple[str, ...]  # folders for LD_LIBRARY_PATH, relative to the project's


def plan_of(result: Result, scenario: Scenario) -> ExportPlan:
    """What ran in a recorded cell.

    Raises:
        NotExportableError: nothing ran, or it cannot run without the kit.
        StaleRecordError: the kit, as it is now, would run something else.

    """
    cell = result.cell
    if result.verdict == "unsupported":
        raise NotExportableError(cell.id, f"it is unsupported and nothing ran: {result.because}")
    if scenario.live:
        reason = "it installs real distributions from the package index"
        raise NotExportableError(cell.id, f"{reason}; run it with: {cell.command}")
    if scenario.is_https(cell.variant):
        reason = "its index is asked over TLS, with a certificate of this run"
        raise NotExportableError(cell.id, f"{reason}; run it with: {cell.command}")
    first = result.steps[0].commands[0].argv
    context = RenderContext(
        module=scenario.module,
        python=first[0] if _makes_environment(first) else _ANY_PYTHON,
        python_version=result.circumstances.python_minor,
        tool_version=Version(cell.version),
        index_url=f"{ADDRESS}/simple/",
    )
    try:
        rendered = step_plans_of(scenario, cell, context)
    except Unsupported as reason:
        raise StaleRecordError(cell.id, f"it is unsupported now: {reason}") from reason
    _require_steps(result, rendered)
    stages: list[ExportedStage] = []
    for each, record in zip_longest(rendered, result.steps):
        stages.append(_stage(result, each, record, stages[-1] if stages else None))
    last = rendered[-1].plan
    return ExportPlan(
        stages=tuple(stages),
        interpreter=context.python,
        python=last.python,
        library_path=last.library_path,
    )


def _require_steps(result: Result, rendered: Sequence[StepPlan]) -> None:
    """Makes sure that the record lacks no stage but those without a lock to install from."""
    left_out = rendered[len(result.steps) :]
    if len(rendered) < len(result.steps) or any(e.step.action != "sync" for e in left_out):
        difference = f"{len(rendered)} installations instead of {len(result.steps)}"
        raise StaleRecordError(result.cell.id, difference)


def _stage(
    result: Result, rendered: StepPlan, record: StepRecord | None, before: ExportedStage | None
) -> ExportedStage:
    step, plan = rendered.step, rendered.plan
    enters = before is not None and before.number != rendered.number
    moves = enters and step.environment == "new"
    commands = plan.commands_of(step.action)
    first = result.steps[0].commands[0].argv
    if _makes_environment(first) and (before is None or moves):
        commands = (first, *commands)
    if record:
        _require_same(result, rendered, record, commands)
    return ExportedStage(
        number=rendered.number,
        title=step.title,
        environment=(before.environment if before else 1) + moves,
        cache=(before.cache if before else 1) + (enters and step.cache == "new"),
        brought=plan.lock_files if moves and step.action == "sync" else (),
        needs_lock=step.action == "sync",
        files=_files(plan),
        commands=commands,
        environ=plan.environ,
    )


def _files(plan: Plan) -> dict[str, str]:
    return {**plan.files, **{f"{USER_FOLDER}{name}": v for name, v in plan.user_files.items()}}


def _require_same(
    result: Result, rendered: StepPlan, record: StepRecord, commands: tuple[Command, ...]
) -> None:
    """Makes sure that the record has these files, and these commands up to a failed one."""
    files = _files(rendered.plan)
    for name in sorted({*files, *record.files}):
        if files.get(name) != record.files.get(name):
            raise StaleRecordError(result.cell.id, f"the file {name} in «{record.title}» differs")
    ran = tuple(each.argv for each in record.commands)
    failed = record.commands[-1].exit_code != 0
    if commands[: len(ran)] != ran or (len(commands) > len(ran) and not failed):
        raise StaleRecordError(result.cell.id, f"a command in «{record.title}» differs")


def _makes_environment(argv: Command) -> bool:
    """Whether it is the command by which the kit, not the tool, creates ``.venv``."""
    return argv[1:3] == ("-m", "venv") and PurePosixPath(argv[0]).name.startswith("python")
