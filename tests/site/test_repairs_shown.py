"""What the hand-written pages offer to copy has no traces of the laboratory, and is in order."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from native_skew.site import snippet
from native_skew.site.plain import rendered
from native_skew.site.result_index import ResultIndex

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^( *)``` \{[^}]*\.recorded[^}]*\}\n(.*?)^\1```$", re.DOTALL | re.MULTILINE)
LABORATORY = (
    "127.0.0.1",
    "localhost",
    "/cell",
    "package-mode",
    "verify_ssl",
    'name = "application"',
    "priority",
)


def blocks(text: str) -> list[str]:
    return [match[2] for match in BLOCK.finditer(text)]


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    before = Path.cwd()
    os.chdir(ROOT)
    try:
        return rendered(None)
    finally:
        os.chdir(before)


def test_no_block_holds_an_index_or_other_lines_of_the_project(pages: dict[str, str]) -> None:
    shown = [(path, block) for path, text in pages.items() for block in blocks(text)]
    assert len(shown) >= 80
    wrong = [(path, word) for path, block in shown for word in LABORATORY if word in block]
    assert not wrong


def test_a_cache_is_cleaned_before_anything_is_installed(pages: dict[str, str]) -> None:
    """In every list of commands, and no page adds a clean-up after it."""
    seen = 0
    for path, text in pages.items():
        if not path.startswith("errors/"):
            continue
        for block in blocks(text):
            lines = [line.strip() for line in block.splitlines()]
            cleaning = [n for n, line in enumerate(lines) if " cache clean " in line]
            installing = [
                n for n, line in enumerate(lines) if re.match(r"uv (sync|pip inst)", line)
            ]
            if cleaning:
                seen += 1
                assert installing, (path, block)
                assert max(cleaning) < min(installing), (path, block)
    assert seen >= 5


def test_the_whole_file_of_the_laboratory_would_be_seen(result_index: ResultIndex) -> None:
    """The control: a block of all that ran has what the others must not have."""
    result = result_index.find(
        "stamped-wheel-elsewhere/no-wheel-fits/poetry-lock-sync/build-constraint"
    )
    whole = snippet.render(result)
    assert any(word in block for block in blocks(whole) for word in LABORATORY)
    added = snippet.render(result, result_index.plain(result))
    assert blocks(added)
    assert not any(word in block for block in blocks(added) for word in LABORATORY)
