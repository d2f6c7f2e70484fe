"""Options that more than one command takes."""

from __future__ import annotations

import os
from pathlib import Path

import click

from repro import results
from repro.workshop import DEFAULT_WORK

work_option = click.option(
    "--work",
    type=click.Path(path_type=Path, file_okay=False),
    default=DEFAULT_WORK,
    show_default=True,
    help="The only folder written to; tools are kept in it.",
)
results_option = click.option(
    "--results",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=results.FOLDER,
    show_default=True,
    help="Where results are recorded.",
)
scenario_option = click.option(
    "--scenario", "scenario_names", multiple=True, help="NAME or NAME/VARIANT; may be repeated."
)
installer_option = click.option(
    "--installer", multiple=True, help="ID, TOOL==VERSION or TOOL=PATH; repeatable."
)
remedy_option = click.option("--remedy", multiple=True, help="NAME; may be repeated.")
python_option = click.option(
    "--python", multiple=True, help="Version or path of an interpreter; repeatable."
)
jobs_option = click.option(
    "--jobs", type=click.IntRange(1), default=os.cpu_count() or 2, show_default=True
)
limit_option = click.option(
    "--time-limit", type=click.FloatRange(1), default=300.0, show_default=True
)
newest_option = click.option(
    "--newest", is_flag=True, help="Ask anew which release of each tool is newest."
)
