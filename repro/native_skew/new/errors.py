"""What keeps ``native-skew new`` from making a project."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from native_skew.errors import SkewError


class AnswersError(SkewError):
    """The template refused the answers, and has said which, and why."""

    def __init__(self) -> None:
        super().__init__("nothing was generated; the command above asks for the wrong answers only")


class BracesError(SkewError):
    """An answer that cookiecutter would take for a template."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name}: not valid; write it without {{{{, {{% and {{#")


class ContradictionError(SkewError):
    """The providers have releases in the ranges asked for, and none that go together."""

    def __init__(self, requirements: Sequence[str]) -> None:
        super().__init__(
            f"{' and '.join(requirements)}: each has releases, but none that can be installed "
            "together, by what they require of each other; change provider_oldest, provider_below "
            "or more_providers"
        )


class FolderTakenError(SkewError):
    """The folder to be made is there already."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"{folder}: is there already; name another place with --output-dir")


class NoLibraryError(SkewError):
    """A provider whose files are known, and hold no library."""

    def __init__(self, name: str, version: str) -> None:
        super().__init__(
            f"{name} {version}: ships no shared library that an extension could link to; name a "
            "provider that does"
        )


class UnknownAnswerError(SkewError):
    """NAME=VALUE with a name that the template does not ask for, or a choice that is none."""

    def __init__(self, pair: str, known: list[str]) -> None:
        super().__init__(f"{pair}: no such answer; known are {', '.join(known)}")
