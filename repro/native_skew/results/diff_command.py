"""The command ``native-skew diff``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import click
from rich.text import Text

from native_skew import results
from native_skew.errors import ExitCode, SkewError
from native_skew.results import comparison, report
from native_skew.results.comparison import Comparison
from native_skew.scenarios import Cell

_SHOWN = 20  # cells named in a list, unless their verdict changed


@click.command(
    epilog="""\b
Example:
  native-skew run --all --installer uv=path/to/your/uv --json >new.json
  native-skew diff new.json --markdown"""
)
@click.argument(
    "runs", metavar="[OLD] NEW", nargs=-1, required=True, type=click.Path(path_type=Path)
)
@click.option("--json", "as_json", is_flag=True, help="The comparison as JSON.")
@click.option("--markdown", "as_markdown", is_flag=True, help="A Markdown table, for an issue.")
def diff(runs: tuple[Path, ...], as_json: bool, as_markdown: bool) -> None:
    """Lists the cells whose verdict differs between two runs.

    OLD and NEW are files that `native-skew run --json` wrote, folders that `native-skew matrix`
    wrote, or records; OLD is by default the kit's own record. Exits with 0 if no verdict changed, 1
    if one did, 2 if something could not be read or nothing could be compared.
    """
    if len(runs) > 2:
        raise click.UsageError("name two runs at most: OLD and NEW")
    old, new = runs if len(runs) == 2 else (results.FOLDER, *runs)
    if as_json and as_markdown:
        raise click.UsageError("--json and --markdown exclude each other")
    before, after = comparison.load(old), comparison.load(new)
    found = comparison.compare(before.results, after.results, after.not_run, newer=True)
    if as_json:
        sys.stdout.write(results.encode(found).decode())
    elif as_markdown:
        sys.stdout.write("\n".join(_markdown(found)) + "\n")
    else:
        console = report.console()
        for line in _text(found):
            console.print(line, soft_wrap=True)
    if not found.compared:
        raise SkewError(
            f"{old} and {new}: nothing could be compared, for they have no question in common; run "
            "the same scenarios, installers and remedies"
        )
    sys.exit(ExitCode.of(changed=found.changed))


def _text(found: Comparison) -> Iterator[str | Text]:
    """Lines of text, with headings in bold."""
    yield f"{found.compared} cells compared, {_how_many(len(found.changed))} changed"
    yield from found.notes
    for tool, changes in comparison.by_tool(found.changed).items():
        yield Text.assemble("\n", (tool, "bold"), f": {len(changes)}")
        for each in changes:
            yield f"  {_where(each.after)}: {each.old} → {each.new}"
            yield f"    {each.because}"
    for title, names in _rest(found):
        yield Text.assemble("\n", (title, "bold"), f": {len(names)}")
        yield from (f"  {name}" for name in names[:_SHOWN])
        if len(names) > _SHOWN:
            yield f"  … and {len(names) - _SHOWN} more: --json names all"


def _markdown(found: Comparison) -> Iterator[str]:
    yield f"{found.compared} cells compared, {_how_many(len(found.changed))} changed."
    if found.notes:
        yield "\n" + "\n".join(f"- {note}" for note in found.notes)
    for tool, changes in comparison.by_tool(found.changed).items():
        yield f"\n## {tool}\n"
        yield "| cell | before | after | what is observed now |\n| --- | --- | --- | --- |"
        for each in changes:
            because = each.because.replace("|", "\\|").replace("\n", " ")
            yield f"| `{_where(each.after)}` | {each.old} | {each.new} | {because} |"
    for title, names in _rest(found):
        yield f"\n<details><summary>{title}: {len(names)}</summary>\n"
        yield from (f"- `{name}`" for name in names)
        yield "\n</details>"


def _rest(found: Comparison) -> Iterator[tuple[str, list[str]]]:
    """The lists besides the changes that are not empty."""
    lists = (
        ("new", [cell.id for cell in found.new]),
        ("vanished", [cell.id for cell in found.vanished]),
        ("not run", report.reasons(found.not_run)),
    )
    yield from ((title, names) for title, names in lists if names)


def _where(cell: Cell) -> str:
    """The cell without its tool, which the heading names."""
    return f"{cell.scenario}/{cell.variant}/{cell.attempt}.{cell.python}"


def _how_many(number: int) -> str:
    return "no verdict" if not number else f"{number} verdict{'s' if number > 1 else ''}"
