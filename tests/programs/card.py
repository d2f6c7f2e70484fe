"""Makes the picture that stands for the site where a link to it is shown: docs/images/card.png."""

from __future__ import annotations

import sys

from playwright.sync_api import sync_playwright

from support.browser import installed
from support.site import ROOT

IMAGES = ROOT / "docs/images"
WIDTH, HEIGHT = 1200, 630  # https://ogp.me/ leaves it open; what most sites show whole
PAGE = """\
<body style="background:#24425c;color:#fff;font:28px sans-serif;margin:0;padding:60px 50px">
<h1 style="font-size:60px;margin:0 0 16px">native-skew</h1>
<p style="margin:0 0 40px">Built against one version of a library, run with another:<br>
the cause and the fix, from recorded runs of pip, uv, Poetry, PDM and Pipenv.</p>
<div style="width:1100px">{picture}</div>
"""


def main() -> int:
    """Draws it with the fonts of this machine."""
    picture = (IMAGES / "failure.svg").read_text(encoding="utf-8").replace('width="1000"', "")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=installed(), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light")
        page.set_content(PAGE.format(picture=picture.replace('height="300"', "")))
        page.screenshot(path=IMAGES / "card.png")
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
