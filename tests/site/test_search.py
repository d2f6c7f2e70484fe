"""What people type into the search, and the page that answers it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from support.browser import opened

pytestmark = pytest.mark.browser

MATCH = "understand/match-runtime/"
# As typed; any of the pages that a question has is right.
QUESTIONS: dict[str, tuple[str, ...]] = {
    "extra-build-dependencies": (MATCH, "errors/torch-in-build/"),
    "match-runtime": (MATCH, "remedies/match-runtime/"),
    "pip constraint not used in build": ("understand/build-isolation/",),
    "no-build-isolation": ("understand/build-isolation/", "remedies/no-build-isolation/"),
    "auditwheel exclude": ("maintainers/consumer/", "maintainers/adopting/"),
    "docker uv sync torch undefined symbol": ("errors/docker/", "errors/undefined-symbol/"),
    "no module named torch": ("errors/torch-in-build/",),
    "flash-attn undefined symbol": ("errors/torch-extension/", "errors/undefined-symbol/"),
    "libc10.so": ("errors/torch-extension/",),
    "pkg_resources": ("errors/no-pkg-resources/",),
    "numpy.dtype size changed": ("errors/numpy/",),
    "GLIBCXX not found": ("errors/glibcxx/",),
    "conda run_exports": ("errors/conda/", "understand/other-systems/"),
    "DLL load failed": ("errors/other-platforms/",),
    "hdf5 library version mismatch": ("errors/hdf5/",),
    "uv cache clean": ("understand/caches/", "remedies/clean-cache/"),
    "lock macos linux": ("understand/locks/", "understand/metadata-consistency/"),
    "dynamic requires-dist": (
        "understand/standards/",
        "understand/metadata-consistency/",
        "upstream/dynamic-spelling/",
        "upstream/poetry-dynamic/",
    ),
    "SONAME": ("understand/shared-objects/", "glossary/"),
    "pre-commit hook": ("tools/doctor/",),
    "check release before upload": ("tools/audit/",),
    "override-dependencies": ("remedies/override/", "remedies/override-older/"),
    "softioc epicscorelibs": ("catalogue/", MATCH),
    "uv metadata consistency": ("understand/metadata-consistency/",),
}


MORE: dict[str, tuple[str, ...]] = {
    "cannot open shared object file": ("errors/missing-library/",),
    "undefined symbol": ("errors/undefined-symbol/",),
    "numpy 2 compiled using 1.x": ("errors/numpy/",),
    "poetry build constraints": ("understand/build-isolation/", "remedies/build-constraint/"),
    "alpine": ("errors/other-platforms/",),
    "@rpath library not loaded": ("errors/other-platforms/",),
    "torchvision nms": ("errors/torch-extension/",),
    "stale wheel cache": ("understand/caches/",),
    "dockerfile cache mount": ("errors/docker/",),
    "which packages are affected": ("catalogue/",),
    "uv pip check incompatibility": ("errors/violated-requirement/",),
    "no solution found": ("errors/unsatisfiable-pin/",),
    "LD_LIBRARY_PATH RUNPATH": ("understand/shared-objects/",),
    "github action": ("tools/doctor/",),
    "flash-attn uv": ("errors/torch-in-build/", "errors/torch-extension/"),
    "native-skew new": ("tools/new/",),
    "static metadata": ("errors/no-static-metadata/",),
    "pytorch cuda mismatch": ("errors/torch-extension/", "errors/torch-in-build/"),
    "setuptools<82": ("errors/no-pkg-resources/",),
    "libstdc++.so.6 version not found": ("errors/glibcxx/",),
    "symbol not found in flat namespace": ("errors/other-platforms/",),
    "h5py netcdf4 mismatch": ("errors/hdf5/",),
    "dependency-metadata": ("errors/no-static-metadata/", "remedies/dependency-metadata/"),
    "PEP 725": ("understand/standards/",),
    "sarif": ("tools/doctor/", "tools/audit/"),
}


@pytest.fixture(scope="module")
def searching(chromium: Any, address: str) -> Iterator[Any]:
    """A page whose search is open."""
    context = opened(chromium, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(address)
    page.keyboard.press("/")
    yield page
    context.close()


def found(page: Any, address: str, question: str) -> list[str]:
    """The pages of the list, best first, on a page whose search is open."""
    links = page.locator(".md-search-result__item > a.md-search-result__link")
    field = page.locator("[data-md-component=search-query]")
    field.fill("")
    links.first.wait_for(state="detached")
    field.fill(question)
    links.first.wait_for()
    hrefs = links.evaluate_all("all => all.map((each) => each.href)")
    pages = [href.partition("?")[0].partition("#")[0].removeprefix(address) for href in hrefs]
    return list(dict.fromkeys(pages))


def test_questions_are_answered(searching: Any, address: str) -> None:
    assert len(QUESTIONS) == 24
    first, missed = 0, []
    for question, right in QUESTIONS.items():
        pages = found(searching, address, question)
        first += pages[0] in right
        print(f"{question}: {pages[:3]}")
        if not set(right) & set(pages[:3]):
            missed.append(f"{question}: {pages[:5]}")
    assert not missed, "\n".join(missed)
    assert first >= 20


@pytest.mark.parametrize("question", MORE)
def test_more_questions_are_answered(searching: Any, address: str, question: str) -> None:
    pages = found(searching, address, question)
    assert {*MORE[question]} & {*pages[:3]}, pages[:5]


def test_the_index_is_not_fetched_before_somebody_searches(page: Any, address: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address)
    page.wait_for_load_state("networkidle")
    assert not [url for url in asked if "search_index" in url]
    page.keyboard.press("/")
    page.keyboard.insert_text("match-runtime")
    page.locator(".md-search-result__item").first.wait_for()
    assert [url for url in asked if "search_index" in url]


# Who comes, the two links that they follow, and what they find there.
READERS = {
    "uv project": ("cannot open shared object file", "uv project", "uv sync"),
    "uv pip": ("cannot open shared object file", "uv pip", "uv pip install"),
    "Poetry": ("cannot open shared object file", "Poetry", "poetry"),
    "torch extension": ("I build a torch extension", "uv project", "torch"),
    "Docker": ("It fails in Docker", None, "--mount=type=cache"),
    "conda": ("a conda environment", None, "conda install"),
    "maintainer of a consumer": ("I maintain an affected package", None, "[build-system]"),
    "maintainer of a provider": ("I maintain a library", None, "SONAME"),
    "uv developer": ("I work on an installer", None, "metadata_resolver.rs"),
}


@pytest.mark.parametrize("reader", READERS)
def test_two_clicks_lead_to_what_helps(page: Any, address: str, reader: str) -> None:
    link, tab, there = READERS[reader]
    page.goto(address)
    page.locator("article").get_by_role("link", name=link).first.click()
    if tab:
        page.locator(".tabbed-labels label", has_text=tab).first.click()
    page.locator("article :visible", has_text=there).first.wait_for()


def test_an_address_that_is_not_there_leads_on(page: Any, address: str) -> None:
    page.goto(address + "404.html")
    links = page.locator("article a").evaluate_all("all => all.map((each) => each.href)")
    assert len(links) >= 4
    for link in links:
        assert page.goto(link).ok, link
