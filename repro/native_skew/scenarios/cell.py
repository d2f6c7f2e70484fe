"""A cell: a scenario's variant, an installer in a version, a remedy, a Python, and its start."""

from __future__ import annotations

from typing import Literal, get_args

import msgspec

from native_skew.installers import INSTALLERS

# From where the remedy is applied: to nothing at all; or to what the plain command left broken,
# with that project, environment and cache.
Start = Literal["fresh", "after-failure"]
STARTS: tuple[Start, ...] = get_args(Start)


class Cell(msgspec.Struct, frozen=True, kw_only=True, order=True, omit_defaults=True):
    """One scenario in one variant, one installer in one version, one remedy, one Python, one start."""

    scenario: str
    variant: str
    installer: str
    version: str
    remedy: str
    python: str
    start: Start = "fresh"

    @property
    def id(self) -> str:
        """The cell's name, and the path of its result below the results' folder."""
        tool = f"{self.installer}@{self.version}"
        return f"{self.scenario}/{self.variant}/{tool}/{self.attempt}.{self.python}"

    @property
    def tool(self) -> str:
        """The tool of its installer; of one that is gone, the installer's id."""
        known = INSTALLERS.get(self.installer)
        return known.tool if known else self.installer

    @property
    def attempt(self) -> str:
        """The remedy, and where it starts from unless that is nothing at all."""
        return self.remedy if self.start == "fresh" else f"{self.remedy}+{self.start}"

    @property
    def question(self) -> tuple[str, str, str, str]:
        """The cell without versions: what stays the same when a tool is released anew."""
        return self.scenario, self.variant, self.installer, self.attempt

    @property
    def python_version(self) -> str:
        """``3.11`` of ``cp311``."""
        digits = "".join(filter(str.isdigit, self.python))
        return f"{digits[0]}.{digits[1:]}"

    @property
    def python_number(self) -> int:
        """Orders Pythons: 311 of ``cp311``; 0 where its name has no number."""
        return int("0" + "".join(filter(str.isdigit, self.python)))

    def is_of(self, name: str) -> bool:
        """Whether it belongs to ``name``, a ``scenario`` or a ``scenario/variant``."""
        return f"{self.scenario}/{self.variant}/".startswith(f"{name}/")

    @property
    def command(self) -> str:
        """The command line that runs this cell again."""
        return f"native-skew run {self.arguments}"

    @property
    def arguments(self) -> str:
        """The arguments of ``native-skew run`` that run this cell again."""
        return (
            f"--scenario {self.scenario}/{self.variant} "
            f"--installer {self.installer}=={self.version} --remedy {self.remedy}"
            + (f" --start {self.start}" if self.start != "fresh" else "")
            + (" --live" if self.scenario.endswith("-live") else "")
        )
