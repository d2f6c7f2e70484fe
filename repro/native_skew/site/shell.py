"""The pages of cells: one page rendered by the theme, filled in for each cell.

Some 4,000 cells differ in title, description and an article that is already HTML. Having MkDocs
read, render and write each of them would take two thirds of a build, and half of each page would be
what the theme puts around the article.
"""

from __future__ import annotations

import json
import posixpath
import re
from html import escape
from typing import Any

from mkdocs.commands.build import get_context
from mkdocs.structure.files import File
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import get_toc

from native_skew.site import markup

FOLDER = "cells/"
ICONS = "assets/icons.svg"
PALETTE = "assets/palette.js"
# A page of ``cellpage.render``.
_PAGE = re.compile(r"---\ntitle: (.+)\ndescription: (.+)\n(?:.*\n)*?---\n\n# (.+)\n\n")
_ICON = re.compile(r'<svg xmlns="[^"]*" viewBox="([^"]*)">(.*?)</svg>', re.DOTALL)
_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
# White space between tags, which is visible only before the repository's name, and the generator's
# name.
_EMPTY = re.compile(
    r'(?<=>)\s*\n\s*(?=<)(?!<div class="md-source__repository)|<meta name="generator"[^>]*>'
)
# Placeholders, which a theme does not escape or shorten. It adds a heading to an article without
# one.
_MARKS = {name: f"xx{name}xx" for name in ("title", "description", "url")}
_TOP = "cell"
_ARTICLE = "<h1>xxarticlexx</h1>"
_MARK = re.compile(r"(?:<h1>)?xx(title|description|url|article)xx(?:</h1>)?")


class CellFile(File):
    """A page with its own address that MkDocs copies verbatim."""

    def is_documentation_page(self) -> bool:
        """False: MkDocs does not read it."""
        return False


def cell(config: Any, path: str, text: str) -> CellFile:
    """The file of a cell's page; ``text`` is what ``cellpage.render`` made."""
    file = CellFile.generated(config, path, content=text)
    file.dest_uri = posixpath.join(path.removesuffix(".md"), "index.html")
    assert isinstance(file, CellFile)
    return file


def fill(files: Any, nav: Any, config: Any, env: Any) -> None:
    """Fills in the page of each cell among MkDocs' files, and adds the files that they share.

    The frame is rendered from MkDocs' navigation and settings and the theme's templates.
    """
    cells = [file for file in files if isinstance(file, CellFile)]
    frames: dict[int, str] = {}
    icons: list[tuple[str, str]] = []
    palette = ""
    for file in cells:
        depth = file.url.count("/")
        if depth not in frames:
            frame, palette = _without_scripts(_frame(file, nav, config, env), depth)
            frames[depth] = _light(frame, depth, icons)
        file.content_string = _page(frames[depth], file, str(config.site_url))
    drawn = "".join(
        f'<symbol id="i{number}" viewBox="{box}">{shape}</symbol>'
        for number, (box, shape) in enumerate(icons)
    )
    sprite = f'<svg xmlns="http://www.w3.org/2000/svg">{drawn}</svg>\n'
    files.append(File.generated(config, ICONS, content=sprite))
    files.append(File.generated(config, PALETTE, content=palette))


def _frame(file: CellFile, nav: Any, config: Any, env: Any) -> str:
    """The theme's page for an address as deep as the file's, with placeholders."""
    stand_in = File.generated(config, file.src_uri, content="")
    page = Page(None, stand_in, config)
    page.meta = {"title": _MARKS["title"], "description": _MARKS["description"]}
    page.content, page.canonical_url = _ARTICLE, _MARKS["url"]
    page.toc = get_toc([{"level": 1, "id": _TOP, "name": "", "children": []}])
    context = get_context(nav, [], config, page)
    return str(env.get_template("cell.html").render(context))


def _without_scripts(frame: str, depth: int) -> tuple[str, str]:
    """The frame without the theme's scripts, a tenth of it, and the palette's script.

    The script with the page's depth stays. Those of tabs go: a cell has none.
    """
    palettes = []

    def moved(script: re.Match[str]) -> str:
        if "__md_scope=" in script[1]:
            return script[0]
        if '"__palette"' not in script[1]:
            return ""
        palettes.append(script[1])
        return f'<script src="{"../" * depth}{PALETTE}"></script>'

    light = _SCRIPT.sub(moved, frame)
    (palette,) = palettes
    return light, palette


def _light(frame: str, depth: int, icons: list[tuple[str, str]]) -> str:
    """The frame without invisible parts, and with its icons in a file that all pages share."""

    def drawn(icon: re.Match[str]) -> str:
        found = (icon[1], icon[2])
        if found not in icons:
            icons.append(found)
        address = "../" * depth + ICONS
        return f'<svg viewBox="{icon[1]}"><use href="{address}#i{icons.index(found)}"/></svg>'

    return markup.INDENTATION.sub("\n", _EMPTY.sub("", _ICON.sub(drawn, frame)))


def _page(frame: str, file: CellFile, site: str) -> str:
    head, _, body = file.content_string.partition(markup.READY)
    found = _PAGE.fullmatch(head)
    assert found is not None, head
    link = f'<a class="headerlink" href="#{_TOP}" title="Link to this section">#</a>'
    values = {
        "title": escape(json.loads(found[1]), quote=False),
        "description": json.loads(found[2]),
        "url": site + file.url,
        "article": f'<h1 id="{_TOP}">{escape(found[3], quote=False)}{link}</h1>\n{body}',
    }
    return _MARK.sub(lambda mark: values[mark[1]], frame)
