"""What a user writes and types, taken from a recorded run.

Of the files only the lines to add are shown, for a reader has a project: what the plain command's
files have as well, the index among it, is left out. So is the making of the virtual environment.
"""

from __future__ import annotations

import msgspec

from native_skew import scenarios
from native_skew.installers import Repair, difference
from native_skew.results import CommandRecord, Result, StepRecord, repair_of, typed
from native_skew.scenarios import roles_of
from native_skew.site import markup

RAN = "recorded"  # the class of a block that names.js may fill in with the reader's names
_NAMED_IN = "stamped-wheel-elsewhere"  # every scenario but the live one has this roles
_TABLES = (".toml", "Pipfile")  # that a reader has
_LANGUAGES = {".toml": "toml", ".txt": "text", ".in": "text"}


def remedy_steps(result: Result) -> tuple[StepRecord, ...]:
    """The steps that a user takes: the last one, or all where the remedy needs several."""
    titles = [step.title for step in result.steps]
    return result.steps[-1:] if len(set(titles)) == len(titles) else result.steps


def commands(step: StepRecord) -> tuple[CommandRecord, ...]:
    """The commands of a step without the making of the environment."""
    return tuple(c for c in step.commands if tuple(c.argv[1:3]) != ("-m", "venv"))


def lines(result: Result, plain: Result | None) -> Repair:
    """What is added to a project, and typed, to do what ``result`` did.

    Args:
        result: the run.
        plain: that of the plain command, which tells what the project has anyway; not needed
            for a cell that starts after a failure.

    """
    if result.cell.start != "fresh":
        return repair_of(result)
    had = {n: text for s in (plain.steps if plain else ()) for n, text in s.files.items()}
    return difference(had, [(step.files, typed(step)) for step in remedy_steps(result)])


def render(result: Result, plain: Result | None = None) -> str:
    """The lines and the commands of ``lines`` as Markdown code blocks."""
    found = lines(result, plain)
    blocks = [
        markup.fence(text, _language(name), _title(name, text, result), RAN)
        for name, text in found.files.items()
    ]
    if found.commands:
        shown = "\n".join(map(markup.command_line, found.commands))
        blocks.append(markup.fence(shown, "bash", "", RAN))
    return "\n".join(blocks)


def _title(name: str, text: str, result: Result) -> str:
    """The file's name, and that its lines are to be added where it is not shown whole."""
    whole = any(step.files.get(name) == text for step in result.steps)
    return name if whole and not name.endswith(_TABLES) else f"{name}: lines to add"


def _language(name: str) -> str:
    return next((lang for end, lang in _LANGUAGES.items() if name.endswith(end)), "text")


def names() -> str:
    """The recorded names and versions for the page's script, as an element that shows nothing."""
    parts = roles_of(scenarios.load_all()[_NAMED_IN], "no-wheel-fits")
    data = msgspec.json.encode(parts).decode()
    return f'<script type="application/json" data-recorded-names>{data}</script>'
