"""Repairs copied from a built page, with a reader's own names, into a broken project: they work.

Each tab that shows a repair is carried out as the page says: lines go below the heading of the
same name where the file has it, commands are typed in order.
"""

from __future__ import annotations

import datetime as dt
import random
import re
import shlex
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import msgspec
import pytest
from test_names import fill

from native_skew import scenarios
from native_skew.errors import SkewError
from native_skew.installers import INSTALLERS
from native_skew.observe import judge
from native_skew.run import Session, Task
from native_skew.site import messages
from native_skew.toolchain import Interpreter, Processes, interpreter
from native_skew.verdict import FAILURES
from support.browser import opened
from support.following import write
from support.own_names import OWN, RECORDED, OwnCell, renamed

pytestmark = [pytest.mark.browser, pytest.mark.slow]
DRAWN = 12
# Pages whose commands somebody has to complete: which package, which index, which image.
NEEDS_A_CHOICE = {
    "errors/torch-in-build/": "a GPU and torch's index decide which wheel or compiler there is",
    "errors/numpy/": "the package is the one in the reader's traceback",
    "errors/hdf5/": "which of the packages are installed, and from where",
    "errors/glibcxx/": "the file in the message decides whose library is too old",
    "errors/docker/": "the reader's own image",
    "errors/conda/": "the package, and whether conda has it",
    "errors/other-platforms/": "not Linux with glibc",
    "errors/not-in-resolution/": "whether the library is needed at run time; nothing is broken yet",
}
# What a compiled wheel under another name, or an index of fakes, cannot show.
NOT_RENAMED = {
    "lock-reads-another-wheel": "its wheels' modules are found by symbols that bear their name",
    "newer-release": "the same, and its releases' numbers are those of the recorded pair",
    "softioc-live": "the real pair, which tests/test_real_pair.py breaks and mends",
}
# Every tab with something to copy: which, what it is called, and the cell that it leads to.
TABS = """() => [...document.querySelectorAll('article .tabbed-set')].flatMap((set, n) =>
  [...set.querySelectorAll(':scope > .tabbed-content > .tabbed-block')].map((block, t) => ({
    set: n, tab: t, name: set.querySelectorAll(':scope > .tabbed-labels > label')[t].textContent,
    blocks: block.querySelectorAll('.highlight:not(.language-text), .recorded.highlight').length,
    cell: (block.querySelector('a.verdict') || {}).href || '',
    works: Boolean(block.querySelector('a.verdict.is-works')),
    typed: [...block.querySelectorAll('.language-bash pre > code')].map((code) => code.textContent).join(''),
  })))"""
BLOCK = ".highlight:is(.recorded, :not(.language-text, .real))"


class Tab(msgspec.Struct, frozen=True):
    """One tab of a page: ``question`` and ``python`` are those of the cell it leads to.

    ``typed`` are its commands.
    """

    page: str
    set: int
    tab: int
    name: str
    question: str
    python: str
    typed: tuple[str, ...] = ()

    @property
    def place(self) -> tuple[str, str, str]:
        """Scenario, variant and installer."""
        scenario, variant, installer, _ = self.question.split("/")
        return scenario, variant, installer


class Copied(msgspec.Struct, frozen=True):
    """What the buttons of a tab gave: files with their lines, and commands, as they stand."""

    tab: Tab
    blocks: tuple[tuple[str, str], ...]


def offering(site: Path) -> Iterator[str]:
    """The pages with something recorded to copy; a cell's own page shows its transcript."""
    for path in sorted(site.rglob("index.html")):
        where = path.parent.relative_to(site).as_posix() + "/"
        if where.startswith("cells/"):
            continue
        if re.search(r'class="[^"]*\brecorded\b', path.read_text(encoding="utf-8")):
            yield where


def tabs_of(page: Any, address: str, where: str) -> list[Tab]:
    """The tabs of a page that show a repair: the cell works.

    On the page of a remedy only those that start where something is broken: the others say what
    a new environment gets.
    """
    page.goto(address + where)
    found = []
    for each in page.evaluate(TABS):
        match = re.search(
            r"/cells/([^/]+)/([^/]+)/([^/@]+)@[^/]+/([^/]+?)\.(cp\d+t?)/", unquote(each["cell"])
        )
        if not match or not each["blocks"] or not each["works"]:
            continue
        if match[1] in NOT_RENAMED or match[4] == "clean-cache":  # which begins with a full cache
            continue
        after = match[4].endswith("+after-failure")
        if after or not where.startswith("remedies/"):
            question, typed = "/".join(match.groups()[:4]), tuple(each["typed"].splitlines())
            place = where, each["set"], each["tab"], each["name"]
            found.append(Tab(*place, question, match[5], typed))
    return found


