"""``python -m native_skew.bench``: measures, and says which bars are met."""

from __future__ import annotations

import datetime as dt
import os
import platform
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType

import click
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from native_skew import __version__
from native_skew.bench import audit, doctor, locks, record, replay, scale
from native_skew.bench.record import Bench, Measured, Measurement, Setting
from native_skew.errors import ExitCode, SkewError
from native_skew.results import report
from native_skew.run import jobs_option, work_option

# In the order in which they are shown.
MEASURES: dict[str, ModuleType] = {
    "runner": replay,
    "scale": scale,
    "doctor": doctor,
    "audit": audit,
    "locks": locks,
}


@click.command()
@click.option("--only", multiple=True, type=click.Choice(list(MEASURES)), help="Repeatable.")
@click.option("--rounds", type=click.IntRange(1), default=3, show_default=True)
@jobs_option
@click.option(
    "--environment",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="A large environment to diagnose; by default one of several gigabytes is created.",
)
@click.option("--record", "recording", is_flag=True, help="Put the measurements into the record.")
@work_option
def bench(
    only: tuple[str, ...],
    rounds: int,
    jobs: int,
    environment: Path | None,
    recording: bool,
    work: Path,
) -> None:
    """Measures what the kit costs, and how often the audit of a lock is right.

    Exits with 0 if every bar is met, 1 if one is missed, 2 if something could not be measured.
    """
    console, notes = report.console(), report.console(stderr=True)
    setting = Setting(work=work.resolve(), rounds=rounds, jobs=jobs, environment=environment)
    names = [name for name in MEASURES if not only or name in only]
    done = measure_all(setting, names, notes.print)
    for each in done.measurements:
        console.print(_words(each))
    if recording:
        known = record.read()
        record.write(known.updated(done) if known else done)
        notes.print(f"recorded in {record.FILE}")
    missed = [b for each in done.measurements for b in each.measurement.bars if not b.met]
    sys.exit(ExitCode.of(changed=missed, not_run=len(done.measurements) < len(names)))


def measure_all(setting: Setting, names: Sequence[str], said: Callable[[str], None]) -> Bench:
    """Makes the measurements of ``names`` in turn; one that cannot be made is left out.

    ``said`` is called with what is measured, and why something cannot be.
    """
    done = []
    for name in names:
        said(f"measuring: {MEASURES[name].TITLE}")
        try:
            done.append(_measured(MEASURES[name], setting))
        except (SkewError, OSError) as error:
            said(f"not measured: {error}")
    return Bench(measurements=tuple(done))


def _measured(module: ModuleType, setting: Setting) -> Measured:
    before = os.getloadavg()[0]
    measurement: Measurement = module.measure(setting)
    return Measured(
        measurement=measurement,
        kit_version=__version__,
        python=platform.python_version(),
        platform=platform.platform(aliased=True, terse=True) + " " + platform.machine(),
        cpus=os.cpu_count() or 1,
        rounds=setting.rounds,
        load=(round(before, 2), round(os.getloadavg()[0], 2)),
        date=dt.datetime.now(tz=dt.timezone.utc).date().isoformat(),
    )


def _words(each: Measured) -> RenderableType:
    made = each.measurement
    grid = Table(box=None, padding=(0, 1))
    for column in ("", *made.columns):
        grid.add_column(column, justify="right" if column else "left")
    for row in made.rows:
        grid.add_row(row.name, *(f"{value:g}" for value in row.values))
    parts: list[RenderableType] = [Text(made.title, style="bold"), grid]
    for bar in made.bars:
        word, style = ("met", "green") if bar.met else ("MISSED", "bold red")
        parts.append(Text(f"{word}: {bar.name}: {bar.value:g}, {bar.bound}", style=style))
    versions = ", ".join(f"{name} {version}" for name, version in made.versions.items())
    load = " then ".join(f"{number:g}" for number in each.load)
    parts += [Text(f"{versions}; {each.cpus} CPUs, load {load}", style="dim"), Text()]
    return Group(*parts)


if __name__ == "__main__":
    bench.main(prog_name="python -m native_skew.bench")
