"""Installers -> one page: which versions are recorded, and what each has no option for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from packaging.version import Version

from native_skew.installers import INSTALLERS, REMEDIES
from native_skew.results import Result
from native_skew.site import markup
from native_skew.site.result_index import Book

PAGE = markup.INSTALLERS_PAGE


def render(book: Book, evidence: Mapping[str, Result]) -> str:
    """The page, a section an installer.

    Args:
        book: the results.
        evidence: the timeline's results, of older releases too.

    """
    known = {result.cell.id: result for result in evidence.values()}
    known |= {result.cell.id: result for result in book.results}
    lines = [
        markup.frontmatter(
            "Installers",
            "Which versions of pip, uv, Poetry, PDM, Pipenv, pip-tools and Hatch are recorded, and "
            "which remedy each of them has no option for.",
            *markup.RARE,
        ),
        "# Installers\n",
        "Which versions of each tool are recorded, and which remedies it has no option for. Such a "
        "cell is unsupported: nothing is run for it, and it has no page of its own.\n",
    ]
    for name in INSTALLERS:
        own = [result for result in known.values() if result.cell.installer == name]
        if own:
            lines += _section(name, own, book)
    lines.append(
        "What to do: [filter the matrix](../matrix.md) for the tool that you use, or open a "
        "[remedy](../remedies/index.md) for what to write in it.\n"
    )
    return "\n".join(lines)


def _section(name: str, own: list[Result], book: Book) -> Iterator[str]:
    installer = INSTALLERS[name]
    yield f"## {installer.title} {{ #{name} }}\n"
    recorded = ", ".join(book.tools().get(name, ())) or "none"
    newest = max(own, key=lambda result: result.circumstances.date).circumstances.date
    releases = {result.cell.version for result in own}
    yield f"{installer.tool} {recorded} in the matrix, {len(releases)} releases in all.\n"
    unsupported = [result for result in own if result.verdict == "unsupported"]
    if unsupported:
        yield f"It has no option for:\n\n{_list(unsupported)}\n"
    yield f'<p class="verified">Last verified: {newest}.</p>\n'


def _list(results: Iterable[Result]) -> str:
    reasons: dict[tuple[str, str], set[str]] = defaultdict(set)
    for result in results:
        reasons[result.cell.remedy, result.because].add(result.cell.version)
    order = list(REMEDIES)
    return "\n".join(
        f"- [{REMEDIES[remedy].title}](../remedies/{remedy}.md) "
        f"({', '.join(sorted(versions, key=Version))}): {markup.linked(because)}."
        for (remedy, because), versions in sorted(
            reasons.items(), key=lambda item: (order.index(item[0][0]), item[0][1])
        )
    )
