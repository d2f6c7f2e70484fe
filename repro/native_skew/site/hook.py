"""The MkDocs hook: adds the generated pages, and the edit link if the repository is known."""

from __future__ import annotations

from typing import Any

from mkdocs.exceptions import PluginError
from mkdocs.plugins import event_priority
from mkdocs.structure.files import File

from native_skew import results
from native_skew.errors import SkewError
from native_skew.site import downloads, getting, markup, pages, shell, snippet
from native_skew.site.repository import repo_url


def on_config(config: Any) -> Any:
    """Adds links to the repository, if it is known: its own, for editing, to the licence."""
    if address := repo_url():
        config.repo_url, config.repo_name = address, getting.slug()
        config.edit_uri_template = f"{address}/edit/main/docs/{{path}}"
        config.copyright = f'<a href="{address}/blob/main/LICENSE">{config.copyright}</a>'
    return config


@event_priority(100)  # before the plugin that checks where redirects lead
def on_files(files: Any, config: Any) -> Any:
    """Adds the generated pages, and the downloads made from the record, which is itself left out.

    Raises:
        PluginError: a result or a scenario cannot be read.

    """
    try:
        for path, text in pages.generate().items():
            made = shell.cell if path.startswith(shell.FOLDER) else _generated
            files.append(made(config, path, text))
        for path, content in downloads.generate(results.FOLDER):
            files.append(File.generated(config, path, content=content))
    except SkewError as error:
        raise PluginError(str(error)) from error
    return files


def _generated(config: Any, path: str, text: str) -> File:
    return File.generated(config, path, content=text)


def on_nav(nav: Any, config: Any, **_: Any) -> Any:
    """Keeps the navigation for the pages of cells."""
    config.extra["nav_of_cells"] = nav
    return nav


def on_env(env: Any, config: Any, files: Any) -> Any:
    """Generates the pages of cells before MkDocs copies the files that it does not render."""
    shell.fill(files, config.extra.pop("nav_of_cells"), config, env)
    return env


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Removes the ready-made HTML: parsing it for all cells would take a minute."""
    head, _mark, page.ready_html = markdown.partition(markup.READY)
    return head


def on_page_content(html: str, page: Any, **_: Any) -> str:
    """Puts the ready-made HTML back, and reserves room for what a script adds."""
    return snippet.with_room_for_names(html) + str(page.ready_html)


def on_post_page(output: str, **_: Any) -> str:
    """Removes the theme's indentation, a tenth of a page, outside of the article."""
    head, mark, rest = output.partition("<article")
    article, end, foot = rest.partition("</article>")
    head, foot = (markup.INDENTATION.sub("\n", part) for part in (head, foot))
    return f"{head}{mark}{article}{end}{foot}"
