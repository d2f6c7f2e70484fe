"""What a person can do wrong with the timeline, and what its record can be wrong with."""

from __future__ import annotations

from collections.abc import Iterable

from native_skew.errors import SkewError


class NoFloorError(SkewError):
    """A tool whose releases are not kept from any one on."""

    def __init__(self, tool: str, known: Iterable[str]) -> None:
        super().__init__(
            f"{tool}: no first release is set ({', '.join(known)} have one); "
            "say with --since VERSION which to begin with"
        )


class NoReleaseError(SkewError):
    """No release lies between --since and --until."""

    def __init__(self, tool: str, since: str, until: str | None) -> None:
        end = f" and none newer than {until}" if until else ""
        super().__init__(
            f"{tool}: the index has no release from {since} on{end} for this interpreter; "
            "correct --since and --until, or ask the index anew with --newest"
        )


class VersionError(SkewError):
    """--since or --until is not a version."""

    def __init__(self, option: str, text: str) -> None:
        super().__init__(f"{option} {text}: not a version; write it as the release is named")


class InstallerVersionError(SkewError):
    """--installer with a version or an executable: the timeline runs through versions itself."""

    def __init__(self, text: str) -> None:
        super().__init__(
            f"--installer {text}: name an interface without a version, as uv-sync; "
            "--since and --until say which releases"
        )


class ShorterLineError(SkewError):
    """--record would replace a line by a part of it."""

    def __init__(self, question: str, recorded: tuple[str, str], asked: tuple[str, str]) -> None:
        super().__init__(
            f"{question}: recorded from {recorded[0]} to {recorded[1]}, and --record would keep "
            f"{asked[0]} to {asked[1]} only; leave --since and --until out, ask for newer "
            "releases with --newest, or record elsewhere with --results"
        )
