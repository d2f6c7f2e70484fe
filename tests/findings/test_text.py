"""A report as text: what counts, what is shown of a finding, and that all of it is plain."""

from __future__ import annotations

import os
import sys

import pytest
from msgspec.structs import replace

from native_skew.findings import Advice, Finding, Location, Report
from native_skew.findings.model import Ignored
from native_skew.findings.text import show, summary

ADVICE = Advice(
    remedy="r", title="Do it", tool="uv sync", files={"a.toml": "b = 1\nc = 2\n"},
    commands=("one", "two"), trap="It costs.",
)  # fmt: skip
FOUND = Finding(
    rule="some-rule", level="error", message="It broke.",
    location=Location(file="a/b.so", distribution="dist", version="1"),
    evidence={"names": ("x", "y"), "word": "z", "none": None, "empty": (), "no": False},
    advice=(ADVICE, Advice(remedy="", title="Or that")),
)  # fmt: skip
REPORT = Report(
    command="doctor", subject="env", kit_version="1",
    looked_at={"modules": 2, "imports": 0}, findings=(FOUND,),
)  # fmt: skip


def shown(
    report: Report, capsys: pytest.CaptureFixture[str], *, verbose: bool = False
) -> list[str]:
    show(report, verbose=verbose)
    return capsys.readouterr().out.splitlines()


def test_a_finding_with_its_remedies(capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(REPORT, capsys) == [
        "error some-rule  dist 1 · a/b.so",
        "  It broke.",
        "  1. Do it (uv sync)",
        "       # a.toml",
        "       b = 1",
        "       c = 2",
        "       $ one",
        "       $ two",
        "     The catch: It costs.",
        "  2. Or that",
        "",
        "env: 1 error (2 modules, nothing imported: --confirm does)",
    ]


def test_all_that_it_rests_on(capsys: pytest.CaptureFixture[str]) -> None:
    ignored = Ignored(finding=replace(FOUND, message="Else."), reason="we know")
    lines = shown(replace(REPORT, ignored=(ignored,)), capsys, verbose=True)
    assert lines[2:7] == ["    names:", "      x", "      y", "    word: z", "    no: False"]
    assert "ignored some-rule: Else. (we know)" in lines
    assert lines[-1].startswith("env: 1 error, 1 ignored (")
    assert "ignored some-rule" not in "".join(shown(replace(REPORT, ignored=(ignored,)), capsys))


@pytest.mark.parametrize(
    ("levels", "changes", "told"),
    [
        ((), {}, "env: nothing found (2 modules, nothing imported: --confirm does)"),
        (("error", "error", "note"), {"looked_at": {}}, "env: 2 errors, 1 note ()"),
        (("warning",), {"looked_at": {"imports": 3}}, "env: 1 warning (3 imports)"),
        (
            (),
            {"not_examined": ("a", "b"), "looked_at": {"x": 1}},
            "env: nothing found (1 x); not examined: a; b",
        ),
    ],
)
def test_the_last_line(
    levels: tuple[str, ...],
    changes: dict[str, object],
    told: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    findings = tuple(replace(FOUND, level=each) for each in levels)
    report = replace(REPORT, findings=findings, **changes)
    assert summary(report) == told
    assert shown(report, capsys)[-1] == told


def test_no_word_of_a_stranger_s_ends_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    bad = "x\nerror forged\x1b[31m"
    advice = replace(ADVICE, title=bad, tool=bad, commands=(bad,), trap=bad, files={bad: bad})
    finding = replace(
        FOUND, message=bad, location=Location(file=bad), advice=(advice,), evidence={bad: (bad,)}
    )
    report = replace(
        REPORT, subject=bad, findings=(finding,), not_examined=(bad,), looked_at={bad: 1},
        ignored=(Ignored(finding=finding, reason=bad),),
    )  # fmt: skip
    lines = shown(report, capsys, verbose=True)
    assert not any("\x1b" in each for each in lines)
    # Of a file to write, each line is one.
    assert [each for each in lines if each.startswith("error")] == [
        "error some-rule  x\\x0aerror forged\\x1b[31m"
    ]
    assert "\n" not in summary(report)


def test_a_terminal_gets_lines_of_its_width(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("shutil.get_terminal_size", lambda: os.terminal_size((30, 9)))
    long = "a command that is to be copied, however long it is --option"
    told = "word " * 20
    advice = replace(ADVICE, commands=(long,))
    lines = shown(
        replace(REPORT, findings=(replace(FOUND, message=told, advice=(advice,)),)), capsys
    )
    assert f"       $ {long}" in lines
    words = [each for each in lines if "word" in each]
    assert len(words) > 1
    assert all(each.startswith("  word") and len(each) <= 30 for each in words)