def copy(page: Any, address: str, tab: Tab) -> Copied:
    """What the copy buttons of ``tab`` give once the own names are filled in."""
    page.goto(address + tab.page)
    if page.locator(".names").count():
        fill(page, **OWN)
    chosen = page.locator("article .tabbed-set").nth(tab.set)
    chosen.locator(":scope > .tabbed-labels > label").nth(tab.tab).click()
    shown = chosen.locator(":scope > .tabbed-content > .tabbed-block").nth(tab.tab)
    blocks = []
    for block in shown.locator(BLOCK).all():
        page.evaluate("navigator.clipboard.writeText('')")
        block.locator("button.md-code__button, button.md-clipboard").first.click()
        page.wait_for_function("navigator.clipboard.readText().then((text) => text !== '')")
        text = str(page.evaluate("navigator.clipboard.readText()"))
        title = block.locator(".filename")
        name = title.inner_text() if title.count() else ""
        blocks.append((name, text))
    return Copied(tab, tuple(blocks))


@cache
def interpreter_of(tag: str) -> Interpreter | None:
    """The Python of a cell: some tools break with an older one alone. None where it is not here."""
    try:
        return interpreter.find(f"{tag[2]}.{tag[3:]}")
    except SkewError:
        return None


def outcome(copied: Copied, session: Session, task: Callable[..., Task]) -> str:
    """Empty if it repairs what the plain command broke; else the outcome.

    A tab that the page shows for a new environment may be of a tool that breaks nothing.
    """
    scenario, variant, installer = copied.tab.place
    processes = Processes()
    after = scenarios.find(scenario).repairs.after
    made = task(f"{scenario}/{variant}", installer, after)
    python = interpreter_of(copied.tab.python)
    assert python is not None
    cell_of = msgspec.structs.replace(made.cell, python=python.name)
    made = msgspec.structs.replace(made, cell=cell_of, interpreter=python)
    cell = OwnCell(session, renamed(made), processes, 300)
    cell.original = made.scenario
    publication = cell.publish()
    try:
        plan, exit_code = cell.run_steps(publication)
        seen, _ = cell.observe(plan, exit_code)
        before = judge(seen, exit_code).verdict
        if before not in FAILURES:
            repairs = "+" in copied.tab.question
            return f"the plain command ends in «{before}»" if repairs else ""
        if "+" not in copied.tab.question:  # which the page says is of a new environment
            cell.start_anew(plan)
        for title, text in copied.blocks:
            name, _, what = title.partition(":")
            if name:
                own = name.startswith("~/.config/")
                folder = cell.sandbox.user_configuration if own else cell.sandbox.project
                lines = text.rstrip("\n") + "\n"
                write(folder, name.removeprefix("~/.config/"), lines, whole=not what)
                continue
            for line in text.splitlines():
                done = cell.run_command(("sh", "-c", line), plan)
                if done.exit_code:
                    return f"{line}: {done.output[-600:]}"
                words = shlex.split(line)
                if "--with" in words and "python" in words:  # the environment is the command's own
                    python = tuple(words[: words.index("python") + 1])
                    plan = msgspec.structs.replace(plan, python=python)
        seen, _ = cell.observe(plan, 0)
        judgement = judge(seen, 0)
        failed = [each.output for each in seen.checks if each.exit_code]
        works = judgement.verdict == "works" and not failed
        return "" if works else f"{judgement.verdict}: {judgement.because} {failed}"
    finally:
        session.index.withdraw(cell._prefix)
        cell.sandbox.remove()


def carried_out(copied: list[Copied], session: Session, task: Callable[..., Task]) -> list[str]:
    """The problems of all, two at a time."""
    # Two threads at a type that msgspec has not seen yet have ended the process.
    scenarios.load_all()
    with ThreadPoolExecutor(2) as pool:
        ends = list(pool.map(lambda each: outcome(each, session, task), copied))
    return [
        f"{each.tab.page} {each.tab.name} ({each.tab.question}): {end}\n{each.blocks}"
        for each, end in zip(copied, ends, strict=True)
        if end
    ]


