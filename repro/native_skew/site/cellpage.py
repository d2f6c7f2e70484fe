"""Result -> the page of one cell: everything that was recorded, for somebody who doubts."""

from __future__ import annotations

from html import escape

from native_skew.installers import REMEDIES
from native_skew.results import Result, StepRecord, check_word
from native_skew.scenarios import Scenario
from native_skew.site import diagnosed, markup, sequence, snippet
from native_skew.site.markup import code, codes, facts, pre, table, url
from native_skew.site.result_index import Book

# Left out of the search index and of the build's slow parts: the matrix finds cells.
_HEAD = ("search:", "  exclude: true", "template: cell.html")


def title(result: Result) -> str:
    """``Match the build to the run time: uv sync 0.13.9``."""
    after = "" if result.cell.start == "fresh" else ", after the failure"
    return f"{REMEDIES[result.cell.remedy].title}{after}: {markup.tool(result)}"


def render(result: Result, book: Book, scenario: Scenario, raw: str = "") -> str:
    """The page as Markdown whose body is HTML, which is quick to build.

    Args:
        result: the cell.
        book: all results, for the same question in other versions.
        scenario: the cell's.
        raw: the path of the recorded result, where it is not among the matrix's.

    """
    page = markup.page_of(result.cell)
    parts = [
        f'<p class="lead">{markup.verdict(result.verdict)} {markup.told(result.because)}.</p>',
        _expected(result),
        _facts(result, page, scenario),
        '<h2 id="commands">What was run</h2>',
        *(_step(number, step) for number, step in enumerate(result.steps, 1)),
        '<h2 id="published">What was published</h2>',
        _published(result),
        '<h2 id="observed">What was observed</h2>',
        _observed(result),
        diagnosed.section(result.diagnosis),
        '<h2 id="journal">What the index was asked</h2>',
        sequence.diagram(result),
        '<h2 id="again">Run it again</h2>',
        pre(result.cell.command),
        _see_also(result, book, page, raw or markup.raw_of(result)),
    ]
    body = "\n".join(part for part in parts if part)
    return (
        markup.frontmatter(*_own(result, scenario), *_HEAD)
        + f'# {title(result)}\n\n{markup.READY}<div class="cell">\n{body}\n</div>\n'
    )


def _own(result: Result, scenario: Scenario) -> tuple[str, str]:
    """The page's title and description, which no other cell has."""
    cell = result.cell
    where = f"{cell.scenario}/{cell.variant}, {cell.python}"
    told = f"{markup.tool(result)}, {cell.attempt}: {result.verdict}, {result.because}"
    return f"{title(result)} ({where})", f"{scenario.title} ({where}). {told}."


def _expected(result: Result) -> str:
    if result.expected is None:
        return ""
    agrees = (
        "The scenario expects this"
        if result.expected == result.verdict
        else (f"<strong>The scenario expects {result.expected}</strong>")
    )
    return f"<p>{agrees}: {markup.told(result.expected_because or '')}.</p>"


def _start(result: Result) -> str:
    return f"what an attempt before left: {result.before}, with its project, environment and cache"


def _facts(result: Result, page: str, scenario: Scenario) -> str:
    cell, known = result.cell, result.circumstances
    place = f"scenarios/{cell.scenario}.md"
    variant = scenario.variants.get(cell.variant)
    rows = [
        ("scenario", f'<a href="{url(page, place)}">{escape(scenario.title)}</a>'),
        ("variant", escape(variant.title) if variant else "–"),
        ("remedy", f'<a href="{url(page, f"remedies/{cell.remedy}.md")}">{cell.remedy}</a>'),
        *([("start", escape(_start(result)))] if cell.start != "fresh" else []),
        ("tool", escape(markup.tool(result))),
        ("interpreter", f"CPython {known.python} ({cell.python})"),
        ("platform", escape(known.platform)),
        ("recorded", known.date),
    ]
    return facts(rows, "What this cell is")


def _step(number: int, step: StepRecord) -> str:
    parts = [f"<h3>Step {number}: {escape(step.title)}</h3>"]
    for name, content in step.files.items():
        parts += [f'<p class="file">{code(name)}</p>', pre(content)]
    for command in step.commands:
        typed = markup.command_line(command.argv)
        parts.append(pre(typed))
        ended = f"ended with {command.exit_code}"
        if command.output.strip():
            parts.append(
                f"<details{' open' if command in snippet.commands(step) else ''}>"
                f"<summary>{ended}, and printed</summary>"
                f"{pre(command.output)}</details>"
            )
        else:
            parts.append(f"<p>{ended}, and printed nothing</p>")
    return "\n".join(parts)


def _published(result: Result) -> str:
    rows = [
        (
            code(p.filename),
            str(p.step),
            codes(p.requires_dist),
            codes(p.dynamic),
        )
        for p in result.published
    ]
    head = ("file", "from step", "Requires-Dist", "Dynamic")
    return table(head, rows, "What was published") if rows else "<p>Nothing.</p>"


def _observed(result: Result) -> str:
    seen = result.observation
    if seen is None or not seen.consumer_installed:
        return "<p>The module was not installed.</p>"
    rows = [
        ("built against", code(seen.built_against)),
        ("installed provider", code(seen.installed)),
        ("provider that answered", code(seen.loaded)),
        ("origin of the module", escape(result.origin)),
        ("DT_NEEDED", code(seen.needed)),
        ("import", code(seen.failed_import) if seen.failed_import else "succeeds"),
        ("ABI", escape(seen.abi_mismatch or "no mismatch seen")),
        ("violated requirements", codes(seen.violations)),
        ("check", check_word(result)),
    ]
    rows += [
        (f"RUNPATH of {code(module.path.rpartition('/')[2])}", codes(module.runpath))
        for module in seen.modules
    ]
    rows += [
        (f"{code(need.name)} is found at", code(need.found) if need.found else "no place")
        for module in seen.modules
        for need in module.needs
    ]
    installed = [
        (code(each.name), code(each.version), codes(each.requires_dist), escape(each.generator))
        for each in seen.distributions
    ]
    checks = "".join(
        f"<p>{code(f'{check.tool} check')} ended with {check.exit_code}:</p>" + pre(check.output)
        for check in seen.checks
    )
    head = ("distribution", "version", "Requires-Dist", "wheel made by")
    return (
        facts(rows, "What was observed")
        + table(head, installed, "Installed distributions")
        + checks
    )


def _see_also(result: Result, book: Book, page: str, recorded: str) -> str:
    others = [
        f"<li>{escape(markup.tool(each))} on {each.cell.python}: {markup.html_badge(each, page)}</li>"
        for each in book.versions(result)
        if each is not result
    ]
    versions = f"<p>The same in other versions:</p><ul>{''.join(others)}</ul>" if others else ""
    raw = f'<a href="{url(page, recorded)}">the raw result</a>'
    schema = f'<a href="{url(page, "results/schema.json")}">its schema</a>'
    grid = f'<a href="{url(page, f"scenarios/{result.cell.scenario}.md")}">the scenario’s other cells</a>'
    return f"{versions}<p>Read on: {grid}, {raw}, {schema}.</p>"
