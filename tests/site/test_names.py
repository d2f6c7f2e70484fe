"""The reader's own names in what is copied, without hiding what ran."""

from __future__ import annotations

from typing import Any

import pytest
from test_parts import WHERE

from native_skew.site import snippet
from native_skew.site.result_index import ResultIndex
from support.browser import opened
from support.pasted_log import ISSUE

pytestmark = pytest.mark.browser
PAGE = "errors/unsatisfiable-pin/"
OWN = {
    "consumer": "my.module",
    "consumer_version": "2.0rc1",
    "provider": "their-libs",
    "older": "1.2",
    "newer": "2.4.post1",
}


def fill(page: Any, **names: str) -> None:
    page.locator(".names summary").click()
    for name, value in names.items():
        page.locator(f".names input[name={name}]").fill(value)


def override(page: Any) -> Any:
    return page.locator(".recorded.highlight", has_text="override-dependencies").first


def added(result_index: ResultIndex) -> str:
    """What the block shows: the lines that the recorded run added to the project."""
    result = result_index.find(f"{WHERE}/uv-sync/override")
    return snippet.lines(result, result_index.plain(result)).files["pyproject.toml"].rstrip()


def copied(page: Any, block: Any) -> str:
    block.locator("button.md-code__button, button.md-clipboard").first.click()
    return str(page.evaluate("navigator.clipboard.readText()"))


def test_own_names_are_what_is_copied_and_marked(
    page: Any, address: str, result_index: ResultIndex
) -> None:
    page.goto(address + PAGE)
    fill(page, **OWN)
    ran = added(result_index)
    expected = ran.replace("fake-corelibs==7.0.10.99.0.2", "their-libs==2.4.post1")
    assert expected != ran
    assert copied(page, override(page)).rstrip() == expected
    assert "is-own" in override(page).get_attribute("class")
    assert override(page).locator("mark.own").all_inner_texts() == [
        "their-libs",
        "2.4.post1",
    ]
    assert "What ran had fake-softioc 4.6.1" in page.locator(".names [role=status]").inner_text()


def test_what_ran_is_one_click_away(page: Any, address: str, result_index: ResultIndex) -> None:
    page.goto(address + PAGE)
    before = override(page).inner_html()
    fill(page, **OWN)
    page.get_by_role("button", name="Show what ran").click()
    page.wait_for_function("!document.querySelector('.is-own')")
    assert copied(page, override(page)).rstrip() == added(result_index)
    assert override(page).locator("code").inner_html() in before
    page.reload()
    assert page.locator(".is-own").count() == 0


def test_the_import_uses_the_importable_name(page: Any, address: str) -> None:
    page.goto(address + PAGE)
    fill(page, consumer="my.module")
    line = page.locator(".language-bash", has_text="python -c").first
    assert 'python -c "import my_module"' in line.inner_text()


def test_a_module_of_another_name_is_what_is_imported(page: Any, address: str) -> None:
    page.goto(address + PAGE)
    fill(page, consumer="my-bindings", module="other.core")
    line = page.locator(".language-bash", has_text="python -c").first
    assert 'python -c "import other.core"' in line.inner_text()


@pytest.mark.parametrize("name", ["numpy", "conda", "docker", "glibcxx", "other-platforms"])
def test_a_page_of_no_run_takes_the_names_as_well(page: Any, address: str, name: str) -> None:
    page.goto(f"{address}errors/{name}/")
    assert "PACKAGE and MODULE stand for" in page.locator(".names [role=status]").inner_text()
    assert page.locator(".names input").count() == 2
    fill(page, consumer="opencv-python", module="cv2")
    blocks = page.locator(".highlight:not(.language-text) code").all_text_contents()
    assert any("import cv2" in text for text in blocks)
    assert not any(word in text for text in blocks for word in ("PACKAGE", "MODULE"))


def test_a_page_about_a_real_package_takes_others(page: Any, address: str) -> None:
    page.goto(address + "errors/torch-in-build/")
    fill(page, consumer="torch-scatter", provider="numpy")
    text = page.locator(".highlight.language-toml, .language-toml .highlight").first.inner_text()
    assert 'torch-scatter = [{ requirement = "numpy", match-runtime = true }]' in text


def test_the_pasted_log_fills_in_the_module(page: Any, address: str) -> None:
    page.goto(address)
    page.locator("#pasted").fill(
        'File "/v/lib/python3.12/site-packages/cv2/__init__.py", line 1, in <module>\n'
        "ImportError: numpy.core.multiarray failed to import\n"
        "opencv-python-headless==4.8.0.76\n"
    )
    page.goto(address + "errors/numpy/")
    blocks = "\n".join(page.locator(".highlight:not(.language-text) code").all_text_contents())
    assert "uv sync --upgrade-package opencv-python-headless" in blocks
    assert "import cv2" in blocks


def test_words_that_are_still_the_recorded_ones_are_marked(page: Any, address: str) -> None:
    page.goto(address + PAGE)
    fill(page, consumer="my-module")
    assert override(page).locator("mark.left").all_inner_texts() == [
        "fake-corelibs",
        "7.0.10.99.0.2",
    ]
    assert "Underlined words" in page.locator(".names [role=status]").inner_text()


@pytest.mark.parametrize("name", ['a"; rm -rf x', "<img src=x>", "a b", "-x", "$(id)"])
def test_what_is_no_name_is_not_put_in(page: Any, address: str, name: str) -> None:
    page.goto(address + PAGE)
    fill(page, consumer=name)
    assert page.locator(".is-own").count() == 0
    assert page.locator(".names input:invalid").count() == 1


def test_output_is_never_changed(page: Any, address: str) -> None:
    page.goto(address + "errors/missing-library/")
    printed = page.locator(".language-text:not(.recorded)")
    before = printed.all_inner_texts()
    fill(page, **OWN)
    assert page.locator(".is-own").count() > 5
    assert printed.all_inner_texts() == before


def test_the_pasted_log_fills_them_in_for_the_visit(page: Any, address: str) -> None:
    page.goto(address)
    page.locator("#pasted").fill(ISSUE)
    page.goto(address + PAGE)
    assert override(page).locator("mark.own").all_inner_texts() == [
        "epicscorelibs",
        "7.0.10.99.0.0",
    ]
    assert page.evaluate("localStorage.getItem('native-skew.names')") is None
    other = opened(page.context.browser)
    stranger = other.new_page()
    stranger.goto(address + PAGE)
    assert stranger.locator(".is-own").count() == 0
    other.close()


def test_a_remedy_has_them_too(page: Any, address: str) -> None:
    page.goto(address + "remedies/match-runtime/")
    fill(page, **OWN)
    block = page.locator(".recorded.highlight", has_text="extra-build-dependencies").first
    assert "my-module = [" in block.inner_text()


def test_without_script_what_ran_stands(chromium: Any, address: str) -> None:
    context = opened(chromium, java_script_enabled=False)
    page = context.new_page()
    page.goto(address + PAGE)
    assert page.locator(".names:visible").count() == 0
    assert "fake-corelibs==7.0.10.99.0.2" in override(page).inner_text()
    context.close()