def drawn(tabs: list[Tab], count: int, seed: int) -> list[Tab]:
    """``count`` of them, over scenarios and tools as evenly as it goes."""
    source = random.Random(seed)
    groups: dict[tuple[str, str], list[Tab]] = defaultdict(list)
    for each in tabs:
        scenario, _, installer = each.place
        groups[scenario, INSTALLERS[installer].tool].append(each)
    found: list[Tab] = []
    while len(found) < min(count, len(tabs)):
        for key in source.sample(sorted(groups), len(groups)):
            if groups[key] and len(found) < count:
                found.append(groups[key].pop(source.randrange(len(groups[key]))))
    return found


@pytest.fixture(scope="module")
def repairs(chromium: Any, site: Path, address: str) -> list[Tab]:
    """All repairs offered, read from the pages alone, without what they load."""
    context = opened(chromium)
    context.route(
        "**/*",
        lambda route: route.continue_() if route.request.is_navigation_request() else route.abort(),
    )
    page = context.new_page()
    found = [tab for where in offering(site) for tab in tabs_of(page, address, where)]
    context.close()
    return [tab for tab in found if interpreter_of(tab.python)]


def test_each_error_page_is_carried_out_or_needs_a_choice(repairs: list[Tab]) -> None:
    shown = {tab.page for tab in repairs}
    names = [*messages.MESSAGES, *messages.PAGES]
    assert {f"errors/{name}/" for name in names} == {
        page for page in shown | set(NEEDS_A_CHOICE) if page.startswith("errors/")
    }
    assert not shown & set(NEEDS_A_CHOICE)
    assert len(repairs) >= 80


def test_a_dozen_are_carried_out(
    page: Any, address: str, repairs: list[Tab], session: Session, task: Callable[..., Task]
) -> None:
    seed = dt.datetime.now(dt.timezone.utc).toordinal()
    copied = [copy(page, address, each) for each in drawn(repairs, DRAWN, seed)]
    assert len(copied) == DRAWN
    assert not carried_out(copied, session, task), f"drawn with {seed}"


@pytest.mark.full
def test_all_are_carried_out(
    page: Any, address: str, repairs: list[Tab], session: Session, task: Callable[..., Task]
) -> None:
    copied = [copy(page, address, each) for each in repairs]
    problems = carried_out(copied, session, task)
    print(f"{len(copied)} carried out, {len(problems)} do not mend")
    assert not problems, "\n\n".join(problems)


def test_what_does_not_mend_is_found(
    page: Any, address: str, repairs: list[Tab], session: Session, task: Callable[..., Task]
) -> None:
    """The control: the setting without the commands, which leaves everything as it was."""
    tab = next(each for each in repairs if each.place == ("unstamped-pin", "only", "uv-sync"))
    whole = copy(page, address, tab)
    lines = msgspec.structs.replace(whole, blocks=tuple(each for each in whole.blocks if each[0]))
    assert len(lines.blocks) < len(whole.blocks)
    (problem,) = carried_out([lines], session, task)
    assert "broken, undetected" in problem


def test_no_recorded_name_is_left(page: Any, site: Path, address: str) -> None:
    """Wherever a page lets names be filled in; what was printed stays as it was."""
    left = []
    for where in offering(site):
        page.goto(address + where)
        if page.locator(".names").count():  # there is none where nothing bears a name
            fill(page, **OWN)
        for text in page.locator(f"article {BLOCK} pre > code").all_text_contents():
            left += [f"{where}: {word} in {text}" for word in RECORDED if word in text]
            left += [f"{where}: {text}"] if "127.0.0.1" in text or "localhost" in text else []
    assert not left, "\n".join(left)


def test_what_is_cleaned_or_removed_comes_before_what_installs(repairs: list[Tab]) -> None:
    cleaning = re.compile(r"cache (clean|remove)|--clear|--rm\b|env remove|rm -rf")
    installing = re.compile(r"\b(sync|lock|install|add|run)\b")
    seen = 0
    for tab in repairs:
        first = [
            n
            for n, line in enumerate(tab.typed)
            # Where pip locks and uv installs, each cache is cleaned before its own tool runs.
            if installing.search(line) and not (tab.name.startswith("pip lock, uv") and n == 0)
        ]
        last = [n for n, line in enumerate(tab.typed) if cleaning.search(line)]
        assert first, tab
        if last:
            seen += 1
            assert max(last) < min(first), tab
    assert seen >= 20
