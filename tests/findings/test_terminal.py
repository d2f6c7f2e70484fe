"""A stranger's words reach the terminal as they are: no style, no emoji, no line of their own."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from rich.console import Console
from rich.table import Table

import native_skew
from native_skew.findings import counted, plain, terminal

WORD = "setup.py:100: [red]lib[/] [link=x]y :smile:"


def test_words_are_printed_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    terminal().print(WORD)
    table = Table(show_header=False, box=None, padding=0)
    table.add_row(WORD)
    terminal(width=90).print(table)
    assert capsys.readouterr().out.splitlines() == [WORD, WORD]
    Console(width=90).print(WORD)  # the control: what it would become
    assert WORD not in capsys.readouterr().out


def test_one_line_is_one_line() -> None:
    assert (
        plain("a\nerror b\r\x1b[31m\u202e\x85\tc")
        == "a\\x0aerror b\\x0d\\x1b[31m\\u202e\\x85\\x09c"
    )
    assert plain("libfoo.so.1 «ä»") == "libfoo.so.1 «ä»"
    assert len(plain("x\u2028y\x0bz\x1cw").splitlines()) == 1


@pytest.mark.parametrize("things", ["library", "extension module", "package built"])
def test_one_thing_is_no_several(things: str) -> None:
    plural = {"library": "libraries", "package built": "packages built"}.get(things, f"{things}s")
    assert counted(1, plural) == f"1 {things}"
    assert counted(2, plural) == f"2 {plural}"


def test_text_goes_through_one_place() -> None:
    """No other code makes a console with Rich's own settings; a picture's is not a terminal."""
    root = Path(native_skew.__file__).parent
    made = {
        path.relative_to(root).as_posix()
        for path in root.rglob("*.py")
        if "native" not in path.parts  # sources of other programs
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Console"
    }
    assert made == {"findings/words.py", "results/report.py"}
