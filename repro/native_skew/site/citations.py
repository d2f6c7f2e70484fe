"""Citing results in prose: each method is a macro that returns Markdown for the page at hand.

Nothing here raises: a wrong citation becomes a problem, and the build ends with all of them.
"""

from __future__ import annotations

import re
import textwrap
from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import wraps
from typing import ParamSpec

from native_skew import installers, scenarios
from native_skew.errors import SkewError
from native_skew.results import Result
from native_skew.site import cellpage, markup, snippet, tables, tabs, timeline, upstream
from native_skew.site.errors import CitationError, ContradictionError, QuoteError
from native_skew.site.result_index import Book

_DEFAULT = "stamped-wheel-elsewhere/no-wheel-fits"

CITING: list[str] = []  # the macros' names
Arguments = ParamSpec("Arguments")


def _macro(macro: Callable[Arguments, str]) -> Callable[Arguments, str]:
    """Registers a macro whose errors are kept for the end of the build, with the page's name."""
    CITING.append(macro.__name__)

    @wraps(macro)
    def wrapped(*args: Arguments.args, **kwargs: Arguments.kwargs) -> str:
        try:
            return macro(*args, **kwargs)
        except SkewError as error:
            citations = args[0]
            assert isinstance(citations, Citations)
            citations.problems.append(f"{citations.page()}: {error}")
            return f"**{error}**"

    return wrapped


