"""The timeline's page: the chart says what the lines say, and the table says it too."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from html import unescape

import pytest
from msgspec.structs import replace

from native_skew import results
from native_skew.scenarios import load_all
from native_skew.site import downloads, markup, pages, timeline
from native_skew.site.errors import CitationError
from native_skew.timeline import between, record
from native_skew.timeline.record import Flip, Line, Skipped
from support.site import ROOT

LINES = record.read_all(ROOT / record.FOLDER)
EVIDENCE = results.read_all(ROOT / record.FOLDER)


@pytest.fixture(scope="module")
def generated() -> dict[str, str]:
    return pages.generate(ROOT / results.FOLDER)


def drawn(line: Line) -> ET.Element:
    """The line's own SVG."""
    return ET.fromstring(timeline.chart([line], "label")).findall("svg")[0]


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
def test_a_bar_stands_for_each_stretch_and_together_they_fill_the_width(line: Line) -> None:
    bars = drawn(line).findall("g")
    assert [bar.get("class") for bar in bars] == [
        markup.css(span[0].verdict) for span in line.spans()
    ]
    rectangles = [bar.find("rect") for bar in bars]
    widths = [float((r.get("width") or "").rstrip("%")) for r in rectangles if r is not None]
    assert sum(widths) == pytest.approx(100, abs=0.1)
    dots = sum(len(bar.findall("circle")) for bar in bars)
    assert dots == len(line.points), "a dot for each release that was run, and no other"


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
def test_each_flip_is_labelled_with_its_release(line: Line) -> None:
    labels = [text.text for text in drawn(line).findall("text")]
    assert labels == [flip.newer for flip in line.flips]
    spoken = drawn(line).get("aria-label") or ""
    for flip in line.flips:
        assert f"{flip.old} " in spoken
        assert f"{flip.new} {flip.newer}" in spoken


def test_every_stretch_is_in_the_table_with_its_evidence(generated: dict[str, str]) -> None:
    page = generated[timeline.PAGE]
    links = set(re.findall(r'<a class="verdict [^"]*" href="\.\./([^"]*)/">', page))
    for line in LINES.values():
        for span in line.spans():
            if span[0].verdict != "unsupported":
                assert f"cells/{span[0].cell}" in links
            assert f"<td>{between(span)}</td>" in page
    for link in links:
        assert f"{unescape(link)}.md" in generated, "evidence without a page"


def test_the_evidence_links_to_what_it_is_made_of(generated: dict[str, str]) -> None:
    made = {path for path, _ in downloads.generate(ROOT / results.FOLDER)}
    for cell, result in results.read_all(ROOT / record.FOLDER).items():
        assert f"results/timeline/cells/{cell}.json" in made
        if result.verdict == "unsupported":
            assert f"cells/{cell}/index.html" in made, "an address without a page"
            continue
        (raw,) = re.findall(r'href="([^"]*\.json)">the raw result', generated[f"cells/{cell}.md"])
        assert raw.replace("../", "") in made


def test_what_could_not_be_run_is_said_and_leaves_a_gap() -> None:
    line = next(line for line in LINES.values() if line.flips)
    flip = replace(line.flips[0], skipped=("9.9.9",), declared=True)
    told = replace(line, flips=(flip,), skipped=(Skipped(version="9.9.9", reason="x"),))
    page = timeline.render(load_all(), {"line": told}, EVIDENCE)
    assert "any of 9.9.9 may have changed it" in page
    assert "nothing was run; any of" in page
    assert "could not be run: 9.9.9" in page
    plain = replace(line, flips=(replace(flip, skipped=(), declared=False),), skipped=())
    page = timeline.render(load_all(), {"line": plain}, EVIDENCE)
    assert "nothing was run" not in page
    assert "could not be run" not in page


def test_the_axis_names_no_more_than_a_phone_has_room_for() -> None:
    for line in LINES.values():
        chart = ET.fromstring(timeline.chart([line], "label"))
        labels = chart.findall("svg")[-1].findall("text")
        assert 1 <= len(labels) <= timeline._CROWDED


def test_nothing_in_a_chart_is_fetched_or_coloured_by_itself() -> None:
    for line in LINES.values():
        chart = timeline.chart([line], "label")
        assert not re.search(r"url\(|href|#[0-9a-f]{3}|style=", chart)


def test_bars_come_from_what_was_run_alone() -> None:
    """Negative control: if a line claims a flip where its points agree, no bar is drawn."""
    line = next(line for line in LINES.values() if not line.flips)
    false = Flip(
        older=line.points[0].version,
        newer=line.points[1].version,
        old="works",
        new="refused",
        old_because="",
        new_because="",
        declared=False,
    )
    assert len(drawn(replace(line, flips=(false,))).findall("g")) == 1


def test_a_page_cites_the_release_of_a_flip_and_a_wrong_citation_is_an_error() -> None:
    question = "stamped-sdist-only/dynamic-upper/uv-pip-install/match-runtime"
    folder = ROOT / record.FOLDER
    cited = timeline.flip_badge(question, "works", "refused", "understand/page.md", folder)
    assert cited.startswith("[uv 0.8.12](../cells/")
    assert "uv-pip-install@0.8.12" in cited
    with pytest.raises(CitationError, match=r"works to refused in 0\.8\.12"):
        timeline.flip_badge(question, "refused", "works", "understand/page.md", folder)
    with pytest.raises(CitationError, match="recorded: none"):
        timeline.flip_badge(
            "no/such/question/asked", "works", "refused", "understand/page.md", folder
        )
