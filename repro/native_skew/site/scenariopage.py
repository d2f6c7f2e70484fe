"""Scenario -> its page: what is published, what is asked, and every verdict."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape

from native_skew.installers import REMEDIES
from native_skew.publish import describe
from native_skew.results import Result
from native_skew.scenarios import Scenario
from native_skew.site import grid, markup
from native_skew.site.result_index import Book


def index(book: Book, known: Mapping[str, Scenario]) -> str:
    """The list of all scenarios."""
    lines = [
        markup.frontmatter(
            "Scenarios",
            "What is published, asked and expected: each way in which a build and an installation "
            "come to take different versions of a library.",
            *markup.RARE,
        ),
        "# Scenarios\n",
        "Each scenario publishes a fake pair of distributions to a local index, lets an "
        "installer install from it, and looks at what ended up in the environment. "
        "The pair carries the version numbers of the real one.\n",
    ]
    shown = {result.cell.scenario for result in book.results}
    for name, scenario in known.items():
        heading = f"[{scenario.title}]({name}.md)" if name in shown else scenario.title
        note = "" if name in shown else " It is not recorded yet."
        lines.append(f"## {heading} {{ #{name} }}\n\n{markup.plain(scenario.summary)}{note}\n")
    lines.append(
        "What to do: open the one that looks like your case, or "
        "[filter the matrix](../matrix.md).\n"
    )
    return "\n".join(lines)


def render(scenario: Scenario, book: Book) -> str:
    """One scenario's page."""
    page = f"scenarios/{scenario.id}.md"
    lines = [
        markup.frontmatter(scenario.title, scenario.summary, *markup.WIDE, *markup.RARE),
        f"# {scenario.title}\n",
        f"{markup.plain(scenario.summary)}\n",
        f"Family: {scenario.family}. The provider's versions: `{scenario.versions.older}` "
        f"and `{scenario.versions.newer}`.\n",
    ]
    for variant in scenario.variant_names():
        lines += _variant(scenario, variant, book, page)
    lines += _expectations(scenario)
    lines += [
        "## Sources { data-search-exclude }\n",
        *(f"- <{source}>" for source in scenario.sources),
        "",
    ]
    lines += [
        "## What to do { data-search-exclude }\n",
        "Run the whole scenario on your own machine:\n",
        markup.fence(f"native-skew run --scenario {scenario.id}", "bash"),
        "A verdict opens the cell's own page: commands, transcript, and everything observed.\n",
    ]
    return "\n".join(lines)


def _variant(scenario: Scenario, variant: str, book: Book, page: str) -> Iterator[str]:
    found = book.newest_of(scenario.id, variant)
    title = describe.variant_title(scenario, variant) or "Verdicts"
    yield f"## {title} {{ #{variant} }}\n"
    yield "".join(f"- {each}\n" for each in describe.circumstances(scenario, variant))
    if not found:
        yield "Not recorded yet.\n"
        return
    yield grid.render(found, page, lambda r: _remedy_link(r, page), "remedy", title) + "\n"
    dates = sorted({result.circumstances.date for result in found})
    yield f'<p class="verified">Last verified: {dates[-1]}.</p>\n'


def _remedy_link(result: Result, page: str) -> str:
    remedy = result.cell.remedy
    href = markup.url(page, f"remedies/{remedy}.md")
    after = "" if result.cell.start == "fresh" else "<br><small>after the failure</small>"
    return f'<a href="{href}">{escape(REMEDIES[remedy].title)}</a>{after}'


def _expectations(scenario: Scenario) -> Iterator[str]:
    if not scenario.expect:
        return
    yield "## Why\n"
    yield "The reasons stand in the scenario's file; a run that contradicts one is reported.\n"
    for each in scenario.expect:
        who = ", ".join(each.installers) or "every installer"
        where = f" ({', '.join(each.variants)})" if each.variants else ""
        remedies = ", ".join(each.remedies)
        yield f"- **{each.verdict}**: {who}{where}, {remedies}: {each.because}."
    yield ""
