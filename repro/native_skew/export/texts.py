"""The texts about an exported cell: the folder's README.md, and a report for a tracker."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from native_skew.export.findings import UpstreamFinding
from native_skew.export.shell import filled
from native_skew.installers import INSTALLERS, REMEDIES
from native_skew.results import Result
from native_skew.scenarios import Scenario
from native_skew.toolchain import commands_of
from native_skew.verdict import MEANING

_NO_PROMISE = """\
No specification or documentation is on file for this cell. Say here which one promises another
outcome; without one, ask instead of reporting. What the remedy's own documentation says:
{source}"""


def readme(result: Result, scenario: Scenario, platform: str) -> str:
    """What was observed, with what, when, and how to reproduce it, as Markdown.

    ``platform`` is what the index was compiled for.
    """
    commands = ", ".join(
        f"`{each}`" for each in commands_of(INSTALLERS[result.cell.installer].tool)
    )
    values = _values(result, scenario)
    return filled("README.md", {**values, "platform": platform, "commands": commands})


def issue(result: Result, scenario: Scenario, found: Sequence[UpstreamFinding]) -> str:
    """The report, as Markdown; ``found`` are the findings that the cell belongs to."""
    values = _values(result, scenario)
    installer = INSTALLERS[result.cell.installer].title
    expected = [
        f"{finding.expected}\n\n"
        + "\n".join(f"- {each.says} ({each.source})" for each in finding.promises)
        for finding in found
    ]
    no_promise = _NO_PROMISE.format(source=REMEDIES[result.cell.remedy].source)
    return filled(
        "ISSUE.md",
        {
            **values,
            "title": found[0].title if found else f"{installer}: {result.verdict}",
            "installer": installer,
            "provider": scenario.provider,
            "consumer": scenario.consumer,
            "published": "\n".join(_published(result)),
            "typed": _typed(result),
            "expected": "\n\n".join(expected) or no_promise,
            "command": result.cell.command,
            "known": "".join(_known(found)),
        },
    )


def _values(result: Result, scenario: Scenario) -> dict[str, str]:
    """The values for both texts."""
    return {
        "cell": result.cell.id,
        "verdict": result.verdict,
        "meaning": MEANING[result.verdict],
        "because": result.because,
        "title": scenario.title,
        "summary": " ".join(scenario.summary.split()),
        "tool": INSTALLERS[result.cell.installer].tool,
        "version": result.cell.version,
        "python": result.circumstances.python_minor,
        "observed": "\n".join([*_facts(result), "", *_versions(result)]),
    }


def _facts(result: Result) -> Iterator[str]:
    seen = result.observation
    if result.expected_because:
        yield f"- mechanism: {result.expected_because}"
    if seen is None or not seen.consumer_installed:
        yield "- the module was not installed"
        return
    yield f"- built against: {seen.built_against or 'not known'}"
    yield f"- provider installed: {seen.installed or 'none'}"
    yield f"- the module needs: `{seen.needed or 'no library of the provider by version'}`"
    yield f"- import: {f'`{seen.failed_import}`' if seen.failed_import else 'succeeds'}"
    if seen.abi_mismatch:
        yield f"- at run time: {seen.abi_mismatch}"
    for check in seen.checks:
        last = (check.output.splitlines() or [""])[-1]
        yield f"- {check.tool}'s check ended with {check.exit_code}: {last}"


def _versions(result: Result) -> Iterator[str]:
    """Which tool, interpreter, platform and compiler, and the day."""
    installer, seen = INSTALLERS[result.cell.installer], result.circumstances
    checks = ", ".join(f"{name} {version}" for name, version in seen.checks.items())
    yield f"- {installer.title}: {installer.tool} {result.cell.version}"
    yield f"- remedy: {REMEDIES[result.cell.remedy].title}"
    yield f"- Python {seen.python}, {seen.platform}, compiler {seen.compiler}"
    yield f"- checked with {checks}"
    yield (
        f"- recorded on {seen.date} with native-skew {seen.kit_version}; "
        f"again with: `{result.cell.command}`"
    )


def _published(result: Result) -> Iterator[str]:
    """What the index offers, and what its metadata says."""
    for file in result.published:
        fields = [f"Requires-Dist: {each}" for each in file.requires_dist]
        fields += [f"Dynamic: {each}" for each in file.dynamic]
        told = ": " + ", ".join(f"`{each}`" for each in fields) if fields else ""
        when = f" (from step {file.step})" if file.step > 1 else ""
        yield f"- `{file.filename}`{when}{told}"


def _typed(result: Result) -> str:
    """The recorded files and command lines, as a shell session."""
    lines: list[str] = []
    for step in result.steps:
        lines += [f"# {step.title}"]
        for name, text in step.files.items():
            lines += [f"$ cat {name}", *text.rstrip().splitlines()]
        for command in step.commands:
            first, *rest = command.argv
            # The interpreter's name in place of its path.
            first = PurePosixPath(first).name if first.startswith("/") else first
            lines += [f"$ {shlex.join([first, *rest])}", *command.output.rstrip().splitlines()]
            lines += [f"[exit code {command.exit_code}]"]
    return "``` console\n" + "\n".join(lines) + "\n```"


def _known(found: Sequence[UpstreamFinding]) -> Iterator[str]:
    if ways := [each for finding in found for each in finding.ways_out]:
        yield "\n## Possible ways out\n\n" + "".join(f"- {each}\n" for each in ways)
    if threads := [each for finding in found for each in finding.known]:
        yield "\n## Threads about it\n\n"
        yield "\n".join(f"- {each.source}: {each.says}" for each in threads)
