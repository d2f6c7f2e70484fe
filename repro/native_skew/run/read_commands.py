"""The commands that run nothing: ``list``, ``show``, ``report`` and ``schema``."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from rich.table import Table
from rich.text import Text

from native_skew import results, scenarios
from native_skew.errors import SkewError
from native_skew.installers import INSTALLERS, REMEDIES, TOOLS, parse_choice
from native_skew.publish import describe
from native_skew.results import report as words
from native_skew.run.options import results_option, scenario_option
from native_skew.run.selection import toured
from native_skew.scenarios import Cell


@click.command("list")
def list_() -> None:
    """Lists the names of scenarios, installers and remedies that the options of `run` take."""
    grid = Table(box=None, padding=(0, 1), show_header=False)
    grid.add_row(Text("scenarios", "bold"), "")
    for scenario in scenarios.load_all().values():
        grid.add_row(
            "  " + scenario.id, f"{scenario.title} ({', '.join(scenario.variant_names())})"
        )
    grid.add_row(Text("installers", "bold"), "")
    for installer in INSTALLERS.values():
        versions = ", ".join(TOOLS[installer.tool].default_versions)
        grid.add_row("  " + installer.id, f"{installer.title} ({installer.tool} {versions})")
    grid.add_row(Text("remedies", "bold"), "")
    for name, remedy in REMEDIES.items():
        grid.add_row("  " + name, remedy.title)
    words.console().print(grid)


@click.command(
    epilog="""\b
Example:
  native-skew show stale-build-tree"""
)
@click.argument("scenario")
def show(scenario: str) -> None:
    """Shows what SCENARIO publishes, asks and expects, as a tree."""
    words.console().print(describe.scenario_tree(scenarios.find(scenario)))


@click.command(
    epilog="""\b
Examples:
  native-skew report --scenario stamped-wheel-elsewhere
  native-skew report --installer uv-sync --markdown"""
)
@scenario_option
@click.option("--installer", "installer_ids", multiple=True, help="ID or TOOL; may be repeated.")
@click.option("--tour", is_flag=True, help="The cells that `run` runs without a filter.")
@click.option("--markdown", "as_markdown", is_flag=True, help="A Markdown table.")
@click.option(
    "--svg",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="A picture of the table, to FILE.",
)
@click.option("--json", "as_json", is_flag=True, help="The results as JSON.")
@click.option("--csv", "as_csv", is_flag=True, help="The verdicts as CSV.")
@results_option
def report(
    scenario_names: tuple[str, ...],
    installer_ids: tuple[str, ...],
    tour: bool,
    as_markdown: bool,
    svg: Path | None,
    as_json: bool,
    as_csv: bool,
    folder: Path,
) -> None:
    """Shows the record, without running anything.

    Ends with 2 if the filters match no recorded result.
    """
    if tour and as_csv:
        raise click.UsageError("--tour and --csv exclude each other")
    if as_markdown + bool(svg) + as_json + as_csv > 1:
        raise click.UsageError("--markdown, --svg, --json and --csv exclude each other")
    for name in scenario_names:
        scenarios.find_variants(name)
    wanted = {each.id for text in installer_ids for each in parse_choice(text).installers}

    def is_chosen(cell: Cell) -> bool:
        return (not wanted or cell.installer in wanted) and (
            not scenario_names or any(map(cell.is_of, scenario_names))
        )

    # No evidence is read for CSV.
    verdicts = results.read_verdicts(folder) if as_csv else ()
    told = [each for each in verdicts if is_chosen(each.cell)]
    read = () if as_csv else results.read_each(folder)
    chosen = [result for result in read if is_chosen(result.cell)]
    if tour:
        chosen = toured(chosen)
    if not (told or chosen):
        raise SkewError(
            f"{folder}: no recorded result matches the filters; leave them out, or name another "
            "folder of results with --results"
        )
    if as_csv:
        sys.stdout.write(words.as_csv(told))
    elif as_json:
        sys.stdout.write(results.encode(chosen).decode())
    elif svg:
        asked = ["--tour"] * tour + [f"--scenario {name}" for name in scenario_names]
        title = " ".join(["native-skew report", *asked])
        svg.write_text(words.svg(words.table(chosen), title), encoding="utf-8")
    elif as_markdown:
        sys.stdout.write(words.markdown(chosen))
    else:
        console = words.console()
        console.print(words.table(chosen, console.width))


@click.command()
def schema() -> None:
    """Prints the JSON Schema of a result."""
    sys.stdout.write(results.encode(results.schema()).decode())
