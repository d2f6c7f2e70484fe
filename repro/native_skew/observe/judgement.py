"""Whether the outcome of an installation is the tool's answer, and the verdict on it.

A crash, a hang, an unreachable index or a harness that misuses a tool must never pass for a
refusal. A tool's output never enters a verdict; see rule 1 in CONTRIBUTING.md.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from native_skew.errors import CellError
from native_skew.observe.environment import Observation
from native_skew.publish import JournalEntry
from native_skew.toolchain import TIMED_OUT, Outcome
from native_skew.verdict import Verdict

NOT_STARTED = 127
_CRASHED = 100  # exit codes from here on are crashes: 101 is Rust's panic, 127 «not started»


def require_sound(outcome: Outcome, limit: float, misuse: tuple[int, ...] = ()) -> None:
    """Raises CellError unless a command ended by itself and understood what it was asked.

    ``limit`` is its time limit in seconds, ``misuse`` are exit codes that are no answer.
    """
    command = " ".join(outcome.argv)
    last = (outcome.output.strip().splitlines() or ["no output"])[-1]
    if outcome.exit_code == TIMED_OUT:
        raise CellError(command, f"took longer than {limit:g} s and was ended: see --time-limit")
    if outcome.exit_code in misuse:
        raise CellError(command, f"failed otherwise than by an answer: {last}")
    if outcome.exit_code < 0 or outcome.exit_code >= _CRASHED:
        raise CellError(command, f"crashed (exit code {outcome.exit_code}): {last}")


def require_answer(
    argv: Sequence[str],
    exit_code: int,
    observation: Observation,
    journal: Sequence[JournalEntry] | None,
) -> None:
    """Makes sure that what a command left is the tool's answer to what was published.

    ``journal`` is the index's; None if the index is not the kit's.

    Raises:
        CellError: the tool succeeded without installing anything, never reached the index, met an
            error of the index itself, or left a module whose library could not be determined.

    """
    command = " ".join(argv)
    if exit_code == 0 and not observation.consumer_installed:
        raise CellError(command, "ended with 0 and installed nothing that could be found")
    runs = observation.consumer_installed and not observation.import_error
    if runs and not observation.loaded:
        raise CellError(command, "it could not be seen which library the module runs with")
    if journal is None:
        return
    if any(entry.status >= 500 for entry in journal):
        raise CellError(command, "the kit's own index failed; this is a bug of the kit")
    if exit_code and not any(entry.status < 400 for entry in journal):
        raise CellError(command, "ended non-zero and never reached the local index")


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """A verdict, and in one sentence the observed facts that it rests on."""

    verdict: Verdict
    because: str


def judge(observation: Observation, exit_code: int) -> Judgement:
    """The verdict on an observed environment; never ``unsupported``.

    ``exit_code`` is that of the tool's last command. A tool that fails *and* leaves a broken module
    behind has not refused: it is judged by what it left.
    """
    if not observation.consumer_installed:
        return Judgement(
            verdict="refused",
            because=f"the tool ended with {exit_code} and did not install the module",
        )
    if observation.failed_import:
        return _judge_broken(observation)
    if observation.wrong_abi:
        return Judgement(verdict="wrong result", because=observation.wrong_abi)
    if observation.violations:
        return Judgement(
            verdict="wrong result", because=f"imports, though {observation.violations[0]}"
        )
    if exit_code:
        return Judgement(
            verdict="refused",
            because=f"the tool ended with {exit_code}; what was installed before still works",
        )
    return Judgement(
        verdict="works", because=f"built against {observation.built_against} and running with it"
    )


def _judge_broken(observation: Observation) -> Judgement:
    complaining = [check.tool for check in observation.checks if check.exit_code]
    if complaining:
        return Judgement(
            verdict="broken, detected",
            because=f"{observation.failed_import}; {' and '.join(complaining)} check complains",
        )
    passing = " and ".join(check.tool for check in observation.checks)
    return Judgement(
        verdict="broken, undetected", because=f"{observation.failed_import}; {passing} check passes"
    )
