"""The site's sources without anything to run: macros rendered, statements checked.

MkDocs calls the hook and the macros while it builds. Zensical, the way out when Material for
MkDocs ends, runs no hooks, and its own macros cannot end a build; it builds what is written
here. https://zensical.org/docs/compatibility/mkdocs/plugins/
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from pathlib import Path

import jinja2

from native_skew import results
from native_skew.site import downloads, markup, pages
from native_skew.site.citations import Citations
from native_skew.site.errors import PagesError, SiteError
from native_skew.site.macros import ending, macros
from native_skew.site.repository import repo_url
from native_skew.site.result_index import Book

_RECORD = ("*.csv", "*.jsonl", "versions.toml", "releases.json")  # as in mkdocs.yml
_CONFIG, _DOCS, _THEME = Path("mkdocs.yml"), Path("docs"), Path("repro/native_skew/site/theme")


def write(target: Path, environ: Mapping[str, str]) -> int:
    """Writes configuration, theme and all pages of the checkout in the working directory.

    Args:
        target: the folder; what stands in its ``docs`` is replaced.
        environ: where a continuous integration says what repository this is.

    Returns:
        How many pages were written.

    Raises:
        SiteError: the working directory holds no ``mkdocs.yml``, or there are no results.
        PagesError: a page says what is not recorded; nothing is written then.
        ResultFileError, ScenarioError: as ``pages.generate``.

    """
    if not _CONFIG.exists():
        raise SiteError(f"{Path.cwd()}: no mkdocs.yml here; start from the root of a checkout")
    written = rendered(_edit_link(environ)) | pages.generate()
    shutil.rmtree(target / _DOCS, ignore_errors=True)
    shutil.copytree(_DOCS, target / _DOCS, ignore=shutil.ignore_patterns("*.md", *_RECORD))
    shutil.copytree(_THEME, target / _THEME, dirs_exist_ok=True)
    shutil.copy(_CONFIG, target)
    for path, text in written.items():
        file = target / _DOCS / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(_as_seen_from_the_source(path, text), encoding="utf-8")
    for path, content in downloads.generate(results.FOLDER):
        file = target / _DOCS / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return len(written)


def _edit_link(environ: Mapping[str, str]) -> str | None:
    """Where a page is edited, with ``{path}`` in it; None where no repository is known."""
    address = repo_url(environ)
    return f"{address}/edit/main/docs/{{path}}" if address else None


def _as_seen_from_the_source(path: str, text: str) -> str:
    """Links in ready-made HTML one folder less deep, which is how Zensical takes them.

    ``a/b.md`` is served as ``a/b/``. MkDocs leaves such links as they are; Zensical takes them
    as relative to the source, as those in Markdown, and adds the folder.
    """
    text = text.replace(markup.READY, "")
    if path.endswith("index.md"):
        return text
    return re.sub(r'(<[^<>]* (?:href|src)=")\.\./', r"\1", text)


def rendered(edit: str | None) -> dict[str, str]:
    """The hand-written pages by path, with every macro replaced by what it says.

    Args:
        edit: where a page is edited. Zensical has an edit link only together with the
            repository's own, and that one asks a third party for its stars.

    Raises:
        PagesError: a page says what is not recorded.
        jinja2.TemplateError: a page's braces are wrong.

    """
    current = ""
    citations = Citations(Book.open(), lambda: current)
    # As the plugin does by the settings in mkdocs.yml. What is made is Markdown, not HTML.
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined)  # noqa: S701
    environment.globals.update(macros(citations))
    found = {}
    for path in sorted(_DOCS.rglob("*.md")):
        current = path.relative_to(_DOCS).as_posix()
        head, body = _split(path.read_text(encoding="utf-8"))
        text = environment.from_string(body).render()
        link = f"\n\n[Edit this page]({edit.format(path=current)})\n" if edit else ""
        found[current] = f"{head}{text}{ending(citations, text)}{link}"
    if citations.problems:
        raise PagesError(citations.problems)
    return found


def _split(text: str) -> tuple[str, str]:
    """The front matter, which also says that no macros are left to run, and the rest."""
    if not text.startswith("---\n"):
        return "---\nrender_macros: false\n---\n", text
    head, _, body = text.removeprefix("---\n").partition("\n---\n")
    return f"---\n{head}\nrender_macros: false\n---\n", body
