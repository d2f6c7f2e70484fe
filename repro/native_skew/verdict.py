"""The verdicts on an installation, in the words that all stages use."""

from __future__ import annotations

from typing import Literal

Verdict = Literal[
    "works",
    "broken, detected",
    "broken, undetected",
    "wrong result",
    "refused",
    "unsupported",
]

# The verdicts that leave the user with a broken environment.
FAILURES: tuple[Verdict, ...] = ("broken, detected", "broken, undetected", "wrong result")

MEANING: dict[Verdict, str] = {
    "works": "imports, metadata satisfied, built and run against the same ABI",
    "broken, detected": "import fails, and `check` complains",
    "broken, undetected": "import fails, and `check` passes",
    "wrong result": (
        "imports, but with another ABI than it was built for, two of them at once, "
        "or what its metadata rules out"
    ),
    "refused": "the tool ends non-zero and leaves nothing broken",
    "unsupported": "the tool has no such feature",
}
