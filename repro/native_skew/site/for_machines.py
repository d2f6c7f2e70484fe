"""Prepares pages for llms.txt: puts into words what the conversion to Markdown would lose.

``mkdocs-llmstxt`` calls ``preprocess`` with each page's HTML. https://pawamoy.github.io/mkdocs-llmstxt/
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

# Pages without Markdown, though the plugin would link to it.
_PAGE_ALONE = re.compile(
    r"^(?:\.\./)*(?:(?:cells|remedies|scenarios|installers|results)/.+|"
    r"(?:matrix|timeline|installers|evidence|benchmark|links)/|\.\./|\./)$"
)
_BESIDE = re.compile(r"^[\w-]+/$")
_LISTS = re.compile(r"^(?:\.\./)*(?:remedies|scenarios)/$")


def preprocess(soup: Any, output: str) -> None:
    """Puts each tab's name before its content, and corrects links; changes ``soup``."""
    for tabs in soup.select(".tabbed-set"):
        labels = tabs.select(":scope > .tabbed-labels > label")  # a tab may hold others
        blocks = tabs.select(":scope > .tabbed-content > .tabbed-block")
        for label, block in zip(labels, blocks, strict=True):
            name = soup.new_tag("p")
            strong = soup.new_tag("strong")
            strong.string = f"{label.get_text(strip=True)}:"
            name.append(strong)
            block.insert(0, name)
        for each in tabs.select(":scope > input, :scope > .tabbed-labels"):
            each.decompose()
    for gone in soup.select("a.headerlink, script, style, img, svg, .pastebox"):
        gone.decompose()
    beside = _BESIDE if Path(output).parent.name in ("remedies", "scenarios") else None
    for link in soup.find_all("a", href=True):
        href = link["href"]
        alone = _PAGE_ALONE.match(href) and not _LISTS.match(href)
        if alone or (beside and beside.match(href)):
            link["href"] += "index.html"
