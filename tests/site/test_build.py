from __future__ import annotations

import re
from pathlib import Path

import pytest
from building import ROOT, build, checkout
from reading import Page, read, target

from repro.site import markup
from repro.site.book import Book

GENERATED = ("cells/", "scenarios/", "remedies/", "matrix/")


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, Page]:
    return {path: read(path) for path in sorted(site.rglob("*.html"))}


def written(site: Path, pages: dict[Path, Page]) -> dict[Path, Page]:
    return {
        path: page
        for path, page in pages.items()
        if not str(path.relative_to(site)).startswith(GENERATED)
    }


def test_every_cell_has_its_page_and_its_raw_result(site: Path, book: Book) -> None:
    for result in book.results:
        assert (site / markup.page_of(result).removesuffix(".md") / "index.html").is_file()
        assert (site / markup.raw_of(result)).is_file()
    assert (site / "results/schema.json").is_file()


def test_no_internal_link_or_anchor_is_broken(site: Path, pages: dict[Path, Page]) -> None:
    broken = []
    for path, page in pages.items():
        for href in page.links:
            if path.name == "404.html" or not (found := target(site, path, href)):
                continue
            file, anchor = found
            if not file.is_file():
                broken.append(f"{path.relative_to(site)}: {href}")
            elif anchor and file.suffix == ".html" and anchor not in pages[file].anchors | {"__"}:
                broken.append(f"{path.relative_to(site)}: no anchor {href}")
    assert not broken


def test_no_page_loads_anything_from_elsewhere(pages: dict[Path, Page]) -> None:
    outside = {r for page in pages.values() for r in page.resources if re.match("(https?:)?//", r)}
    assert not outside


def test_no_style_loads_anything_from_elsewhere(site: Path) -> None:
    for path in [*site.rglob("*.css")]:
        assert not re.search(r"(url\(|@import)\s*['\"]?(https?:)?//", path.read_text()), path


def test_no_page_names_a_machine(site: Path) -> None:
    # A published page shows only the scrubbed /cell, /python and the loopback address.
    for path in site.rglob("*.html"):
        found = re.search(r"(?<![\w.])/(work|root|tmp|home)/\S+", path.read_text(encoding="utf-8"))
        assert not found, f"{path}: {found}"


def test_every_statement_about_a_tool_has_its_evidence(site: Path, pages: dict[Path, Page]) -> None:
    tool = re.compile(r"\b(uv|pip)\b")
    verdict = re.compile(
        r"\b(works?|fails?|breaks?|refuses?|refused|undetected|detected|wrong result)\b"
    )
    bare = [
        f"{path.relative_to(site)}: {block.text.strip()}"
        for path, page in written(site, pages).items()
        for block in page.blocks
        if not block.linked and tool.search(block.text) and verdict.search(block.text)
    ]
    assert not bare


def test_a_page_that_cites_a_cell_says_when_it_was_verified(site: Path) -> None:
    for path in site.rglob("index.html"):
        text = path.read_text(encoding="utf-8")
        if 'class="verdict' in text and not str(path.relative_to(site)).startswith(
            ("cells/", "matrix/")
        ):
            assert "Last verified:" in text or "remedies/index" in str(path), path


def test_each_written_page_has_an_edit_link(site: Path) -> None:
    assert "github.com/owner/name/edit/main/docs/errors/missing-library.md" in (
        site / "errors/missing-library/index.html"
    ).read_text(encoding="utf-8")


def test_each_written_page_ends_with_what_to_do(site: Path) -> None:
    for source in (ROOT / "docs").rglob("*.md"):
        text = source.read_text(encoding="utf-8")
        asks = ("What to do", "Be sure", "How to prove it", "Run it yourself")
        assert any(each in text[-1600:] for each in asks), source


def test_llms_txt_lists_the_pages(site: Path) -> None:
    text = (site / "llms.txt").read_text(encoding="utf-8")
    assert "errors/missing-library" in text
    assert "understand/match-runtime" in text


def test_the_home_page_is_light(site: Path) -> None:
    page = site / "index.html"
    loaded = [page]
    for resource in read(page).resources:
        found = target(site, page, resource)
        assert found
        loaded.append(found[0])
    assert sum(path.stat().st_size for path in set(loaded)) < 400_000  # before compression


def test_wrong_claims_fail_the_build(tmp_path: Path) -> None:
    checkout(tmp_path)
    where = "stamped-wheel-elsewhere/no-wheel-fits"
    with (tmp_path / "docs/glossary.md").open("a", encoding="utf-8") as page:
        page.write(f'\n{{{{ claim("{where}/uv-sync/nothing", "works") }}}}\n')
        page.write(f'\n{{{{ cell("{where}/uv-sync/prayer") }}}}\n')
        page.write(f'\n{{{{ said("{where}/uv-sync/nothing", "never printed") }}}}\n')
    done = build(tmp_path, tmp_path / "site")
    assert done.returncode != 0
    assert "3 statements do not hold" in done.stderr
    assert f"glossary.md: claims 'works' of {where}/uv-sync/nothing" in done.stderr
    assert f"no recorded cell '{where}/uv-sync/prayer'" in done.stderr
    assert "'never printed'" in done.stderr
    assert "Traceback" not in done.stderr
