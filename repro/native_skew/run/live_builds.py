"""Whether the distributions of live scenarios build on this machine at all."""

from __future__ import annotations

import threading
from pathlib import Path

from native_skew.errors import SkewError
from native_skew.run.session import Session
from native_skew.scenarios import Scenario
from native_skew.toolchain import Interpreter, Outcome, Processes, Sandbox, environment, user_index


class Builds:
    """Whether real consumers build on this machine at all, in the folder of ``session``.

    A compiler that rejects their sources, or an unreachable index, makes every tool fail, and that
    is not the tool's answer. Each consumer is built once, after the first failure: only its sdist,
    in isolation, with the newest of what it requires.
    """

    def __init__(self, session: Session, processes: Processes, limit: float) -> None:
        self._session, self._processes, self._limit = session, processes, limit
        self._lock = threading.Lock()
        self._known: dict[tuple[tuple[str, ...], str], Outcome] = {}

    def require(self, scenario: Scenario, variant: str, interpreter: Interpreter) -> None:
        """Raises ``SkewError`` if the consumer does not build: a tool's failure says nothing."""
        requirements = scenario.ask_of(variant).requirements
        key = requirements, interpreter.path
        with self._lock:  # other cells wait for the same answer
            if key not in self._known:
                self._known[key] = self._build(scenario.consumer, requirements, interpreter)
            outcome = self._known[key]
        if not outcome.exit_code:
            return
        lines = [line.strip() for line in outcome.output.splitlines() if line.strip()]
        # A compiler prints the place before «error»; pip's own line says only that it failed.
        compilers = (line for line in lines if ": error:" in line or ": fatal error:" in line)
        told = next(compilers, lines[-1] if lines else "no output")
        shown = "".join(each if each.isprintable() else " " for each in told)
        raise SkewError(
            f"{' '.join(requirements)}: its sdist does not build by itself here "
            f"({interpreter.name}, {Path(self._session.compiler.title).name}: {shown}), so that a "
            "tool's failure with it is no answer; name another Python with --python, or put "
            "another compiler on the PATH"
        )

    def _build(
        self, consumer: str, requirements: tuple[str, ...], interpreter: Interpreter
    ) -> Outcome:
        """How the last command ended."""
        root = self._session.folder / f"build-{len(self._known)}"
        place = Sandbox(root=root, index_url=user_index.index_url())
        place.prepare()
        pip, _ = self._session.check_tools
        environ = {
            **environment(place, (pip.path,), live=True),
            **self._session.compiler.environ,
        }
        wheel = ("wheel", "--no-deps", "--no-binary", consumer, "--wheel-dir", "wheels")
        making = (interpreter.path, "-m", "venv", "--without-pip", ".venv")
        building = ("pip", "--python", ".venv", *wheel, *requirements)
        try:
            for argv in (making, building):
                outcome = self._processes.run(
                    argv, cwd=place.project, environ=environ, limit=self._limit
                )
                if outcome.exit_code:
                    break
            return outcome
        finally:
            place.remove()
