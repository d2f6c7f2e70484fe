"""Observation -> Judgement: what an installation amounts to, from what is really there.

No word that a tool printed enters here; see rule 1 in CONTRIBUTING.md.
"""

from __future__ import annotations

import msgspec

from native_skew.observe.environment import Observation
from native_skew.verdict import Verdict


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """A verdict and the observed facts that it rests on, in one sentence."""

    verdict: Verdict
    because: str


def judge(observation: Observation, exit_code: int) -> Judgement:
    """Says what an observed environment amounts to; ``unsupported`` never comes from here.

    ``exit_code`` is the tool's last command's. A tool that fails *and* leaves a broken module
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
