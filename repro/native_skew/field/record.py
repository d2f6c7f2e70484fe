"""The results of cases, recorded in ``docs/field``, a JSON file each."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec

from native_skew import results
from native_skew.errors import ResultFileError
from native_skew.findings import BriefFinding, Level

FOLDER = results.FOLDER.parent / "field"

# found: with the right cause; found by import: only with --confirm; silent: rightly so.
CaseVerdict = Literal[
    "found", "found by import", "missed", "wrong cause", "false alarm", "silent", "not as stated"
]
GOOD: tuple[CaseVerdict, ...] = ("found", "found by import", "silent")
AdviceOutcome = Literal["mends", "does not mend", "not carried out"]


# What another tool names of what is broken.
Named = Literal["the cause", "the distribution", "something else", "nothing", "not run"]


class Imported(msgspec.Struct, frozen=True, kw_only=True):
    """The imports that were tried before any tool was run."""

    distributions: int = 0  # how many are installed
    modules: int = 0  # how many extension modules there are; 0 where only some names were imported
    imports: int = 0  # how many names were imported: packages at the top, and these modules
    megabytes: int = 0  # the size of the folders of packages
    errors: dict[str, str] = {}  # by name, of imports that failed


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """A command of the kit: its exit code, what it found, what it did not examine."""

    command: str
    exit_code: int
    findings: tuple[BriefFinding, ...] = ()
    not_examined: tuple[str, ...] = ()
    output: str = ""


class Followed(msgspec.Struct, frozen=True, kw_only=True):
    """An advice, and the outcome of following it."""

    rule: str
    level: Level
    title: str
    tool: str
    files: dict[str, str]
    commands: tuple[str, ...]
    outcome: AdviceOutcome
    why: str = ""


class Peer(msgspec.Struct, frozen=True, kw_only=True):
    """What another tool said about the same files."""

    tool: str
    found: Named
    said: str = ""


class CaseResult(msgspec.Struct, frozen=True, kw_only=True):
    """The result of one case."""

    case: str  # its id
    kind: str
    date: str
    kit_version: str
    verdict: CaseVerdict
    why: str = ""
    versions: dict[str, str] = {}
    truth: Imported | None = None  # what was imported, of an environment
    said: tuple[Said, ...] = ()  # by the kit, in the order in which it was asked
    # Findings that count, and that are not among those that are right.
    more: tuple[BriefFinding, ...] = ()
    advice: tuple[Followed, ...] = ()  # of an environment's findings, each carried out on a copy
    # Whether the first advice that could be carried out repairs it; None if there is nothing to
    # repair, or no such advice.
    mended: bool | None = None
    peers: tuple[Peer, ...] = ()  # what other tools said

    @property
    def good(self) -> bool:
        """Whether the kit was right and its advice helped."""
        return self.verdict in GOOD and not self.more and self.mended is not False


def write(result: CaseResult, folder: Path = FOLDER) -> None:
    """Records ``result``."""
    folder.mkdir(parents=True, exist_ok=True)
    data = msgspec.json.format(msgspec.json.encode(result), indent=1).decode()
    (folder / f"{result.case}.json").write_text(data + "\n", encoding="utf-8")


def read_all(folder: Path = FOLDER) -> dict[str, CaseResult]:
    """All recorded results by case; raises ResultFileError if a file cannot be read."""
    found = {}
    for path in sorted(folder.glob("*.json")):
        try:
            found[path.stem] = msgspec.json.decode(path.read_bytes(), type=CaseResult)
        except (OSError, msgspec.MsgspecError) as error:
            raise ResultFileError(path, str(error)) from error
    return found
