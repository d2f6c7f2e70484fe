"""What a hand-written page may call, registered with the macros plugin of MkDocs.

https://mkdocs-macros-plugin.readthedocs.io/ ; the macros themselves are in ``macros``.
"""

from __future__ import annotations

from typing import Any

from mkdocs.exceptions import PluginError

from native_skew.errors import SkewError
from native_skew.site.macros import Desk


class _Build:
    """What the plugin's callbacks share during one build."""

    desk: Desk


def define_env(env: Any) -> None:
    """Registers the macros; called by the plugin once for each build.

    Raises:
        PluginError: the results cannot be read.

    """
    try:
        _Build.desk = Desk(lambda: str(env.page.file.src_uri))
    except SkewError as error:
        raise PluginError(str(error)) from error
    for name, macro in _Build.desk.macros().items():
        env.macro(macro, name)


def on_post_page_macros(env: Any) -> None:
    """Adds what follows each hand-written page."""
    if env.page.meta.get("render_macros", True):
        env.markdown += _Build.desk.ending(env.markdown)


def on_post_build(env: Any) -> None:  # noqa: ARG001  (the plugin passes it)
    """Ends the build where a page's statement does not hold.

    Raises:
        PluginError: with every such statement.

    """
    try:
        _Build.desk.check()
    except SkewError as error:
        raise PluginError(str(error)) from error
