"""``[tool.native-skew]``: what is ignored, and what fails."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from native_skew.doctor import rules, settings
from native_skew.doctor.errors import SettingsError
from native_skew.findings import Location, Report

WHERE = Location(file="lib/a/_x.so", distribution="Some_Name", version="1")
ERROR = rules.MISSING_SYSTEM_LIBRARY.finding("It lacks one.", WHERE)
WARNING = rules.VIOLATED_REQUIREMENT.finding("It wants another.", WHERE)


def report(*findings: object) -> Report:
    return Report(
        command="doctor", subject="x", kit_version="1", looked_at={}, findings=findings  # type: ignore[arg-type]
    )  # fmt: skip


def read(tmp_path: Path, text: str) -> settings.Settings:
    (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True, exist_ok=True)
    return settings.read(below)[0]


@pytest.mark.parametrize(
    ("stated", "fits"),
    [
        ('rule = "missing-system-library"', True),
        ('rule = "missing-driver"', False),
        ('distribution = "some.name"', True),
        ('distribution = "other"', False),
        ('file = "lib/*.so"', True),
        ('file = "*.py"', False),
        ('rule = "missing-system-library"\ndistribution = "some-name"', True),
        ('rule = "missing-system-library"\ndistribution = "other"', False),
    ],
)
def test_an_ignore_takes_what_it_states(tmp_path: Path, stated: str, fits: bool) -> None:
    chosen = read(tmp_path, f'[[tool.native-skew.ignore]]\nreason = "we know"\n{stated}\n')
    applied = settings.applied(report(ERROR), chosen, tmp_path / "pyproject.toml")
    assert applied.exit_code == (0 if fits else 1)
    assert [each.reason for each in applied.ignored] == (["we know"] if fits else [])
    unused = [each for each in applied.findings if each.rule == "unused-ignore"]
    assert len(unused) == (0 if fits else 1)


def test_what_fails(tmp_path: Path) -> None:
    for text, with_warning in (("", 1), ('fail-on = "warning"', 1), ('fail-on = "error"', 0)):
        chosen = read(tmp_path, f"[tool.native-skew]\n{text}\n")
        assert settings.applied(report(WARNING), chosen, None).exit_code == with_warning
        assert settings.applied(report(ERROR), chosen, None).exit_code == 1


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ('[tool.native-skew]\nfail-on = "note"', "note"),
        ("[tool.native-skew]\nfail_on = 1", "fail_on"),
        ('[[tool.native-skew.ignore]]\nrule = "missing-driver"', "reason"),
        ('[[tool.native-skew.ignore]]\nreason = " "\nrule = "missing-driver"', "no reason"),
        ('[[tool.native-skew.ignore]]\nreason = "x"', "neither a rule"),
        ('[[tool.native-skew.ignore]]\nreason = "x"\nrule = "mising"', "no rule 'mising'"),
        ("[tool.native-skew", "not valid"),
        ('[tool]\nnative-skew = "x"', "not valid"),
    ],
)
def test_what_is_not_known_is_said(tmp_path: Path, text: str, word: str) -> None:
    with pytest.raises(SettingsError, match=word):
        read(tmp_path, text)


def test_without_a_table_the_folder_above_is_asked(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    (inner / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    (tmp_path / "pyproject.toml").write_text("[tool.native-skew]\nfail-on = 'error'\n")
    assert settings.read(inner)[0].fail_on == "error"


def test_the_command_obeys(tmp_path: Path, call) -> None:  # type: ignore[no-untyped-def]
    info = tmp_path / "site/a-1.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Name: a\nVersion: 1\nRequires-Dist: absent\n")
    (info / "RECORD").write_text("")
    assert call("doctor", "site", cwd=tmp_path)[0] == 1
    assert call("doctor", "site", "--fail-on", "error", cwd=tmp_path)[0] == 0
    (tmp_path / "pyproject.toml").write_text(
        '[[tool.native-skew.ignore]]\nreason = "not used\\u001b[2J"\ndistribution = "a"\n'
    )
    code, text, _ = call("doctor", "site", "--verbose", cwd=tmp_path)
    assert (code, "1 ignored" in text, "absent" in text, "\x1b" in text) == (0, True, True, False)
    code, text, _ = call("doctor", "site", "--sarif", cwd=tmp_path)
    (result,) = json.loads(text)["runs"][0]["results"]
    assert result["suppressions"][0]["kind"] == "external"
    (tmp_path / "pyproject.toml").write_text("[tool.native-skew]\nx = 1\n")
    assert call("doctor", "site", cwd=tmp_path)[0] == 2
