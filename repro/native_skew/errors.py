"""Errors that the kit reports to the user: where, what, and what to do.

The exception builds the message, so that a mistake has the same wording everywhere.
"""

from __future__ import annotations

import difflib
import enum
from collections.abc import Iterable, Sequence
from pathlib import Path

GET_COMPILER = (
    "Debian, Ubuntu: apt-get install gcc libc6-dev; Fedora: dnf install gcc; "
    "Alpine: apk add gcc musl-dev; macOS: xcode-select --install"
)


class ExitCode(enum.IntEnum):
    """The exit codes of all commands."""

    SOUND = 0  # all is as recorded; nothing was found; there is nothing to change
    CHANGED = 1  # a verdict changed; something was found; there is something to change
    # Something could not be run, read or examined; also a crash, so that it is never mistaken for
    # a finding.
    COULD_NOT_RUN = 2
    INTERRUPTED = 130  # by a signal, as in shells

    @classmethod
    def of(cls, *, changed: object, not_run: object = False) -> ExitCode:
        """The exit code of a run; what changed takes precedence over what could not run."""
        return cls.CHANGED if changed else cls.COULD_NOT_RUN if not_run else cls.SOUND


class SkewError(Exception):
    """Base of all errors that end in one message and ``COULD_NOT_RUN``, without a traceback."""


class ScenarioError(SkewError):
    """A scenario file is invalid; has all problems found in it."""

    def __init__(self, path: Path, problems: Sequence[str]) -> None:
        self.path, self.problems = path, tuple(problems)
        lines = "".join(f"\n  - {problem}" for problem in self.problems)
        super().__init__(f"{path}: not a valid scenario; correct this and run again:{lines}")


class UnknownNameError(SkewError):
    """A filter names a scenario, installer, remedy or interpreter that does not exist."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        names = sorted(known)
        near = difflib.get_close_matches(name, names, n=1)
        hint = f"did you mean {near[0]!r}? " if near else ""
        super().__init__(f"unknown {kind} {name!r}: {hint}known are {', '.join(names)}")


class NothingSelectedError(SkewError):
    """The filters are all valid and select no cell."""

    def __init__(self) -> None:
        super().__init__(
            "the filters leave no cell: `native-skew show SCENARIO` lists a scenario's remedies, "
            "and scenarios on real distributions need --live"
        )


class ToolUnavailableError(SkewError):
    """A tool could not be fetched, or does not start."""

    def __init__(self, tool: str, reason: str) -> None:
        self.tool, self.reason = tool, reason
        super().__init__(
            f"{tool}: could not be made ready ({reason}); "
            "check the version's spelling and that the package index can be reached"
        )


class InterpreterError(SkewError):
    """--python names something that is not a usable interpreter."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(
            f"--python {name}: {reason}; name a version X.Y whose pythonX.Y is on the "
            "PATH, or a path to an interpreter of Python 3.10 or newer"
        )


class WorkFolderError(SkewError):
    """The work folder cannot be written to: no right, no space."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"{path}: cannot be written ({reason}); free space or name another folder with --work"
        )


class ResultFileError(SkewError):
    """A recorded result, or the record, cannot be read."""

    def __init__(self, path: Path, reason: str, line: int | None = None, advice: str = "") -> None:
        where = f"{path}:{line}" if line else str(path)
        advice = advice or (
            "restore it from version control, or delete it and record it again with --record"
        )
        super().__init__(f"{where}: not a readable result ({reason}); {advice}")


class ArchiveError(SkewError):
    """A published file cannot be read safely, or is not what its name says."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: not unpacked ({reason}); publish a sound file instead")


class CellError(SkewError):
    """A cell has no verdict: a crash, a time limit, a full disk say nothing about its tool."""

    def __init__(self, where: str, reason: str) -> None:
        super().__init__(f"{where}: {reason}")
