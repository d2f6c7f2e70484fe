"""Results -> what a person reads: the table, the story of a failure, Markdown."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterable, Sequence

from packaging.version import Version
from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from repro.fakes import provider_title
from repro.installers import INSTALLERS
from repro.remedies import REMEDIES
from repro.results import Change, NotRun, Result
from repro.scenario import ConsumerRelease, Scenario, releases_of
from repro.verdict import MEANING, Verdict

STYLES: dict[Verdict, str] = {
    "works": "green",
    "broken, detected": "red",
    "broken, undetected": "bold red",
    "wrong result": "bold magenta",
    "refused": "yellow",
    "unsupported": "dim",
}


_WIDE = 120  # columns from which on a remedy's title fits beside the rest


def in_order(results: Iterable[Result]) -> list[Result]:
    """By scenario, then as installers and remedies are listed, older versions first."""
    installers, remedies = list(INSTALLERS), list(REMEDIES)
    return sorted(
        results,
        key=lambda r: (
            r.cell.scenario,
            r.cell.variant,
            installers.index(r.cell.installer),
            Version(r.cell.version),
            remedies.index(r.cell.remedy),
        ),
    )


def table(results: Iterable[Result], wide: bool = True) -> Table:
    """One row per cell, in words that need no knowledge of the issue.

    Args:
        results: in any order.
        wide: remedies by their titles, else by their shorter names.

    """
    grid = Table(box=None, padding=(0, 1), header_style="bold", pad_edge=False)
    grid.add_column("what the user did")
    grid.add_column("verdict")
    for heading in ("built against", "installed", "needs", "check"):
        grid.add_column(heading, no_wrap=True)
    before: tuple[str, ...] | None = None
    for result in in_order(results):
        cell, seen = result.cell, result.observation
        place = (cell.scenario, cell.variant, cell.installer, cell.version)
        if place != before:
            _add_headings(grid, result, before)
            before = place
        grid.add_row(
            "  " + (REMEDIES[cell.remedy].title if wide else cell.remedy),
            Text(result.verdict, style=STYLES[result.verdict]),
            (seen and seen.built_against) or "-",
            (seen and seen.installed) or "-",
            needed_word(result),
            check_word(result),
        )
    return grid


def _add_headings(grid: Table, result: Result, before: tuple[str, ...] | None) -> None:
    """A line for a new scenario, and one for a new installer."""
    cell = result.cell
    if before is None or before[:2] != (cell.scenario, cell.variant):
        if before:
            grid.add_row()
        grid.add_row(Text(f"{cell.scenario}/{cell.variant}", style="bold underline"))
    installer = INSTALLERS[cell.installer]
    grid.add_row(Text(f" {installer.title}, {installer.tool} {cell.version}", style="bold"))


def needed_word(result: Result) -> str:
    """The version in the provider's library name that the module needs."""
    needed = result.observation.needed if result.observation else None
    return "…" + needed[needed.index(".so") :] if needed else "-"


def check_word(result: Result) -> str:
    """What the tools' checks say, in a word or two."""
    checks = result.observation.checks if result.observation else ()
    if not checks:
        return "-"
    complaining = [check.tool for check in checks if check.exit_code]
    if len(complaining) == len(checks):
        return "complains"
    return f"{complaining[0]} complains" if complaining else "passes"


_NOTHING_READ = "no metadata of a wheel that was not installed"
_NO_JOURNAL = "not known, for the index is not the kit's and keeps no journal"


def story(result: Result) -> tuple[str, ...]:
    """How a cell came to its verdict, in five lines, from its recorded evidence."""
    seen = result.observation
    read = metadata_read(result)
    built = "from the sdist, in isolation" if result.origin == "built" else "not at all"
    versions = (seen.built_against, seen.installed) if seen else (None, None)
    missing = [n.name for m in (seen.modules if seen else ()) for n in m.needs if n.found is None]
    return (
        f"asked:    {_last_command(result)}",
        f"read:     {read or _NOTHING_READ if result.journal else _NO_JOURNAL}",
        f"built:    {built}, against {versions[0] or 'nothing'}",
        f"has:      {versions[1] or 'nothing'} at run time",
        f"missing:  {', '.join(missing) or 'nothing'}: {result.verdict}; check {check_word(result)}",
    )


def metadata_read(result: Result) -> str | None:
    """The wheel whose metadata was read though that wheel was not downloaded."""
    paths = [entry.path.removeprefix("/files/") for entry in result.journal if entry.status < 300]
    for path in paths:
        wheel = path.removesuffix(".metadata")
        if path != wheel and wheel not in paths:
            record = next((p for p in result.published if p.filename == wheel), None)
            if record and record.requires_dist:
                return f"{path}, which says {', '.join(record.requires_dist)}"
    return None


def _last_command(result: Result) -> str:
    return " ".join(result.steps[-1].commands[-1].argv)


