"""Errors of an export."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from native_skew.errors import SkewError

_SHOWN = 12  # candidates named in a message


class CellNameError(SkewError):
    """No recorded cell has that name, or several ``candidates`` have."""

    def __init__(self, name: str, problem: str, words: str, candidates: Sequence[str]) -> None:
        self.candidates = tuple(candidates)
        more = len(candidates) - _SHOWN
        lines = "".join(f"\n  {each}" for each in candidates[:_SHOWN])
        rest = f"\n  … and {more} more" if more > 0 else ""
        hint = f"; {words}:{lines}{rest}" if candidates else ""
        super().__init__(
            f"{name}: {problem}{hint}\n`native-skew report` lists what is recorded; name "
            "SCENARIO/VARIANT/INSTALLER/REMEDY"
        )


class NotExportableError(SkewError):
    """A cell cannot be reproduced without the kit."""

    def __init__(self, cell: str, reason: str) -> None:
        super().__init__(f"{cell}: not exported, {reason}")


class StaleRecordError(SkewError):
    """The kit would run something else than what is recorded."""

    def __init__(self, cell: str, difference: str) -> None:
        super().__init__(
            f"{cell}: the kit does not render this cell as it is recorded ({difference}); "
            "record it again, or export with the version of the kit that recorded it"
        )


class ExportFolderError(SkewError):
    """The folder to export to is not empty, or cannot be written."""

    def __init__(self, folder: Path, reason: str) -> None:
        super().__init__(f"{folder}: {reason}; name an empty folder, or one that is not there yet")


class FindingsError(SkewError):
    """The file of findings is damaged."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: not a readable list of findings ({reason}); correct it")
