"""An installer that costs next to nothing, so that what is left is the kit's own cost.

It asks the index for a page and a file, as an installer does, and copies an environment that
a real one made. The tools whose ``check`` is asked are stubs as well.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from msgspec.structs import replace

from native_skew import scenarios
from native_skew.errors import CellError
from native_skew.installers import INSTALLERS, Installer, Plan, RenderContext, Request
from native_skew.run import (
    ISSUE,
    TOUR_SCENARIO,
    TOUR_VARIANT,
    Builds,
    CellRun,
    Filters,
    Session,
    Task,
    select,
)
from native_skew.scenarios import Cell
from native_skew.toolchain import Processes, Tool, interpreter

NAME = "stub"
_INSTALL = """\
#!/bin/sh
exec '{python}' -IS - <<'PROGRAM'
import os, shutil, urllib.parse, urllib.request
page = os.environ["PIP_INDEX_URL"] + "fake-softioc/"
file = urllib.parse.urljoin(page, "../../files/fake_softioc-4.6.1.tar.gz")
for url in (page, file):
    urllib.request.urlopen(url).read()
shutil.copytree({model!r}, ".venv", symlinks=True)
PROGRAM
"""
_CHECK = "#!/bin/sh\nexit 0\n"


def prepare(session: Session) -> Task:
    """Registers the stub and returns one task of it; further ones differ in their version.

    Raises:
        CellError: the environment that it copies could not be made.
        ToolUnavailableError: uv, which makes it, cannot be had.

    """
    folder = session.folder / NAME
    folder.mkdir()
    model = _model(session, folder / "model")
    _script(folder / NAME, _INSTALL.format(python=sys.executable, model=str(model)))
    for tool in session.check_tools:
        _script(folder / tool.name, _CHECK)
    session.check_tools = tuple(replace(tool, path=str(folder)) for tool in session.check_tools)
    INSTALLERS[NAME] = Installer(
        id=NAME, title=NAME, tool=NAME, render=_render, makes_environment=True
    )
    python = interpreter.find()
    cell = Cell(
        scenario=TOUR_SCENARIO,
        variant=TOUR_VARIANT,
        installer=NAME,
        version="0",
        remedy="nothing",
        python=python.name,
    )
    return Task(
        cell=cell,
        scenario=scenarios.find(TOUR_SCENARIO),
        interpreter=python,
        tool=Tool(name=NAME, version="0", path=str(folder)),
    )


def numbered(first: Task, number: int) -> Task:
    """The stub's task of that number: a cell of its own."""
    version = str(number)
    return replace(
        first,
        cell=replace(first.cell, version=version),
        tool=replace(first.tool, version=version),
    )


def _render(request: Request, target: RenderContext) -> Plan:  # noqa: ARG001  (the stub knows no words)
    return Plan(commands=((NAME, "install"),))


def _model(session: Session, to: Path) -> Path:
    """An environment with a module that works, made by uv."""
    filters = Filters(
        scenarios=(ISSUE,),
        installers=("uv-pip-install==newest",),
        remedies=("build-constraint",),
        starts=("fresh",),
    )
    selection = select(filters, session.toolbox)
    for missing in selection.not_run:
        raise CellError(missing.cell.id, missing.reason)
    processes = Processes()
    builds = Builds(session, processes, 300.0)
    run = CellRun(session, selection.tasks[0], processes, 300.0, builds)
    result = run.result(run.run())
    if result.verdict != "works":
        raise CellError(
            result.cell.id, f"the stub copies an environment that works: {result.because}"
        )
    shutil.copytree(run.steps.sandbox.project / ".venv", to, symlinks=True)
    run.steps.sandbox.remove()
    return to


def _script(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)
