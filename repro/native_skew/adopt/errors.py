"""The errors that keep ``native-skew adopt`` from proposing anything."""

from __future__ import annotations

from pathlib import Path

from native_skew.errors import SkewError


class NotUnderstoodError(SkewError):
    """A build file says something that cannot be decided by reading alone; nothing is changed.

    ``proof`` lists the links to other distributions' libraries that wheels prove nevertheless.
    """

    def __init__(self, where: str, reason: str, advice: str, proof: tuple[str, ...] = ()) -> None:
        self.where, self.reason, self.advice = where, reason, advice
        linked = f" (it matters: {'; '.join(proof)})" if proof else ""
        super().__init__(
            f"{where}: not understood, so nothing is changed: {reason}{linked}; {advice}"
        )


class ProjectFileError(SkewError):
    """A build file cannot be read or written."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}; make it a readable UTF-8 file, and run again")


class NoProjectError(SkewError):
    """There is nothing to look at."""

    def __init__(self, path: Path, names: str) -> None:
        super().__init__(f"{path}: has no build file ({names}); name a project's own folder")


class RangeError(SkewError):
    """``--range`` is not one that can be declared."""

    def __init__(self, text: str, reason: str) -> None:
        super().__init__(f"--range {text!r}: {reason}; give it as 'NAME>=OLDEST,<NEXT-ABI'")
