"""Remedy -> its page: what it is, what ran, and where it helps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape

from native_skew.installers import INSTALLERS, REMEDIES
from native_skew.results import Result
from native_skew.scenarios import Scenario
from native_skew.site import grid, markup, snippet
from native_skew.site.result_index import Book

_SHOWN_FIRST = "stamped-wheel-elsewhere/no-wheel-fits"


def recorded(book: Book) -> tuple[str, ...]:
    """The remedies with at least one recorded cell, in their own order."""
    found = {result.cell.remedy for result in book.results}
    return tuple(name for name in REMEDIES if name in found)


def index(book: Book) -> str:
    """The list of all remedies, with how often each helps."""
    lines = [
        markup.frontmatter(
            "Remedies",
            "Everything that a user can do about a native module built against another version, "
            "and in how many recorded runs each helps.",
        ),
        "# Remedies\n",
        "Everything a user has tried or been told to do, each run in every scenario where it "
        "makes sense. The count is of the newest recorded tool versions; a tool without the "
        "feature is not counted.\n",
        "| remedy | how it is meant to help | works in |",
        "|---|---|---|",
    ]
    for name in recorded(book):
        results = [r for r in book.with_remedy(name) if r.verdict != "unsupported"]
        helped = sum(r.verdict == "works" for r in results)
        remedy = REMEDIES[name]
        lines.append(
            f"| [{remedy.title}]({name}.md) | {remedy.why} | {helped} of {len(results)} cells |"
        )
    lines.append("\nWhat to do: open one for the text to copy, and the cells behind the count.\n")
    return "\n".join(lines)


def render(name: str, book: Book, known: Mapping[str, Scenario]) -> str:
    """One remedy's page."""
    page, remedy = f"remedies/{name}.md", REMEDIES[name]
    results = book.with_remedy(name)
    lines = [
        markup.frontmatter(
            remedy.title, f"{remedy.why} {remedy.trap}", *markup.WIDE, f"tags: [{name}]"
        ),
        f"# {remedy.title}\n",
        f"{remedy.why}\n",
        f"**The catch.** {remedy.trap}\n" if remedy.trap else "",
        "## Write and type\n",
        "`fake-softioc` stands for the package that is built, `fake-corelibs` for the one "
        "whose library it links to. The lines are those to add to a project, the commands what ran.\n",
        *_tabs(results, page, book),
        f"{snippet.names()}\n",
        "## Where it helps { data-search-exclude }\n",
        grid.render(results, page, lambda r: _place(r, page, known), "scenario", remedy.title),
        f'\n<p class="verified">Last verified: {max(r.circumstances.date for r in results)}.</p>\n',
        *_unsupported(results),
        "## What to do { data-search-exclude }\n",
        f"Documented or proposed at <{remedy.source}>. Run every cell of this remedy again:\n",
        markup.fence(f"native-skew run --remedy {name}", "bash"),
    ]
    return "\n".join(lines)


def _place(result: Result, page: str, known: Mapping[str, Scenario]) -> str:
    cell = result.cell
    href = f"{markup.url(page, f'scenarios/{cell.scenario}.md')}#{cell.variant}"
    scenario = known[cell.scenario]
    title = scenario.variants[cell.variant].title if cell.variant in scenario.variants else ""
    details = [title] if title else []
    details += ["in the environment that it broke"] if cell.start != "fresh" else []
    return f'<a href="{href}">{escape(scenario.title)}</a>' + (
        f"<br><small>{escape('; '.join(details))}</small>" if details else ""
    )


def _tabs(results: tuple[Result, ...], page: str, book: Book) -> Iterator[str]:
    """One tab for each installer, from the issue's scenario where it is recorded there."""
    supported = [r for r in results if r.verdict != "unsupported"]
    for installer in INSTALLERS:
        own = [r for r in supported if r.cell.installer == installer]
        if not own:
            continue
        shown = min(own, key=_shown_first)
        badge, plain = markup.badge(shown, page), book.plain(shown)
        if shown.verdict != "works":
            why = f": {shown.expected_because}" if shown.expected_because else ""
            text = f"It helps in no run that is recorded: {badge}{why}.\n"
        elif snippet.keeps_project(shown, plain):
            where = "In a new environment" if shown.cell.start == "fresh" else "Where it was broken"
            text = f"{snippet.render(shown, plain)}\n{where}: {badge}\n"
        else:
            text = f"Two states of the project, one after the other; the run shows both: {badge}\n"
        yield f'=== "{INSTALLERS[installer].title}"\n\n{markup.indent(text)}'


def _shown_first(result: Result) -> tuple[bool, bool, bool]:
    """What mends a broken environment, then what works in a new one, then the issue's scenario."""
    works = result.verdict == "works"
    mends = works and result.cell.start != "fresh"
    return not mends, not works, not result.cell.id.startswith(_SHOWN_FIRST)


def _unsupported(results: tuple[Result, ...]) -> Iterator[str]:
    reasons = {
        INSTALLERS[r.cell.installer].title: r.because for r in results if r.verdict == "unsupported"
    }
    if reasons:
        yield "Not to be had in:\n"
        yield from (f"- {title}: {markup.linked(because)}." for title, because in reasons.items())
        yield ""
