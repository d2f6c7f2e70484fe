"""The box that a log is pasted into: what it finds in every recorded one."""

from __future__ import annotations

from typing import Any

import pytest
from native_skew.site import messages
from native_skew.site.result_index import Book
from support.pasted_log import ISSUE, OLD_LAYOUT
from test_parts import WHERE, printed

pytestmark = pytest.mark.browser

# What prints nothing of its failure, or has none.
SILENT = ("works", "unsupported", "wrong result")
# Refusals that have nothing of this site in them: `pip lock` may use no wheel, and Pipenv keeps
# the message of the build to itself.
NO_CAUSE = ("No binaries permitted", "when getting requirements to build")


def answer(page: Any, address: str, log: str) -> tuple[str, str]:
    """What the box says to a log, and where its first link leads."""
    page.goto(address)
    page.locator("#pasted").fill(log)
    shown = page.locator("[data-pastebox-answer]")
    return shown.inner_text(), shown.locator("a").first.get_attribute("href") or ""


def test_the_box_reads_the_issues_own_log(page: Any, address: str) -> None:
    text, href = answer(page, address, ISSUE)
    assert href == "errors/violated-requirement/"
    assert "Family: stamped" in text
    assert "Built package: softioc" in text
    assert "epicscorelibs: built against 7.0.10.99.0.0, installed 7.0.7.99.1.2." in text
    assert "libdbRecStd.so.7.0.10.99.0" in text


def test_the_box_reads_lines_that_uv_has_broken(page: Any, address: str) -> None:
    text, href = answer(page, address, OLD_LAYOUT)
    assert href == "errors/no-static-metadata/"
    assert "flash-attn" in text


def test_the_box_names_family_and_page_of_every_recorded_failure(
    page: Any, address: str, book: Book
) -> None:
    """All tools, all versions and so both of uv's layouts, as they printed it."""
    page.goto(address)
    data = page.locator("[data-pastebox-messages]").text_content()
    logs = {r.cell.id: printed(r) for r in book.results if r.verdict not in SILENT}
    answers = page.evaluate(
        "([logs, data]) => logs.map((log) => { const a = nativeSkew.analyse(log, JSON.parse(data));"
        " return [a.found.map((each) => each.href), a.family, a.facts.consumer || null]; })",
        [list(logs.values()), data],
    )
    wrong = []
    for (cell, log), (found, family, consumer) in zip(logs.items(), answers, strict=True):
        expected = messages.recognise(log)
        if [href.split("/")[-2] for href in found] != [each.id for each in expected]:
            wrong.append(f"{cell}: {found}, expected {[each.id for each in expected]}")
        verdict = book.find(cell).verdict
        if not expected and not any(words in log for words in NO_CAUSE):
            wrong.append(f"{cell}: nothing found")
        if verdict == "broken, detected" and not family.startswith("stamped"):
            wrong.append(f"{cell}: {family}")
        if verdict == "broken, undetected" and not family.startswith("unstamped"):
            wrong.append(f"{cell}: {family}")
        if verdict == "broken, detected" and consumer not in ("fake-softioc", "softioc"):
            wrong.append(f"{cell}: built package {consumer}")
    assert not wrong, "\n".join(wrong)
    assert {book.find(cell).cell.installer for cell in logs} > {
        "poetry-install",
        "pdm-install",
        "pipenv",
        "pip-tools",
    }


def test_the_box_is_silent_about_what_works(page: Any, address: str, book: Book) -> None:
    page.goto(address)
    data = page.locator("[data-pastebox-messages]").text_content()
    logs = [printed(r) for r in book.results if r.verdict == "works" and len(r.steps) == 1]
    found = page.evaluate(
        "([logs, data]) => logs.flatMap((log) => nativeSkew.analyse(log, JSON.parse(data)).found)",
        [logs, data],
    )
    assert len(logs) > 100
    assert not found


@pytest.mark.parametrize(
    "reference",
    [f"{WHERE}/uv-run/match-runtime", "unstamped-pin/only/poetry-lock-sync/nothing"],
)
def test_the_box_shows_what_it_reads(page: Any, address: str, book: Book, reference: str) -> None:
    log = printed(book.find(reference))
    text, href = answer(page, address, log)
    assert href == f"errors/{messages.recognise(log)[0].id}/"
    assert "fake-softioc" in text or "libfakecore.so.7.0.10.99.0" in text


def test_the_box_says_so_when_it_knows_nothing(page: Any, address: str) -> None:
    page.goto(address)
    page.locator("#pasted").fill("Segmentation fault")
    assert "None of the known messages" in page.locator("[data-pastebox-answer]").inner_text()
