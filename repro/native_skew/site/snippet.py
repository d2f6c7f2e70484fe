"""What a user writes and types, taken from a recorded run.

The text is what ran, byte for byte; only the making of the virtual environment is left
out, for a reader has one.
"""

from __future__ import annotations

import msgspec

from native_skew import scenarios
from native_skew.results import CommandRecord, Result, StepRecord
from native_skew.scenarios import roles_of
from native_skew.site import markup

RAN = "recorded"  # the class of a block that names.js may fill in with the reader's names
_NAMED_IN = "stamped-wheel-elsewhere"  # every scenario but the live one has this roles
_LANGUAGES = {".toml": "toml", ".txt": "text", ".in": "text"}


def remedy_steps(result: Result) -> tuple[StepRecord, ...]:
    """The steps that a user takes: the last one, or all where the remedy needs several."""
    titles = [step.title for step in result.steps]
    return result.steps[-1:] if len(set(titles)) == len(titles) else result.steps


def commands(step: StepRecord) -> tuple[CommandRecord, ...]:
    """The commands of a step without the making of the environment."""
    return tuple(c for c in step.commands if tuple(c.argv[1:3]) != ("-m", "venv"))


def render(result: Result) -> str:
    """The files and command lines of ``result`` as Markdown code blocks."""
    blocks = []
    written: dict[str, str] = {}
    typed: list[str] = []
    for step in remedy_steps(result):
        for name, content in step.files.items():
            if written.get(name) != content:
                written[name] = content
                blocks.append(markup.fence(content, _language(name), name, RAN))
        typed += [markup.command_line(command.argv) for command in commands(step)]
    if typed:
        blocks.append(markup.fence("\n".join(typed), "bash", "", RAN))
    return "\n".join(blocks)


def _language(name: str) -> str:
    return next((lang for end, lang in _LANGUAGES.items() if name.endswith(end)), "text")


def names() -> str:
    """The recorded names and versions for the page's script, as an element that shows nothing."""
    parts = roles_of(scenarios.load_all()[_NAMED_IN], "no-wheel-fits")
    data = msgspec.json.encode(parts).decode()
    return f'<script type="application/json" data-recorded-names>{data}</script>'
