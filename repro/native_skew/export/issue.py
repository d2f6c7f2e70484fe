"""The text of a report for a project's tracker, from a recorded cell and what is known of it."""

from __future__ import annotations

from collections.abc import Sequence

from native_skew.export import readme
from native_skew.export.findings import UpstreamFinding
from native_skew.installers import INSTALLERS, REMEDIES
from native_skew.results import Result
from native_skew.scenarios import Scenario

_NO_PROMISE = """\
No specification or documentation is on file for this cell. Say here which one promises another
outcome; without one, ask instead of reporting. What the remedy's own documentation says:
{source}
"""


def render(result: Result, scenario: Scenario, found: Sequence[UpstreamFinding]) -> str:
    """The report, as Markdown.

    Args:
        result: the recorded cell.
        scenario: says what is published, and what for.
        found: the findings that the cell belongs to; their promises are quoted.

    """
    tool = INSTALLERS[result.cell.installer]
    title = found[0].title if found else f"{tool.title}: {result.verdict}"
    return "\n".join(
        [
            f"# {title}\n",
            f"With {tool.tool} {result.cell.version}, `{tool.title}`: **{result.verdict}**. "
            f"{result.because}.\n",
            f"{' '.join(scenario.summary.split())}\n",
            f"## What was done\n\n{_published(result, scenario)}\n{readme.commands(result)}",
            readme.observed(result, "## What happened"),
            f"## What was expected\n\n{_expected(result, found)}",
            f"## How to reproduce\n\n{_reproduction(result)}",
            _known(found),
        ]
    )


def _published(result: Result, scenario: Scenario) -> str:
    """What the index offers, and what its metadata says."""
    text = (
        f"An index offers two small distributions with real native code: {scenario.provider} "
        f"ships a library, and {scenario.consumer} a module that links to it.\n\n"
    )
    for file in result.published:
        fields = [f"Requires-Dist: {each}" for each in file.requires_dist]
        fields += [f"Dynamic: {each}" for each in file.dynamic]
        told = ": " + ", ".join(f"`{each}`" for each in fields) if fields else ""
        when = f" (from step {file.step})" if file.step > 1 else ""
        text += f"- `{file.filename}`{when}{told}\n"
    return text


def _expected(result: Result, found: Sequence[UpstreamFinding]) -> str:
    if not found:
        return _NO_PROMISE.format(source=REMEDIES[result.cell.remedy].source)
    return "\n".join(
        f"{finding.expected}\n\n"
        + "".join(f"- {each.says} ({each.source})\n" for each in finding.promises)
        for finding in found
    )


def _reproduction(result: Result) -> str:
    tool = INSTALLERS[result.cell.installer].tool
    return (
        "The attached folder holds a small package index, the commands above as a shell script, "
        "and a check of what was installed. It needs Linux, a C compiler, "
        f"Python {result.circumstances.python_minor} and {tool} on the PATH, and no "
        "network:\n\n``` sh\nsh run.sh\n```\n\n"
        "It ends with 0 where it sees the same. The folder was written by `native-skew export "
        f"{result.cell.id} DIR`; from a checkout, `{result.cell.command}` runs the same cell.\n"
    )


def _known(found: Sequence[UpstreamFinding]) -> str:
    threads = [each for finding in found for each in finding.known]
    ways = [each for finding in found for each in finding.ways_out]
    text = ""
    if ways:
        text += "## Possible ways out\n\n" + "".join(f"- {each}\n" for each in ways) + "\n"
    if threads:
        text += "## Threads about it\n\n" + "".join(
            f"- {each.source}: {each.says}\n" for each in threads
        )
    return text
