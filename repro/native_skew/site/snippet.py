"""What a user writes and types, taken from a recorded run.

Of files, only the lines to add are shown, since a reader has a project: lines that the plain
command's files have too, such as the index, are left out. So is creating the virtual environment.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import msgspec
from packaging.specifiers import SpecifierSet

from native_skew import scenarios
from native_skew.installers import INSTALLERS, TOOLS, Repair, Roles, difference
from native_skew.results import Result, StepRecord, repair_of, typed_lines
from native_skew.scenarios import roles_of
from native_skew.site import markup

RAN = "recorded"  # the class of a block that names.js may fill in with the reader's names
_NAMED_IN = "stamped-wheel-elsewhere"  # every scenario but the live one has these roles
# Real pairs to show instead of the fake one, on pages about them: the recorded commands with names
# that a reader knows. The versions are examples, like the fake ones.
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
    """The steps that a user takes: the last one, or all if the remedy needs several."""
    titles = [step.title for step in result.steps]
    return result.steps[-1:] if len(set(titles)) == len(titles) else result.steps


def lines(result: Result, plain: Result | None) -> Repair:
    """What to add to a project, and to type, to do what ``result`` did.

    ``plain``, the run of the plain command, has what the project has anyway; it is not needed for a
    cell that starts after a failure.
    """
    if result.cell.start != "fresh":
        return repair_of(result)
    had = files(plain)
    return difference(had, [(step.files, typed_lines(step)) for step in remedy_steps(result)])


def keeps_project(result: Result, plain: Result | None) -> bool:
    """Whether every step keeps what a reader's project has.

    A step that asks for less than the project, for example only for the provider, cannot be shown
    as lines to add.
    """
    had = files(plain)
    return not any(
        difference({name: text}, [({name: had[name]}, ())]).files
        for step in remedy_steps(result)[:-1]
        for name, text in step.files.items()
        if name in had
    )


def files(plain: Result | None) -> dict[str, str]:
    """What a reader's project has anyway; nothing if there is no such run."""
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
    """The tool's oldest release that supports ``lines``, as ``pip 25.3``; empty for any."""
    found = lines(result, plain)
    shown = map(markup.command_line, found.commands)
    return TOOLS[INSTALLERS[result.cell.installer].tool].needs([*found.files.values(), *shown])


def named(text: str, real: Roles | None) -> str:
    """``text`` with the names and versions of ``real`` for the recorded ones, as names.js does.

    A range «before the newer ABI» becomes the older version itself: unlike the fake pair's, real
    versions do not spell out their ABI.
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
    """A distribution's name as an import name."""
    return re.sub(r"[-.]+", "_", name)


def _ranges(roles: Roles) -> dict[str, str]:
    """The version ranges of the provider in requirements, and the version that each stands for."""
    told = {roles.older_range: "older", roles.below_newer: "older", roles.newer_range: "newer"}
    texts = {text.removeprefix(roles.provider): role for text, role in told.items()}
    # Some files have them verbatim, others as packaging sorts them.
    return {str(SpecifierSet(text)): role for text, role in texts.items()} | texts


@cache
def _roles() -> Roles:
    return roles_of(scenarios.load_all()[_NAMED_IN], "no-wheel-fits")


def _title(name: str, found: Repair) -> str:
    """The file's name, and whether its lines are added to an existing file or change it."""
    if name not in found.changed:
        return name
    return f"{name}: lines to {'change' if found.changed[name] else 'add'}"


def _language(name: str) -> str:
    return next((lang for end, lang in _LANGUAGES.items() if name.endswith(end)), "text")


_TABS, _COMMANDS = '<div class="tabbed-set', '<div class="language-(?!text)'
_NAMES = '<script type="application/json" data-recorded-names>'


def names(real: Roles | None = None) -> str:
    """A page's names and versions for its script, as an invisible element.

    It also has those of the recorded runs, and the version that each range stands for.
    """
    ran = _roles()
    stand = f"{real.consumer} and {real.provider} for" if real else "the names"
    told = f"The snippets below are what ran, with {stand} {ran.consumer} and {ran.provider}."
    more = {"ran": ran, "ranges": {} if real else _ranges(ran), "told": told}
    return _element(msgspec.to_builtins(real or ran) | more)


def stand_ins(consumer: str, module: str, provider: str = "", older: str = "") -> str:
    """The same for a page whose snippets were written by hand with placeholder names."""
    told = f"In the snippets below {consumer} and {provider or module} stand for your own."
    given = {"consumer": consumer, "module": module, "provider": provider, "older": older}
    return _element({**given, "ranges": {}, "told": told})


def _element(data: dict[str, Any]) -> str:
    return f"{_NAMES}{msgspec.json.encode(data).decode()}</script>"


def with_room_for_names(html: str) -> str:
    """The page with room for the script's form before its first tabs or commands.

    Without the element of ``names`` it is unchanged.
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
