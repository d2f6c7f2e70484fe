"""Report -> text for people, JSON, SARIF, GitHub annotations."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from functools import wraps
from pathlib import Path
from typing import Literal

import click
import msgspec

from native_skew.errors import ExitCode
from native_skew.findings.model import Finding, Report, Rule

Form = Literal["json", "sarif", "github"]
FORMS: dict[Form, str] = {
    "json": "JSON, as docs/tools/findings.schema.json describes it.",
    "sarif": "SARIF 2.1.0, for code scanning.",
    "github": "Annotations for a GitHub workflow's log.",
}


def output_options(command: Callable[..., None]) -> Callable[..., None]:
    """Adds --json, --sarif and --github, which exclude each other.

    The command gets the chosen ``form``, None for text.
    """

    @wraps(command)
    def with_form(**options: object) -> None:
        chosen = [form for form in FORMS if options.pop(f"as_{form}")]
        if len(chosen) > 1:
            named = " and ".join(f"--{form}" for form in chosen)
            raise click.UsageError(f"{named} exclude each other: ask for one at a time")
        command(form=next(iter(chosen), None), **options)

    for form, meaning in FORMS.items():
        click.option(f"--{form}", f"as_{form}", is_flag=True, help=meaning)(with_form)
    return with_form


def write(
    report: Report, rules: Iterable[Rule], form: Form | None, *, verbose: bool = False
) -> ExitCode:
    """Writes ``report`` of a command with ``rules``; returns the exit code.

    ``form`` is one of ``FORMS``, or None for text, which has the evidence if ``verbose``.
    """
    # Each form is imported when it is used.
    if form is None:
        from native_skew.findings import text  # noqa: PLC0415

        text.show(report, verbose=verbose)
        return report.exit_code
    from native_skew.findings import for_ci  # noqa: PLC0415

    shown = report if form == "json" else _in_workspace(report)
    if form == "github":
        sys.stdout.write(for_ci.workflow_commands(shown, rules))
    else:
        data = for_ci.sarif(shown, rules) if form == "sarif" else shown
        encoded = msgspec.json.encode(data, order="deterministic")
        sys.stdout.write(msgspec.json.format(encoded, indent=1).decode() + "\n")
    return report.exit_code


def _in_workspace(report: Report) -> Report:
    """``report`` with files relative to the working directory, where CI has the repository.

    Files outside of it are left out: an annotation would go to another file of that name.
    """
    here, subject = Path.cwd(), Path(report.subject)
    if not subject.exists():
        return report  # a name, not a path
    absolute = Path(os.path.abspath(subject))  # noqa: PTH100  (links are kept)
    inside = absolute.relative_to(here) if absolute.is_relative_to(here) else None

    def placed(finding: Finding) -> Finding:
        file = finding.location.file
        if not file or file == "pyproject.toml":
            return finding
        below = inside and (inside / file if subject.is_dir() else inside)
        location = msgspec.structs.replace(finding.location, file=below.as_posix() if below else "")
        return msgspec.structs.replace(finding, location=location)

    return msgspec.structs.replace(report, findings=tuple(map(placed, report.findings)))
