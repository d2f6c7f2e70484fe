"""The site's sources with macros rendered and statements checked, for generators without hooks.

MkDocs calls the hook and the macros while it builds. Zensical, the successor of Material for
MkDocs, runs no hooks, and its macros cannot make a build fail; it builds what is written here.
https://zensical.org/docs/compatibility/mkdocs/plugins/
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
from native_skew.site.result_index import ResultIndex

_RECORD = ("*.csv", "*.jsonl", "versions.toml", "releases.json")  # as in mkdocs.yml
_CONFIG, _DOCS, _THEME = Path("mkdocs.yml"), Path("docs"), Path("repro/native_skew/site/theme")


def write(target: Path, environ: Mapping[str, str]) -> int:
    """Writes configuration, theme and all pages of the checkout in the working directory.

    Args:
        target: the folder, whose ``docs`` is replaced.
        environ: the variables that may name the repository.

    Returns:
        The number of pages.

    Raises:
        SiteError: the working directory holds no ``mkdocs.yml``, or there are no results.
        PagesError: a page says something that is not recorded; nothing is written then.
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
    """The URL for editing a page, with ``{path}``; None if no repository is known."""
    address = repo_url(environ)
    return f"{address}/edit/main/docs/{{path}}" if address else None


def _as_seen_from_the_source(path: str, text: str) -> str:
    """Makes links in ready-made HTML one folder less deep, as Zensical wants them.

    ``a/b.md`` is served as ``a/b/``. MkDocs leaves such links alone; Zensical takes them as
    relative to the source, like those in Markdown, and adds the folder.
    """
    text = text.replace(markup.READY, "")
    if path.endswith("index.md"):
        return text
    return re.sub(r'(<[^<>]* (?:href|src)=")\.\./', r"\1", text)


def rendered(edit: str | None) -> dict[str, str]:
    """The hand-written pages by path, with every macro replaced by its result.

    Args:
        edit: the URL for editing a page, or None. Zensical has edit links only together with a
            link to the repository, which loads its stars from a third party.

    Raises:
        PagesError: a page says something that is not recorded.
        jinja2.TemplateError: a page's braces are wrong.

    """
    current = ""
    citations = Citations(ResultIndex.open(), lambda: current)
    # Like the plugin with the settings in mkdocs.yml. The output is Markdown, not HTML.
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
    """The front matter, with macros switched off, and the rest."""
    if not text.startswith("---\n"):
        return "---\nrender_macros: false\n---\n", text
    head, _, body = text.removeprefix("---\n").partition("\n---\n")
    return f"---\n{head}\nrender_macros: false\n---\n", body
