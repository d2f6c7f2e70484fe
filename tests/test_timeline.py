"""What is recorded of the search for flips, and the command, on a few real releases."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import jsonschema
import pytest
from msgspec.structs import replace

from native_skew import results, scenarios
from native_skew.errors import (
    NothingSelectedError,
    ResultFileError,
    ToolUnavailableError,
    UnknownNameError,
)
from native_skew.findings import schema_of
from native_skew.results.record import NotRun, Result
from native_skew.scenarios import Cell
from native_skew.scenarios.asked import expected_of
from native_skew.timeline import lines, record, search
from native_skew.timeline.command import Batch, trace
from native_skew.timeline.lines import TimelineError
from native_skew.timeline.record import Question
from native_skew.toolchain import interpreter
from native_skew.toolchain.tools import Toolbox
from support.machine_paths import OF_A_MACHINE

ROOT = Path(__file__).parent.parent
TIMELINE = ROOT / record.FOLDER


CHANGED, COULD_NOT_RUN = 1, 2


QUESTION = Question(
    scenario="stamped-wheel-elsewhere",
    variant="no-wheel-fits",
    installer="uv-pip-install",
    remedy="nothing",
    python="cp311",
)


def cell(version: str) -> Cell:
    return Cell(
        scenario=QUESTION.scenario,
        variant=QUESTION.variant,
        installer=QUESTION.installer,
        version=version,
        remedy=QUESTION.remedy,
        python=QUESTION.python,
    )


@pytest.fixture
def sample(recorded: dict[str, Result]) -> Result:
    return recorded[cell("0.9.21").id]


def test_a_release_that_fails_is_named_and_counts_for_nothing(sample: Result) -> None:
    names = tuple(f"0.1.{patch}" for patch in range(8))
    absent = {"0.1.3": "no such file", "0.1.4": "crashed"}

    def answer(batch: Batch) -> Iterator[Result | NotRun]:
        """0.1.3 cannot be fetched, 0.1.4 cannot be run, the rest breaks from 0.1.5 on."""
        for _, release in batch:
            verdict = "works" if release < "0.1.5" else "broken, detected"
            if release in absent:
                yield NotRun(cell=cell(release), reason=absent[release])
            else:
                yield replace(sample, cell=cell(release), verdict=verdict)

    found = trace([QUESTION], {"uv": names}, answer)
    line = record.line_of(QUESTION, "uv", names, found[QUESTION])
    (flip,) = line.flips
    assert (flip.older, flip.newer) == ("0.1.2", "0.1.5")
    assert flip.skipped == ("0.1.3", "0.1.4")
    assert {each.version: each.reason for each in line.skipped} == absent
    assert not {"0.1.3", "0.1.4"} & {point.version for point in line.points}


def test_a_flip_that_rests_on_what_the_kit_declares_is_marked(sample: Result) -> None:
    old = replace(sample, cell=cell("0.8.4"), verdict="unsupported")
    new = replace(sample, cell=cell("0.8.5"), verdict="works")
    names = ("0.8.4", "0.8.5")
    line = record.line_of(QUESTION, "uv", names, {"0.8.4": old, "0.8.5": new})
    assert [flip.declared for flip in line.flips] == [True]
    ran = replace(old, verdict="refused")
    line = record.line_of(QUESTION, "uv", names, {"0.8.4": ran, "0.8.5": new})
    assert [flip.declared for flip in line.flips] == [False]


def test_recording_anew_leaves_no_evidence_of_before(sample: Result, tmp_path: Path) -> None:
    def written(*versions: str, remedy: str = QUESTION.remedy) -> set[str]:
        question = replace(QUESTION, remedy=remedy)
        ran = {each: replace(sample, cell=replace(cell(each), remedy=remedy)) for each in versions}
        line = record.line_of(question, "uv", versions, ran)
        record.write([line], ran.values(), tmp_path)
        assert record.read_all(tmp_path)[question.id] == line
        return set(results.read_all(tmp_path))

    other = written("0.1.0", remedy="override")
    assert written("0.1.0", "0.1.1") == {cell("0.1.0").id, cell("0.1.1").id} | other
    assert written("0.1.1", "0.1.2") == {cell("0.1.1").id, cell("0.1.2").id} | other


def test_releases_and_verdicts_that_do_not_fit_are_refused(sample: Result, tmp_path: Path) -> None:
    ran = {"0.1.0": replace(sample, cell=cell("0.1.0"))}
    line = record.line_of(QUESTION, "uv", ("0.1.0",), ran)
    record.write([line], ran.values(), tmp_path)
    path = tmp_path / record.RELEASES
    text = path.read_text(encoding="utf-8")
    for damaged, told in (
        (text.replace("/nothing.", "/override."), "has no verdicts"),
        ("[]", f"says nothing of {QUESTION.id}"),
        (text[:20], "not a readable result"),
    ):
        path.write_text(damaged, encoding="utf-8")
        with pytest.raises(ResultFileError, match=told) as caught:
            record.read_all(tmp_path)
        assert str(path) in str(caught.value)


def test_filters_name_questions() -> None:
    python = interpreter.find()
    named = lines.questions(
        lines.LineFilters(installers=("uv",), remedies=("match-runtime",)), python
    )
    assert {each.installer for each in named} > {"uv-sync", "uv-run", "uv-pip-install"}
    assert {each.remedy for each in named} == {"match-runtime"}
    default = lines.questions(lines.LineFilters(), python)
    assert len(default) == len(set(default)) == sum(len(names) for _, _, names in lines.LINES)
    with pytest.raises(UnknownNameError, match="remedy 'no-such'"):
        lines.questions(lines.LineFilters(remedies=("no-such",)), python)
    with pytest.raises(TimelineError, match="--since"):
        lines.questions(lines.LineFilters(installers=("uv==0.9.21",)), python)
    with pytest.raises(NothingSelectedError):
        lines.questions(
            lines.LineFilters(scenarios=("stamped-sdist-only",), remedies=("matching-wheel",)),
            python,
        )


def test_the_default_questions_are_asked_of_scenarios_that_take_them() -> None:
    for place, _, remedies in lines.LINES:
        scenario, variants = scenarios.find_variants(place)
        assert len(variants) == 1, place
        assert set(remedies) <= set(scenario.all_remedies), place


@pytest.mark.slow
def test_releases_come_from_the_users_index_and_are_remembered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    for version in ("1.2", "1.10", "1.9", "2.0rc1", "3.0"):
        tag = "cp27-cp27m-any" if version == "3.0" else "py3-none-any"  # 3.0 is not for us
        (tmp_path / f"skewtool-{version}-{tag}.whl").touch()
    toolbox = Toolbox(tmp_path / "tools")
    assert toolbox.releases("skewtool") == ("1.2", "1.9", "1.10")
    (tmp_path / "skewtool-1.11-py3-none-any.whl").touch()
    assert toolbox.releases("skewtool")[-1] == "1.10", "asked once"
    toolbox.forget_newest()
    assert toolbox.releases("skewtool")[-1] == "1.11"
    within = lines.LineFilters(since="1.9", until="1.10")
    assert lines.releases("skewtool", within, toolbox) == ("1.9", "1.10")
    with pytest.raises(ToolUnavailableError, match="no-such-tool"):
        toolbox.releases("no-such-tool")


REFUSED_SINCE = (
    "timeline", "--scenario", "stamped-sdist-only/dynamic-upper", "--installer", "uv-pip-install",
    "--since", "0.8.11", "--until", "0.8.12",
)  # fmt: skip


@pytest.mark.slow
def test_real_releases_flip_and_what_is_recorded_is_compared(
    call: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    """uv 0.8.12 refuses match-runtime for dynamic packages (astral-sh/uv pull request 15292)."""
    asked = (*REFUSED_SINCE, "--remedy", "match-runtime", "--results", str(tmp_path))
    code, out, err = call(*asked, "--record", "--json")
    assert code == 0, err
    (line,) = json.loads(out)["lines"]
    (flip,) = line["flips"]
    assert (flip["older"], flip["old"]) == ("0.8.11", "works")
    assert (flip["newer"], flip["new"]) == ("0.8.12", "refused")
    assert not flip["declared"]
    kept = results.read_all(tmp_path)
    for point in line["points"]:
        assert kept[point["cell"]].verdict == point["verdict"]
        assert kept[point["cell"]].journal, "the evidence is whole"

    (path,) = tmp_path.glob("*/*.csv")
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(",refused,", ",works,"), encoding="utf-8")
    code, out, _ = call(*asked)
    assert code == 0, "what the scenario expects is no news"
    assert "changed" not in out


@pytest.mark.slow
def test_a_line_is_recorded_whole_without_flips_and_without_withdrawn_releases(
    call: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    asked = (*REFUSED_SINCE, "--remedy", "nothing", "--results", str(tmp_path))
    code, out, err = call(*asked, "--record", "--json")
    assert code == 0, err
    (told,) = json.loads(out)["lines"]
    assert told["flips"] == []
    assert {point["verdict"] for point in told["points"]} == {"works"}

    before = {path: path.read_bytes() for path in tmp_path.rglob("*.*")}
    # The later --since takes the earlier one's place.
    code, _, err = call(*asked, "--since", "0.8.12", "--record")
    assert code == COULD_NOT_RUN
    assert "recorded from 0.8.11 to 0.8.12, and --record would keep 0.8.12 to 0.8.12 only" in err
    assert before
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.*")} == before
    assert call(*asked, "--since", "0.8.12")[0] == 0, "to look at a part is not to record it"

    (line,) = record.read_all(tmp_path).values()
    wider = replace(line, releases=("0.8.10.post1", *line.releases, "0.8.12.post1"))
    record.write([wider], results.read_each(tmp_path), tmp_path)
    code, _, err = call(*asked, "--record")
    assert code == 0, err
    assert [each.releases for each in record.read_all(tmp_path).values()] == [line.releases]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--since", "soon"), "--since soon: not a version"),
        (("--until", "0.8.4.x"), "--until 0.8.4.x: not a version"),
        (
            ("--installer", "uv-sync", "--since", "0.8.5", "--until", "0.8.4"),
            "no release from 0.8.5",
        ),
        (("--installer", "poetry-install"), "--since VERSION"),
        (("--installer", "uv=/bin/true"), "without a version"),
        (("--remedy", "prayer"), "unknown remedy"),
    ],
)
def test_wrong_arguments_end_in_one_message(
    call: Callable[..., tuple[int, str, str]], arguments: tuple[str, ...], words: str
) -> None:
    code, _, err = call("timeline", *arguments)
    assert code == COULD_NOT_RUN
    assert words in err


def test_the_recorded_lines_fit_their_schema_and_their_evidence() -> None:
    schema = json.loads((TIMELINE / "schema.json").read_text(encoding="utf-8"))
    assert results.encode(schema_of(record.Line)) == (TIMELINE / "schema.json").read_bytes()
    validator = jsonschema.Draft202012Validator(schema)
    evidence = results.read_all(TIMELINE)
    recorded = record.read_all(TIMELINE)
    assert recorded
    for name, line in recorded.items():
        validator.validate(json.loads(results.encode(line)))
        for point in line.points:
            kept = evidence.pop(point.cell)
            assert (kept.verdict, kept.because) == (point.verdict, point.because)
        known = {point.version: point.verdict for point in line.points}
        known |= dict.fromkeys((each.version for each in line.skipped), None)
        assert not search.wanted(line.releases, known), f"{name}: the search has not ended"
        assert [(f.older, f.newer) for f in line.flips] == list(search.flips(line.releases, known))
    assert not evidence, "evidence of no line"


@pytest.mark.slow
def test_no_recorded_point_contradicts_its_scenario_or_the_matrix(
    recorded: dict[str, Result],
) -> None:
    for name, result in results.read_all(TIMELINE).items():
        stated = expected_of(
            scenarios.find(result.cell.scenario),
            result.cell,
            supported=result.verdict != "unsupported",
        )
        assert not stated or stated.verdict == result.verdict, name
        if name in recorded:
            assert recorded[name].verdict == result.verdict, name


def test_the_timeline_holds_no_path_of_a_machine() -> None:
    for path in (each for each in TIMELINE.rglob("*.*") if each.suffix):
        found = OF_A_MACHINE.search(path.read_text(encoding="utf-8"))
        assert not found, f"{path.name}: {found and found[0]}"
