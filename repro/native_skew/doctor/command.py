"""The command ``native-skew doctor``."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

import click
import msgspec

from native_skew.doctor import environment, settings, target
from native_skew.doctor.diagnosis import examine
from native_skew.doctor.errors import NotAnEnvironmentError
from native_skew.doctor.rules import RULES
from native_skew.errors import SkewError
from native_skew.findings import FailOn, Form, output_options, write


@click.command(
    epilog="""\b
Examples:
  native-skew doctor .venv
  native-skew doctor dist/ --sarif
  native-skew doctor --confirm"""
)
@click.argument("env", required=False, type=click.Path(path_type=Path))
@click.option(
    "--confirm", is_flag=True, help="Import the packages and modules too, in child processes."
)
@click.option(
    "--root",
    "image",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="The folder that is / for ENV: an unpacked or mounted image.",
)
@click.option(
    "--python-platform",
    metavar="PLATFORM",
    help="The system of ENV, spelled as for uv, such as aarch64-apple-darwin.",
)
@click.option("--python-version", metavar="VERSION", help="The Python of ENV, such as 3.12.")
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning"]),
    help="The level from which to exit with 1; by default pyproject.toml's, or warning.",
)
@click.option(
    "-v", "--verbose", is_flag=True, help="Show all files behind a finding, and what is ignored."
)
@output_options
def doctor(
    env: Path | None,
    confirm: bool,
    image: Path | None,
    python_platform: str | None,
    python_version: str | None,
    fail_on: FailOn | None,
    verbose: bool,
    form: Form | None,
) -> None:
    """Tells which modules of ENV run with another library than they were built for, and why.

    ENV is a virtual environment, a conda prefix, a site-packages or --target folder, a wheel,
    a folder of wheels as if installed together, or an interpreter; without it, the environment
    that is active, or the .venv here or in a folder above. Its files are read, and nothing in
    it is run unless --confirm is given.

    Exits with 0 if all is sound, 1 if something was found, 2 if it could not look.
    """
    platform = sys.platform  # else mypy takes what follows for unreachable
    if platform != "linux":
        raise SkewError(f"{platform}: doctor reads environments of Linux; use a Linux container")
    chosen, file = settings.read(Path.cwd())
    if fail_on:
        chosen = msgspec.structs.replace(chosen, fail_on=fail_on)
    if image and env is None:
        raise NotAnEnvironmentError(image, "--root alone names no environment")
    asked = target.parse(python_platform, python_version)
    with environment.opened(env or environment.active(), image, asked, _variables()) as found:
        # The variables of this process are not those of one in an image.
        folders = "" if found.image else os.environ.get("LD_LIBRARY_PATH", "")
        report, modules = examine(found, [*filter(None, folders.split(":"))])
        if confirm:
            # Else each start costs what starts and ends processes.
            from native_skew.doctor.confirm import confirmed  # noqa: PLC0415

            report = confirmed(report, modules, found)
        has_advice = any(each.advice for each in report.findings)
        if has_advice:
            from native_skew.doctor import advice  # noqa: PLC0415

            report = advice.placed(report, found, Path.cwd())
    report = settings.applied(report, chosen, file)
    report = advice.together(report) if has_advice else report
    sys.exit(write(report, RULES, form, verbose=verbose))


def _variables() -> Mapping[str, str]:
    """The variables of this process, without those by which it finds the kit itself."""
    own = Path(__file__).parents[2]
    paths = os.environ.get("PYTHONPATH", "").split(":")
    return {**os.environ, "PYTHONPATH": ":".join(e for e in paths if e and Path(e) != own)}
