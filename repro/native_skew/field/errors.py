"""Errors of the field."""

from __future__ import annotations

from pathlib import Path

from native_skew.errors import SkewError
from native_skew.findings import plain


class CaseError(SkewError):
    """A case's file is invalid."""

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(f"{path}: not a valid case ({plain(problem)}); correct it and run again")


class NotMadeError(SkewError):
    """A case could not be made here, and so says nothing about the kit."""

    def __init__(self, what: str, output: str) -> None:
        lines = [each for each in output.splitlines() if each.strip()] or ["no output"]
        # The error with the causes below it, or the last line.
        begin = next((n for n, each in enumerate(lines) if each.lower().startswith("error")), -1)
        told = " ".join(each.strip() for each in lines[begin:][:4])
        self.reason = plain(f"{what}: {told}")
        super().__init__(self.reason)
