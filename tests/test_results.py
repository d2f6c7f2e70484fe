"""The record: its schema, its files, and what is compared with what."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import jsonschema
import pytest
from msgspec.structs import replace
from rich.console import Console

from native_skew import results, scenarios
from native_skew.errors import ResultFileError, WorkFolderError
from native_skew.installers.registry import INSTALLERS
from native_skew.installers.remedies import REMEDIES
from native_skew.results import report
from native_skew.results.record import NotRun, Result
from native_skew.run import Display
from native_skew.run.selection import toured
from native_skew.scenarios.asked import expected_of
from support.machine_paths import OF_A_MACHINE

ROOT = Path(__file__).parent.parent
TOUR = "stamped-wheel-elsewhere/no-wheel-fits"


@pytest.fixture(scope="module")
def sample(recorded: dict[str, Result]) -> Result:
    return recorded[f"{TOUR}/uv-pip-install@0.9.21/nothing.cp311"]


def test_recorded_results_fit_the_published_schema(recorded: dict[str, Result]) -> None:
    folder = ROOT / results.FOLDER
    schema = json.loads((folder / "schema.json").read_text(encoding="utf-8"))
    assert results.encode(results.schema()) == (folder / "schema.json").read_bytes()
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    for result in list(recorded.values())[::20]:
        validator.validate(json.loads(results.encode(result)))


@pytest.mark.slow
def test_recorded_results_still_mean_something(
    recorded: dict[str, Result],
) -> None:
    assert recorded
    known = scenarios.load_all()
    for cell_id, result in recorded.items():
        cell = result.cell
        assert cell_id == cell.id
        assert cell.variant in known[cell.scenario].variant_names(), cell_id
        assert cell.remedy in REMEDIES, cell_id
        assert cell.installer in INSTALLERS, cell_id


def test_no_recorded_verdict_contradicts_its_scenario(recorded: dict[str, Result]) -> None:
    """By the scenario as it stands now, not as it stood when the result was recorded."""
    known = {name: scenarios.find(name) for name in {r.cell.scenario for r in recorded.values()}}
    for result in recorded.values():
        supported = result.verdict != "unsupported"
        if stated := expected_of(known[result.cell.scenario], result.cell, supported=supported):
            assert result.verdict == stated.verdict, result.cell.id


def test_the_record_holds_no_path_of_a_machine(recorded: dict[str, Result]) -> None:
    for cell_id, result in recorded.items():
        found = OF_A_MACHINE.search(results.encode(result).decode())
        assert not found, f"{cell_id}: {found and found[0]}"


def test_what_is_written_is_read_again(sample: Result, tmp_path: Path) -> None:
    path = results.write(sample, tmp_path)
    assert results.read(path) == sample
    assert results.paths(tmp_path) == [path]
    assert [p.name for p in path.parent.iterdir()] == [path.name]  # no temporary file is left


def test_a_damaged_file_is_named(tmp_path: Path, sample: Result) -> None:
    path = results.write(sample, tmp_path)
    for damaged in (path.read_bytes()[:500], b'{"kind": "\xff"}', b'{"x":' + b"[" * 100_000):
        path.write_bytes(damaged)
        with pytest.raises(ResultFileError, match=rf"{re.escape(str(path))}.*--record"):
            results.read(path)


@pytest.mark.parametrize(
    ("field", "value"), [("kind", "native-skew result 2"), ("observation", {}), ("steps", None)]
)
def test_a_result_of_another_kind_or_without_its_evidence_is_none(
    tmp_path: Path, sample: Result, field: str, value: object
) -> None:
    path = results.write(sample, tmp_path)
    results.read(path)
    whole = json.loads(path.read_bytes())
    for damaged in (whole | {field: value}, {k: v for k, v in whole.items() if k != "journal"}):
        path.write_text(json.dumps(damaged), encoding="utf-8")
        with pytest.raises(ResultFileError, match=re.escape(str(path))):
            results.read(path)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path, sample: Result) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(WorkFolderError, match="file"):
        results.write(sample, tmp_path / "file")


def test_the_story_is_told_in_five_lines_from_the_evidence(sample: Result) -> None:
    lines = report.story(sample)
    assert len(lines) == 5
    asked, read, built, has, missing = lines
    assert "uv pip install fake-softioc==4.6.1" in asked
    assert "macosx" in read
    assert "fake-corelibs<7.0.7.99.2" in read
    assert "7.0.10.99.0.2" in built
    assert "7.0.7.99.1.2" in has
    assert "libfakecore.so.7.0.10.99.0" in missing


def test_the_table_has_a_row_for_each_cell(recorded: dict[str, Result]) -> None:
    chosen = [r for r in recorded.values() if r.cell.is_of(TOUR)]
    text = report.markdown(chosen)
    assert text.count("\n") == len(chosen) + 2
    assert all(r.cell.id in text for r in chosen)
    picture = report.svg(report.table(chosen), "t")
    assert "broken" in picture
    assert "url(" not in picture.replace("url(#", ""), "a picture that fetches something"


def test_contradictions_are_those_of_the_scenario(sample: Result) -> None:
    assert not report.contradictions([sample])
    wrong = replace(sample, verdict="works")
    assert report.contradictions([sample, wrong]) == [wrong]


def test_what_could_not_be_run_is_told_once_for_each_reason(sample: Result) -> None:
    cells = [replace(sample.cell, version=each) for each in ("1", "2", "3")]
    missing = [NotRun(cell=each, reason="no [such] version") for each in cells]
    missing.append(NotRun(cell=cells[0], reason="a full disk"))
    lines = [line.plain for line in report.news(missing, (), ())]
    assert lines == [
        f"not run: 3 cells, the first is {cells[0].id}: no [such] version",
        f"not run: {cells[0].id}: a full disk",
    ]


def test_what_was_recorded_with_another_python_is_said(sample: Result) -> None:
    other = replace(sample, cell=replace(sample.cell, python="cp313"))
    assert results.compare([sample], [sample]).notes == ()
    told = ("cp313: compared with what cp311 gave, in 2 cells",)
    assert results.compare([sample], [other, other]).notes == told
    for result, where in ((other, "0.9.21 on cp311"), (sample, "0.9.21")):
        changed = results.compare([sample], [replace(result, verdict="refused")]).changed
        (line,) = report.news((), (), changed)
        assert f"(recorded with {where}) is now refused" in line.plain


@pytest.mark.parametrize("width", [40, 60, 79, 80, 99, 100, 120, 139, 140, 200])
def test_a_table_of_any_width_has_every_version_whole(
    recorded: dict[str, Result], width: int
) -> None:
    chosen = list(
        {
            (r.cell.installer, r.cell.version, r.verdict): r
            for r in recorded.values()
            if r.cell.scenario == "stamped-wheel-elsewhere"
        }.values()
    )
    assert len(chosen) > 50
    console = Console(width=width, file=io.StringIO(), force_terminal=False)
    console.print(report.table(chosen, width))
    text = console.file.getvalue()
    assert max(map(len, text.splitlines())) <= width
    assert text.replace("….so.", "").count("…") == 0
    words = text.split()
    for result in chosen:
        if seen := result.observation:
            needed = report.needed_word(result).removeprefix("….so.")
            assert {seen.built_against, seen.installed} - {None} <= set(words)
            assert needed == "-" or any(word.endswith(needed) for word in words)


def test_the_picture_in_the_readme_is_of_what_is_recorded(recorded: dict[str, Result]) -> None:
    def words(picture: str) -> list[str]:
        return re.findall(r"<text[^>]*>([^<]*)", picture)

    shown = (ROOT / "docs" / "images" / "repro.svg").read_text(encoding="utf-8")
    chosen = toured(list(recorded.values()))
    assert words(shown)[1:] == words(report.svg(report.table(chosen), "title"))[1:]
    assert {each.verdict for each in chosen} >= {"works", "broken, detected", "refused"}
    assert words(shown)[1:] != words(report.svg(report.table(chosen[1:]), "title"))[1:]


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_the_bar_and_the_count_stay_on_the_line(recorded: dict[str, Result], width: int) -> None:
    plain = Console(width=width, file=io.StringIO())
    terminal = Console(file=io.StringIO(), force_terminal=True, width=width)
    chosen = list(recorded.values())[:4]
    with Display(terminal, 25) as display:
        for result in chosen:
            display.started(result.cell)
        display.finished(chosen[0])
        plain.print(display._progress.get_renderable())
    (line,) = plain.file.getvalue().splitlines()
    assert line.startswith("╸")
    assert "1/25 cells" in line
    assert len(line) <= width


def test_what_is_to_be_copied_is_on_one_line_at_any_width(sample: Result) -> None:
    console = Console(width=60, file=io.StringIO())
    console.print(report.summary([sample], (), (), 60), crop=False)
    lines = console.file.getvalue().splitlines()
    assert f"  native-skew run {sample.cell.arguments} --keep" in lines
    assert [
        line for line in lines if line.startswith("The first failing cell, ") and line[-1] == ":"
    ]
    for told in report.story(sample):
        assert f"  {told}" in lines
