"""The box that a log is pasted into, in a browser; what it answers is tested in Node."""

from __future__ import annotations

from typing import Any

import pytest
from test_parts import WHERE, printed

from native_skew.site import messages
from native_skew.site.result_index import ResultIndex
from support.browser import opened
from support.pasted_log import ISSUE, OLD_LAYOUT

pytestmark = pytest.mark.browser


def answer(page: Any, address: str, log: str) -> tuple[str, str]:
    """The box's answer to a log, and the target of its first link."""
    page.goto(address)
    page.locator("#pasted").fill(log)
    shown = page.locator("[data-pastebox-answer]")
    return shown.inner_text(), shown.locator("a").first.get_attribute("href") or ""


def test_the_box_reads_the_issues_own_log(page: Any, address: str) -> None:
    text, href = answer(page, address, ISSUE)
    assert href == "errors/violated-requirement/"
    assert "Family: stamped" in text
    assert "Package: softioc 4.6.1" in text
    assert "epicscorelibs: built against 7.0.10.99.0.0, installed 7.0.7.99.1.2." in text
    assert "libdbRecStd.so.7.0.10.99.0" in text


def test_the_box_reads_lines_that_uv_has_broken(page: Any, address: str) -> None:
    text, href = answer(page, address, OLD_LAYOUT)
    assert href == "errors/no-static-metadata/"
    assert "flash-attn" in text


@pytest.mark.parametrize(
    "reference",
    [f"{WHERE}/uv-run/match-runtime", "unstamped-pin/only/poetry-lock-sync/nothing"],
)
def test_the_box_shows_what_it_reads(
    page: Any, address: str, result_index: ResultIndex, reference: str
) -> None:
    log = printed(result_index.find(reference))
    text, href = answer(page, address, log)
    assert href == f"errors/{messages.recognise(log)[0]}/"
    assert "fake-softioc" in text or "libfakecore.so.7.0.10.99.0" in text


def test_the_box_says_so_when_it_knows_nothing(page: Any, address: str) -> None:
    page.goto(address)
    page.locator("#pasted").fill("Something went wrong")
    assert "It is not known" in page.locator("[data-pastebox-answer]").inner_text()


def test_what_is_no_skew_is_said_to_be_none(page: Any, address: str) -> None:
    text, _ = answer(page, address, "ImportError: libGL.so.1: cannot open shared object file")
    assert text.startswith("Native code, but no skew between packages.")
    assert "libgl1" in text


def test_an_answer_is_shared_by_its_link(page: Any, address: str) -> None:
    page.goto(address)
    page.locator("#pasted").fill(ISSUE)
    shown = page.locator("[data-pastebox-answer]")
    link = shown.get_by_role("link", name="Link to this answer").get_attribute("href")
    assert "Traceback" not in link
    page.goto("about:blank")
    page.goto(address + link)
    text = shown.inner_text()
    assert text.startswith("From a link")
    assert "epicscorelibs: built against 7.0.10.99.0.0, installed 7.0.7.99.1.2." in text
    assert page.locator("#pasted").input_value() == ""


def test_a_link_cannot_bring_markup_or_sentences(page: Any, address: str) -> None:
    page.goto(
        f"{address}#answer?id=missing-library&kind=possible&library=%3Cimg%20src=x%3E"
        "&consumer=call+this+number&name=real-name&installed=1.0"
    )
    shown = page.locator("[data-pastebox-answer]")
    assert "real-name: installed 1.0." in shown.inner_text()
    assert "number" not in shown.inner_text()
    assert shown.locator("img").count() == 0


def test_nothing_is_sent(page: Any, address: str) -> None:
    page.goto(address)
    page.wait_for_load_state("networkidle")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.locator("#pasted").fill(ISSUE)
    page.wait_for_timeout(100)
    assert not asked


def test_the_box_works_with_the_keyboard_and_tells_a_screen_reader(page: Any, address: str) -> None:
    page.goto(address)
    page.get_by_label("Paste a traceback").focus()
    page.keyboard.insert_text(ISSUE)
    status = page.get_by_role("status").filter(has_text="Family")
    assert "stamped" in status.inner_text()
    page.keyboard.press("Tab")
    focused = page.evaluate("document.activeElement.getAttribute('href')")
    assert focused == "errors/violated-requirement/"


def test_the_box_stands_where_it_is_before_its_script(chromium: Any, address: str) -> None:
    """Without the script the box is as high as with it, and so nothing moves when it comes."""
    heights = []
    for scripts in ("*pastebox.js", "nothing"):
        context = opened(chromium, viewport={"width": 1280, "height": 900})
        page = context.new_page()
        page.route(f"**/{scripts}", lambda route: route.abort())
        page.goto(address)
        box = page.locator("[data-pastebox]").bounding_box()
        assert box is not None
        heights.append((box["y"], box["height"]))
        context.close()
    assert heights[0] == heights[1]
