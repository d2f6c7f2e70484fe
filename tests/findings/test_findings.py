"""The output forms of a finding: each is read back by its usual reader."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import unquote

import click
import msgspec
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft4Validator, Draft202012Validator

from native_skew.findings import (
    Advice,
    Finding,
    Location,
    Report,
    Rule,
    output_options,
    plain,
    write,
)
from native_skew.findings.model import ordered, schema_of
from native_skew.results.record import encode

# The standard's own schema, in the form in which editors and code scanning use it.
SARIF = json.loads((Path(__file__).parent / "sarif-2.1.0.json").read_text(encoding="utf-8"))
RULE = Rule(
    id="missing-library",
    level="error",
    title="A library is missing",
    description="A module needs a library that no folder of its search path holds.",
)
NOTE = Rule(id="preloaded", level="note", title="Loaded before", description="Said, not counted.")
ADVICE = Advice(
    remedy="override",
    title="Override the provider's version",
    tool="uv sync",
    files={"pyproject.toml": "[tool.uv]\n"},
    commands=("uv sync",),
    trap="It ages.",
)
WHERE = Location(file="a/_e x.so", distribution="a", version="1.0")


def report(*findings: Finding) -> Report:
    return Report(
        command="doctor",
        subject=".venv",
        kit_version="0.1.0",
        looked_at={"modules": 3},
        findings=findings,
    )


def printed(form: str | None, *findings: Finding) -> tuple[int, str]:
    @click.command()
    @output_options
    def command(form: str | None) -> None:
        raise SystemExit(write(report(*findings), (RULE, NOTE), form))  # type: ignore[arg-type]

    outcome = CliRunner().invoke(command, [f"--{form}"] if form else [])
    return outcome.exit_code, outcome.output


FOUND = RULE.finding("It needs libx.so.2.", WHERE, {"needed": "libx.so.2"}, (ADVICE,))


@pytest.mark.parametrize("form", [None, "json", "sarif", "github"])
def test_the_exit_code_does_not_depend_on_the_form(form: str | None) -> None:
    assert printed(form)[0] == 0
    assert printed(form, NOTE.finding("Said.", WHERE))[0] == 0
    assert printed(form, RULE.finding("Perhaps.", WHERE, level="warning"))[0] == 1
    assert printed(form, FOUND)[0] == 1


def test_text_holds_what_a_person_needs() -> None:
    _, text = printed(None, FOUND)
    for part in ("missing-library", "a/_e x.so", "libx.so.2", "$ uv sync", "[tool.uv]", "It ages."):
        assert part in text
    assert "nothing found" in printed(None)[1]


def test_json_is_as_its_schema_says_and_reads_back() -> None:
    _, text = printed("json", FOUND)
    Draft202012Validator.check_schema(schema_of(Report))
    Draft202012Validator(schema_of(Report)).validate(json.loads(text))
    assert msgspec.json.decode(text, type=Report) == report(FOUND)
    with pytest.raises(Exception, match="loud"):
        Draft202012Validator(schema_of(Report)).validate(
            json.loads(text.replace('"error"', '"loud"'))
        )


@given(st.text(), st.text(), st.text(max_size=20))
def test_sarif_is_as_the_standard_says(message: str, file: str, distribution: str) -> None:
    place = Location(file=file, distribution=distribution, version="1")
    finding = RULE.finding(message, place, {"needed": ("a", "b"), "here": True}, (ADVICE,))
    _, text = printed("sarif", finding)
    log = json.loads(text)
    Draft4Validator(SARIF).validate(log)
    (result,) = log["runs"][0]["results"]
    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert unquote(uri) == (plain(file) or plain(distribution) or ".")
    assert re.fullmatch(r"[\w.~/%-]*", uri, re.ASCII)


def test_a_broken_sarif_log_would_be_noticed() -> None:
    log = json.loads(printed("sarif", FOUND)[1])
    log["runs"][0]["results"][0]["level"] = "loud"
    assert not Draft4Validator(SARIF).is_valid(log)


def test_one_finding_keeps_its_fingerprint_when_versions_change() -> None:
    other = RULE.finding("In other words.", msgspec.structs.replace(WHERE, version="2.0"))
    prints = [
        json.loads(printed("sarif", each)[1])["runs"][0]["results"][0]["partialFingerprints"]
        for each in (FOUND, other)
    ]
    assert prints[0] == prints[1]


@given(st.text(), st.text(), st.text())
def test_no_text_can_write_a_workflow_command_of_its_own(
    message: str, file: str, title: str
) -> None:
    advice = msgspec.structs.replace(ADVICE, commands=(title,))
    _, text = printed("github", RULE.finding(message, Location(file=file), advice=(advice,)))
    assert text.count("\n") == 1
    assert "\r" not in text
    assert text.startswith("::error ")
    properties = text.removeprefix("::error ").partition("::")[0]
    assert all(re.fullmatch(r"(file|title)=[^:,]*", each) for each in properties.split(","))


@given(st.text())
def test_no_text_reaches_the_terminal_as_a_control_sequence(message: str) -> None:
    _, text = printed(None, RULE.finding(f"\x1b]0;owned\x07{message}\x9b2J", WHERE))
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", text)


def test_errors_come_first() -> None:
    note = NOTE.finding("n", WHERE)
    assert [each.level for each in ordered([note, FOUND])] == ["error", "note"]


def test_the_published_schema_is_the_one_in_force() -> None:
    published = Path(__file__).parents[2] / "docs/tools/findings.schema.json"
    assert published.read_bytes() == encode(schema_of(Report)), "write it anew"


@pytest.mark.parametrize("form", [None, "json", "sarif", "github"])
def test_names_that_are_no_unicode_are_spelled_out(form: str | None) -> None:
    odd = "lib\udcff.so"  # as Python gives a file's name that is no UTF-8
    finding = RULE.finding(odd, Location(file=odd), {"needed": odd, "all": (odd,)})
    code, text = printed(form, finding)
    assert code == 1
    assert "udcff" in text
