"""The command ``native-skew`` and its subcommands."""

from __future__ import annotations

import signal
import sys
import traceback
from pathlib import Path
from typing import NoReturn

import click
from rich.console import Console
from rich.table import Table

from native_skew import __version__, results, scenarios
from native_skew.adopt import adopt
from native_skew.audit import audit
from native_skew.doctor import doctor
from native_skew.errors import ExitCode, SkewError
from native_skew.export import export
from native_skew.findings import plain, printable
from native_skew.installers import INSTALLERS, REMEDIES, TOOLS, parse_choice
from native_skew.matrix import matrix, merge
from native_skew.publish import describe
from native_skew.results import diff, report
from native_skew.run import results_option, run, scenario_option, serve
from native_skew.scenarios import Cell
from native_skew.timeline import timeline

_SHOWN = 300  # characters of an unforeseen error


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="native-skew")
def cli() -> None:
    """Reproduces native modules that run with another library than they were built for."""


@cli.command("list")
def list_() -> None:
    """Scenarios, installers and remedies: what --scenario, --installer, --remedy take."""
    console = report.console()
    grid = Table(box=None, padding=(0, 1), show_header=False)
    grid.add_row("[bold]scenarios[/]", "")
    for scenario in scenarios.load_all().values():
        grid.add_row(
            "  " + scenario.id, f"{scenario.title} ({', '.join(scenario.variant_names())})"
        )
    grid.add_row("[bold]installers[/]", "")
    for installer in INSTALLERS.values():
        versions = ", ".join(TOOLS[installer.tool].default_versions)
        grid.add_row("  " + installer.id, f"{installer.title} ({installer.tool} {versions})")
    grid.add_row("[bold]remedies[/]", "")
    for name, remedy in REMEDIES.items():
        grid.add_row("  " + name, remedy.title)
    console.print(grid)


@cli.command()
@click.argument("scenario")
def show(scenario: str) -> None:
    """What SCENARIO publishes and asks, as a tree."""
    report.console().print(describe.scenario_tree(scenarios.find(scenario)))


@cli.command("report")
@scenario_option
@click.option("--installer", "installer_ids", multiple=True, help="ID; may be repeated.")
@click.option("--markdown", is_flag=True, help="A Markdown table.")
@click.option("--svg", type=click.Path(path_type=Path, dir_okay=False), help="A picture, to FILE.")
@click.option("--json", "as_json", is_flag=True, help="The results as JSON.")
@click.option("--csv", "as_csv", is_flag=True, help="The verdicts as CSV.")
@results_option
def report_(
    scenario_names: tuple[str, ...],
    installer_ids: tuple[str, ...],
    markdown: bool,
    svg: Path | None,
    as_json: bool,
    as_csv: bool,
    folder: Path,
) -> None:
    """Shows what is recorded, without running anything."""
    for name in scenario_names:
        scenarios.find_variants(name)
    wanted = {each.id for text in installer_ids for each in parse_choice(text).installers}

    def is_chosen(cell: Cell) -> bool:
        return (not wanted or cell.installer in wanted) and (
            not scenario_names or any(map(cell.is_of, scenario_names))
        )

    if as_csv:  # no evidence is read for it
        verdicts = (each for each in results.read_verdicts(folder) if is_chosen(each.cell))
        sys.stdout.write(report.as_csv(verdicts))
        return
    chosen = [result for result in results.read_each(folder) if is_chosen(result.cell)]
    if as_json:
        sys.stdout.write(results.encode(chosen).decode())
    elif svg:
        title = "native-skew report " + " ".join(f"--scenario {name}" for name in scenario_names)
        svg.write_text(report.svg(report.table(chosen), title), encoding="utf-8")
    elif markdown:
        sys.stdout.write(report.markdown(chosen))
    else:
        console = report.console()
        console.print(report.table(chosen, report.is_wide(console)))


@cli.command()
def schema() -> None:
    """Prints the JSON Schema of a result file."""
    sys.stdout.write(results.encode(results.schema()).decode())


cli.add_command(adopt)
cli.add_command(audit)
cli.add_command(run)
cli.add_command(doctor)
cli.add_command(serve)
cli.add_command(matrix)
cli.add_command(merge)
cli.add_command(export)
cli.add_command(diff)
cli.add_command(timeline)


def _crash(error: Exception) -> str:
    """What went wrong and where, in one line: a file's content may be part of a traceback."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    said = str(error)
    shown = said if len(said) <= _SHOWN else f"{said[:_SHOWN]}…"
    return (
        f"{type(error).__name__}: {shown} ({Path(last.filename).name}:{last.lineno}, {last.name})"
    )


def main() -> NoReturn:
    """The entry point: every foreseen error is one message on standard error, no traceback."""
    for number in (signal.SIGTERM, signal.SIGHUP):  # also when the terminal goes away
        if signal.getsignal(number) is not signal.SIG_IGN:  # as nohup asks for
            signal.signal(number, signal.default_int_handler)
    errors = Console(stderr=True)
    try:
        code = cli.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        code = ExitCode.COULD_NOT_RUN
    except SkewError as error:
        errors.print(
            f"error: {printable(str(error))}", soft_wrap=True, highlight=False, markup=False
        )
        code = ExitCode.COULD_NOT_RUN
    except OSError as error:
        where = plain(str(error.filename or "work folder"))
        errors.print(
            f"error: {where}: {error.strerror}", soft_wrap=True, highlight=False, markup=False
        )
        code = ExitCode.COULD_NOT_RUN
    except (KeyboardInterrupt, click.Abort):
        errors.print("interrupted: every process was ended, nothing was recorded", soft_wrap=True)
        code = ExitCode.INTERRUPTED
    except Exception as error:  # noqa: BLE001  (a crash must not end with Python's 1: «changed»)
        sys.stderr.write(f"error: {plain(_crash(error))}; this is a bug: please report it\n")
        code = ExitCode.COULD_NOT_RUN
    sys.exit(code)
