"""Errors of ``native-skew new``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from native_skew.errors import SkewError


class AnswersError(SkewError):
    """The template refused the answers, and has printed which and why."""

    def __init__(self) -> None:
        super().__init__("nothing was generated; the command above asks only for the wrong answers")


class BracesError(SkewError):
    """An answer contains what cookiecutter would take for a template."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name}: not valid; write it without {{{{, {{% and {{#")


class IncompatibleProvidersError(SkewError):
    """The providers have releases in the requested ranges, but none that are compatible."""

    def __init__(self, requirements: Sequence[str]) -> None:
        super().__init__(
            f"{' and '.join(requirements)}: each has releases, but none that can be installed "
            "together, because of their requirements; change provider_oldest, provider_below or "
            "more_providers"
        )


class FolderTakenError(SkewError):
    """The project's folder exists already."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"{folder}: exists already; name another place with --output-dir")


class NoLibraryError(SkewError):
    """A provider ships no library."""

    def __init__(self, name: str, version: str) -> None:
        super().__init__(
            f"{name} {version}: ships no shared library that an extension could link to; name a "
            "provider that does"
        )


class UnknownAnswerError(SkewError):
    """NAME=VALUE with an unknown name, or with a value that is not among the choices."""

    def __init__(self, pair: str, known: list[str]) -> None:
        super().__init__(f"{pair}: no such answer; known are {', '.join(known)}")
