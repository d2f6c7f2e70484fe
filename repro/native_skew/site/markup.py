"""The pieces of HTML and Markdown that generated pages are made of."""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Iterable, Sequence
from html import escape

import jinja2
from markupsafe import Markup

from native_skew import shipped
from native_skew.installers import INSTALLERS, REMEDIES
from native_skew.results import BriefResult, Result
from native_skew.scenarios import Cell

# Everything after this line of a generated page is HTML, which the hook keeps from the parser.
READY = "<!-- ready-made HTML -->\n"
# Front matter of a page without navigation, with room for a table.
WIDE = ("hide:", "  - navigation")
# Front matter of a page that few people search for.
RARE = ("search:", "  boost: 0.2")
# Has the cells that have no page of their own.
INSTALLERS_PAGE = "installers/index.md"
Shown = Result | BriefResult
INDENTATION = re.compile(r"\s*\n\s*")
LONGEST = 12_000  # characters of one transcript on a page; the rest is in the raw result


def page_of(cell: Cell) -> str:
    """The cell's page, relative to the pages' folder; an unsupported cell has none."""
    return f"cells/{cell.id}.md"


def raw_of(result: Result, *, in_timeline: bool = False) -> str:
    """The result as JSON, relative to the pages' folder."""
    folder = "results/timeline/cells" if in_timeline else "results"
    return f"{folder}/{result.cell.id}.json"


def _place_of(result: Shown) -> tuple[str, str]:
    """The page on which ``result`` is shown, and its fragment there."""
    if result.verdict == "unsupported":
        return INSTALLERS_PAGE, f"#{result.cell.installer}"
    return page_of(result.cell), ""


def href(source: str, result: Shown) -> str:
    """The link from the page ``source`` to where ``result`` is shown, for raw HTML."""
    page, fragment = _place_of(result)
    return url(source, page) + fragment


def reference(source: str, result: Shown) -> str:
    """As ``href``, for Markdown."""
    page, fragment = _place_of(result)
    return link(source, page) + fragment


def link(source: str, target: str) -> str:
    """The link from the page ``source`` to ``target``, both relative to the pages' folder."""
    return posixpath.relpath(target, posixpath.dirname(source) or ".")


def url(source: str, target: str) -> str:
    """As ``link``, for raw HTML: every page ``a/b.md`` is served as ``a/b/``."""
    return posixpath.relpath(_served(target), _served(source)) + (
        "/" if target.endswith(".md") else ""
    )


def _served(page: str) -> str:
    stem = page.removesuffix(".md")
    return posixpath.dirname(page) or "." if stem.endswith("index") else stem


def tool(result: Result) -> str:
    """``uv sync 0.13.9``."""
    return f"{INSTALLERS[result.cell.installer].title} {result.cell.version}"


def short_tool(result: Result) -> str:
    """``uv 0.13.9``."""
    return f"{INSTALLERS[result.cell.installer].tool} {result.cell.version}"


def css(verdict: str) -> str:
    """The class of a verdict."""
    return "is-" + verdict.replace(", ", "-").replace(" ", "-")


def verdict(name: str) -> Markup:
    """A verdict as HTML without a link: on its own page, or in a legend."""
    return _html(f'<span class="verdict {css(name)}">{name}</span>')


def badge(result: Result, source: str, note: str | None = None) -> str:
    """A Markdown link to the cell's page with its verdict and the tool's version."""
    words = note or short_tool(result)
    title = f"{tool(result)} on {result.cell.python}, recorded {result.circumstances.date}"
    return (
        f"[{result.verdict} <small>{words}</small>]({reference(source, result)})"
        f'{{ .verdict .{css(result.verdict)} title="{title}" }}'
    )


def words(text: str, result: Result, source: str) -> str:
    """``text`` as a Markdown link to the cell's page."""
    title = f"{result.verdict}: {tool(result)} on {result.cell.python}, recorded {result.circumstances.date}"
    return f'[{text}]({reference(source, result)} "{title}")'


def html_badge(result: Result, source: str) -> Markup:
    """A link to the cell's page as HTML, with only the verdict."""
    target = escape(href(source, result))
    return _html(f'<a class="verdict {css(result.verdict)}" href="{target}">{result.verdict}</a>')


def pre(text: str) -> Markup:
    """Preformatted text as HTML; access.js makes it focusable if it scrolls."""
    shown = text.rstrip("\n")
    if len(shown) > LONGEST:
        half = LONGEST // 2
        cut = len(shown) - 2 * half
        shown = f"{shown[:half]}\n[… {cut} characters left out; the raw result has them]\n{shown[-half:]}"
    return _html(f'<pre class="plain"><code>{escape(shown, quote=False)}</code></pre>')


def fence(text: str, language: str, title: str = "", *classes: str) -> str:
    """A fenced code block as Markdown."""
    heading = f' title="{title}"' if title else ""
    marks = "".join(f" .{each}" for each in (language, *classes))
    return f"``` {{{marks}{heading} }}\n{text.rstrip()}\n```\n"


def command_line(argv: Sequence[str]) -> str:
    """As typed into a shell."""
    return shlex.join(argv)


def code(text: str | None) -> Markup:
    """``text`` as HTML code; a dash if it is empty."""
    return _html(f"<code>{escape(text, quote=False)}</code>" if text else "–")


def told(text: str) -> Markup:
    """A sentence as HTML, with code in backticks."""
    return _html(re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text, quote=False)))


def linked(text: str) -> str:
    """A sentence as Markdown, with URLs as links."""
    return re.sub(r"https://[^\s()]+", r"<\g<0>>", text)


def codes(texts: Iterable[str]) -> Markup:
    """Several, separated by commas."""
    return Markup(", ").join(map(code, texts)) or code(None)


def plain(text: str) -> str:
    """Text of several lines as one line."""
    return " ".join(text.split())


def indent(text: str, by: int = 4) -> str:
    """``text`` as the content of a tab or an admonition."""
    return "".join(" " * by + line if line.strip() else line for line in text.splitlines(True))


def frontmatter(title: str, description: str, *more: str) -> str:
    """The front matter of a generated page, in which no macros run, with the lines ``more``."""
    lines = [
        f"title: {_quoted(title)}",
        f"description: {_quoted(escape(plain(description).replace('`', '')))}",
        "render_macros: false",
        *more,
    ]
    return "---\n" + "\n".join(lines) + "\n---\n\n"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _html(made: str) -> Markup:
    """Marks ``made`` as HTML in which foreign parts are escaped."""
    return Markup(made)  # noqa: S704


def rendered(template: str, **values: object) -> str:
    """A page, or a part of one, from its file in ``templates``.

    Values in HTML are escaped, except the output of the functions above.
    """
    return _TEMPLATES.get_template(template).render(values)


def _number(value: float) -> str:
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}"


_TEMPLATES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(shipped("site", "templates")),
    autoescape=jinja2.select_autoescape(("html", "svg")),
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.filters |= {
    "code": code,
    "number": _number,
    "percent": "{:.2f}%".format,
}
# Templates may use everything in this module.
_TEMPLATES.globals |= {name: each for name, each in globals().items() if name[0] != "_"}
_TEMPLATES.globals["REMEDIES"] = REMEDIES
