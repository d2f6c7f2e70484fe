"""Options that several commands share."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click
import msgspec

from native_skew import results, shipped
from native_skew.errors import SkewError
from native_skew.run.selection import Filters
from native_skew.run.session import DEFAULT_WORK, default_work
from native_skew.scenarios import STARTS

work_option = click.option(
    "--work",
    type=click.Path(path_type=Path, file_okay=False),
    default=default_work,
    show_default=f"{DEFAULT_WORK}; in the user's cache folder where that is read-only",
    help="The only folder written to; tools are kept in it.",
)
RECORDED = "docs/results of a clone, or the installed record"
results_option = click.option(
    "--results",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=results.FOLDER,
    show_default=RECORDED,
    help="The folder of the record.",
)
scenario_option = click.option(
    "--scenario", "scenario_names", multiple=True, help="NAME or NAME/VARIANT; may be repeated."
)
installer_option = click.option(
    "--installer", multiple=True, help="ID, TOOL==VERSION or TOOL=PATH; repeatable."
)
remedy_option = click.option("--remedy", multiple=True, help="NAME; may be repeated.")
start_option = click.option(
    "--start",
    multiple=True,
    type=click.Choice(STARTS),
    help="In a new environment, or in the one that the plain command broke; both by default.",
)
python_option = click.option(
    "--python", multiple=True, help="Version or path of an interpreter; repeatable."
)
jobs_option = click.option(
    "--jobs",
    type=click.IntRange(1),
    default=os.cpu_count() or 2,
    show_default="one for each processor",
    help="How many cells to run at once.",
)
limit_option = click.option(
    "--time-limit",
    type=click.FloatRange(1),
    default=300.0,
    show_default=True,
    metavar="SECONDS",
    help="How long one cell may take.",
)
newest_option = click.option(
    "--newest", is_flag=True, help="Ask the index again for each tool's newest release."
)


def require_recordable(folder: Path) -> None:
    """Raises ``SkewError``, before anything runs, if ``folder`` is an installed kit's record."""
    if folder.resolve().is_relative_to(shipped("recorded").resolve()):
        raise SkewError(
            "--record: the record of an installed kit cannot be changed; name a folder of your own "
            "with --results, or work in a clone"
        )


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """The options of every command that runs cells and compares them with the record."""

    filters: Filters  # which cells
    jobs: int  # how many at once
    limit: float  # seconds that one may take
    newest: bool  # whether to ask the index again for each tool's newest release
    folder: Path  # the folder of the record
    work: Path  # the work folder


def asked_options(command: Callable[..., None]) -> Callable[..., None]:
    """Adds the options of ``Asked`` to ``command``, whose first argument is an ``Asked``."""

    @wraps(command)
    def with_asked(**options: Any) -> None:
        take = options.pop
        filters = Filters(
            scenarios=take("scenario_names"),
            installers=take("installer"),
            remedies=take("remedy"),
            pythons=take("python"),
            starts=take("start") or STARTS,
        )
        asked = Asked(
            filters=filters,
            jobs=take("jobs"),
            limit=take("time_limit"),
            newest=take("newest"),
            folder=take("folder"),
            work=take("work"),
        )
        command(asked, **options)

    for option in reversed(_ASKED):
        option(with_asked)
    return with_asked


_ASKED = (
    scenario_option,
    installer_option,
    remedy_option,
    python_option,
    start_option,
    jobs_option,
    limit_option,
    newest_option,
    results_option,
    work_option,
)
