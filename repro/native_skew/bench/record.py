"""The recorded form of the measurements: ``docs/results/bench.json``, with its schema.

Times depend on the machine; what is compared and judged are ratios of one run.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec

from native_skew import results
from native_skew.errors import SkewError
from native_skew.findings import schema_of

FILE = results.FOLDER / "bench.json"
SCHEMA = results.FOLDER / "bench.schema.json"


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """The options of all measurements."""

    work: Path  # the work folder
    rounds: int  # how often each thing is timed; the least disturbed round counts
    jobs: int  # how many run at once
    environment: Path | None = None  # a large one to diagnose; None to create one


class Bar(msgspec.Struct, frozen=True, kw_only=True):
    """A figure with the bound it must keep; exactly one bound is set."""

    name: str
    value: float
    at_least: float | None = None
    at_most: float | None = None

    @property
    def met(self) -> bool:
        """Whether the figure is within its bound."""
        if self.at_least is not None:
            return self.value >= self.at_least
        return self.at_most is not None and self.value <= self.at_most

    @property
    def bound(self) -> str:
        """The bound in words."""
        least = self.at_least
        return f"at most {self.at_most}" if least is None else f"at least {least}"


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """What was measured, and its values, one for each of the table's columns."""

    name: str
    values: tuple[float, ...]


class Measurement(msgspec.Struct, frozen=True, kw_only=True):
    """What was measured.

    Attributes:
        id: its name in ``MEASURES``.
        title: a heading.
        how: what was timed and how, in sentences.
        columns: the rows' headings, each with its unit.
        versions: of the tools that were compared, by name.
        bars: the figures with a bound.

    """

    id: str
    title: str
    how: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    bars: tuple[Bar, ...]
    versions: dict[str, str]


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """A measurement and what it holds for; ``load`` is the load average before and after."""

    measurement: Measurement
    kit_version: str
    python: str
    platform: str
    cpus: int
    rounds: int
    load: tuple[float, float]
    date: str

    @property
    def id(self) -> str:
        """The measurement's name."""
        return self.measurement.id


class Bench(msgspec.Struct, frozen=True, kw_only=True):
    """All measurements, each made in one run."""

    measurements: tuple[Measured, ...]
    kind: Literal["native-skew bench 1"] = "native-skew bench 1"

    def updated(self, other: Bench) -> Bench:
        """These measurements, with those of ``other`` replacing the same ones or at the end."""
        found = {each.id: each for each in (*self.measurements, *other.measurements)}
        return Bench(measurements=tuple(found.values()))


class NotMeasuredError(SkewError):
    """A measurement cannot be made here."""


def read(path: Path = FILE) -> Bench | None:
    """The recorded measurements; None if there are none."""
    return results.read_json(path, Bench) if path.exists() else None


def write(bench: Bench, path: Path = FILE, schema_path: Path = SCHEMA) -> None:
    """Writes the measurements and their schema."""
    results.write_file(path, results.encode(bench))
    results.write_file(schema_path, results.encode(schema_of(Bench)))
