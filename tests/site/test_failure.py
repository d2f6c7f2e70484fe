"""The picture of the failure: one drawing for the README and the pages."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from native_skew.site import failure
from support.site import ROOT

SVG = "{http://www.w3.org/2000/svg}svg"


def test_the_page_has_each_step_of_the_drawing() -> None:
    drawn = ET.parse(ROOT / failure.PICTURE).getroot()
    steps = drawn.findall(SVG)
    shown = failure.figure()
    assert [step.get("aria-label", "")[:2] for step in steps] == ["1.", "2.", "3."]
    assert shown.count('<svg class="failure"') == len(steps)
    for step in steps:
        words = step.get("aria-label", "")
        assert words.replace("<", "&lt;") in shown
        assert "foo" in words
    assert "\n\n" not in shown, "an empty line ends HTML in Markdown"


def test_the_page_follows_its_readers_choice_of_colours() -> None:
    drawn, shown = (ROOT / failure.PICTURE).read_text(encoding="utf-8"), failure.figure()
    assert "prefers-color-scheme: dark" in drawn
    assert "prefers-color-scheme" not in shown
    (dark,) = re.findall(r"prefers-color-scheme: dark\) \{ \.failure \{([^}]*)\}", drawn)
    assert f'[data-md-color-scheme="slate"] .failure {{{dark}}}' in shown


def test_each_colour_of_the_drawing_is_defined_in_both_schemes() -> None:
    drawn = (ROOT / failure.PICTURE).read_text(encoding="utf-8")
    used = set(re.findall(r"var\((--[\w-]+)\)", drawn))
    light, dark = (
        set(re.findall(r"(--[\w-]+):", block))
        for block in re.findall(r"\.failure \{( --[^}]*)\}", drawn)
    )
    assert used == light == dark


def test_the_readme_shows_it() -> None:
    assert f"]({failure.PICTURE})" in (ROOT / "README.md").read_text(encoding="utf-8")
