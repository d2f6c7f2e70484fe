"""What the paste box answers to what people paste, without a browser: in Node."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any, get_args

import pytest
from pasted_corpus import CASES, Case
from test_parts import printed

from native_skew.site import messages
from native_skew.site.result_index import ResultIndex
from support.site import ROOT

SCRIPT = ROOT / "docs/assets/pastebox.js"
RUNNER = ROOT / "tests/support/box.js"


def answers(texts: list[str]) -> list[dict[str, Any]]:
    """The box's answers, in the order of the texts."""
    node = shutil.which("node")
    if node is None:
        pytest.fail("Node.js is not installed: apt-get install nodejs")
    tables = json.loads(messages.for_script(""))
    given = json.dumps({"script": str(SCRIPT), "tables": tables, "texts": texts})
    done = subprocess.run(
        [node, str(RUNNER)], input=given, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    said: list[dict[str, Any]] = json.loads(done.stdout)
    return said


@pytest.fixture(scope="module")
def given() -> dict[str, dict[str, Any]]:
    """The box's answer to each case."""
    return dict(zip([c.name for c in CASES], answers([c.text for c in CASES]), strict=True))


def test_the_corpus_is_large_and_of_all_kinds() -> None:
    assert len(CASES) >= 150
    assert len({case.name for case in CASES}) == len(CASES)
    assert {case.kind for case in CASES} == {None, "skew", *get_args(messages.Kind)}
    assert messages.MESSAGES.keys() <= {case.id for case in CASES}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_answer(case: Case, given: dict[str, dict[str, Any]]) -> None:
    answer = given[case.name]["answer"]
    if case.id is None:
        assert answer is None
        return
    assert answer is not None
    assert (answer["id"], answer["kind"]) == (case.id, case.kind)
    assert {key: answer.get(key) for key in case.facts} == case.facts
    # What a module was built with is not guessed from what a resolver or a check says.
    assert "built" not in answer or "built" in case.facts


def test_a_word_without_an_end_does_not_stop_it() -> None:
    """Texts for which a pattern that may begin anywhere takes time quadratic in their length."""
    (said,) = answers([f"{'a' * 300_000}\nModuleNotFoundError: No module named 'pkg_resources'"])
    assert said["found"][0] == "no-pkg-resources"


def test_a_package_that_is_named_like_what_every_object_has() -> None:
    (said,) = answers(
        [
            'Traceback (most recent call last):\n  File "/x/site-packages/constructor/__init__.py", line 1, in <module>\n'
            "ImportError: libfoo.so.3: cannot open shared object file: No such file or directory"
        ]
    )
    assert said["answer"]["consumer"] == "constructor"


def test_a_link_holds_the_answer_and_not_the_log(given: dict[str, dict[str, Any]]) -> None:
    for name, said in given.items():
        if said["answer"] is None:
            continue
        shared = said["linked"]["answer"]
        assert shared.items() <= said["answer"].items(), name
        assert (shared["id"], shared["kind"]) == (said["answer"]["id"], said["answer"]["kind"])
        for value in said["answer"].values():
            assert "\n" not in value
            assert "site-packages" not in value


@pytest.mark.parametrize(
    "address",
    [
        "#answer?id=missing-library&kind=native",
        "#answer?id=system-library&kind=skew",
        "#answer?id=nobody&kind=skew",
        "#something-else",
    ],
)
def test_a_link_says_no_more_than_the_box_would(address: str) -> None:
    assert _linked(address) is None


def test_a_link_shows_nothing_but_names_and_versions() -> None:
    shared = _linked(
        "#answer?id=missing-library&kind=possible&library=libx.so.1&name=visit+evil.example"
        "&consumer=%3Cb%3E&family=trust+me"
    )
    assert shared["answer"] == {"id": "missing-library", "kind": "possible", "library": "libx.so.1"}


def _linked(address: str) -> Any:
    code = (
        "globalThis.window = globalThis; globalThis.document = { querySelectorAll: () => [] };"
        "(0, eval)(require('fs').readFileSync(process.argv[1], 'utf8'));"
        "process.stdout.write(JSON.stringify("
        "nativeSkew.linked(process.argv[2], JSON.parse(require('fs').readFileSync(0, 'utf8')))));"
    )
    done = subprocess.run(
        ["node", "-e", code, str(SCRIPT), address],
        input=messages.for_script(""),
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def test_what_answers_lead_to_exists(site: Path) -> None:
    ways = [
        other.page for other in messages.OTHERS.values() if other.page and "://" not in other.page
    ]
    ways += [f"errors/{name}/" for name in messages.MESSAGES]
    for way in ways:
        folder, _, anchor = way.partition("#")
        page = (site / folder / "index.html").read_text(encoding="utf-8")
        assert not anchor or f'id="{anchor}"' in page, way


# What prints nothing of its failure, or has none.
SILENT = ("works", "unsupported", "wrong result")
CONSUMERS = ("fake-softioc", "softioc", "fake-pvxslibs")
# Refusals that have nothing of this site in them: `pip lock` may use no wheel, and Pipenv keeps
# the message of the build to itself.
NO_CAUSE = ("No binaries permitted", "when getting requirements to build")


def test_every_recorded_failure_is_named(result_index: ResultIndex) -> None:
    """All tools, all versions and so both of uv's layouts, as they printed it."""
    logs = {r.cell.id: printed(r) for r in result_index.results if r.verdict not in SILENT}
    wrong = []
    for (cell, log), said in zip(logs.items(), answers(list(logs.values())), strict=True):
        found, answer = said["found"], said["answer"] or {}
        expected = messages.recognise(log)
        if [each for each in found if each in messages.MESSAGES] != expected:
            wrong.append(f"{cell}: {found}, expected {expected}")
        verdict = result_index.find(cell).verdict
        if not expected and not found and not any(words in log for words in NO_CAUSE):
            wrong.append(f"{cell}: nothing found")
        family = answer.get("family", "")
        if verdict == "broken, detected" and not family.startswith("stamped"):
            wrong.append(f"{cell}: {family}")
        # A repair that uv refuses checks nothing: the log does not tell what is stamped.
        refused = answer.get("id") == "no-static-metadata"
        if verdict == "broken, undetected" and not (refused or family.startswith("unstamped")):
            wrong.append(f"{cell}: {family}")
        if verdict == "broken, detected" and answer.get("consumer") not in CONSUMERS:
            wrong.append(f"{cell}: package {answer.get('consumer')}")
        # A repair that was refused leaves the broken environment; then both are in the log.
        if verdict.startswith("broken") and answer.get("kind") in ("native", "other", None):
            wrong.append(f"{cell}: {answer.get('kind')}")
    assert not wrong, f"{len(wrong)} of {len(logs)}:\n" + "\n".join(wrong[:40])


def test_the_box_is_silent_about_what_works(result_index: ResultIndex) -> None:
    logs = [printed(r) for r in result_index.results if r.verdict == "works" and len(r.steps) == 1]
    assert len(logs) > 100
    assert not [said["found"] for said in answers(logs) if said["found"]]
