"""The way out: Zensical builds the same pages from sources without macros."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from support.page import read, target
from support.site import ROOT, checkout, plain


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    into = tmp_path_factory.mktemp("plain")
    done = plain(ROOT, into, GITHUB_REPOSITORY="owner/name")
    assert done.returncode == 0, done.stderr
    return into


@pytest.fixture(scope="module")
def other(sources: Path) -> Path:
    """The site as Zensical builds it."""
    pytest.importorskip("zensical")
    done = subprocess.run(
        [sys.executable, "-m", "zensical", "build", "--strict", "--clean"],
        cwd=sources,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return sources / "site"


def pages(site: Path) -> set[str]:
    return {path.relative_to(site).as_posix() for path in site.rglob("*.html")}


def test_no_macro_is_left_in_the_sources(sources: Path) -> None:
    for path in (sources / "docs").rglob("*.md"):
        text = path.read_text(encoding="utf-8")
        assert "{{" not in text, path
        assert "{%" not in text, path
        assert "render_macros: false" in text, path


def test_zensical_builds_every_page(site: Path, other: Path) -> None:
    assert not pages(site) - pages(other)


def test_no_macro_is_left_in_its_pages(other: Path) -> None:
    for path in other.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert "{{" not in text, path
        assert "{%" not in text, path


def test_its_pages_cite_the_same_cells_and_say_the_same_day(site: Path, other: Path) -> None:
    for path in sorted((site / "errors").rglob("index.html")):
        ours = path.read_text(encoding="utf-8")
        theirs = (other / path.relative_to(site)).read_text(encoding="utf-8")
        assert ours.count("/cells/") == theirs.count("/cells/") > 0 or "/cells/" not in ours, path
        assert ("Last verified" in ours) == ("Last verified" in theirs), path


def test_it_has_the_edit_link_and_the_redirects(other: Path) -> None:
    page = (other / "errors/missing-library/index.html").read_text(encoding="utf-8")
    assert "github.com/owner/name/edit/main/docs/errors/missing-library.md" in page
    assert "../matrix/" in (other / "results/index.html").read_text(encoding="utf-8")
    assert (other / "results/schema.json").is_file()


def test_no_link_in_its_pages_is_broken(other: Path) -> None:
    broken = [
        f"{path.relative_to(other)}: {href}"
        for path in other.rglob("index.html")
        if not path.relative_to(other).as_posix().startswith("results/")  # a redirect
        for href in read(path).links
        if (found := target(other, path, href)) and not found[0].is_file()
    ]
    assert not broken


def test_wrong_claims_end_it_too(tmp_path: Path) -> None:
    folder = tmp_path / "checkout"
    folder.mkdir()
    where = "stamped-wheel-elsewhere/no-wheel-fits"
    with (checkout(folder) / "docs/glossary.md").open("a", encoding="utf-8") as page:
        page.write(f'\n{{{{ claim("{where}/uv-sync/nothing", "works") }}}}\n')
    done = plain(folder, tmp_path / "plain")
    assert done.returncode == 2
    assert f"glossary.md: claims 'works' of {where}/uv-sync/nothing" in done.stderr
    assert not (tmp_path / "plain").exists()


@pytest.mark.parametrize(
    ("addition", "said"),
    [("{{ clam() }}", "'clam' is undefined"), ("{% if %}", "cannot be read")],
)
def test_wrong_macros_end_in_words(tmp_path: Path, addition: str, said: str) -> None:
    folder = tmp_path / "checkout"
    folder.mkdir()
    with (checkout(folder) / "docs/glossary.md").open("a", encoding="utf-8") as page:
        page.write(f"\n{addition}\n")
    done = plain(folder, tmp_path / "plain")
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_it_needs_a_checkout(tmp_path: Path) -> None:
    done = plain(tmp_path, tmp_path / "plain")
    assert done.returncode == 2
    assert "no mkdocs.yml here" in done.stderr
