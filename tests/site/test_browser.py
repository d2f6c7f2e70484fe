"""The pages, read by Chromium: sound, searched, copied, filtered and printed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from test_parts import WHERE

from native_skew.installers import tabs
from native_skew.site import markup, messages, snippet
from native_skew.site.result_index import ResultIndex
from support.browser import opened

pytestmark = pytest.mark.browser
# Pages with a fix that one tool alone needs.
OWN_TABS = ("undefined-symbol", "no-static-metadata", "not-in-resolution")
SIZES = {"phone": (390, 844), "desktop": (1280, 900)}
CELL = "cells/stamped-wheel-elsewhere/no-wheel-fits/uv-sync@0.13.9/nothing.cp311/"
PAGES = (
    "",
    "errors/",
    *(f"errors/{name}/" for name in messages.MESSAGES),
    *(f"errors/{name}/" for name in messages.PAGES),
    "maintainers/consumer/",
    "maintainers/installer/",
    "understand/finding-metadata/",
    "understand/caches/",
    "understand/match-runtime/",
    "understand/standards/",
    "matrix/",
    "matrix/#scenario=unstamped-pin",
    "timeline/",
    "scenarios/",
    "scenarios/stale-wheel-cache/",
    "remedies/",
    "remedies/match-runtime/",
    "evidence/",
    "benchmark/",
    "catalogue/",
    "glossary/",
    CELL,
)
# What the buttons copy: the text of the block, in the visible tabs.
COPY_ALL = """() => [...document.querySelectorAll('.recorded pre > code')]
    .filter((code) => code.offsetParent).map((code) => code.textContent.trimEnd())"""


@pytest.fixture(params=["phone-light", "desktop-dark"])
def styled(request: pytest.FixtureRequest, chromium: Any) -> Iterator[Any]:
    """A browser context of each size and of each scheme: no colour depends on the size."""
    size, scheme = request.param.split("-")
    width, height = SIZES[size]
    context = opened(chromium, viewport={"width": width, "height": height}, color_scheme=scheme)
    yield context
    context.close()


def test_pages_are_sound(styled: Any, address: str) -> None:
    """No console error, no request elsewhere, no sideways scrolling, and axe has no complaint."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    problems: list[str] = []
    for path in PAGES:
        page = styled.new_page()
        page.on("console", lambda m: m.type == "error" and problems.append(m.text))
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("request", lambda r: r.url.startswith(address) or problems.append(r.url))
        page.goto(address + path)
        width = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if width > 0:
            problems.append(f"{path}: {width} pixels too wide")
        for violation in axe.run(page).response["violations"]:
            nodes = [node["html"][:160] for node in violation["nodes"][:3]]
            problems.append(f"{path}: {violation['id']}: {nodes}")
        page.close()
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("name", messages.MESSAGES)
def test_search_finds_the_page_of_each_message(page: Any, address: str, name: str) -> None:
    for example in messages.MESSAGES[name].examples:
        page.goto(address)
        page.keyboard.press("/")
        page.keyboard.insert_text(example)
        first = page.locator(".md-search-result__item a.md-search-result__link").first
        first.wait_for()
        assert f"/errors/{name}/" in first.get_attribute("href"), example


@pytest.mark.parametrize(
    "path",
    [
        *(f"errors/{name}/" for name in messages.MESSAGES),
        "errors/torch-extension/",
        "remedies/match-runtime/",
    ],
)
def test_copying_takes_exactly_what_ran(
    page: Any, address: str, result_index: ResultIndex, path: str
) -> None:
    """Every snippet of a page: the lines that a recorded cell added, and its commands."""
    ran = set()
    for result in filter(lambda each: each.steps, result_index.results):
        shown = snippet.lines(result, result_index.plain(result))
        ran |= {text.rstrip() for text in shown.files.values()}
        ran.add("\n".join(map(markup.command_line, shown.commands)))
    real = snippet.REAL["torch"] if "torch" in path else None
    ran = {snippet.named(text, real) for text in ran}
    page.goto(address + path)
    for choice in page.locator(".tabbed-labels label").all():
        choice.click()  # a block that is not shown cannot be copied
        copied = page.evaluate(COPY_ALL)
        assert not set(copied) - ran
        assert all(copied)


