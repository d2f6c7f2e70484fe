"""Stages -> ``run.sh``: the recorded commands as a POSIX shell script.

Files are written by here-documents, so that the script is complete. The record's
``http://127.0.0.1:8000`` and ``/python/…`` become variables.
"""

from __future__ import annotations

import re
import shlex
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from string import Template

from native_skew import shipped
from native_skew.export.stages import ADDRESS, USER_FOLDER, ExportedStage, ExportPlan
from native_skew.installers import INSTALLERS
from native_skew.observe import subject_of
from native_skew.results import Result
from native_skew.scenarios import Scenario
from native_skew.toolchain import Sandbox, commands_of, environment

_CELL = "/cell"  # where the cell's folder is, before it becomes $cell
_PROJECT = "/cell/@project"
_LAST_LINE = "END_OF_FILE"


def script(result: Result, scenario: Scenario, plan: ExportPlan, platform: str) -> str:
    """The text of ``run.sh``; ``platform`` is what the index was compiled for."""
    words = _Words(plan)
    installer = INSTALLERS[result.cell.installer]
    tools = (installer.tool, *installer.beside)
    commands = tuple(command for tool in tools for command in commands_of(tool))
    version = result.circumstances.python_minor
    sandbox = Sandbox(root=Path(_CELL), index_url=f"{ADDRESS}/simple/")
    values = {
        "cell": result.cell.id,
        "verdict": result.verdict,
        "tool": commands[0],
        "tool_version": result.cell.version,
        "needs": "".join(f"need {each}\n" for each in commands),
        "python_version": version,
        "platform": platform,
        "python_tuple": version.replace(".", ", "),
        "misuse": "".join(f" | {code}" for code in installer.misuse),
        "variables": "".join(
            f"        {name}={words.quoted(value)} \\\n"
            for name, value in environment(sandbox, ()).items()
            if name != "PATH"
        ),
        "folders": "".join(_prepared(sandbox, words)),
        "stages": "".join(line for stage in plan.stages for line in _stage(stage, words)),
        "probe": _probe(plan, words),
        "module": shlex.join(subject_of(scenario, result.cell.variant).modules),
    }
    return filled("run.sh", values)


def filled(name: str, values: Mapping[str, str]) -> str:
    """The text of a file in every exported folder, with its placeholders filled in."""
    template = shipped("export", "payload", f"{name}.template")
    return _Braced(template.read_text(encoding="utf-8")).substitute(values)


class _Braced(Template):
    """A template whose placeholders are ``@{name}``, so that the shell's dollars are kept."""

    delimiter = "@"
    idpattern = "(?!)"  # no placeholder without braces
    braceidpattern = "[a-z_]+"


class _Words:
    """Words of the record -> words of the script."""

    def __init__(self, plan: ExportPlan) -> None:
        # Longest first: the cache's folder lies in the cell's.
        self._variables = {
            f"{_CELL}/cache-1": "cache",
            _PROJECT: "project",
            plan.interpreter: "python",
            ADDRESS: "address",
            _CELL: "cell",
        }
        self._pattern = re.compile("|".join(map(re.escape, self._variables)))

    def quoted(self, text: str) -> str:
        """``text`` as one word."""
        if not self.has_variable(text):
            return shlex.quote(text)
        return f'"{self.expanding(text, more_escaped=chr(34))}"'

    def expanding(self, text: str, more_escaped: str = "") -> str:
        """``text`` for a place where the shell expands variables: everything else is escaped."""
        parts, end = [], 0
        for found in self._pattern.finditer(text):
            parts += [_escaped(text[end : found.start()], more_escaped), self._named(found[0])]
            end = found.end()
        return "".join([*parts, _escaped(text[end:], more_escaped)])

    def has_variable(self, text: str) -> bool:
        """Whether anything in ``text`` is a variable in the script."""
        return bool(self._pattern.search(text))

    def command(self, argv: tuple[str, ...], environ: Mapping[str, str]) -> str:
        """A command line preceded by the variables that it needs."""
        variables = [f"{name}={self.quoted(value)}" for name, value in environ.items()]
        return " ".join([*variables, *(self.quoted(each) for each in argv)])

    def _named(self, text: str) -> str:
        return f"${{{self._variables[text]}}}"


def _escaped(text: str, more: str) -> str:
    return re.sub(f"[\\\\$`{more}]", r"\\\g<0>", text)


def _prepared(sandbox: Sandbox, words: _Words) -> Iterator[str]:
    """Commands that create what ``Sandbox.prepare`` creates, found by calling it."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        made = Sandbox(root=root, index_url=sandbox.index_url)
        made.prepare()
        found = sorted(root.rglob("*"))
        for path in found:
            if (
                path.is_dir()
                and path != made.project
                and not any(p.is_dir() for p in path.iterdir())
            ):
                yield f"mkdir -p {words.quoted(f'{_CELL}/{path.relative_to(root)}')}\n"
        for path in found:
            if path.is_file():
                name = f"{_CELL}/{path.relative_to(root)}"
                yield from _file(name, path.read_text(encoding="utf-8"), words)


def _stage(stage: ExportedStage, words: _Words) -> Iterator[str]:
    start = f"stage {stage.number} {shlex.quote(stage.title)} {stage.environment} {stage.cache}\n"
    if stage.needs_lock:
        start = f'if [ "$code" -eq 0 ]; then # there is a lock to go by\n{start}'
    yield f"\n{start}"
    for name in stage.brought:
        source = f"{_CELL}/project-{stage.environment - 1}/{name}"
        yield f"cp {words.quoted(source)} . || exit 2\n"
    for name, text in stage.files.items():
        folder = f"{_CELL}/home/.config/" if name.startswith(USER_FOLDER) else ""
        path = folder + name.removeprefix(USER_FOLDER)
        if "/" in path:
            yield f"mkdir -p {words.quoted(str(PurePosixPath(path).parent))}\n"
        yield from _file(path, text, words)
    for argv in stage.commands:
        yield f"run {words.command(argv, stage.environ)}\n"
    if stage.needs_lock:
        yield "fi\n"


def _file(path: str, text: str, words: _Words) -> Iterator[str]:
    """A here-document; or an empty file."""
    target = words.quoted(path)
    if not text:
        yield f": >{target}\n"
        return
    body = text if text.endswith("\n") else text + "\n"
    if words.has_variable(text):
        head, body = f"cat >{target} <<{_LAST_LINE} || exit 2", words.expanding(body)
    else:
        head = f"cat >{target} <<'{_LAST_LINE}' || exit 2"
    yield f"{head}\n{body}{_LAST_LINE}\n"


def _probe(plan: ExportPlan, words: _Words) -> str:
    """The command that runs the environment's interpreter."""
    folders = ":".join(f"{_PROJECT}/{each}" for each in plan.library_path)
    environ = dict(plan.stages[-1].environ)
    if folders:
        environ["LD_LIBRARY_PATH"] = folders
    return words.command(plan.python, environ)
