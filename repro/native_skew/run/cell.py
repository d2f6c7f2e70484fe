"""One cell: published, run, observed, judged. Only this module knows the order."""

from __future__ import annotations

import datetime as dt
import platform
from pathlib import Path
from typing import Literal

import msgspec

from native_skew import __version__
from native_skew.distributions import archives
from native_skew.doctor import diagnose
from native_skew.installers import Unsupported
from native_skew.observe import Judgement, Observation, judge, require_answer
from native_skew.publish import Publication, published_in
from native_skew.results import Circumstances, Result
from native_skew.run.live_builds import Builds
from native_skew.run.selection import Task
from native_skew.run.session import Session
from native_skew.run.steps import CellSteps
from native_skew.scenarios import expected_of
from native_skew.toolchain import Processes


class CellRun:
    """The run of one task: call ``run``, then ``result``.

    ``builds`` checks whether a real consumer builds here if a tool has failed with it.
    """

    def __init__(
        self, session: Session, task: Task, processes: Processes, limit: float, builds: Builds
    ) -> None:
        self._session, self._task, self._builds = session, task, builds
        self._publication = Publication(())
        self._judgement: Judgement | None = None
        self._observation: Observation | None = None
        self._home: Path | None = None  # the environment that holds the consumer
        self._library_path: tuple[str, ...] = ()
        self.steps = CellSteps(session, task, processes, limit)

    def run(self) -> None:
        """Publishes, runs the tool and observes the environment: everything that needs processes.

        Raises ``SkewError`` if there can be no verdict: a command crashed or hung, the disk is
        full, the fake pair could not be built, or a real consumer does not build here.
        """
        task = self._task
        self._publication = self.steps.publish()
        try:
            plan, exit_code = self.steps.run_steps(self._publication)
            self._observation, self._home = self.steps.observe(plan, exit_code)
        except Unsupported as reason:
            self._judgement = Judgement(verdict="unsupported", because=str(reason))
            return
        finally:
            self.steps.withdraw()
        require_answer(
            self.steps.records[-1].commands[-1].argv,
            exit_code,
            self._observation,
            None if task.scenario.live else self._publication.journal,
        )
        if task.scenario.live and exit_code:
            self._builds.require(task.scenario, task.cell.variant, task.interpreter)
        self._session.require_space()
        self._judgement = judge(self._observation, exit_code)
        self._library_path = self.steps.library_folders(plan)

    def result(self) -> Result:
        """The outcome of ``run`` with diagnosis, verdict and evidence; starts no process."""
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
                before=self.steps.before,
                steps=tuple(self.steps.records),
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

    def _origin(self) -> Literal["published", "built", "none"]:
        """Whether the installed consumer is a published wheel or was built here.

        The installed WHEEL file shows it: a public index accepts no ``linux_…`` tag, and the fake
        pair's wheels name their generator.
        """
        consumer = self._task.scenario.consumer
        for each in self._observation.distributions if self._observation else ():
            if each.name == consumer:
                here = any("-linux_" in tag for tag in each.tags)
                return "built" if here and each.generator != archives.GENERATOR else "published"
        return "none"

    def _redacted(self, result: Result) -> Result:
        """``result`` without this machine's paths and URLs."""
        url, home = self.steps.sandbox.index_url, Path.home()
        prefix = str(Path(self._task.interpreter.path).resolve().parent.parent)
        local = f"{url.partition(':')[0]}://127.0.0.1:8000"
        found = {
            url.rstrip("/").removesuffix("/simple"): (
                "https://the-package-index" if self._task.scenario.live else local
            ),
            str(self.steps.sandbox.root): "/cell",
            str(self._session.work / "tools"): "/tools",
        }
        if len(home.parts) > 1:  # a tool may print which interpreter it found there
            found[f"{home}/"] = "~/"
        if not prefix.startswith("/usr"):  # the system's is the same everywhere
            found[prefix] = "/python"
        text = msgspec.json.encode(result).decode()
        for old, new in sorted(found.items(), key=lambda item: -len(item[0])):
            text = text.replace(old, new)
        return msgspec.json.decode(text, type=Result)
