"""One cell: render, publish, run, observe, judge, keep. Only this module knows the order."""

from __future__ import annotations

import datetime as dt
import platform
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import msgspec
from msgspec.structs import replace
from packaging.version import Version

from native_skew import __version__
from native_skew.distributions import archives
from native_skew.doctor import diagnose
from native_skew.errors import CellError
from native_skew.installers import INSTALLERS, REMEDIES, TOOLS, Plan, RenderContext, Unsupported
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
from native_skew.publish import Publication, published_in
from native_skew.results import Circumstances, CommandRecord, Result, StepRecord
from native_skew.run.live_builds import Builds
from native_skew.run.selection import Task
from native_skew.run.session import Session
from native_skew.scenarios import (
    Cell,
    Scenario,
    Step,
    expected_of,
    repaired,
    request_of,
    roles_of,
)
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
    """One installation, or one half of it; ``number`` is that of its step, from 1."""

    number: int
    step: Step
    plan: Plan


def step_plans_of(scenario: Scenario, cell: Cell, context: RenderContext) -> tuple[StepPlan, ...]:
    """All of the cell's installations in order; a remedy may make several of one step.

    After a failure they are those of the plain command, and behind them the repair. Raises
    ``Unsupported`` where the installer cannot do one of them: before anything runs, so that it does
    not depend on how far a run got.
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


class CellRun:
    """The running of one task: ``run``, then ``result``.

    ``builds`` is asked about a real consumer with which a tool failed. The commands run in
    ``sandbox``; a step may move on to a new environment or cache in it. ``records`` has what the
    steps wrote and ran.
    """

    def __init__(
        self, session: Session, task: Task, processes: Processes, limit: float, builds: Builds
    ) -> None:
        self._session, self._task, self._builds = session, task, builds
        self._processes, self._limit = processes, limit
        self._installer = INSTALLERS[task.cell.installer]
        self._prefix = session.next_prefix()
        self._publication = Publication(())
        self._judgement: Judgement | None = None
        self._observation: Observation | None = None
        self._home: Path | None = None  # the environment that holds the consumer
        self._library_path: tuple[str, ...] = ()
        self._before: Verdict | None = None
        self.sandbox = Sandbox(root=session.folder / self._prefix, index_url="")
        self.records: list[StepRecord] = []

    def run(self) -> None:
        """Publishes, runs the tool, and looks at what came out: all that needs processes.

        A ``SkewError`` says that nothing can be said: a command crashed or hung, the disk is full,
        the fake pair could not be made, or a real consumer does not build here.
        """
        task = self._task
        self._publication = self.publish()
        try:
            plan, exit_code = self.run_steps(self._publication)
            self._observation, self._home = self.observe(plan, exit_code)
        except Unsupported as reason:
            self._judgement = Judgement(verdict="unsupported", because=str(reason))
            return
        finally:
            self._session.index.withdraw(self._prefix)
        require_answer(
            self.records[-1].commands[-1].argv,
            exit_code,
            self._observation,
            None if task.scenario.live else self._publication.journal,
        )
        if task.scenario.live and exit_code:
            self._builds.require(task.scenario, task.cell.variant, task.interpreter)
        self._session.require_space()
        self._judgement = judge(self._observation, exit_code)
        self._library_path = self._library_folders(plan)

    def result(self) -> Result:
        """What ``run`` found, diagnosed and judged, with its evidence; starts no process."""
        task, judgement = self._task, self._judgement
        assert judgement  # of ``run``
        home = self._home
        expected = expected_of(
            task.scenario, task.cell, supported=judgement.verdict != "unsupported"
        )
        interpreter = task.interpreter
        return self._redacted(
            Result(
                cell=task.cell,
                verdict=judgement.verdict,
                because=judgement.because,
                expected=expected.verdict if expected else None,
                expected_because=expected.because if expected else None,
                origin=self._origin(),
                published=published_in(
                    task.scenario, task.cell.variant, interpreter.name, interpreter.platform_tag
                ),
                before=self._before,
                steps=tuple(self.records),
                observation=self._observation,
                journal=tuple(self._publication.journal),
                circumstances=Circumstances(
                    kit_version=__version__,
                    python=interpreter.version,
                    platform=f"{platform.platform(aliased=True, terse=True)} {platform.machine()}",
                    compiler=Path(self._session.compiler.title).name,
                    checks={tool.name: tool.version for tool in self._session.check_tools},
                    date=dt.datetime.now(tz=dt.timezone.utc).date().isoformat(),
                ),
                diagnosis=diagnose(home, self._library_path).brief() if home else None,
            )
        )

    def publish(self) -> Publication:
        """Publishes what the scenario says; the cell's commands install from there."""
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

    def run_steps(self, publication: Publication) -> tuple[Plan, int]:
        """All steps in order; returns the last plan and its last command's exit code."""
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
            if each.number == repaired and not self._before:
                self._before = self._failure(before_plan, exit_code)
            before_plan = each.plan
            if exit_code and each.step.action == "sync":
                break  # there is no lock to go by
            if each.number != before:
                self.enter(each.step, each.plan, first=each.number == 1)
            publication.step = before = each.number
            exit_code = self._run_plan(each.step, each.plan)
        return plans[-1].plan, exit_code

    def _failure(self, plan: Plan, exit_code: int) -> Verdict:
        """The verdict on what the plain command made, which a repair starts from."""
        seen, _ = self.observe(plan, exit_code)
        verdict = judge(seen, exit_code).verdict
        if verdict not in FAILURES:
            raise CellError(
                self._task.cell.id,
                f"the plain command ends in «{verdict}»: nothing is broken that a remedy could repair",
            )
        return verdict

    def enter(self, step: Step, plan: Plan, first: bool) -> None:
        """Makes the environment and the cache ready that the step asks for."""
        new_environment = step.environment == "new" and not first
        before = self.sandbox.project
        self.sandbox = replace(
            self.sandbox,
            environment=self.sandbox.environment + new_environment,
            cache=self.sandbox.cache + (step.cache == "new" and not first),
        )
        self.sandbox.prepare()
        if step.action == "sync" and new_environment:
            for name in plan.lock_files:  # what a second machine gets from the first
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

    def _library_folders(self, plan: Plan) -> tuple[str, ...]:
        """The folders of LD_LIBRARY_PATH in the environment's processes."""
        return tuple(str(self.sandbox.project / folder) for folder in plan.library_path)

    def observe(self, plan: Plan, exit_code: int) -> tuple[Observation, Path | None]:
        """What is in the environment, and which one holds the consumer."""
        folders = self._library_folders(plan)
        loader = {"LD_LIBRARY_PATH": ":".join(folders)} if folders else {}

        def run_python(arguments: Sequence[str]) -> Outcome:
            outcome = self.run_command([*plan.python, *arguments], plan, **loader)
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

        subject = subject_of(self._task.scenario, self._task.cell.variant)
        seen = observe(subject, run_python, run_checks, folders)
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
            outcome = self.run_command([str(Path(tool.path) / tool.name), *arguments])
            require_sound(outcome, self._limit)
            checks.append(
                Check(tool=tool.name, exit_code=outcome.exit_code, output=outcome.output.strip())
            )
        return tuple(checks)

    def _origin(self) -> Literal["published", "built", "none"]:
        """Whether the installed consumer is a wheel that was published, or one built here.

        Told by the installed WHEEL file: a public index takes no ``linux_…`` tag, and the wheels
        of the fake pair name their generator.
        """
        consumer = self._task.scenario.consumer
        for each in self._observation.distributions if self._observation else ():
            if each.name == consumer:
                here = any("-linux_" in tag for tag in each.tags)
                return "built" if here and each.generator != archives.GENERATOR else "published"
        return "none"

    def _redacted(self, result: Result) -> Result:
        """``result`` without paths and addresses of this machine."""
        url, home = self.sandbox.index_url, Path.home()
        prefix = str(Path(self._task.interpreter.path).resolve().parent.parent)
        local = f"{url.partition(':')[0]}://127.0.0.1:8000"
        found = {
            url.rstrip("/").removesuffix("/simple"): (
                "https://the-package-index" if self._task.scenario.live else local
            ),
            str(self.sandbox.root): "/cell",
            str(self._session.work / "tools"): "/tools",
        }
        if len(home.parts) > 1:  # a tool may say which interpreter it found there
            found[f"{home}/"] = "~/"
        if not prefix.startswith(
            "/usr"
        ):  # an interpreter of the system's is named alike everywhere
            found[prefix] = "/python"
        text = msgspec.json.encode(result).decode()
        for old, new in sorted(found.items(), key=lambda item: -len(item[0])):
            text = text.replace(old, new)
        return msgspec.json.decode(text, type=Result)
