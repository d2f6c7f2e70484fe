"""``python -m native_skew.bench``: measures, and says which bars are met."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from native_skew.bench import record
from native_skew.bench.record import Measured, Setting
from native_skew.bench.run import MEASURES, measure_all
from native_skew.errors import ExitCode
from native_skew.results import report
from native_skew.run import jobs_option, work_option


@click.command()
@click.option("--only", multiple=True, type=click.Choice(list(MEASURES)), help="Repeatable.")
@click.option("--rounds", type=click.IntRange(1), default=3, show_default=True)
@jobs_option
@click.option(
    "--environment",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="A large environment to diagnose; without it one is made, of several gigabytes.",
)
@click.option("--record", "recording", is_flag=True, help="Record them; a deliberate act.")
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

    Ends with 0 when every bar is met, 1 when one is missed, 2 when something could not be
    measured.
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
