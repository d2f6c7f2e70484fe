"""Where the repository is, and what is made of it; nothing is broken where nobody says so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from native_skew.site.repository import absolute, repo_url, urls

ROOT = Path(__file__).parent.parent
HERE = "https://forge.example/owner/name"
TEXTS = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", "CODE_OF_CONDUCT.md")


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, None),
        ({"REPO_URL": ""}, None),
        ({"REPO_URL": f"{HERE}/"}, HERE),
        ({"GITHUB_REPOSITORY": "a/b"}, "https://github.com/a/b"),
        (
            {"GITHUB_REPOSITORY": "a/b", "GITHUB_SERVER_URL": "https://x.example"},
            "https://x.example/a/b",
        ),
        ({"GITHUB_REPOSITORY": "a/b", "REPO_URL": HERE}, HERE),
    ],
)
def test_the_address_is_what_the_publisher_says(
    environ: dict[str, str], expected: str | None
) -> None:
    assert repo_url(environ) == expected


@pytest.mark.parametrize("wrong", ["name", "javascript:alert(1)", f"{HERE} )", "https://host"])
def test_what_is_no_address_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="no address"):
        repo_url({"REPO_URL": wrong})


def test_links_lead_into_the_repository() -> None:
    text = "[a](docs/a.md#b) ![p](p.svg) [![CI](../../actions/ci.svg)](../../actions) [x](https://x.example) [y](#y)"
    assert absolute(text, HERE) == (
        f"[a]({HERE}/blob/main/docs/a.md#b) ![p]({HERE}/raw/main/p.svg) "
        f"[![CI]({HERE}/actions/ci.svg)]({HERE}/actions) [x](https://x.example) [y](#y)"
    )
    assert absolute(text, None).split() == ["a", "[x](https://x.example)", "[y](#y)"]


def test_the_readme_has_no_relative_link_on_an_index() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for repository in (HERE, None):
        targets = re.findall(r"\]\(([^)]+)\)", absolute(readme, repository))
        assert targets
        assert not [each for each in targets if not each.startswith(("https://", "#"))]


@pytest.mark.parametrize("name", TEXTS)
def test_what_the_texts_link_to_is_there(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    targets = [each.partition("#")[0] for each in re.findall(r"\]\((?!\w+:|#)([^)]+)\)", text)]
    workflows = {t for t in targets if t.startswith("../../actions/workflows/")}
    for each in workflows:
        assert (ROOT / ".github" / "workflows" / each.split("/")[4]).is_file()
    assert not [each for each in targets if each not in workflows and not (ROOT / each).exists()]


def test_an_index_gets_well_known_names() -> None:
    assert set(urls(HERE)) == {"Source", "Documentation", "Changelog", "Issues"}
    assert all(url.startswith(HERE) for url in urls(HERE).values())
