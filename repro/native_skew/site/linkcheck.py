"""Checks whether each external link of the site still works, and updates the record.

``python -m native_skew.site.linkcheck``, or ``nox -s links``. It makes one request at a time, with
a pause for each server and urllib3's retries, which wait as long as a server asks for. If a server
does not answer at all, the last check is kept: being offline says nothing about a link.
"""

from __future__ import annotations

import argparse
import datetime as dt
import sys
import time
from collections.abc import Mapping, Sequence
from html.parser import HTMLParser
from urllib.parse import unquote, urldefrag, urlsplit

import msgspec
import urllib3

from native_skew.errors import ExitCode, SkewError
from native_skew.site import links, pages
from native_skew.site.errors import SiteError
from native_skew.site.links import LinkCheck

LARGEST = 8_000_000  # bytes of one answer that are read to look for its anchor
_RETRIES = urllib3.Retry(
    total=4,
    backoff_factor=2,  # seconds, doubled each time
    status_forcelist=(429, 500, 502, 503, 504),
    raise_on_status=False,
)
_AGENT = {"User-Agent": "native-skew-links (documentation link check)"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Checks the links of the checkout in the working directory.

    Returns:
        0 if all are there, 1 if one is not, 2 if no server answered at all.

    """
    parser = argparse.ArgumentParser(prog="nox -s links --", description=__doc__)
    parser.add_argument(
        "--list", action="store_true", help="make no request, only update the list of links"
    )
    parser.add_argument(
        "--read",
        nargs="+",
        metavar="ADDRESS",
        help="make no request, note that these pages were read today and support their citations",
    )
    parser.add_argument("--pause", type=float, default=1.0, help="seconds between requests")
    options = parser.parse_args(arguments)
    try:
        where = links.cited(links.written() | pages.generate())
        known = links.read()
        checks = {address: known.get(address, LinkCheck()) for address in where}
        if options.read:
            checks |= noted(options.read, checks)
        elif not options.list:
            answers = look(checks, urllib3.PoolManager(headers=_AGENT), options.pause)
            checks |= {
                address: msgspec.structs.replace(answer, read=checks[address].read)
                for address, answer in answers.items()
            }
        links.write(checks)
    except SkewError as error:
        print(error, file=sys.stderr)
        return ExitCode.COULD_NOT_RUN
    if options.list or options.read:
        return ExitCode.SOUND
    return _report(checks, where)


def look(
    addresses: Sequence[str] | Mapping[str, LinkCheck],
    pool: urllib3.PoolManager,
    pause: float,
    retries: urllib3.Retry | None = None,
) -> dict[str, LinkCheck]:
    """Requests every address once, ``pause`` seconds after the last request to its server.

    Returns:
        The checks of those whose server answered.

    """
    found = {}
    last: dict[str, float] = {}
    for address in addresses:
        server = urlsplit(address).netloc
        wait = last.get(server, 0) + pause - time.monotonic()
        if server in last and wait > 0:
            time.sleep(wait)
        problem = _problem(address, pool, retries or _RETRIES)
        last[server] = time.monotonic()
        print(f"{address}: {'no answer' if problem is None else problem or 'there'}", flush=True)
        if problem is not None:
            found[address] = LinkCheck(checked=_today(), problem=problem)
    return found


def noted(addresses: Sequence[str], checks: Mapping[str, LinkCheck]) -> dict[str, LinkCheck]:
    """The checks of ``addresses``, as read today.

    Raises:
        SiteError: one of them is cited nowhere.

    """
    if unknown := [address for address in addresses if address not in checks]:
        listed = ", ".join(unknown)
        raise SiteError(f"{listed}: cited on no page; docs/links.json lists what is")
    return {a: msgspec.structs.replace(checks[a], read=_today()) for a in addresses}


def _today() -> dt.date:
    return dt.datetime.now(dt.timezone.utc).date()


def _problem(address: str, pool: urllib3.PoolManager, retries: urllib3.Retry) -> str | None:
    """What is wrong with an address; empty for nothing, None if the server does not answer."""
    page, fragment = urldefrag(address)
    try:
        answer = pool.request("GET", page, retries=retries, timeout=30, preload_content=False)
        text = answer.read(LARGEST, decode_content=True).decode("utf-8", "replace")
        answer.release_conn()
    except urllib3.exceptions.HTTPError:
        return None
    if answer.status != 200:
        return f"the server answers {answer.status}"
    if fragment and "html" in answer.headers.get("Content-Type", ""):
        anchors = _Anchors()
        anchors.feed(text)
        if unquote(fragment) not in anchors.found:
            return f"the page has no anchor #{fragment}"
    return ""


class _Anchors(HTMLParser):
    """The anchors on a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = ("id", "name") if tag == "a" else ("id",)
        self.found |= {value for name, value in attrs if name in names and value}


def _report(checks: Mapping[str, LinkCheck], where: Mapping[str, Sequence[str]]) -> int:
    if all(check.checked is None for check in checks.values()):
        print("no server answered; is the network there? The record is as it was", file=sys.stderr)
        return ExitCode.COULD_NOT_RUN
    wrong = {address: check for address, check in checks.items() if check.problem}
    for address, check in wrong.items():
        places = ", ".join(where[address])
        print(f"{address}: {check.problem}; cited on {places}", file=sys.stderr)
    return ExitCode.of(changed=wrong)


if __name__ == "__main__":
    sys.exit(main())
