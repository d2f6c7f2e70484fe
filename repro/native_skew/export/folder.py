"""A recorded result -> a folder that reproduces it without the kit."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import msgspec

from native_skew import scenarios, shipped
from native_skew.export import findings, shell, texts
from native_skew.export.errors import ExportFolderError
from native_skew.export.stages import plan_of
from native_skew.observe import PROBE
from native_skew.publish import CACHE_HEADERS, Publication
from native_skew.results import Result
from native_skew.run import Session
from native_skew.toolchain import Interpreter, interpreter, write_below


def export(result: Result, folder: Path, session: Session, *, with_issue: bool = False) -> str:
    """Writes ``folder``, whole or not at all.

    Args:
        result: the recorded cell.
        folder: new or empty.
        session: compiles and packs what the index offers.
        with_issue: write ISSUE.md as well.

    Returns:
        the report's text.

    Raises:
        NotExportableError: the cell is unsupported, or lives on the real index.
        StaleRecordError: the kit renders the cell otherwise than it is recorded.
        ExportFolderError: the folder is in use, or cannot be written.
        SkewError: the fake pair could not be made.

    """
    scenario = scenarios.find(result.cell.scenario)
    plan = plan_of(result, scenario)
    _require_empty(folder)
    python = _interpreter(result)
    publication = session.publication(scenario, result.cell.variant, python)
    report = texts.issue(result, scenario, findings.of(result))
    draft = session.folder / "export"
    shutil.rmtree(draft, ignore_errors=True)
    write_index(publication, plan.stages[-1].number, draft / "index")
    payload = shipped("export", "payload")
    files = {
        **{each: (payload / each).read_text("utf-8") for each in ("server.py", "look.py")},
        "probe.py": PROBE,
        "run.sh": shell.script(result, scenario, plan, python.platform),
        "recorded.json": json.dumps(_expected(result), indent=1) + "\n",
        "README.md": texts.readme(result, scenario, python.platform),
        **({"ISSUE.md": report} if with_issue else {}),
    }
    write_below(draft, files)
    try:
        shutil.copytree(draft, folder, dirs_exist_ok=True)
    except OSError as error:
        raise ExportFolderError(folder, f"cannot be written ({error})") from error
    return report


def _interpreter(result: Result) -> Interpreter:
    """The recorded Python, as far as the index's files depend on it; it need not be installed.

    The files are not built with it: what is compiled uses the stable ABI, and has the interpreter
    only in its tag.
    """
    here = interpreter.find()
    if here.name == result.cell.python:
        return here
    prefix = result.cell.python.rstrip("0123456789")
    names = (name for name, short in interpreter.PREFIX.items() if short == prefix)
    return msgspec.structs.replace(
        here, version=result.circumstances.python, implementation=next(names, here.implementation)
    )


def _require_empty(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ExportFolderError(folder, "is not an empty folder")


def _expected(result: Result) -> dict[str, str | None]:
    """What ``look.py`` compares with, and the names that it looks for."""
    scenario = scenarios.find(result.cell.scenario)
    seen = result.observation
    missing = seen is None or not seen.consumer_installed
    return {
        "cell": result.cell.id,
        "consumer": scenario.consumer,
        "provider": scenario.provider,
        "module": scenario.module,
        "verdict": result.verdict,
        "import": "–" if missing else (seen and seen.failed_import) or "succeeds",
        "installed": (seen and seen.installed) or "–",
    }


def write_index(publication: Publication, steps: int, folder: Path) -> None:
    """Writes the index below ``folder``: ``files/``, ``step-1/`` and so on, ``headers.json``.

    Any static file server can serve it. ``payload/server.py`` also sends the cache headers, on
    which some scenarios depend.
    """
    for number in range(1, steps + 1):
        publication.step = number
        html = {"index.html": publication.root_html()}
        for project in publication.projects():
            html[f"{project}/index.html"] = publication.project_html(project)
        write_below(folder / f"step-{number}", html)
    files = folder / "files"
    files.mkdir(parents=True, exist_ok=True)
    for file in publication.all_files():
        (files / file.filename).write_bytes(file.content)
        if publication.has_sidecar(file):
            (files / f"{file.filename}.metadata").write_bytes(file.metadata)
    headers = msgspec.structs.asdict(CACHE_HEADERS[publication.cache_headers])
    write_below(folder, {"headers.json": json.dumps(headers, indent=1) + "\n"})
