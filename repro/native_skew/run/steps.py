"""A cell's steps: publishes, plans and runs them in a sandbox, and observes what they leave."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import msgspec
from msgspec.structs import replace
from packaging.version import Version

from native_skew.errors import CellError
from native_skew.installers import INSTALLERS, REMEDIES, TOOLS, Plan, RenderContext, Unsupported
from native_skew.observe import (
    NOT_STARTED,
    Check,
    Observation,
    judge,
    observe,
    require_sound,
    subject_of,
)
from native_skew.publish import Publication
from native_skew.results import CommandRecord, StepRecord
from native_skew.run.selection import Task
from native_skew.run.session import Session
from native_skew.scenarios import Cell, Scenario, Step, repaired, request_of, roles_of
from native_skew.toolchain import (
    TIMED_OUT,
    Outcome,
    Processes,
    Sandbox,
    environment,
    user_index,
    write_below,
)
from native_skew.verdict import FAILURES, Verdict


class StepPlan(msgspec.Struct, frozen=True, kw_only=True):
    """An installation, or a half of one; ``number`` is that of its step, from 1."""

    number: int
    step: Step
    plan: Plan


def step_plans_of(scenario: Scenario, cell: Cell, context: RenderContext) -> tuple[StepPlan, ...]:
    """All installations of the cell in order; a remedy may need several in one step.

    For a cell after a failure, they are those of the plain command, then the repair. Raises
    ``Unsupported`` if the installer cannot do one of them: before anything runs, so that the answer
    does not depend on how far a run gets.
    """
    installer, roles = INSTALLERS[cell.installer], roles_of(scenario, cell.variant)
    found = []
    steps = scenario.steps_of(cell.variant)
    tried = [cell.remedy if cell.start == "fresh" else scenario.repairs.after] * len(steps)
    if cell.start == "after-failure":
        steps, tried = (*steps, repaired(scenario, cell.variant)), [*tried, cell.remedy]
    for number, (step, name) in enumerate(zip(steps, tried, strict=True), 1):
        remedy = REMEDIES[name if step.remedy else "nothing"]
        for request in remedy.apply(request_of(scenario, cell.variant, step), roles):
            plan = installer.render(request, context)
            if step.action != "install" and not plan.locking:
                tool = TOOLS[installer.tool]
                raise Unsupported(
                    f"{installer.title} writes no lock before it installs",
                    source=tool.documentation,
                    versions=tool.looked_up,
                )
            found.append(StepPlan(number=number, step=step, plan=plan))
    return tuple(found)


class CellSteps:
    """Runs the steps of one task in ``sandbox``.

    A step may switch to a new environment or cache in it. ``records`` has what the steps wrote and
    ran, ``before`` the verdict on what the plain command left to repair.
    """

    def __init__(self, session: Session, task: Task, processes: Processes, limit: float) -> None:
        self._session, self._task = session, task
        self._processes, self._limit = processes, limit
        self._installer = INSTALLERS[task.cell.installer]
        self._prefix = session.next_prefix()
        self.sandbox = Sandbox(root=session.folder / self._prefix, index_url="")
        self.records: list[StepRecord] = []
        self.before: Verdict | None = None

    def publish(self) -> Publication:
        """Publishes the scenario's files, from which the cell's commands install."""
        task = self._task
        if task.scenario.live:
            task.interpreter.require_headers()
            publication, url = Publication(()), user_index.index_url()
        else:
            publication = self._session.publication(
                task.scenario, task.cell.variant, task.interpreter
            )
            index, https = self._session.index, task.scenario.is_https(task.cell.variant)
            url = index.publish(self._prefix, publication, https=https)
            if https:
                self.sandbox = replace(self.sandbox, authority=index.authority)
        self.sandbox = replace(self.sandbox, index_url=url)
        return publication

    def withdraw(self) -> None:
        """Ends the publication."""
        self._session.index.withdraw(self._prefix)

    def run_steps(self, publication: Publication) -> tuple[Plan, int]:
        """Runs all steps in order; returns the last plan and its last command's exit code."""
        task = self._task
        context = RenderContext(
            module=task.scenario.module,
            python=task.interpreter.path,
            python_version=task.interpreter.minor,
            tool_version=Version(task.tool.version),
            index_url=self.sandbox.index_url,
        )
        plans = step_plans_of(task.scenario, task.cell, context)
        before, exit_code, before_plan = 0, 0, plans[0].plan
        repaired = max(each.number for each in plans) if task.cell.start != "fresh" else 0
        for each in plans:
            if each.number == repaired and not self.before:
                self.before = self._failure(before_plan, exit_code)
            before_plan = each.plan
            if exit_code and each.step.action == "sync":
                break  # there is no lock to install from
            if each.number != before:
                self.enter(each.step, each.plan, first=each.number == 1)
            publication.step = before = each.number
            exit_code = self._run_plan(each.step, each.plan)
        return plans[-1].plan, exit_code

    def _failure(self, plan: Plan, exit_code: int) -> Verdict:
        """The verdict on what the plain command left; raises CellError if nothing is broken."""
        seen, _ = self.observe(plan, exit_code)
        verdict = judge(seen, exit_code).verdict
        if verdict not in FAILURES:
            raise CellError(
                self._task.cell.id,
                f"the plain command ends in «{verdict}»: nothing is broken that a remedy could repair",
            )
        return verdict

    def enter(self, step: Step, plan: Plan, first: bool) -> None:
        """Switches to the environment and cache that the step asks for."""
        new_environment = step.environment == "new" and not first
        before = self.sandbox.project
        self.sandbox = replace(
            self.sandbox,
            environment=self.sandbox.environment + new_environment,
            cache=self.sandbox.cache + (step.cache == "new" and not first),
        )
        self.sandbox.prepare()
        if step.action == "sync" and new_environment:
            for name in plan.lock_files:  # as a second machine gets them from the first
                shutil.copy2(before / name, self.sandbox.project)

    def _run_plan(self, step: Step, plan: Plan) -> int:
        """Writes the plan's files and runs its commands; returns the exit code of the last."""
        self._session.require_space()
        write_below(self.sandbox.project, plan.files)
        write_below(self.sandbox.user_configuration, plan.user_files)
        commands = list(plan.commands_of(step.action))
        if not self._installer.makes_environment and not (self.sandbox.project / ".venv").exists():
            pip = () if self._installer.needs_pip else ("--without-pip",)
            commands.insert(0, (self._task.interpreter.path, "-m", "venv", *pip, ".venv"))
        records = []
        for argv in commands:
            outcome = self.run_command(argv, plan)
            require_sound(outcome, self._limit, self._installer.misuse)
            records.append(
                CommandRecord(argv=outcome.argv, exit_code=outcome.exit_code, output=outcome.output)
            )
            if outcome.exit_code:
                break
        written = {**plan.files, **{f"~/.config/{k}": v for k, v in plan.user_files.items()}}
        self.records.append(StepRecord(title=step.title, files=written, commands=tuple(records)))
        return records[-1].exit_code

    def run_command(self, argv: Sequence[str], plan: Plan | None = None, **more: str) -> Outcome:
        """Runs a command in the cell, with the variables of ``plan`` and ``more``."""
        beside = (each for each in self._session.check_tools if each.name in self._installer.beside)
        paths = (self._task.tool.path, *(each.path for each in beside))
        return self._processes.run(
            argv,
            cwd=self.sandbox.project,
            environ={
                **environment(self.sandbox, paths, bool(self._task.scenario.live)),
                **self._session.compiler.environ,
                **(plan.environ if plan else {}),
                **more,
            },
            limit=self._limit,
        )

    def library_folders(self, plan: Plan) -> tuple[str, ...]:
        """The folders of LD_LIBRARY_PATH in the environment's processes."""
        return tuple(str(self.sandbox.project / folder) for folder in plan.library_path)

    def observe(self, plan: Plan, exit_code: int) -> tuple[Observation, Path | None]:
        """Observes the environment; also returns the prefix of the one that holds the consumer."""
        folders = self.library_folders(plan)
        loader = {"LD_LIBRARY_PATH": ":".join(folders)} if folders else {}

        def run_python(arguments: Sequence[str]) -> Outcome:
            outcome = self.run_command([*plan.python, *arguments], plan, **loader)
            # A death by signal is the module's; a hang, or a missing python although the tool
            # succeeded, says nothing about it.
            if outcome.exit_code == TIMED_OUT or (
                not exit_code and outcome.exit_code == NOT_STARTED
            ):
                require_sound(outcome, self._limit)
            return outcome

        homes: list[Path] = []

        def run_checks(prefix: Path) -> tuple[Check, ...]:
            homes.append(prefix)
            return self._checks(prefix)

        subject = subject_of(self._task.scenario, self._task.cell.variant)
        seen = observe(subject, run_python, run_checks, folders)
        return seen, homes[0] if homes else None

    def _checks(self, prefix: Path) -> tuple[Check, ...]:
        """The results of the tools' own checks, whichever tool made the environment."""
        python = str(prefix / "bin" / "python")
        if not Path(python).exists():
            raise CellError(python, "the environment has no interpreter to check it with")
        pip, uv = self._session.check_tools
        checks = []
        for tool, arguments in (
            (pip, ("--python", python, "check")),
            (uv, ("pip", "check", "--python", python)),
        ):
            outcome = self.run_command([str(Path(tool.path) / tool.name), *arguments])
            require_sound(outcome, self._limit)
            checks.append(
                Check(tool=tool.name, exit_code=outcome.exit_code, output=outcome.output.strip())
            )
        return tuple(checks)
