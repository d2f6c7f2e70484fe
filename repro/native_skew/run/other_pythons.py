"""What the matrix asks of other Pythons than its own: the plain command, and each first repair."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from msgspec.structs import replace

from native_skew.errors import InterpreterError, NothingSelectedError
from native_skew.installers import parse_choice
from native_skew.run.selection import ISSUE, Filters, Selection, select
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
    found: list[Selection] = []
    absent: list[str] = []
    for name in names:
        try:
            if interpreter.find(name).name == own:
                continue
        except InterpreterError as error:
            absent.append(f"not run: the plain command and the first repairs: {error}")
            continue
        for chosen in _chosen(replace(filters, pythons=(name,))):
            with suppress(NothingSelectedError):
                found.append(select(chosen, toolbox))
    return Selection.joined(found), tuple(absent)


def _chosen(filters: Filters) -> list[Filters]:
    plain = replace(filters, scenarios=(ISSUE,), remedies=("nothing",), starts=("fresh",))
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
