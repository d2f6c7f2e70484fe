"""The exported folder's README.md: what was observed, with what, when, and how to see it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import PurePosixPath

from native_skew.installers import INSTALLERS, REMEDIES
from native_skew.results import Result
from native_skew.scenarios import Scenario
from native_skew.toolchain import commands_of
from native_skew.verdict import MEANING

_USE = """\
## How to run it

Needed are {platform}, Python {python} and the C compiler that it was built with, the
usual small programs, and on the PATH: {commands} ({tool} {version} is what was recorded).

``` sh
sh run.sh
```

The script serves `index/` on 127.0.0.1, runs the recorded commands in an emptied environment in a
folder of its own, looks at what was installed, and ends with 0 where the verdict is the recorded
one, 1 where it is another, and 2 where nothing can be said. `sh run.sh FOLDER` keeps the folder.
Nothing outside this machine is asked for anything.

`index/` is made of plain files: with `python3 -m http.server -d index` the first step's pages are
at `http://127.0.0.1:8000/step-1/`, without the headers in `index/headers.json`.

| file | what it is |
| --- | --- |
| `run.sh` | the commands and files of the recorded run |
| `index/` | the package index: pages for each step, the distributions, the headers |
| `server.py` | serves it, with those headers |
| `probe.py` | imports the module inside the environment and says what is loaded |
| `look.py` | the verdict, from what is there |
| `recorded.json` | what it is compared with |
"""


def render(result: Result, scenario: Scenario, platform: str) -> str:
    """The whole text, as Markdown; ``platform`` is what the index was compiled for."""
    installer = INSTALLERS[result.cell.installer]
    commands = commands_of(installer.tool)
    parts = [
        f"# {result.cell.id}\n",
        f"**{result.verdict}** ({MEANING[result.verdict]}): {result.because}\n",
        f"{scenario.title}. {' '.join(scenario.summary.split())}\n",
        _USE.format(
            platform=platform,
            commands=", ".join(f"`{each}`" for each in commands),
            tool=installer.tool,
            version=result.cell.version,
            python=result.circumstances.python_minor,
        ),
        observed(result),
    ]
    return "\n".join(parts)


def observed(result: Result, heading: str = "## What was observed") -> str:
    """The recorded observation, the versions and the date, under ``heading``."""
    return heading + "\n\n" + "".join(_facts(result)) + "\n" + versions(result)


def _facts(result: Result) -> Iterator[str]:
    seen = result.observation
    if result.expected_because:
        yield f"- mechanism: {result.expected_because}\n"
    if seen is None or not seen.consumer_installed:
        yield "- the module was not installed\n"
        return
    yield f"- built against: {seen.built_against or 'not known'}\n"
    yield f"- provider installed: {seen.installed or 'none'}\n"
    yield f"- the module needs: `{seen.needed or 'no library of the provider by version'}`\n"
    yield f"- import: {f'`{seen.failed_import}`' if seen.failed_import else 'succeeds'}\n"
    if seen.abi_mismatch:
        yield f"- at run time: {seen.abi_mismatch}\n"
    for check in seen.checks:
        last = (check.output.splitlines() or [""])[-1]
        yield f"- {check.tool}'s check ended with {check.exit_code}: {last}\n"


def versions(result: Result) -> str:
    """Which tool, interpreter, platform and compiler, and the day, as a list."""
    installer, seen = INSTALLERS[result.cell.installer], result.circumstances
    checks = ", ".join(f"{name} {version}" for name, version in seen.checks.items())
    return (
        f"- {installer.title}: {installer.tool} {result.cell.version}\n"
        f"- remedy: {REMEDIES[result.cell.remedy].title}\n"
        f"- Python {seen.python}, {seen.platform}, compiler {seen.compiler}\n"
        f"- checked with {checks}\n"
        f"- recorded on {seen.date} with native-skew {seen.kit_version}; "
        f"again with: `{result.cell.command}`\n"
    )


def commands(result: Result) -> str:
    """The recorded files and command lines, as shell sessions show them."""
    lines: list[str] = []
    for step in result.steps:
        lines += [f"# {step.title}"]
        for name, text in step.files.items():
            lines += [f"$ cat {name}", *text.rstrip().splitlines()]
        for command in step.commands:
            lines += [f"$ {_typed(command.argv)}", *command.output.rstrip().splitlines()]
            lines += [f"[exit code {command.exit_code}]"]
    return "``` console\n" + "\n".join(lines) + "\n```\n"


def _typed(argv: tuple[str, ...]) -> str:
    """A command line with the interpreter's name in place of its path."""
    return shlex.join((PurePosixPath(argv[0]).name, *argv[1:]) if argv[0][0] == "/" else argv)
