"""The steps of one cell, in its sandbox: files written, commands run, what came of them observed."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import msgspec

from native_skew.errors import CellError
from native_skew.installers import INSTALLERS, Plan
from native_skew.observe import (
    NOT_STARTED,
    Check,
    Observation,
    observe,
    require_sound,
    subject_of,
)
from native_skew.results import CommandRecord, StepRecord
from native_skew.run.selection import Task
from native_skew.run.session import Session
from native_skew.scenarios import Step
from native_skew.toolchain import TIMED_OUT, Outcome, Processes, Sandbox, environment, write_below


class StepRunner:
    """Runs the plans of a cell's steps, and looks at what they leave.

    Args:
        session: what all cells share.
        task: the cell.
        processes: starts the commands.
        limit: seconds that one command may take.
        folder: the name of the cell's own, in the session's.

    Attributes:
        sandbox: where the commands run; a step may move on to a new environment or cache in it.
        records: what the steps wrote and ran.

    """

    def __init__(
        self, session: Session, task: Task, processes: Processes, limit: float, folder: str
    ) -> None:
        self._session, self._task = session, task
        self._processes, self._limit = processes, limit
        self._installer = INSTALLERS[task.cell.installer]
        self.sandbox = Sandbox(root=session.folder / folder, index_url="")
        self.records: list[StepRecord] = []

    def enter(self, step: Step, plan: Plan, first: bool) -> None:
        """Makes the environment and the cache ready that the step asks for."""
        new_environment = step.environment == "new" and not first
        new_cache = step.cache == "new" and not first
        before = self.sandbox.project
        self.sandbox = msgspec.structs.replace(
            self.sandbox,
            environment=self.sandbox.environment + new_environment,
            cache=self.sandbox.cache + new_cache,
        )
        self.sandbox.prepare()
        if step.action == "sync" and new_environment:
            for name in plan.lock_files:  # what a second machine gets from the first
                shutil.copy2(before / name, self.sandbox.project)

    def run_plan(self, step: Step, plan: Plan) -> int:
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
            outcome = self.run(argv, plan)
            require_sound(outcome, self._limit, self._installer.misuse)
            records.append(
                CommandRecord(argv=outcome.argv, exit_code=outcome.exit_code, output=outcome.output)
            )
            if outcome.exit_code:
                break
        written = {**plan.files, **{f"~/.config/{k}": v for k, v in plan.user_files.items()}}
        self.records.append(StepRecord(title=step.title, files=written, commands=tuple(records)))
        return records[-1].exit_code

    def run(self, argv: Sequence[str], plan: Plan | None = None, **more: str) -> Outcome:
        """Runs a command in the cell."""
        beside = (each for each in self._session.check_tools if each.name in self._installer.beside)
        paths = (self._task.tool.path, *(each.path for each in beside))
        environ = environment(self.sandbox, paths, bool(self._task.scenario.live))
        return self._processes.run(
            argv,
            cwd=self.sandbox.project,
            environ={
                **environ,
                **self._session.compiler.environ,
                **(plan.environ if plan else {}),
                **more,
            },
            limit=self._limit,
        )

    def library_path(self, plan: Plan) -> tuple[str, ...]:
        """The folders of LD_LIBRARY_PATH in the environment's processes."""
        return tuple(str(self.sandbox.project / folder) for folder in plan.library_path)

    def observe(self, plan: Plan, exit_code: int) -> tuple[Observation, Path | None]:
        """What is in the environment, and which one holds the consumer."""
        library_path = self.library_path(plan)
        loader = {"LD_LIBRARY_PATH": ":".join(library_path)} if library_path else {}
        subject = subject_of(self._task.scenario, self._task.cell.variant)

        def run_python(arguments: Sequence[str]) -> Outcome:
            outcome = self.run([*plan.python, *arguments], plan, **loader)
            # A death by signal is the module's; a hang, or a python that is not there although
            # the tool was content, says nothing about it.
            if outcome.exit_code == TIMED_OUT or (
                not exit_code and outcome.exit_code == NOT_STARTED
            ):
                require_sound(outcome, self._limit)
            return outcome

        homes: list[Path] = []

        def run_checks(prefix: Path) -> tuple[Check, ...]:
            homes.append(prefix)
            return self._checks(prefix)

        seen = observe(subject, run_python, run_checks, library_path)
        return seen, homes[0] if homes else None

    def _checks(self, prefix: Path) -> tuple[Check, ...]:
        """The tools' own opinions of the environment, whichever tool made it."""
        python = str(prefix / "bin" / "python")
        if not Path(python).exists():
            raise CellError(python, "the environment has no interpreter to check it with")
        pip, uv = self._session.check_tools
        checks = []
        for tool, arguments in (
            (pip, ("--python", python, "check")),
            (uv, ("pip", "check", "--python", python)),
        ):
            outcome = self.run([str(Path(tool.path) / tool.name), *arguments])
            require_sound(outcome, self._limit)
            checks.append(
                Check(tool=tool.name, exit_code=outcome.exit_code, output=outcome.output.strip())
            )
        return tuple(checks)
