"""One cell: publish, render, run, observe, judge, keep. Only this module knows the order."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import msgspec
from packaging.version import Version

from native_skew.doctor import diagnose
from native_skew.errors import CellError
from native_skew.installers import INSTALLERS, Plan, RenderContext, Unsupported
from native_skew.observe import (
    NOT_STARTED,
    Check,
    Judgement,
    Observation,
    judge,
    observe,
    require_answer,
    require_sound,
    subject_of,
)
from native_skew.publish import Publication, Substitute
from native_skew.results import CommandRecord, Result, StepRecord
from native_skew.run import evidence
from native_skew.run.live_builds import Builds
from native_skew.run.plans import require_pythons, step_plans_of
from native_skew.run.session import Session
from native_skew.scenarios import Cell, Scenario, Step, expected_of
from native_skew.toolchain import (
    TIMED_OUT,
    Interpreter,
    Outcome,
    Processes,
    Sandbox,
    Tool,
    environment,
)
from native_skew.toolchain import user_index as live
from native_skew.verdict import FAILURES, Verdict


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """A cell with all that is needed to run it.

    ``substitute`` is an sdist that takes the fake consumer's place: it must work unaided.
    """

    cell: Cell
    scenario: Scenario
    interpreter: Interpreter
    tool: Tool
    substitute: Substitute | None = None


class Ran(msgspec.Struct, frozen=True, kw_only=True):
    """What is left of a cell when its last process has ended.

    Attributes:
        publication: what was published, with the requests for it.
        exit_code: of the last command.
        observation: None where nothing ran.
        home: the environment that holds the consumer; None where it is in none.
        library_path: the folders of LD_LIBRARY_PATH in the environment's processes.
        unsupported: why nothing ran.

    """

    publication: Publication
    exit_code: int = 0
    observation: Observation | None = None
    home: Path | None = None
    library_path: tuple[str, ...] = ()
    unsupported: str = ""


class CellRun:
    """The running of one task: ``run``, then ``result``.

    Args:
        session: what all cells share.
        task: the cell.
        processes: starts the commands.
        limit: seconds that one command may take.
        builds: asked about a real consumer with which a tool failed.

    """

    def __init__(
        self,
        session: Session,
        task: Task,
        processes: Processes,
        limit: float,
        builds: Builds,
    ) -> None:
        self._session, self._task, self._builds = session, task, builds
        self._processes, self._limit = processes, limit
        self._prefix = session.next_prefix()
        self._installer = INSTALLERS[task.cell.installer]
        self._records: list[StepRecord] = []
        self._before: Verdict | None = None
        self.tool_seconds = 0.0
        self.sandbox = Sandbox(root=session.folder / self._prefix, index_url="")

    def run(self) -> Ran:
        """Publishes, runs the tool, and looks at what came out: all that needs processes.

        Raises:
            CellError: a command crashed, hung, or the disk is full: nothing can be said.
            BuildError: a tool failed with a consumer that does not build here at all.
            SkewError: the fake pair could not be made.

        """
        task = self._task
        publication = self._publish()
        try:
            plan, exit_code = self._run_steps(publication)
            observation, home = self._observe(plan, exit_code)
        except Unsupported as reason:
            return Ran(publication=publication, unsupported=str(reason))
        finally:
            self._session.index.withdraw(self._prefix)
        require_answer(
            self._records[-1].commands[-1].argv,
            exit_code,
            observation,
            None if task.scenario.live else publication.journal,
        )
        if task.scenario.live and exit_code:
            self._builds.require(task.scenario, task.cell.variant, task.interpreter)
        self._session.require_space()
        return Ran(
            publication=publication,
            exit_code=exit_code,
            observation=observation,
            home=home,
            library_path=self._library_path(plan),
        )

    def result(self, ran: Ran) -> Result:
        """What ``run`` found, diagnosed and judged, with its evidence; starts no process."""
        task = self._task
        diagnosis = diagnose(ran.home, ran.library_path).brief() if ran.home else None
        if ran.observation:
            judgement = judge(ran.observation, ran.exit_code)
        else:
            judgement = Judgement(verdict="unsupported", because=ran.unsupported)
        expected = expected_of(
            task.scenario,
            task.cell,
            supported=judgement.verdict != "unsupported",
            unaided=bool(task.substitute),
        )
        result = Result(
            cell=task.cell,
            verdict=judgement.verdict,
            because=judgement.because,
            expected=expected.verdict if expected else None,
            expected_because=expected.because if expected else None,
            origin=evidence.origin_of(task.scenario.consumer, ran.observation),
            published=evidence.published_records(
                ran.publication,
                (
                    task.scenario.consumer,
                    task.scenario.provider,
                    *task.scenario.other_consumers(task.cell.variant),
                ),
            ),
            before=self._before,
            steps=tuple(self._records),
            observation=ran.observation,
            journal=tuple(ran.publication.journal),
            circumstances=evidence.circumstances_of(
                task.interpreter, self._session.compiler, self._session.check_tools
            ),
            diagnosis=diagnosis,
        )
        known = evidence.replacements(
            self.sandbox, self._session.work, task.interpreter, bool(task.scenario.live)
        )
        return evidence.redact(result, known)

    def _publish(self) -> Publication:
        task = self._task
        if task.scenario.live:
            task.interpreter.require_headers()
            publication, url = Publication(()), live.index_url()
        else:
            publication = self._session.publication(
                task.scenario, task.cell.variant, task.interpreter, task.substitute
            )
            index, https = self._session.index, task.scenario.is_https(task.cell.variant)
            url = index.publish(self._prefix, publication, https=https)
            if https:
                self.sandbox = msgspec.structs.replace(self.sandbox, authority=index.authority)
        self.sandbox = msgspec.structs.replace(self.sandbox, index_url=url)
        return publication

    def _run_steps(self, publication: Publication) -> tuple[Plan, int]:
        """All steps in order; returns the last plan and its last command's exit code."""
        task, tool = self._task, self._installer.tool
        if task.substitute:
            require_pythons(task.scenario, task.cell.variant, task.substitute.sdist, tool)
        plans = step_plans_of(task.scenario, task.cell, self._context())
        before, exit_code, before_plan = 0, 0, plans[0].plan
        repaired = max(each.number for each in plans) if task.cell.start != "fresh" else 0
        for each in plans:
            if each.number == repaired and not self._before:
                self._before = self._failure(before_plan, exit_code)
            before_plan = each.plan
            if exit_code and each.step.action == "sync":
                break  # there is no lock to go by
            if each.number != before:
                self._enter_step(each.step, each.plan, first=each.number == 1)
            publication.step = before = each.number
            exit_code = self._run_plan(each.step, each.plan)
        return plans[-1].plan, exit_code

    def _failure(self, plan: Plan, exit_code: int) -> Verdict:
        """The verdict on what the plain command made, which a repair starts from.

        Raises:
            CellError: nothing is broken there, so that there is nothing to repair.

        """
        seen, _ = self._observe(plan, exit_code)
        verdict = judge(seen, exit_code).verdict
        if verdict not in FAILURES:
            raise CellError(
                self._task.cell.id,
                f"the plain command ends in «{verdict}»: nothing is broken that a remedy could repair",
            )
        return verdict

    def _context(self) -> RenderContext:
        return RenderContext(
            module=self._task.scenario.module,
            python=self._task.interpreter.path,
            python_version=".".join(self._task.interpreter.version.split(".")[:2]),
            tool_version=Version(self._task.tool.version),
            index_url=self.sandbox.index_url,
        )

    def _enter_step(self, step: Step, plan: Plan, first: bool) -> None:
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

    def _run_plan(self, step: Step, plan: Plan) -> int:
        self._session.require_space()
        project, user = self.sandbox.project, self.sandbox.user_configuration
        for folder, files in ((project, plan.files), (user, plan.user_files)):
            for name, text in files.items():
                path = folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
        commands = list(plan.commands_of(step.action))
        if not self._installer.makes_environment and not (self.sandbox.project / ".venv").exists():
            pip = () if self._installer.needs_pip else ("--without-pip",)
            commands.insert(0, (self._task.interpreter.path, "-m", "venv", *pip, ".venv"))
        records = []
        for argv in commands:
            outcome = self._run(argv, plan)
            require_sound(outcome, self._limit, self._installer.misuse)
            records.append(
                CommandRecord(argv=outcome.argv, exit_code=outcome.exit_code, output=outcome.output)
            )
            if outcome.exit_code:
                break
        written = {**plan.files, **{f"~/.config/{k}": v for k, v in plan.user_files.items()}}
        self._records.append(StepRecord(title=step.title, files=written, commands=tuple(records)))
        return records[-1].exit_code

    def _run(
        self,
        argv: Sequence[str],
        plan: Plan | None = None,
        counted: bool = True,
        **more: str,
    ) -> Outcome:
        """Runs a command in the cell; ``counted`` is False for what only the kit wants to know."""
        beside = (each for each in self._session.check_tools if each.name in self._installer.beside)
        paths = (self._task.tool.path, *(each.path for each in beside))
        environ = environment(self.sandbox, paths, bool(self._task.scenario.live))
        outcome = self._processes.run(
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
        if counted:
            self.tool_seconds += outcome.seconds
        return outcome

    def _library_path(self, plan: Plan) -> tuple[str, ...]:
        return tuple(str(self.sandbox.project / folder) for folder in plan.library_path)

    def _observe(self, plan: Plan, exit_code: int) -> tuple[Observation, Path | None]:
        """What is in the environment, and which one holds the consumer."""
        library_path = self._library_path(plan)
        loader = {"LD_LIBRARY_PATH": ":".join(library_path)} if library_path else {}
        subject = subject_of(self._task.scenario, self._task.cell.variant)

        def run_python(arguments: Sequence[str]) -> Outcome:
            outcome = self._run([*plan.python, *arguments], plan, counted=False, **loader)
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
            outcome = self._run([str(Path(tool.path) / tool.name), *arguments])
            require_sound(outcome, self._limit)
            checks.append(
                Check(tool=tool.name, exit_code=outcome.exit_code, output=outcome.output.strip())
            )
        return tuple(checks)
