"""The reasons why `doctor` could not look: exit code 2, never mistaken for a finding."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from native_skew.errors import SkewError
from native_skew.findings import plain


class NoActiveEnvironmentError(SkewError):
    """No environment is named, and none is active."""

    def __init__(self) -> None:
        super().__init__(
            "no environment is active: neither VIRTUAL_ENV nor CONDA_PREFIX is set, and there "
            "is no .venv here or in a folder above; name one: native-skew doctor PATH"
        )


class NotAnEnvironmentError(SkewError):
    """The path is of none of the kinds that can be examined."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"{plain(str(path))}: {reason}; name a virtual environment, a conda prefix, a site-packages or "
            "--target folder, a wheel, or a folder of wheels"
        )


class UnknownTargetError(SkewError):
    """A platform or a Python is spelled in an unknown way."""

    def __init__(self, option: str, text: str, examples: Sequence[str]) -> None:
        super().__init__(
            f"{option} {plain(text)[:100]}: not known; it is spelled as uv does, for instance "
            f"{', '.join(examples)}"
        )


class SettingsError(SkewError):
    """``[tool.native-skew]`` is wrong; carries every problem found in it."""

    def __init__(self, path: Path, problems: Sequence[str]) -> None:
        said = "; ".join(plain(each) for each in problems)
        super().__init__(
            f"{plain(str(path))}: [tool.native-skew] is not valid: {said}; the keys are fail-on "
            '("error" or "warning") and ignore, a list of tables with a reason, and a rule, a '
            "distribution or a file"
        )


class WheelError(SkewError):
    """A wheel that cannot be read."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"{plain(str(path))}: not read ({reason}); get the file again, or leave it out"
        )


class TemporaryFolderError(SkewError):
    """A wheel's content cannot be unpacked; the wheel may be sound."""

    def __init__(self, folder: Path, reason: str) -> None:
        super().__init__(
            f"{plain(str(folder))}: cannot be written ({reason}); free space, or name another folder for "
            "temporary files by TMPDIR"
        )


class NothingToConfirmError(SkewError):
    """--confirm without an interpreter that could import anything."""

    def __init__(self, subject: str) -> None:
        super().__init__(
            f"{plain(subject)}: --confirm imports the modules, and there is no bin/python to do so; "
            "name an environment, or leave --confirm out"
        )
