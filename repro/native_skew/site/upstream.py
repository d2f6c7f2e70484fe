"""What is known of a finding, as the end of its page: promises, reproduction, ways out, threads.

The same words go into the report that ``native-skew export --issue`` writes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from native_skew.errors import UnknownNameError
from native_skew.export import SourceQuote, UpstreamFinding, findings
from native_skew.results import Result
from native_skew.site import markup


def find(name: str) -> UpstreamFinding:
    """The finding called ``name``.

    Raises:
        UnknownNameError: there is none.
        FindingsError: the file of findings is damaged.

    """
    known = findings.load()
    if name not in known:
        raise UnknownNameError("finding", name, known)
    return known[name]


def promises(finding: UpstreamFinding) -> str:
    """What specifications and documentation say, as a list with their addresses."""
    return f"{_statements(finding.promises)}\nExpected, then: {finding.expected}\n\n"


def rest(finding: UpstreamFinding, result: Result) -> str:
    """How to reproduce ``result``, what could be done, and where it is discussed."""
    ways = "".join(f"- {each}\n" for each in finding.ways_out)
    command = f"native-skew export {result.cell.id} report --issue\nsh report/run.sh\n"
    return (
        "## Reproduce it\n\n"
        "This writes a folder that needs no more than the tool, and the text of a report:\n\n"
        f"{markup.fence(command, 'bash')}\n"
        f"## Possible ways out\n\n{ways}\n"
        f"## Already said\n\n{_statements(finding.known)}"
    )


def cited_on(path: str) -> str:
    """The statements that the page at ``path`` quotes; empty for any other page."""
    known = findings.load()
    name = path.removeprefix("upstream/").removesuffix(".md")
    if name not in known or path != f"upstream/{name}.md":
        return ""
    return "\n" + _statements((*known[name].promises, *known[name].known))


def _statements(statements: Sequence[SourceQuote]) -> str:
    return "".join(
        f"- {each.says} ([{_label(each.source)}]({each.source}))\n" for each in statements
    )


def _label(source: str) -> str:
    """A thread as people cite it, ``uv 18667``; of any other page its site."""
    parts = urlsplit(source)
    thread = re.fullmatch(r"/[^/]+/([^/]+)/(?:issues|pull)/(\d+)", parts.path)
    return f"{thread[1]} {thread[2]}" if thread else parts.netloc
