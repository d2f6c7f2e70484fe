"""A page on a message gives the fix first, and its evidence without breaking a sentence."""

from __future__ import annotations

from typing import Any

import pytest

from native_skew.site import messages
from support.browser import opened

pytestmark = pytest.mark.browser
IDS = [*messages.MESSAGES, *messages.PAGES]
SIZES = {"desktop": (1440, 900, 1), "phone": (390, 844, 2)}
# Where the first thing to copy, in all its blocks, ends on the page.
FIX_ENDS = """() => {
  const heading = document.querySelector('article h2#fix');
  const blocks = [...document.querySelectorAll('article pre')]
    .filter((pre) => pre.offsetParent && heading.compareDocumentPosition(pre) & Node.DOCUMENT_POSITION_FOLLOWING);
  const tab = blocks[0].closest('.tabbed-block');
  const own = tab ? blocks.filter((pre) => pre.closest('.tabbed-block') === tab) : blocks.slice(0, 1);
  return scrollY + Math.max(...own.map((pre) => pre.getBoundingClientRect().bottom));
}"""
BADGES = """() => [...document.querySelectorAll('article a.verdict')].filter((each) => each.offsetParent)
  .map((each) => each.parentElement.textContent.trim().replace(/^[^.]*: /, '') === each.textContent.trim())"""


@pytest.mark.parametrize("size", SIZES)
def test_the_fix_comes_first(chromium: Any, address: str, size: str) -> None:
    width, height, screens = SIZES[size]
    context = opened(chromium, viewport={"width": width, "height": height})
    page, late = context.new_page(), {}
    for name in IDS:
        page.goto(f"{address}errors/{name}/")
        ends = page.evaluate(FIX_ENDS)
        if ends > height * screens:
            late[name] = ends
    context.close()
    assert not late


def test_badges_are_few_and_stand_alone(page: Any, address: str) -> None:
    for name in IDS:
        page.goto(f"{address}errors/{name}/")
        alone = page.evaluate(BADGES)
        assert len(alone) <= 6, name
        assert all(alone), name


def test_a_badge_in_a_sentence_would_be_seen(page: Any, address: str) -> None:
    """The control: pages of other kinds still have them."""
    page.goto(f"{address}maintainers/installer/")
    assert not all(page.evaluate(BADGES))


def test_each_page_says_what_to_run_to_be_sure(page: Any, address: str) -> None:
    for name in IDS:
        page.goto(f"{address}errors/{name}/")
        headings = page.locator("article :is(h2, h3)").all_inner_texts()
        sure = [text for text in headings if text.startswith("Be sure")]
        assert sure, name
        assert headings.index(sure[0]) <= 2, name
