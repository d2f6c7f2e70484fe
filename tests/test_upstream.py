"""What belongs upstream: each finding is held up by recorded cells, and reaches its reports."""

from __future__ import annotations

from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from msgspec.structs import replace

from native_skew import results, scenarios
from native_skew.export import findings, texts
from native_skew.export.errors import FindingsError
from native_skew.results.record import Result
from native_skew.scenarios.model import Scenario
from native_skew.site.citations import Citations
from native_skew.site.result_index import ResultIndex

ROOT = Path(__file__).parent.parent
PAGES = ROOT / "docs" / "upstream"


@pytest.fixture(scope="module")
def result_index(recorded: dict[str, Result]) -> ResultIndex:
    return ResultIndex(recorded.values())


@pytest.mark.parametrize("name", findings.load())
def test_a_finding_has_its_cells_and_its_page(name: str, result_index: ResultIndex) -> None:
    finding = findings.load()[name]
    best, *_ = result_index.matching(finding.cells[0])
    assert finding in findings.of(best)
    for pattern in finding.cells:
        assert any(finding in findings.of(each) for each in result_index.matching(pattern)), pattern
    page = (PAGES / f"{name}.md").read_text(encoding="utf-8")
    assert f'report("{name}")' in page
    assert f"({name}.md)" in (PAGES / "index.md").read_text(encoding="utf-8")
    assert f"upstream/{name}.md" in (ROOT / "mkdocs.yml").read_text(encoding="utf-8")


def test_every_page_has_a_finding() -> None:
    pages = {page.stem for page in PAGES.glob("*.md")} - {"index"}
    assert pages == set(findings.load())


def test_what_works_is_no_case_of_a_finding(result_index: ResultIndex) -> None:
    patterns = [(f, p) for f in findings.load().values() for p in f.cells]
    others = 0
    for result in result_index.results:
        question = "/".join(result.cell.question)
        for finding, pattern in patterns:
            if fnmatchcase(question, pattern) and result.verdict != finding.verdict:
                assert finding not in findings.of(result)
                others += 1
    assert others  # the patterns are wider than their findings, or this shows nothing


def _scenario(result: Result) -> Scenario:
    return scenarios.find(result.cell.scenario)


def test_a_report_quotes_what_is_promised(result_index: ResultIndex) -> None:
    finding = findings.load()["dynamic-spelling"]
    (result,) = result_index.matching(finding.cells[0])
    text = texts.issue(result, _scenario(result), findings.of(result))
    told = [finding.title, finding.expected]
    told += [
        word for each in (*finding.promises, *finding.known) for word in (each.says, each.source)
    ]
    told += [*finding.ways_out, "`Dynamic: requires-dist`"]
    assert [each for each in told if each not in text] == []


def test_a_report_without_a_promise_says_so(result_index: ResultIndex) -> None:
    (result,) = result_index.matching("stamped-wheel-elsewhere/no-wheel-fits/uv-sync/nothing")
    assert findings.of(result) == ()
    text = texts.issue(result, _scenario(result), ())
    assert "without one, ask instead of reporting" in text
    assert "Threads about it" not in text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[a", "not a readable list"),
        ("[a]\ntitle = 'x'", "missing required field"),
        ("a = 1", "Expected `object`"),
    ],
)
def test_a_damaged_file_is_one_message(text: str, told: str, tmp_path: Path) -> None:
    file = tmp_path / "findings.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(FindingsError, match=told):
        findings.load(file)


def test_a_page_whose_cell_has_changed_is_a_problem(recorded: dict[str, Result]) -> None:
    cell = "stamped-sdist-only/dynamic-lower/uv-pip-install/nothing"
    cured = {
        name: replace(each, verdict="works") if "/".join(each.cell.question) == cell else each
        for name, each in recorded.items()
    }
    citations = Citations(ResultIndex(cured.values()), lambda: "upstream/dynamic-spelling.md")
    citations.report("dynamic-spelling")
    citations.report("stale-build-tree")
    citations.report("no-such-finding")
    changed, unknown = citations.problems
    assert "recorded is: works" in changed
    assert "unknown finding 'no-such-finding'" in unknown
    sound = Citations(ResultIndex(recorded.values()), lambda: "upstream/dynamic-spelling.md")
    text = sound.report("dynamic-spelling")
    assert not sound.problems
    assert "native-skew export stamped-sdist-only/dynamic-lower/uv-pip-install@" in text
    assert results.FOLDER.name not in text
