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
from native_skew.field.record import FOLDER, CaseResult, write
from native_skew.findings import terminal
from native_skew.run import require_recordable, work_option

# What tries a case, by its kind.
KINDS: dict[str, Callable[[Any, Path, CaseResult], CaseResult]] = {
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
@click.option("--list", "listing", is_flag=True, help="List the cases without running them.")
@click.option("--record", "recording", is_flag=True, help="Put the results into the record.")
@work_option
def field(
    names: tuple[str, ...], kinds: tuple[str, ...], listing: bool, recording: bool, work: Path
) -> None:
    """Creates real environments as people break them, and checks what the kit says about them.

    Without arguments, tries all cases. Packages come from your own index, and their code is run.

    Exits with 0 if the kit is right about each case, 1 if not, 2 if a case could not be made.
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


def tried(case: Case, work: Path) -> CaseResult:
    """The result of ``case``; raises ``SkewError`` if it cannot be made here."""
    began = CaseResult(
        case=case.id, kind=case.kind, verdict="missed", kit_version=__version__,
        date=dt.datetime.now(tz=dt.timezone.utc).date().isoformat(),
    )  # fmt: skip
    return KINDS[case.kind](case, work, began)


def _line(result: CaseResult) -> str:
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
