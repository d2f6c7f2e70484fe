"""The site, built once, served on loopback, and read by Debian's Chromium."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from native_skew import results
from native_skew.site.result_index import ResultIndex
from support.browser import installed, opened
from support.site import ROOT, build
from support.site_server import serving


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "browser: needs Chromium and playwright")


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site."""
    into = tmp_path_factory.mktemp("site")
    done = build(ROOT, into, GITHUB_REPOSITORY="owner/name")
    assert done.returncode == 0, done.stderr
    return into


@pytest.fixture(scope="session")
def result_index() -> ResultIndex:
    """The results from which the site was built."""
    return ResultIndex.open(ROOT / results.FOLDER)


@pytest.fixture(scope="session")
def address(site: Path) -> Iterator[str]:
    """The site's address, with a slash at its end."""
    with serving(site) as address:
        yield address


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """A running Chromium."""
    sync_api = pytest.importorskip("playwright.sync_api")
    if not (found := installed()):
        pytest.fail(
            "Chromium is not installed: apt-get install chromium, or leave these tests out "
            "with -m 'not browser'"
        )
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=found, args=["--no-sandbox", "--headless"]
        )
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Any) -> Iterator[Any]:
    """A desktop page that may read the clipboard."""
    context = opened(chromium, viewport={"width": 1280, "height": 900})
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    yield context.new_page()
    context.close()
