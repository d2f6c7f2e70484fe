"""The command ``native-skew doctor``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from native_skew.doctor import environment
from native_skew.doctor.confirm import confirmed
from native_skew.doctor.diagnosis import examine, searched_first
from native_skew.doctor.rules import RULES
from native_skew.errors import PlatformError
from native_skew.findings import Form, output_options, write
from native_skew.toolchain import machine


@click.command(
    epilog="""\b
Examples:
  native-skew doctor .venv
  native-skew doctor dist/ --sarif
  native-skew doctor --confirm"""
)
@click.argument("env", required=False, type=click.Path(path_type=Path))
@click.option("--confirm", is_flag=True, help="Import the modules too, in child processes.")
@output_options
def doctor(env: Path | None, confirm: bool, form: Form | None) -> None:
    """Says which modules of ENV run with another library than they were built for, and why.

    ENV is a virtual environment, a conda prefix, a site-packages or --target folder, a wheel,
    or a folder of wheels as if installed together; without it, the environment that is
    active. Its files are read, and nothing in it is run unless --confirm is given.

    Ends with 0 where all is sound, 1 where something was found, 2 where it could not look.
    """
    if lack := machine.lacks_for_laboratory():
        raise PlatformError(lack)
    with environment.opened(env or environment.active()) as found:
        report, modules = examine(found, searched_first())
        if confirm:
            report = confirmed(report, modules, found)
    sys.exit(write(report, RULES, form))
