"""Citing results in prose: each method is a macro that returns Markdown for the current page.

Macros do not raise: a wrong citation becomes a problem, and the build ends with all of them.
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
from native_skew.results import Result, typed
from native_skew.site import cellpage, markup, snippet, tables, tabs, timeline, upstream
from native_skew.site.errors import CitationError, ClaimError, QuoteError
from native_skew.site.result_index import ResultIndex

_DEFAULT = "stamped-wheel-elsewhere/no-wheel-fits"

CITING: list[str] = []  # the macros' names
Arguments = ParamSpec("Arguments")


def _macro(macro: Callable[Arguments, str]) -> Callable[Arguments, str]:
    """Registers a macro; its errors are collected with the page's name until the build ends."""
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
    """The macros; ``page`` returns the path of the page that is being rendered."""

    def __init__(self, result_index: ResultIndex, page: Callable[[], str]) -> None:
        self.page = page
        self.problems: list[str] = []
        self._index = result_index
        self._cited: dict[str, list[Result]] = defaultdict(list)
        self._with_snippets: dict[str, str] = {}

    def last_verified(self) -> str | None:
        """The newest date among the cells that this page cites."""
        return max((r.circumstances.date for r in self._cited[self.page()]), default=None)

    def names(self) -> str:
        """The names in this page's snippets, for the script that replaces them; empty for none."""
        found = self._with_snippets.get(self.page())
        return "" if found is None else snippet.names(snippet.REAL.get(found))

    @_macro
    def cell(self, reference: str) -> str:
        """The verdict of a cell, as a link to its page."""
        return markup.badge(self._cite(reference), self.page())

    @_macro
    def claim(self, pattern: str, verdict: str) -> str:
        """As ``cell``, but every cell that ``pattern`` matches must have that verdict."""
        found = self._matching(pattern, verdict)
        return markup.badge(found[-1], self.page(), _who(found))

    @_macro
    def seen(self, words: str, pattern: str, verdict: str) -> str:
        """``words`` as a link to a cell that proves them, for use in sentences.

        Every cell that ``pattern`` matches must have the verdict, and all must be of one tool. The
        link leads to the newest.
        """
        found = self._matching(pattern, verdict)
        tools = {installers.INSTALLERS[each.cell.installer].tool for each in found}
        if len(tools) > 1:
            several = " and ".join(sorted(tools))
            raise CitationError(f"{pattern} is of {several}: link each tool's words on their own")
        return markup.words(words, found[-1], self.page())

    @_macro
    def flip(self, question: str, old: str, new: str) -> str:
        """The release in which a question's verdict changed, as a link to its page."""
        return timeline.flip_badge(question, old, new, self.page())

    @_macro
    def snippet(self, remedy: str, installer: str, where: str = _DEFAULT) -> str:
        """What to write and type, as it ran, and the verdict."""
        return self._shown(f"{where}/{installer}/{remedy}")

    @_macro
    def fix(self, remedies: str | dict[str, str], where: str = _DEFAULT) -> str:
        """Linked tabs, one for each tool, each with its snippet.

        Args:
            remedies: one for the tabs shown by default, or one each by the tab's name. Other
                tools show their recorded run that works and ends with the same version of the
                provider as the first tab, or say what is recorded instead.
            where: scenario and variant.

        """
        shown = {name: each.id for name, each in installers.tabs().items()}
        chosen = remedies if isinstance(remedies, dict) else tabs.by_default(remedies)
        name, remedy = next(iter(chosen.items()))
        wanted = self._cite(f"{where}/{shown[name]}/{remedy}")
        text = ""
        for name, installer in shown.items():
            own = tabs.recorded(self._index, where, installer)
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
        """Linked tabs: for each tool the first recorded repair that doctor offers.

        Args:
            cause: which kind of skew.
            where: the scenario and variant in which the plain command broke the environment.
            keep: which of the provider's versions is installed at the end: ``newer`` or ``older``.
                A tool without such a repair shows the other one, and says so.
            names: a real pair of ``snippet.REAL`` to show instead of the recorded one, the same
                on the whole page.

        """
        versions = scenarios.find(where.partition("/")[0]).versions
        kept = {"newer": versions.newer, "older": versions.older}
        other = {"newer": "older", "older": "newer"}[keep]
        text = ""
        for name, installer in installers.tabs().items():
            wanted, nearest = (
                tabs.repairs(self._index, cause, where, installer, kept[each])
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
        """The commands of the last step, and what they printed."""
        result = self._cite(reference)
        lines = []
        for command in typed(result.steps[-1]):
            shown = markup.command_line(command.argv)
            lines += [f"$ {shown}", command.output.rstrip(), f"[exit code {command.exit_code}]"]
        return markup.fence("\n".join(line for line in lines if line), "text")

    @_macro
    def said(self, reference: str, pattern: str, lines: int = 1) -> str:
        """The first line of a transcript that matches ``pattern``, and the lines after it."""
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
        found = self._index.matching(pattern)
        self._cited[self.page()] += found
        return tables.grid(found, self.page(), self._remedy, "remedy", label)

    @_macro
    def report(self, finding: str) -> str:
        """The generated part of a finding's page: commands, promises, ways out, threads."""
        found = upstream.find(finding)
        result = self._cite(found.cells[0])
        if result.verdict != found.verdict:
            told = f"{result.verdict} in {result.cell.id}"
            raise ClaimError(found.cells[0], found.verdict, [told])
        return upstream.render(found, result, self._index.plain(result))

    @_macro
    def diagnosed(self) -> str:
        """What doctor said about the recorded environments, compared with their verdicts."""
        return tables.diagnosed(self._index.results, self.page())

    @_macro
    def count(self) -> str:
        """The number of recorded cells."""
        return f"{len(self._index.results):,}"

    @_macro
    def tools(self) -> str:
        """The recorded tools with their versions."""
        found: dict[str, set[str]] = defaultdict(set)
        for name, versions in self._index.tools().items():
            found[installers.INSTALLERS[name].tool].update(versions)
        return ", ".join(f"{tool} {' and '.join(sorted(v))}" for tool, v in found.items())

    def _shown(self, reference: str, names: str = "") -> str:
        """What to write and type, as it ran, and a link to the cell."""
        result = self._cite(reference)
        if self._with_snippets.setdefault(self.page(), names) != names:
            shown = names or "the recorded pair"
            raise CitationError(f"a snippet of {shown} on a page of another pair")
        text = snippet.render(result, self._index.plain(result), snippet.REAL.get(names))
        where = "In a new environment, with nothing cached: " * (result.cell.start == "fresh")
        needs = snippet.needs(result, self._index.plain(result))
        older = f"\n{needs} or newer.\n" if needs else ""
        return f"{text}\n{where}{markup.badge(result, self.page())}\n{older}"

    def _remedy(self, result: Result) -> str:
        href = markup.url(self.page(), f"remedies/{result.cell.remedy}.md")
        return f'<a href="{href}">{result.cell.remedy}</a>'

    def _matching(self, pattern: str, verdict: str) -> tuple[Result, ...]:
        """The cells that ``pattern`` matches; raises ClaimError if one has another verdict."""
        found = self._index.matching(pattern)
        wrong = [f"{r.verdict} in {r.cell.id}" for r in found if r.verdict != verdict]
        if wrong:
            raise ClaimError(pattern, verdict, wrong)
        self._cited[self.page()] += found
        return found

    def _cite(self, reference: str) -> Result:
        result = self._index.find(reference)
        self._cited[self.page()].append(result)
        return result


def _who(found: Iterable[Result]) -> str:
    """The tools that a claim is about, short enough for a badge."""
    tools = dict.fromkeys(markup.short_tool(result) for result in found)
    return ", ".join(tools)
