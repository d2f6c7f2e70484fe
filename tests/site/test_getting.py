"""One line tells how to get the command: from the index once it is there, else the repository."""

from __future__ import annotations

import html
import re

import pytest

from native_skew.site import getting

HERE = {"REPO_URL": "https://example.org/owner/name"}
RELEASED = HERE | {"RELEASED": "1"}


def shown(line: str) -> list[str]:
    return [html.unescape(each) for each in re.findall("<code>(.*?)</code>", line)]


def test_before_a_release_nobody_is_sent_to_the_index() -> None:
    told = shown(getting.line("doctor .venv", environ=HERE))
    assert told == [
        "uvx --from git+https://example.org/owner/name native-skew doctor .venv",
        "pipx run --spec git+https://example.org/owner/name native-skew doctor .venv",
        "pip install git+https://example.org/owner/name",
    ]
    for line in shown(getting.line("audit dist/", "audit", HERE)):
        assert "'native-skew[audit] @ git+https://example.org/owner/name'" in line


def test_after_it_the_index_has_it() -> None:
    assert shown(getting.line("doctor .venv", environ=RELEASED)) == [
        "uvx native-skew doctor .venv",
        "pipx run native-skew doctor .venv",
        "pip install native-skew",
    ]
    assert shown(getting.line("audit dist/", "audit", RELEASED)) == [
        "uvx --from 'native-skew[audit]' native-skew audit dist/",
        "pipx run --spec 'native-skew[audit]' native-skew audit dist/",
        "pip install 'native-skew[audit]'",
    ]


def test_a_word_stands_for_an_address_that_nobody_has_said() -> None:
    assert "git+REPOSITORY" in getting.line(environ={})
    assert getting.slug({}) == "OWNER/NAME"
    assert getting.slug(HERE) == "owner/name"
    assert getting.link({}) == "the repository"
    assert getting.link(HERE) == "[the repository](https://example.org/owner/name)"


@pytest.mark.parametrize(
    ("text", "extra"),
    [
        ("run `native-skew doctor .venv`", ""),
        ("run `native-skew audit dist/`", "all"),
        ("`native-skew doctor`, then `native-skew run --all`", "all"),
        ("``` bash\nnative-skew adopt project\n```", "all"),
        ("<code>native-skew run --all</code>", "all"),
    ],
)
def test_a_page_that_names_a_command_gets_the_line(text: str, extra: str) -> None:
    note = getting.note(text, RELEASED)
    assert ("native-skew[all]" in note) == bool(extra)
    assert 'class="get"' in note


@pytest.mark.parametrize(
    "text",
    [
        "",
        "native-skew",
        "native-skew finds modules",
        "https://example.org/native-skew",
        getting.line("doctor", environ=HERE),
    ],
)
def test_other_pages_do_not(text: str) -> None:
    assert not getting.note(text, HERE)
