"""Whether the external links of the built site still lead somewhere: nox -s links.

One request at a time, with urllib3's retries, which wait as long as a server asks for.
"""

from __future__ import annotations

import sys
from pathlib import Path
from urllib.parse import unquote, urldefrag

import urllib3

from support.page import Page, read

LARGEST = 8_000_000  # bytes of an answer that are read to look for its anchor
RETRIES = urllib3.Retry(
    total=4, backoff_factor=2, status_forcelist=(429, 500, 502, 503, 504), raise_on_status=False
)


def main(site: Path) -> int:
    """Asks for each; returns 0 if all are there, 1 if one is not, 2 if no server answered at all."""
    pool = urllib3.PoolManager(headers={"User-Agent": "native-skew-links (documentation)"})
    found = {address: problem(address, pool) for address in cited(site)}
    for address, why in found.items():
        print(f"{address}: {why or 'there'}")
    if all(why == "no answer" for why in found.values()):
        return 2
    return int(any(found.values()))


def cited(site: Path) -> list[str]:
    """The addresses outside of the site that its pages lead to; those of cells say no others."""
    pages = (each for each in site.rglob("*.html") if "cells" not in each.relative_to(site).parts)
    return sorted({href for page in pages for href in read(page).links if "://" in href})


def problem(address: str, pool: urllib3.PoolManager, retries: urllib3.Retry = RETRIES) -> str:
    """What is wrong with an address; empty for nothing."""
    page, fragment = urldefrag(address)
    try:
        answer = pool.request("GET", page, retries=retries, timeout=30, preload_content=False)
        text = answer.read(LARGEST, decode_content=True).decode("utf-8", "replace")
        answer.release_conn()
    except urllib3.exceptions.HTTPError:
        return "no answer"
    if answer.status != 200:
        return f"the server answers {answer.status}"
    if fragment and "html" in answer.headers.get("Content-Type", ""):
        parsed = Page()
        parsed.feed(text)
        if unquote(fragment) not in parsed.anchors:
            return f"the page has no anchor #{fragment}"
    return ""


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
