"""The command ``native-skew field``."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from native_skew import __version__
from native_skew.errors import ExitCode, SkewError
from native_skew.field import environments, releases
from native_skew.field.case import Case, select
from native_skew.field.record import FOLDER, Result, write
from native_skew.findings import terminal
from native_skew.run import require_recordable, work_option

# What is done with a case, by its kind.
KINDS: dict[str, Callable[[Any, Path, Result], Result]] = {
    "environment": environments.try_out,
    "release": releases.audited,
    "lock": releases.of_a_lock,
    "sdist": releases.adopted,
}


@click.command(
    epilog="""\b
Examples:
  native-skew field numpy-own-library-deleted
  native-skew field --kind environment --record"""
)
@click.argument("names", nargs=-1, metavar="[CASE]...")
@click.option("--kind", "kinds", multiple=True, type=click.Choice(list(KINDS)), help="Repeatable.")
@click.option("--list", "listing", is_flag=True, help="Name the cases, and run nothing.")
@click.option("--record", "recording", is_flag=True, help="Record them; a deliberate act.")
@work_option
def field(
    names: tuple[str, ...], kinds: tuple[str, ...], listing: bool, recording: bool, work: Path
) -> None:
    """Makes real environments as people break them, and holds the kit to what is true of them.

    All cases without arguments. Packages come from your own index, and code of theirs is run.

    Ends with 0 where the kit is right of each, 1 where it is not, 2 where one could not be made.
    """
    if recording:
        require_recordable(FOLDER)
    console = terminal()
    wrong, not_made = 0, 0
    for case in select(names, kinds):
        if listing:
            console.print(f"{case.id}  {case.title}", soft_wrap=True)
            continue
        try:
            result = tried(case, work)
        except SkewError as error:
            not_made += 1
            console.print(f"{case.id}: not made: {error}", style="yellow", soft_wrap=True)
            continue
        if result.verdict == "not as stated":
            not_made += 1
            console.print(f"{case.id}: not as stated: {result.why}", style="yellow", soft_wrap=True)
            continue
        wrong += not result.good
        console.print(_line(result), style="green" if result.good else "red", soft_wrap=True)
        if recording:
            write(result)
    sys.exit(ExitCode.of(changed=wrong, not_run=not_made))


def tried(case: Case, work: Path) -> Result:
    """What came of ``case``.

    Raises:
        SkewError: it could not be made here.

    """
    began = Result(
        case=case.id, kind=case.kind, verdict="missed", kit_version=__version__,
        date=dt.datetime.now(tz=dt.timezone.utc).date().isoformat(),
    )  # fmt: skip
    return KINDS[case.kind](case, work, began)


def _line(result: Result) -> str:
    parts = [f"{result.case}: {result.verdict}"]
    if result.mended is not None:
        parts.append("advice mends it" if result.mended else "advice does not mend it")
    parts += [f"also: {each.level} {each.rule}: {each.message}" for each in result.more]
    parts += [
        f"{each.outcome}: {' && '.join(each.commands)} ({each.why})"
        for each in result.advice
        if each.why
    ]
    return "; ".join([*parts, *([result.why] if result.why else [])])
