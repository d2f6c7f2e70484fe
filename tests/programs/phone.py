"""How long a page takes on a throttled phone, and what goes over the wire: nox -s phone.

The profile is Lighthouse's for mobiles: 1.6 Mbit/s down, 150 ms to the server and back, and a
processor four times slower. https://github.com/GoogleChrome/lighthouse/blob/main/docs/throttling.md
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from support.browser import installed
from support.site import ROOT, build
from support.site_server import serving

NETWORK = {
    "offline": False,
    "latency": 150,  # ms
    "downloadThroughput": 1_638_400 / 8,  # bytes per second
    "uploadThroughput": 750_000 / 8,
}
SLOWER = 4
TURNS = 5
READY = """() => {
  const [page] = performance.getEntriesByType('navigation');
  const paint = performance.getEntriesByName('first-contentful-paint')[0];
  return [paint ? paint.startTime : 0, page.domContentLoadedEventEnd, page.loadEventEnd];
}"""


def main() -> int:
    """Builds the site and measures the pages named; the home page and the matrix by default."""
    if not (found := installed()):
        print("Chromium is not installed: apt-get install chromium", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        done = build(ROOT, Path(folder))
        if done.returncode:
            print(done.stderr, file=sys.stderr)
            return 2
        with serving(Path(folder)) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=found, args=["--no-sandbox", "--headless"]
            )
            for path in sys.argv[1:] or ["", "errors/missing-library/", "matrix/"]:
                measured = [once(browser, address + path) for _ in range(TURNS)]
                paint, ready, loaded, size = map(statistics.median, zip(*measured, strict=True))
                print(
                    f"/{path}: first paint {paint:.0f} ms, ready {ready:.0f} ms (best "
                    f"{min(each[1] for each in measured):.0f}), loaded {loaded:.0f} ms, "
                    f"{size / 1000:.0f} kB over the wire; median of {TURNS}, empty cache"
                )
    return 0


def once(browser: Any, url: str) -> tuple[float, float, float, float]:
    """First paint, ready and loaded in milliseconds, and the bytes received, search aside."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, is_mobile=True)
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("Network.enable")
    devtools.send("Network.emulateNetworkConditions", NETWORK)
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    addresses: dict[str, str] = {}
    sizes: dict[str, float] = {}
    devtools.on(
        "Network.requestWillBeSent",
        lambda event: addresses.update({event["requestId"]: event["request"]["url"]}),
    )
    devtools.on(
        "Network.loadingFinished",
        lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]}),
    )
    page.goto(url, wait_until="load")
    page.wait_for_timeout(500)  # the paint's entry may come after the load event
    paint, ready, loaded = page.evaluate(READY)
    context.close()
    size = sum(each for key, each in sizes.items() if "/search/" not in addresses.get(key, ""))
    return paint, ready, loaded, size


if __name__ == "__main__":
    sys.exit(main())
