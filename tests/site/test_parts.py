from __future__ import annotations

import re

import pytest

from native_skew.results.record import Result
from native_skew.results.report import metadata_read
from native_skew.scenarios import load_all
from native_skew.site import cellpage, glossary, messages, remedypage, snippet
from native_skew.site.citations import Citations
from native_skew.site.errors import CellReferenceError, SiteError
from native_skew.site.result_index import ResultIndex, expand
from support.pasted_log import ISSUE

WHERE = "stamped-wheel-elsewhere/no-wheel-fits"


def printed(result: Result) -> str:
    """Everything that a recorded run showed: the tool, the checks, the import."""
    seen = result.observation
    said = [command.output for step in result.steps for command in step.commands]
    said += [check.output for check in seen.checks] if seen else []
    return "\n".join([*said, (seen and seen.import_error) or ""])


@pytest.mark.parametrize("name", messages.MESSAGES)
def test_each_message_is_recognised_by_its_examples(name: str) -> None:
    for example in messages.MESSAGES[name].examples:
        assert messages.recognise(example) == [name]


@pytest.mark.parametrize(
    ("reference", "first"),
    [
        (f"{WHERE}/uv-sync/nothing", "violated-requirement"),
        (f"{WHERE}/uv-run/match-runtime", "no-static-metadata"),
        (f"{WHERE}/uv-tool/match-runtime", "no-static-metadata"),
        (f"{WHERE}/uv-sync/require-newer", "unsatisfiable-pin"),
        (f"{WHERE}/uv-run/require-newer", "unsatisfiable-pin"),
        (f"{WHERE}/pip/constrain-older", "unsatisfiable-pin"),
        ("stamped-sdist-only/dynamic-upper/uv-sync/match-runtime", "no-static-metadata"),
        ("rotten-build-requirement/only/uv-sync/match-runtime", "no-pkg-resources"),
        ("rotten-build-requirement/only/pip/build-constraint", "no-pkg-resources"),
        ("unstamped-pin/only/pip/nothing", "missing-library"),
    ],
)
def test_recorded_transcripts_are_recognised(
    result_index: ResultIndex, reference: str, first: str
) -> None:
    assert messages.recognise(printed(result_index.find(reference)))[0] == first


def test_the_issues_own_log_is_recognised() -> None:
    assert messages.recognise(ISSUE) == ["violated-requirement", "missing-library"]


def test_a_working_run_is_no_error(result_index: ResultIndex) -> None:
    assert not messages.recognise(printed(result_index.find(f"{WHERE}/pip/nothing")))


def test_a_pattern_may_have_several_groups_of_alternatives() -> None:
    assert expand("a/{b,c}/{d,e}") == ("a/b/d", "a/b/e", "a/c/d", "a/c/e")
    assert expand("a") == ("a",)


def test_a_question_means_its_newest_version(result_index: ResultIndex) -> None:
    found = result_index.find(f"{WHERE}/uv-pip-install/nothing")
    assert found is result_index.versions(found)[-1]
    assert len(result_index.versions(found)) > 1
    assert result_index.find(found.cell.id) is found


def test_a_pattern_that_matches_nothing_is_an_error(result_index: ResultIndex) -> None:
    with pytest.raises(CellReferenceError, match="uv-sync"):
        result_index.matching(f"{WHERE}/{{uv-sync,uv-snyc}}/nothing")


def test_a_site_of_nothing_is_an_error() -> None:
    with pytest.raises(SiteError, match="--record"):
        ResultIndex([])


def test_a_snippet_is_what_is_added_to_a_project_and_ran(result_index: ResultIndex) -> None:
    result = result_index.find(f"{WHERE}/uv-sync/match-runtime")
    text = snippet.render(result, result_index.plain(result))
    (line,) = [n for n in result.steps[-1].files["pyproject.toml"].splitlines() if "match-" in n]
    assert f"[tool.uv.extra-build-dependencies]\n{line}\n" in text
    assert "[project]" not in text
    assert "\nuv sync\n" in text


def test_a_snippet_leaves_the_environment_out(result_index: ResultIndex) -> None:
    assert "venv --without-pip" not in snippet.render(result_index.find(f"{WHERE}/pip/nothing"))


def test_a_snippet_of_a_repeated_command_repeats_it(result_index: ResultIndex) -> None:
    text = snippet.render(result_index.find(f"{WHERE}/uv-pip-install/second-install"))
    assert text.count("uv pip install fake-softioc==4.6.1") == 2


def test_a_diagram_points_at_the_wheel_that_misled(result_index: ResultIndex) -> None:
    result = result_index.find(f"{WHERE}/uv-sync/nothing")
    assert metadata_read(result)
    assert cellpage.diagram(result).count("sequence__telling") == 1
    assert "sequence__telling" not in cellpage.diagram(result_index.find(f"{WHERE}/pip/nothing"))


def test_wrong_citations_are_collected(result_index: ResultIndex) -> None:
    citations = Citations(result_index, lambda: "errors/page.md")
    assert "broken" in citations.cell(f"{WHERE}/uv-sync/nothing")
    citations.claim(f"{WHERE}/uv-*/nothing", "works")
    citations.cell("no/such/cell/here")
    citations.check_says(f"{WHERE}/uv-sync/nothing", "poetry")
    assert len(citations.problems) == 3
    assert all(problem.startswith("errors/page.md: ") for problem in citations.problems)
    assert citations.last_verified()


def test_the_glossary_explains_names_and_leaves_everyday_words() -> None:
    text = "SONAME\n:   The name. More.\n\nwheel\n:   A file.\n\nsdist\n:   Sources, `as` is.\n"
    assert glossary.terms(text)["SONAME"] == "The name."
    assert glossary.abbreviations(text) == "*[SONAME]: The name.\n*[sdist]: Sources, as is.\n"


def test_a_remedys_tab_offers_nothing_that_helps_in_no_recorded_run(
    result_index: ResultIndex,
) -> None:
    page = remedypage.render("newer-release", result_index, load_all())
    tabs = dict(re.findall(r'=== "(.+)"\n\n((?:    .*\n|\n)+)', page))
    assert "poetry lock\n    poetry sync\n" in tabs["poetry lock, poetry sync"]
    assert "It helps in no run that is recorded" in tabs["poetry install"]
    assert "```" not in tabs["poetry install"]


def test_a_remedys_tab_says_where_it_ran_and_how_often_it_does_not_help(
    result_index: ResultIndex,
) -> None:
    page = remedypage.render("match-runtime", result_index, load_all())
    tab = page.split('=== "uv run --with"')[1].split('=== "')[0]
    assert '/scenarios/stale-wheel-cache/">' in tab
    assert re.search(r"In \d+ of \d+ runs it does not help: \[where", tab)