def summary(
    results: Sequence[Result],
    not_run: Sequence[NotRun],
    changes: Sequence[Change],
    wide: bool = True,
) -> RenderableType:
    """Everything that a run ends with."""
    ordered = in_order(results)
    parts: list[RenderableType] = [table(ordered, wide), Text(), legend(), Text()]
    first = next((r for r in ordered if r.verdict.startswith(("broken", "wrong"))), None)
    if first:
        parts.append(Text(f"The first failing cell, {first.cell.id}:", style="bold"))
        parts += [Text("  " + line) for line in story(first)]
        parts += [Text(), Text("To run any row again, and keep its environment:", style="bold")]
        parts += [Text(f"  {command()} {first.cell.arguments} --keep"), Text()]
    parts += [Text(f"not run: {each.cell.id}: {each.reason}", style="yellow") for each in not_run]
    for result in contradictions(results):
        parts.append(
            Text(
                f"contradicts its scenario: {result.cell.id} is {result.verdict}, expected "
                f"{result.expected} ({result.expected_because})",
                style="bold red",
            )
        )
    for change in changes:
        parts.append(
            Text(
                f"changed: {change.cell.id}: {change.old} (recorded with {change.against.version}) "
                f"is now {change.new}",
                style="bold red",
            )
        )
    return Group(*parts)


def command() -> str:
    """How the user started this: by a nox session or by the command itself."""
    in_nox = os.environ.get("NOX_CURRENT_SESSION") == "repro"
    return "python3 noxfile.py -s repro --" if in_nox else "native-skew run"


def contradictions(results: Iterable[Result]) -> list[Result]:
    """Results whose verdict is not what their scenario expects."""
    return [r for r in results if r.expected is not None and r.expected != r.verdict]


def markdown(results: Sequence[Result]) -> str:
    """The table as Markdown."""
    lines = [
        "| cell | verdict | built against | installed | needs | check |",
        "|---|---|---|---|---|---|",
    ]
    for result in results:
        seen = result.observation
        facts = (seen.built_against, seen.installed, seen.needed) if seen else (None,) * 3
        words = [result.cell.id, result.verdict, *(f or "-" for f in facts), check_word(result)]
        lines.append(f"| {' | '.join(words)} |")
    return "\n".join(lines) + "\n"


def scenario_tree(scenario: Scenario) -> Tree:
    """What a scenario publishes and asks, as a tree."""
    tree = Tree(Text(f"{scenario.id}: {scenario.title}", style="bold"))
    tree.add(Text(" ".join(scenario.summary.split())))
    for variant in scenario.variant_names():
        _add_variant(tree, scenario, variant)
    tree.add("remedies").add(Text(", ".join(scenario.all_remedies)))
    expected = tree.add("expected")
    for each in scenario.expect:
        where = ", ".join((*each.variants, *each.installers)) or "everywhere"
        expected.add(Text(f"{each.verdict}: {where}; {', '.join(each.remedies)}: {each.because}"))
    sources = tree.add("sources")
    for source in scenario.sources:
        sources.add(Text(source))
    return tree


def _add_variant(tree: Tree, scenario: Scenario, variant: str) -> None:
    title = scenario.variants[variant].title if variant in scenario.variants else "the only variant"
    branch = tree.add(Text(f"{variant}: {title}"))
    ask = scenario.ask_of(variant)
    branch.add(Text(f"asked: {' '.join(ask.requirements)}"))
    if ask.build_from_source:
        branch.add(Text(f"from source: {' '.join(ask.build_from_source)}"))
    steps = branch.add("steps")
    for number, step in enumerate(scenario.steps_of(variant), 1):
        words = [f"{number}. {step.title}", f"environment: {step.environment}"]
        steps.add("; ".join([*words, f"cache: {step.cache}"]))
    published = branch.add("published")
    for provider in releases_of(scenario.providers, variant):
        published.add(Text(f"step {provider.step}: {provider_title(provider)}"))
    for consumer in releases_of(scenario.consumers, variant):
        for line in _consumer_lines(consumer):
            published.add(Text(f"step {consumer.step}: {line}"))


def _consumer_lines(consumer: ConsumerRelease) -> Iterable[str]:
    if consumer.sdist:
        sdist = consumer.sdist
        stamps = "stamps what it is built with" if sdist.stamps else "stamps nothing"
        yield (
            f"sdist {consumer.version}: {stamps}; PKG-INFO requires {' '.join(sdist.requires_dist)}, "
            f"Dynamic {sdist.dynamic}"
        )
    for wheel in consumer.wheels:
        yield f"wheel {consumer.version} {wheel.tag}: requires {' '.join(wheel.requires_dist)}"


def legend() -> Table:
    """What the verdicts mean."""
    grid = Table(show_header=False, box=None, padding=(0, 1))
    for verdict, meaning in MEANING.items():
        grid.add_row(Text(verdict, style=STYLES[verdict]), meaning)
    return grid


def console(stderr: bool = False) -> Console:
    """A console; where it is no terminal, lines are long enough for the table."""
    plain = Console(stderr=stderr)
    return plain if plain.is_terminal else Console(stderr=stderr, width=_WIDE + 20)


def svg(renderable: RenderableType, title: str) -> str:
    """A picture of what a terminal shows; it asks no other host for a font."""
    recorder = Console(record=True, width=_WIDE + 8, file=io.StringIO(), force_terminal=True)
    recorder.print(renderable)
    form = re.sub(r"@font-face \{\{.*?\}\}\s*", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)
    return recorder.export_svg(title=title, code_format=form, unique_id="native-skew")


def is_wide(console: Console) -> bool:
    """Whether remedies' titles fit into the table."""
    return console.width >= _WIDE