def test_the_copy_button_copies_the_block(page: Any, address: str) -> None:
    page.goto(address + "errors/unsatisfiable-pin/")
    for block in page.locator(".recorded.highlight:visible").all():
        block.locator("button.md-code__button, button.md-clipboard").first.click()
        shown = block.locator("pre > code").text_content()
        assert page.evaluate("navigator.clipboard.readText()").rstrip("\n") == shown.rstrip("\n")


SIGNS = "[data-matrix] td a"


def plain(result_index: ResultIndex) -> int:
    """How many cells the matrix begins with."""
    plain = (r.cell for r in result_index.results if r.cell.attempt == "nothing")
    return len({(cell.scenario, cell.variant, cell.installer) for cell in plain})


def test_the_filter_works_by_keyboard(page: Any, address: str, result_index: ResultIndex) -> None:
    page.goto(address + "matrix/")
    page.locator("select[name=verdict]").focus()
    page.keyboard.type("refused")
    page.keyboard.press("Tab")
    refused = sum(result.verdict == "refused" for result in result_index.results)
    assert page.locator("[data-matrix-count]").inner_text() == f"{refused} cells"
    assert page.locator(SIGNS).count() == page.locator(f"{SIGNS}.is-refused").count() == refused
    assert page.url.endswith("#verdict=refused")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # the button behind the last field
    page.wait_for_function("!location.hash")
    assert page.locator("[data-matrix-count]").inner_text() == f"{plain(result_index)} cells"
    assert page.locator(SIGNS).count() == plain(result_index)


def test_the_filter_is_in_the_address(page: Any, address: str, result_index: ResultIndex) -> None:
    page.goto(address + "matrix/#tool=uv-sync&scenario=unstamped-pin&remedy=nothing")
    signs = page.locator(SIGNS)
    assert signs.count() == len(
        result_index.versions(result_index.find("unstamped-pin/only/uv-sync/nothing"))
    )
    signs.first.click()
    assert "/cells/unstamped-pin/only/uv-sync@" in page.url


@pytest.mark.parametrize(
    ("choice", "rows", "columns"),
    [
        ("scenario=unstamped-pin", "Match the build to the run time", "uv sync 0.13.9"),
        ("remedy=match-runtime", "Nothing is stamped", "uv sync 0.13.9"),
        ("tool=uv-sync", "Nothing is stamped", "Match the build to the run time"),
    ],
)
def test_what_is_chosen_is_no_axis(
    page: Any, address: str, result_index: ResultIndex, choice: str, rows: str, columns: str
) -> None:
    page.goto(address + f"matrix/#{choice}")
    name, _, value = choice.partition("=")
    name = {"tool": "installer"}.get(name, name)
    asked = [result for result in result_index.results if getattr(result.cell, name) == value]
    assert page.locator(SIGNS).count() == len(asked)
    for broken in ("works", "broken, undetected", "refused"):
        shown = page.locator(f"{SIGNS}.{markup.css(broken)}").count()
        assert shown == sum(result.verdict == broken for result in asked)
    assert page.locator("[data-matrix] tbody th", has_text=rows).count()
    heads = page.locator("[data-matrix] thead th", has_text=re.compile(f"^{re.escape(columns)}$"))
    assert heads.count() == 1


def test_each_sign_opens_its_own_cell(
    page: Any, address: str, result_index: ResultIndex, site: Path
) -> None:
    page.goto(address + "matrix/#verdict=wrong result")
    links = page.locator(SIGNS).evaluate_all("all => all.map((each) => each.href)")
    wrong = {
        address + markup.page_of(result.cell).removesuffix(".md") + "/"
        for result in result_index.results
        if result.verdict == "wrong result"
    }
    assert set(links) == wrong


