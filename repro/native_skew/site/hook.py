"""The MkDocs hook: adds the generated pages, and the edit link where a repository is known."""

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
    """Sets what is known where the repository is: its link, the edit links, the licence's."""
    if address := repo_url():
        config.repo_url, config.repo_name = address, getting.slug()
        config.edit_uri_template = f"{address}/edit/main/docs/{{path}}"
        config.copyright = f'<a href="{address}/blob/main/LICENSE">{config.copyright}</a>'
    return config


@event_priority(100)  # before the plugin that checks where redirects lead
def on_files(files: Any, config: Any) -> Any:
    """Adds every generated page, and what is made of the record, which itself is left out.

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
    """Keeps the navigation, which the pages of cells have as well."""
    config.extra["nav_of_cells"] = nav
    return nav


def on_env(env: Any, config: Any, files: Any) -> Any:
    """Makes the pages of cells, before MkDocs copies what it does not render."""
    shell.fill(files, config.extra.pop("nav_of_cells"), config, env)
    return env


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Takes away what is HTML already: to parse it again costs a minute over all cells."""
    head, _mark, page.ready_html = markdown.partition(markup.READY)
    return head


def on_page_content(html: str, page: Any, **_: Any) -> str:
    """Puts it back behind what was Markdown, and keeps room for what a script adds."""
    return snippet.with_room_for_names(html) + str(page.ready_html)


def on_post_page(output: str, **_: Any) -> str:
    """Takes away the theme's indentation, a tenth of a page; what is in the article stays."""
    head, mark, rest = output.partition("<article")
    article, end, foot = rest.partition("</article>")
    head, foot = (markup.INDENTATION.sub("\n", part) for part in (head, foot))
    return f"{head}{mark}{article}{end}{foot}"
