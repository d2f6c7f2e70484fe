"""One cell: publish, render, run, observe, judge, keep. Only this module knows the order."""

from __future__ import annotations

from pathlib import Path

import msgspec
from packaging.version import Version

from native_skew.doctor import diagnose
from native_skew.errors import CellError
from native_skew.installers import Plan, RenderContext, Unsupported
from native_skew.observe import Judgement, Observation, judge, require_answer
from native_skew.publish import Publication, published_in
from native_skew.results import Result
from native_skew.run import evidence
from native_skew.run.live_builds import Builds
from native_skew.run.plans import step_plans_of
from native_skew.run.selection import Task
from native_skew.run.session import Session
from native_skew.run.steps import StepRunner
from native_skew.scenarios import expected_of
from native_skew.toolchain import Processes
from native_skew.toolchain import user_index as live
from native_skew.verdict import FAILURES, Verdict


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
        self._prefix = session.next_prefix()
        self._before: Verdict | None = None
        self.steps = StepRunner(session, task, processes, limit, self._prefix)

    def run(self) -> Ran:
        """Publishes, runs the tool, and looks at what came out: all that needs processes.

        Raises:
            CellError: a command crashed, hung, or the disk is full: nothing can be said.
            BuildError: a tool failed with a consumer that does not build here at all.
            SkewError: the fake pair could not be made.

        """
        task = self._task
        publication = self.publish()
        try:
            plan, exit_code = self.run_steps(publication)
            observation, home = self.steps.observe(plan, exit_code)
        except Unsupported as reason:
            return Ran(publication=publication, unsupported=str(reason))
        finally:
            self._session.index.withdraw(self._prefix)
        require_answer(
            self.steps.records[-1].commands[-1].argv,
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
            library_path=self.steps.library_path(plan),
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
        )
        result = Result(
            cell=task.cell,
            verdict=judgement.verdict,
            because=judgement.because,
            expected=expected.verdict if expected else None,
            expected_because=expected.because if expected else None,
            origin=evidence.origin_of(task.scenario.consumer, ran.observation),
            published=published_in(
                task.scenario,
                task.cell.variant,
                task.interpreter.name,
                task.interpreter.platform_tag,
            ),
            before=self._before,
            steps=tuple(self.steps.records),
            observation=ran.observation,
            journal=tuple(ran.publication.journal),
            circumstances=evidence.circumstances_of(
                task.interpreter, self._session.compiler, self._session.check_tools
            ),
            diagnosis=diagnosis,
        )
        known = evidence.replacements(
            self.steps.sandbox, self._session.work, task.interpreter, bool(task.scenario.live)
        )
        return evidence.redact(result, known)

    def publish(self) -> Publication:
        """Publishes what the scenario says; the cell's commands install from there."""
        task = self._task
        if task.scenario.live:
            task.interpreter.require_headers()
            publication, url = Publication(()), live.index_url()
        else:
            publication = self._session.publication(
                task.scenario, task.cell.variant, task.interpreter
            )
            index, https = self._session.index, task.scenario.is_https(task.cell.variant)
            url = index.publish(self._prefix, publication, https=https)
            if https:
                self.steps.sandbox = msgspec.structs.replace(
                    self.steps.sandbox, authority=index.authority
                )
        self.steps.sandbox = msgspec.structs.replace(self.steps.sandbox, index_url=url)
        return publication

    def run_steps(self, publication: Publication) -> tuple[Plan, int]:
        """All steps in order; returns the last plan and its last command's exit code."""
        task = self._task
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
                self.steps.enter(each.step, each.plan, first=each.number == 1)
            publication.step = before = each.number
            exit_code = self.steps.run_plan(each.step, each.plan)
        return plans[-1].plan, exit_code

    def _failure(self, plan: Plan, exit_code: int) -> Verdict:
        """The verdict on what the plain command made, which a repair starts from.

        Raises:
            CellError: nothing is broken there, so that there is nothing to repair.

        """
        seen, _ = self.steps.observe(plan, exit_code)
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
            python_version=self._task.interpreter.minor,
            tool_version=Version(self._task.tool.version),
            index_url=self.steps.sandbox.index_url,
        )