def test_an_unknown_filter_shows_the_plain_command(
    page: Any, address: str, result_index: ResultIndex
) -> None:
    page.goto(address + "matrix/#tool=rug&verdict=maybe")
    assert page.locator("[data-matrix-count]").inner_text() == f"{plain(result_index)} cells"
    page.goto(address + "matrix/#remedy=match-runtime&tool=pip&verdict=works")
    assert page.locator(SIGNS).count() == 0
    page.locator("[data-matrix-none] a").click()
    assert page.locator(SIGNS).count() == plain(result_index)


def test_tabs_are_linked_over_pages(page: Any, address: str) -> None:
    page.goto(address + "errors/missing-library/")
    page.locator(".tabbed-labels label", has_text="uv pip").first.click()
    sets = page.locator(".tabbed-set")
    chosen = page.locator(".tabbed-set input:checked + label, .tabbed-set input:checked")
    assert sets.count() > 2
    for one in sets.all():
        one.locator(".tabbed-block:visible", has_text="uv pip").wait_for()
        assert one.locator(".tabbed-block:visible").count() == 1
    assert chosen.count() >= sets.count()
    page.goto(address + "errors/unsatisfiable-pin/")  # the choice is kept
    page.locator(".tabbed-block:visible pre", has_text="uv pip install").first.wait_for()


@pytest.mark.parametrize("tool", tabs())
def test_each_fix_has_a_tab_for_each_tool(page: Any, address: str, tool: str) -> None:
    for name in messages.MESSAGES:
        if name in OWN_TABS:
            continue
        page.goto(address + f"errors/{name}/")
        sets = page.locator(".tabbed-set").count()
        labels = page.locator(".tabbed-labels label", has_text=re.compile(f"^{tool}$"))
        assert labels.count() == sets > 0, name


def test_every_page_reads_without_script(
    chromium: Any, address: str, result_index: ResultIndex
) -> None:
    context = opened(chromium, java_script_enabled=False)
    page = context.new_page()
    page.goto(address + "matrix/")
    assert page.locator(SIGNS).count() == plain(result_index)
    assert not page.locator("[data-matrix-filter]").is_visible()
    page.goto(address)
    assert not page.locator("[data-pastebox]").is_visible()
    assert page.locator("noscript p").is_visible()
    page.get_by_role("link", name="cannot open shared object file").first.click()
    assert page.locator("article pre:visible").count() > 3
    context.close()


@pytest.mark.parametrize("path", ["matrix/", "errors/missing-library/", CELL])
def test_pages_print_whole(page: Any, address: str, path: str) -> None:
    page.set_viewport_size({"width": 700, "height": 990})  # A4 at 85 dpi
    page.goto(address + path)
    page.emulate_media(media="print")
    for only_on_screen in (
        "[data-matrix-filter]",
        ".pastebox",
        ".names",
        ".md-header",
        ".md-clipboard",
    ):
        assert page.locator(f"{only_on_screen}:visible").count() == 0
    cut = page.evaluate(
        "[...document.querySelectorAll('article pre, article .scroll')].filter((box) => box.offsetParent"
        " && (box.scrollWidth > box.clientWidth + 1 || box.scrollHeight > box.clientHeight + 1)).length"
    )
    assert cut == 0
    assert page.pdf()[:5] == b"%PDF-"


def test_cells_are_two_clicks_from_the_home_page(
    page: Any, address: str, result_index: ResultIndex
) -> None:
    result = result_index.find(f"{WHERE}/uv-sync/nothing")
    page.goto(address)
    page.get_by_role("link", name="Evidence:").click()
    page.locator(f"{SIGNS}.is-broken-detected").first.click()
    assert "/cells/" in page.url
    page.goto(address + markup.page_of(result.cell).removesuffix(".md") + "/")
    assert result.cell.command in page.locator("article").inner_text()
