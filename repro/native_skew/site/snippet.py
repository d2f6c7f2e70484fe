"""What a user writes and types, taken from a recorded run.

Of the files only the lines to add are shown, for a reader has a project: what the plain command's
files have as well, the index among it, is left out. So is the making of the virtual environment.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import msgspec
from packaging.specifiers import SpecifierSet

from native_skew import scenarios
from native_skew.installers import INSTALLERS, TOOLS, Repair, Roles, difference
from native_skew.results import CommandRecord, Result, StepRecord, repair_of, typed
from native_skew.scenarios import roles_of
from native_skew.site import markup

RAN = "recorded"  # the class of a block that names.js may fill in with the reader's names
_NAMED_IN = "stamped-wheel-elsewhere"  # every scenario but the live one has these roles
# Real pairs in the fake one's place, on pages that are about them: the recorded commands with
# names that a reader knows. The versions are examples, as the fake ones are.
REAL = {
    "torch": Roles(
        consumer="flash-attn",
        consumer_version="2.8.3",
        provider="torch",
        older="2.8.0",
        newer="2.9.1",
    ),
}
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

    ``plain``, the run of the plain command, tells what the project has anyway; it is not needed
    for a cell that starts after a failure.
    """
    if result.cell.start != "fresh":
        return repair_of(result)
    had = files(plain)
    return difference(had, [(step.files, typed(step)) for step in remedy_steps(result)])


def keeps_project(result: Result, plain: Result | None) -> bool:
    """Whether a reader's project stays what it is throughout.

    It does not where an earlier step asks for less than the project does, as for the provider
    alone: lines to add cannot say that.
    """
    had = files(plain)
    return not any(
        difference({name: text}, [({name: had[name]}, ())]).files
        for step in remedy_steps(result)[:-1]
        for name, text in step.files.items()
        if name in had
    )


def files(plain: Result | None) -> dict[str, str]:
    """What a reader's project has anyway; nothing where there is no such run."""
    return {n: text for s in (plain.steps if plain else ()) for n, text in s.files.items()}


def render(result: Result, plain: Result | None = None, real: Roles | None = None) -> str:
    """``lines`` as Markdown code blocks, with the names of ``real`` for the recorded ones."""
    found = lines(result, plain)
    blocks = [
        markup.fence(named(text, real), _language(name), _title(name, found), RAN)
        for name, text in found.files.items()
    ]
    if found.commands:
        shown = "\n".join(map(markup.command_line, found.commands))
        blocks.append(markup.fence(named(shown, real), "bash", "", RAN))
    return "\n".join(blocks)


def needs(result: Result, plain: Result | None) -> str:
    """The tool's oldest release that knows what ``lines`` says, as ``pip 25.3``; empty for any."""
    found = lines(result, plain)
    shown = map(markup.command_line, found.commands)
    return TOOLS[INSTALLERS[result.cell.installer].tool].needs([*found.files.values(), *shown])


def named(text: str, real: Roles | None) -> str:
    """``text`` with the names and versions of ``real`` for the recorded ones, as names.js does.

    What says «before the newer ABI» becomes the older version itself: real versions tell less of
    their ABI than those of the fake pair.
    """
    if real is None:
        return text
    ran = _roles()
    words = {
        ran.consumer: real.consumer,
        importable(ran.consumer): importable(real.consumer),
        ran.provider: real.provider,
        importable(ran.provider): importable(real.provider),
        ran.consumer_version: real.consumer_version,
        ran.older: real.older,
        ran.newer: real.newer,
    }
    roles = {"older": real.older, "newer": real.newer}
    ranges = {text: f"=={roles[role]}" for text, role in _ranges(ran).items()}
    longest = sorted(map(re.escape, words), key=len, reverse=True)
    pattern = rf"(?:{'|'.join(map(re.escape, ranges))}|(?<!\w)(?<!\d\.)(?:{'|'.join(longest)}))(?!\w|\.\d)"
    return re.sub(pattern, lambda match: (words | ranges)[match[0]], text)


def importable(name: str) -> str:
    """A distribution's name as its module would have it."""
    return re.sub(r"[-.]+", "_", name)


def _ranges(roles: Roles) -> dict[str, str]:
    """What requirements say of the provider, and which version it comes down to."""
    told = {roles.older_range: "older", roles.below_newer: "older", roles.newer_range: "newer"}
    texts = {text.removeprefix(roles.provider): role for text, role in told.items()}
    # Some files have them as they stand, others as packaging sorts them.
    return {str(SpecifierSet(text)): role for text, role in texts.items()} | texts


@cache
def _roles() -> Roles:
    return roles_of(scenarios.load_all()[_NAMED_IN], "no-wheel-fits")


def _title(name: str, found: Repair) -> str:
    """The file's name, and what its lines are to a file that is there already."""
    if name not in found.changed:
        return name
    return f"{name}: lines to {'change' if found.changed[name] else 'add'}"


def _language(name: str) -> str:
    return next((lang for end, lang in _LANGUAGES.items() if name.endswith(end)), "text")


_TABS, _COMMANDS = '<div class="tabbed-set', '<div class="language-(?!text)'
_NAMES = '<script type="application/json" data-recorded-names>'


def names(real: Roles | None = None) -> str:
    """A page's names and versions for its script, as an element that shows nothing.

    With them those of the runs, and ranges that name a version with what becomes of them.
    """
    ran = _roles()
    stand = f"{real.consumer} and {real.provider} for" if real else "the names"
    told = f"The snippets below are what ran, with {stand} {ran.consumer} and {ran.provider}."
    more = {"ran": ran, "ranges": {} if real else _ranges(ran), "told": told}
    return _element(msgspec.to_builtins(real or ran) | more)


def stand_ins(consumer: str, module: str, provider: str = "", older: str = "") -> str:
    """The same for a page whose snippets were written by hand, with names that stand for any."""
    told = f"In the snippets below {consumer} and {provider or module} stand for your own."
    given = {"consumer": consumer, "module": module, "provider": provider, "older": older}
    return _element({**given, "ranges": {}, "told": told})


def _element(data: dict[str, Any]) -> str:
    return f"{_NAMES}{msgspec.json.encode(data).decode()}</script>"


def with_room_for_names(html: str) -> str:
    """A page whose first tabs, or commands, stand where the script's form will have moved them.

    Without the element of ``names`` it stays as it is.
    """
    _, found, after = html.partition(_NAMES)
    first = re.search(_TABS, html) or re.search(_COMMANDS, html)
    if not found or not first:
        return html
    told = msgspec.json.decode(after.partition("</script>")[0])["told"]
    room = (
        '<form class="names names--due" aria-hidden="true"><details><summary>Fill in your own names</summary>'
        f"</details><p>{told}</p></form>"
    )
    return f"{html[: first.start()]}{room}{html[first.start() :]}"