class Citations:
    """The macros; ``page`` gives the path of the page that is being rendered."""

    def __init__(self, book: Book, page: Callable[[], str]) -> None:
        self.page = page
        self.problems: list[str] = []
        self._book = book
        self._cited: dict[str, list[Result]] = defaultdict(list)
        self._with_snippets: dict[str, str] = {}

    def last_verified(self) -> str | None:
        """The newest date among the cells that this page cites."""
        return max((r.circumstances.date for r in self._cited[self.page()]), default=None)

    def names(self) -> str:
        """The names in this page's text to copy, for the script that changes them; empty for none."""
        found = self._with_snippets.get(self.page())
        return "" if found is None else snippet.names(snippet.REAL.get(found))

    @_macro
    def cell(self, reference: str) -> str:
        """The verdict of a cell, as a link to its page."""
        return markup.badge(self._cite(reference), self.page())

    @_macro
    def claim(self, pattern: str, verdict: str) -> str:
        """As ``cell``, and every cell that ``pattern`` matches must have that verdict."""
        found = self._matching(pattern, verdict)
        return markup.badge(found[-1], self.page(), _who(found))

    @_macro
    def seen(self, words: str, pattern: str, verdict: str) -> str:
        """``words`` as a link to a cell that shows what they say: for sentences.

        Every cell that ``pattern`` matches must have the verdict, and all be of one tool, whose
        newest is opened.
        """
        found = self._matching(pattern, verdict)
        tools = {installers.INSTALLERS[each.cell.installer].tool for each in found}
        if len(tools) > 1:
            several = " and ".join(sorted(tools))
            raise CitationError(f"{pattern} is of {several}: link each tool's words on their own")
        return markup.words(words, found[-1], self.page())

    @_macro
    def flip(self, question: str, old: str, new: str) -> str:
        """The release since which a question has another verdict, as a link to its page."""
        return timeline.flip_badge(question, old, new, self.page())

    @_macro
    def snippet(self, remedy: str, installer: str, where: str = _DEFAULT) -> str:
        """What to write and type, as it ran, and the verdict."""
        return self._shown(f"{where}/{installer}/{remedy}")

    @_macro
    def fix(self, remedies: str | dict[str, str], where: str = _DEFAULT) -> str:
        """Linked tabs, one for each tool, each with its snippet.

        Args:
            remedies: one for the tabs shown by default, or one each by the tab's name. Every
                other tool shows its recorded run that works and ends with the same version of
                the provider as the first tab, or says what is recorded of it instead.
            where: scenario and variant.

        """
        shown = {name: each.id for name, each in installers.tabs().items()}
        chosen = remedies if isinstance(remedies, dict) else tabs.by_default(remedies)
        name, remedy = next(iter(chosen.items()))
        wanted = self._cite(f"{where}/{shown[name]}/{remedy}")
        text = ""
        for name, installer in shown.items():
            own = tabs.recorded(self._book, where, installer)
            if name in chosen:
                body = self.snippet(chosen[name], installer, where)
            elif found := tabs.as_good_as(wanted, own):
                body = self.snippet(found.cell.remedy, installer, where)
            else:
                tried = ((r.cell.remedy, markup.badge(r, self.page())) for r in own)
                body = tabs.instead(name, wanted, tried)
            text += f'=== "{name}"\n\n{markup.indent(body)}\n'
        return text

    @_macro
    def repair(self, cause: installers.Cause, where: str, keep: str, names: str = "") -> str:
        """Linked tabs: for each tool the first repair that doctor offers, proven from there.

        Args:
            cause: which kind of skew.
            where: scenario and variant: the plain command broke an environment there.
            keep: which of the provider's versions stays or comes in: ``newer`` or ``older``. A
                tool that has no such repair shows the other one, and says so.
            names: a real pair of ``snippet.REAL`` in the recorded one's place; on all of the page.

        """
        versions = scenarios.find(where.partition("/")[0]).versions
        kept = {"newer": versions.newer, "older": versions.older}
        other = {"newer": "older", "older": "newer"}[keep]
        text = ""
        for name, installer in installers.tabs().items():
            wanted, nearest = (
                tabs.repairs(self._book, cause, where, installer, kept[each])
                for each in (keep, other)
            )
            if best := wanted or nearest:
                body = self._shown(f"{where}/{installer.id}/{best[0].cell.attempt}", names)
                body = body if wanted else f"{tabs.only(name, other)}\n{body}"
            else:
                plain = self._cite(f"{where}/{installer.id}/nothing")
                body = tabs.no_repair(name, plain, self.page())
            text += f'=== "{name}"\n\n{markup.indent(body)}\n'
        return text

    @_macro
    def transcript(self, reference: str) -> str:
        """What the tool printed in the last step, with the command."""
        result = self._cite(reference)
        lines = []
        for command in snippet.commands(result.steps[-1]):
            typed = markup.command_line(command.argv)
            lines += [f"$ {typed}", command.output.rstrip(), f"[exit code {command.exit_code}]"]
        return markup.fence("\n".join(line for line in lines if line), "text")

    @_macro
    def said(self, reference: str, pattern: str, lines: int = 1) -> str:
        """The first line of a transcript that ``pattern`` is found in, and those after it."""
        result = self._cite(reference)
        printed = [
            line
            for step in result.steps
            for command in step.commands
            for line in command.output.splitlines()
        ]
        for number, line in enumerate(printed):
            if re.search(pattern, line):
                quoted = "\n".join(printed[number : number + lines])
                return markup.fence(textwrap.dedent(quoted), "text")
        raise QuoteError(reference, pattern)

    @_macro
    def check_says(self, reference: str, tool: str = "uv") -> str:
        """What ``pip check`` or ``uv pip check`` answered in that environment."""
        result = self._cite(reference)
        checks = result.observation.checks if result.observation else ()
        for check in checks:
            if check.tool == tool:
                return markup.fence(f"{check.output}\n[exit code {check.exit_code}]", "text")
        raise QuoteError(reference, f"{tool} check")

    @_macro
    def sequence(self, reference: str) -> str:
        """The cell's request journal as a sequence diagram."""
        result = self._cite(reference)
        return f"{cellpage.diagram(result)}\n\n{markup.badge(result, self.page())}\n"

    @_macro
    def grid(self, pattern: str, label: str) -> str:
        """A table of verdicts, remedies by installers."""
        found = self._book.matching(pattern)
        self._cited[self.page()] += found
        return tables.grid(found, self.page(), self._remedy, "remedy", label)

    @_macro
    def report(self, finding: str) -> str:
        """The rest of a finding's page: what was typed, promises, ways out, threads."""
        found = upstream.find(finding)
        result = self._cite(found.cells[0])
        if result.verdict != found.verdict:
            told = f"{result.verdict} in {result.cell.id}"
            raise ContradictionError(found.cells[0], found.verdict, [told])
        return upstream.render(found, result, self._book.plain(result))

    @_macro
    def diagnosed(self) -> str:
        """What doctor said of the recorded environments, beside their verdicts."""
        return tables.diagnosed(self._book.results, self.page())

    @_macro
    def count(self) -> str:
        """How many cells are recorded."""
        return f"{len(self._book.results):,}"

    @_macro
    def tools(self) -> str:
        """Which tools are recorded, in which versions."""
        found: dict[str, set[str]] = defaultdict(set)
        for name, versions in self._book.tools().items():
            found[installers.INSTALLERS[name].tool].update(versions)
        return ", ".join(f"{tool} {' and '.join(sorted(v))}" for tool, v in found.items())

    def _shown(self, reference: str, names: str = "") -> str:
        """What to write and type, as it ran, and the cell."""
        result = self._cite(reference)
        if self._with_snippets.setdefault(self.page(), names) != names:
            shown = names or "the recorded pair"
            raise CitationError(f"a snippet of {shown} on a page of another pair")
        text = snippet.render(result, self._book.plain(result), snippet.REAL.get(names))
        where = "In a new environment, with nothing cached: " * (result.cell.start == "fresh")
        needs = snippet.needs(result, self._book.plain(result))
        older = f"\n{needs} or newer.\n" if needs else ""
        return f"{text}\n{where}{markup.badge(result, self.page())}\n{older}"

    def _remedy(self, result: Result) -> str:
        href = markup.url(self.page(), f"remedies/{result.cell.remedy}.md")
        return f'<a href="{href}">{result.cell.remedy}</a>'

    def _matching(self, pattern: str, verdict: str) -> tuple[Result, ...]:
        """The cells that ``pattern`` matches, which must all have that verdict."""
        found = self._book.matching(pattern)
        wrong = [f"{r.verdict} in {r.cell.id}" for r in found if r.verdict != verdict]
        if wrong:
            raise ContradictionError(pattern, verdict, wrong)
        self._cited[self.page()] += found
        return found

    def _cite(self, reference: str) -> Result:
        result = self._book.find(reference)
        self._cited[self.page()].append(result)
        return result


def _who(found: Iterable[Result]) -> str:
    """Which tools a claim is about, short enough for a badge."""
    tools = dict.fromkeys(markup.short_tool(result) for result in found)
    return ", ".join(tools)
