"""Report -> text for people, JSON, SARIF, GitHub annotations."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import Literal, TypeVar

import click
import msgspec
from rich.console import Console

from native_skew.errors import ExitCode
from native_skew.findings import github, sarif, text
from native_skew.findings.model import Report, Rule

Form = Literal["json", "sarif", "github"]
FORMS: dict[Form, str] = {
    "json": "JSON, as docs/tools/findings.schema.json describes it.",
    "sarif": "SARIF 2.1.0, for code scanning.",
    "github": "Annotations for a GitHub workflow's log.",
}
_Command = TypeVar("_Command", bound=Callable[..., object])


def output_options(command: _Command) -> _Command:
    """Adds --json, --sarif and --github; the function gets ``form``, None for people's text."""
    for form, meaning in FORMS.items():
        command = click.option(f"--{form}", "form", flag_value=form, default=None, help=meaning)(
            command
        )
    return command


def write(
    report: Report, rules: Iterable[Rule], form: Form | None, *, verbose: bool = False
) -> ExitCode:
    """Writes ``report`` to standard output; returns the exit code.

    Args:
        report: what was found.
        rules: all that the command can find.
        form: one of ``FORMS``; None for text.
        verbose: of text, whether it says all that a finding rests on; the others always do.

    """
    if form is None:
        text.show(report, Console(highlight=False, soft_wrap=False), verbose=verbose)
    elif form == "github":
        sys.stdout.write(github.workflow_commands(report, rules))
    else:
        data = sarif.log(report, rules) if form == "sarif" else report
        encoded = msgspec.json.encode(data, order="deterministic")
        sys.stdout.write(msgspec.json.format(encoded, indent=1).decode() + "\n")
    return report.exit_code
