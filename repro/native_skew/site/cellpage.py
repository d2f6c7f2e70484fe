"""Result -> the page of one cell, with everything that was recorded."""

from __future__ import annotations

from native_skew.installers import INSTALLERS, REMEDIES
from native_skew.publish import JournalEntry
from native_skew.results import Result, check_word, typed
from native_skew.scenarios import Scenario
from native_skew.site import markup
from native_skew.site.result_index import ResultIndex

# Left out of the search index: cells are found by the matrix.
_HEAD = ("search:", "  exclude: true", "template: cell.html")


def title(result: Result) -> str:
    """``Match the build to the run time: uv sync 0.13.9``."""
    after = "" if result.cell.start == "fresh" else ", after the failure"
    return f"{REMEDIES[result.cell.remedy].title}{after}: {markup.tool(result)}"


def render(result: Result, result_index: ResultIndex, scenario: Scenario, raw: str = "") -> str:
    """The page as Markdown with an HTML body, which is quick to build.

    ``raw`` is the path of the recorded result, if it is not one of the matrix.
    """
    cell = result.cell
    # The title and the description must be unique.
    where = f"{cell.scenario}/{cell.variant}, {cell.python}"
    told = f"{markup.tool(result)}, {cell.attempt}: {result.verdict}, {result.because}"
    description = f"{scenario.title} ({where}). {told}."
    head = markup.frontmatter(f"{title(result)} ({where})", description, *_HEAD)
    body = markup.rendered(
        "cell.html",
        result=result,
        scenario=scenario,
        page=markup.page_of(cell),
        raw=raw or markup.raw_of(result),
        others=[each for each in result_index.versions(result) if each is not result],
        commands=typed,
        check_word=check_word,
        diagram=diagram,
    )
    return f"{head}# {title(result)}\n\n{markup.READY}{body}"


def diagram(result: Result) -> str:
    """The journal of ``result`` as a sequence diagram, installer on the left, index on the right.

    It is a list with two lifelines drawn by the style sheet, so that it wraps on a phone, works
    with screen readers, and can be copied.
    """
    return markup.rendered(
        "sequence.html",
        result=result,
        name=INSTALLERS[result.cell.installer].title,
        several=len({entry.step for entry in result.journal}) > 1,
        purpose=purpose,
    )


def purpose(result: Result, entry: JournalEntry) -> str:
    """What a request was for, in a few words, according to the journal and the environment."""
    path = entry.path
    if path.startswith("/simple/"):
        unchanged = ", unchanged" if entry.status == 304 else ""
        missing = ", which is not there" if entry.status == 404 else ""
        return f"the list of {path.split('/')[2]}'s files{unchanged}{missing}"
    filename = path.removeprefix("/files/")
    if filename.endswith(".tar.gz"):
        return "the sdist"
    wheel = filename.removesuffix(".metadata")
    if wheel != filename:
        return _metadata_purpose(result, wheel)
    return _wheel_purpose(result, wheel)


def _metadata_purpose(result: Result, wheel: str) -> str:
    fetched = any(entry.path == f"/files/{wheel}" for entry in result.journal)
    record = next((p for p in result.published if p.filename == wheel), None)
    says = f" says {', '.join(record.requires_dist)}" if record and record.requires_dist else ""
    if fetched or not says:
        return f"metadata of {_short(wheel)}" + (f", which{says}" if says else "")
    return f"metadata of a wheel that is never downloaded; it{says}"


def _wheel_purpose(result: Result, wheel: str) -> str:
    seen = result.observation
    name, version = wheel.split("-")[:2]
    provider = next((p.filename.split("-")[0] for p in result.published), "")
    if not seen or name != provider:
        return f"the wheel {_short(wheel)}"
    uses = []
    if version == seen.built_against:
        uses.append("the build")
    if version == seen.installed:
        uses.append("run time")
    return f"the wheel {_short(wheel)}" + (f", for {' and '.join(uses)}" if uses else "")


def _short(wheel: str) -> str:
    name, version = wheel.split("-")[:2]
    return f"{name.replace('_', '-')} {version}"
