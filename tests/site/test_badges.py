"""A badge for each package that the catalogue lists."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from native_skew.site import downloads
from support.site import ROOT

CATALOGUE = """\
## The metadata is stamped

| package | library |
|---|---|
| softioc | epicscorelibs |
| p4p 4.3.0 | epicscorelibs |

## Nothing & nobody

| package | library |
|---|---|
| flash-attn, Deep_Speed | torch |
| packages that build against the pinned version | torch |
| softioc | another family |
"""


def test_a_package_has_the_heading_that_it_stands_under_first() -> None:
    made = {path: ET.fromstring(svg) for path, svg in downloads.badges(CATALOGUE)}
    assert {path: svg.get("aria-label") for path, svg in made.items()} == {
        "badges/softioc.svg": "native-skew: the metadata is stamped",
        "badges/p4p.svg": "native-skew: the metadata is stamped",
        "badges/flash-attn.svg": "native-skew: nothing & nobody",
        "badges/deep-speed.svg": "native-skew: nothing & nobody",
    }
    for svg in made.values():
        boxes = [each for each in svg.iter() if each.tag.endswith("rect")]
        end = max(float(box.get("x") or 0) + float(box.get("width") or 0) for box in boxes)
        assert end == float(svg.get("width") or 0)


def test_each_row_of_the_catalogue_has_one() -> None:
    made = {path for path, _ in downloads.badges(downloads.CATALOGUE.read_text(encoding="utf-8"))}
    assert {"badges/softioc.svg", "badges/flash-attn.svg", "badges/slepc4py.svg"} <= made
    assert (ROOT / downloads.CATALOGUE).exists()
    assert not [path for path in made if "package" in path or "torch-and" in path]
