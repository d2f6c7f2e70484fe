"""A cell: one scenario in one variant, one installer in one version, one remedy, one Python."""

from __future__ import annotations

import msgspec


class Cell(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """One scenario in one variant, one installer in one version, one remedy, one Python."""

    scenario: str
    variant: str
    installer: str
    version: str
    remedy: str
    python: str

    @property
    def id(self) -> str:
        """The cell's name, and the path of its result below the results' folder."""
        tool = f"{self.installer}@{self.version}"
        return f"{self.scenario}/{self.variant}/{tool}/{self.remedy}.{self.python}"

    @property
    def question(self) -> tuple[str, str, str, str]:
        """The cell without versions: what stays the same when a tool is released anew."""
        return self.scenario, self.variant, self.installer, self.remedy

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
            + (" --live" if self.scenario.endswith("-live") else "")
        )
