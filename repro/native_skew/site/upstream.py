"""The generated part of a finding's page: commands, promises, ways out, threads.

``native-skew export --issue`` writes the same text into its report.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from native_skew import scenarios
from native_skew.errors import UnknownNameError
from native_skew.export import SourceQuote, UpstreamFinding, findings
from native_skew.installers import difference
from native_skew.results import Result, typed_lines
from native_skew.site import markup, snippet

_SHOWN = 4  # lines of the output of a tool that refused
_ERROR = re.compile(r"\s*(error|×|ERROR)")


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


def render(finding: UpstreamFinding, result: Result, plain: Result | None) -> str:
    """What was typed and printed in ``result``, what is promised, what would help, the threads.

    ``plain``, the run of the plain command, has what the project has anyway.
    """
    ways = "".join(f"- {each}\n" for each in finding.ways_out)
    folder = f"native-skew export {result.cell.id} report --issue\nsh report/run.sh\n"
    return (
        f"## What was typed\n\n{markup.fence(_session(result, plain), 'text')}\n"
        "The same, with the two distributions, as a folder that needs no more than the tool:\n\n"
        f"{markup.fence(folder, 'bash')}\n"
        f"## What is promised\n\n{_statements(finding.promises)}\nExpected, then: {finding.expected}\n\n"
        f"## What would help\n\n{ways}\n"
        f"## Where it is discussed\n\n{_statements(finding.known)}"
    )


def _session(result: Result, plain: Result | None) -> str:
    """What was added to the project and typed, and the error of the import or of the tool."""
    had = snippet.files(plain)
    lines = []
    for step in result.steps:
        added = difference(had, [(step.files, typed_lines(step))])
        for name, text in added.files.items():
            lines += [f"# to {name}:", *text.rstrip().splitlines()]
        lines += [f"$ {markup.command_line(argv)}" for argv in added.commands]
        had |= step.files
    seen = result.observation
    if seen and seen.import_error:
        module = scenarios.find(result.cell.scenario).module
        return "\n".join([*lines, f'$ python -c "import {module}"', seen.import_error.strip()])
    printed = result.steps[-1].commands[-1].output.strip().splitlines()
    starts = next((n for n, line in enumerate(printed) if _ERROR.match(line)), -_SHOWN)
    return "\n".join([*lines, *printed[starts:][:_SHOWN]])


def cited_on(path: str) -> str:
    """The statements on a finding's page at ``path``; empty for any other page."""
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
    """The short name of a thread, as ``uv 18667``; for other pages, the host."""
    parts = urlsplit(source)
    thread = re.fullmatch(r"/[^/]+/([^/]+)/(?:issues|pull)/(\d+)", parts.path)
    return f"{thread[1]} {thread[2]}" if thread else parts.netloc
