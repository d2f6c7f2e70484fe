"""What the matrix asks of other Pythons than its own: the plain command, and each first repair."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from native_skew.errors import InterpreterError, NothingSelectedError
from native_skew.installers import parse_choice
from native_skew.results import NotRun
from native_skew.run.selection import TOUR_SCENARIO, TOUR_VARIANT, Filters, Selection, select
from native_skew.run.task import Task
from native_skew.toolchain import Toolbox, interpreter

OTHERS = ("3.10", "3.12", "3.13")


def on_other_pythons(
    filters: Filters, toolbox: Toolbox, names: Sequence[str] = OTHERS
) -> tuple[Selection, tuple[str, ...]]:
    """The cells of the issue's scenario on other Pythons, and why there are none of some.

    Args:
        filters: installers, each as ``ID==VERSION``; all else is chosen here.
        toolbox: makes the tools ready.
        names: the Pythons, as ``interpreter.find`` reads them; this one is left out.

    """
    own = interpreter.find().name
    tasks: list[Task] = []
    not_run: list[NotRun] = []
    absent: list[str] = []
    for name in names:
        try:
            if interpreter.find(name).name == own:
                continue
        except InterpreterError as error:
            absent.append(f"not run: the plain command and the first repairs: {error}")
            continue
        for chosen in _chosen(replace(filters, pythons=(name,))):
            try:
                found = select(chosen, toolbox)
            except NothingSelectedError:
                continue
            tasks += found.tasks
            not_run += found.not_run
    return Selection(tasks=tuple(tasks), not_run=tuple(not_run)), tuple(absent)


def _chosen(filters: Filters) -> list[Filters]:
    there = (f"{TOUR_SCENARIO}/{TOUR_VARIANT}",)
    plain = replace(filters, scenarios=there, remedies=("nothing",), starts=("fresh",))
    repairs = [
        replace(
            plain,
            installers=(text,),
            remedies=installer.repairs["stamped"][:1],
            starts=("after-failure",),
        )
        for text in filters.installers
        for installer in parse_choice(text).installers
        if "stamped" in installer.repairs
    ]
    return [plain, *repairs]
