"""Shared fixtures: one tool folder for all workers, real tools, real compilers."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from native_skew import results, scenarios
from native_skew.installers.registry import INSTALLERS, TOOLS
from native_skew.results.record import Result
from native_skew.run.runner import Runner, Watcher
from native_skew.run.selection import Task
from native_skew.run.session import DEFAULT_WORK, Session
from native_skew.scenarios import Cell
from native_skew.toolchain import interpreter
from native_skew.toolchain.interpreter import Interpreter
from native_skew.toolchain.tools import Tool
from support.command import HANG
from support.spy_index import Spy

# Figures belong in `nox -s bench`: no test fails because a machine is busy.
_KIT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("kit", _KIT)
settings.register_profile("quick", _KIT, max_examples=20)
settings.load_profile("kit")
# Fixtures of which each use costs an index on loopback, or a process that imports the kit; and of
# how many tests that use them a module has its first ones among those for every change.
_COSTLY, _COSTLY_QUICK = {"audit", "call", "server", "start"}, 4

ROOT = Path(__file__).parent.parent
WORK = ROOT / DEFAULT_WORK


def pytest_configure(config: pytest.Config) -> None:
    """With ``-m quick``, open input is tried with fewer examples."""
    if config.getoption("markexpr") == "quick":
        settings.load_profile("quick")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Marks the tests for every change: those that need no tool of the kit's, nor a network.

    What runs a cell takes the session, by whatever fixtures; what starts a run otherwise, or
    takes long, is marked as slow where it stands. Of those that are costly, each module has some,
    with the first of their parameters. What takes an hour waits to be asked for; the templates
    have rules of their own.
    """
    if "full" not in config.option.markexpr:
        opt_in = [
            item
            for item in items
            if item.get_closest_marker("full") and "templates" not in item.path.parts
        ]
        config.hook.pytest_deselected(items=opt_in)
        items[:] = [item for item in items if item not in opt_in]
    costly: dict[Path, set[str]] = defaultdict(set)
    for item in items:
        fixtures = {*getattr(item, "fixturenames", ())}
        if "session" in fixtures or any(map(item.get_closest_marker, ("slow", "live"))):
            continue
        if fixtures & _COSTLY:
            name, of_module = item.nodeid.partition("[")[0], costly[item.path]
            if name in of_module or len(of_module) == _COSTLY_QUICK:
                continue
            of_module.add(name)
        item.add_marker(pytest.mark.quick)


@pytest.fixture(scope="session")
def watcher() -> Watcher:
    return Watcher()


@pytest.fixture(scope="session")
def python() -> Interpreter:
    return interpreter.find()


@pytest.fixture(scope="session")
def session() -> Iterator[Session]:
    with Session(WORK) as shop:
        shop.make_ready()
        yield shop


@pytest.fixture(scope="session")
def issue_tools(session: Session, issue_versions: dict[str, str]) -> None:
    """Makes sure that the issue's pip and uv are there, for tests without an index."""
    for name in ("pip", "uv"):
        session.toolbox.tool(name, issue_versions[name])


@pytest.fixture(scope="session")
def task(session: Session, python: Interpreter) -> Callable[..., Task]:
    """Makes a task: the newest version of the tool unless another is named."""

    def make(
        scenario: str,
        installer: str,
        remedy: str = "nothing",
        *,
        version: str = "newest",
        tool: Tool | None = None,
    ) -> Task:
        name, _, variant = scenario.partition("/")
        found = scenarios.find(name)
        used = tool or session.toolbox.tool(INSTALLERS[installer].tool, version)
        cell = Cell(
            scenario=name,
            variant=variant or found.variant_names()[0],
            installer=installer,
            version=used.version,
            remedy=remedy,
            python=python.name,
        )
        return Task(cell=cell, scenario=found, interpreter=python, tool=used)

    return make


@pytest.fixture(scope="session")
def run(session: Session, task: Callable[..., Task]) -> Callable[..., Result]:
    """Runs one cell for real and returns its result: once, whichever tests ask for it."""

    @cache
    def run_one(*args: str, **kwargs: str) -> Result:
        (outcome,) = Runner(session, jobs=1).run([task(*args, **kwargs)], Watcher())
        assert isinstance(outcome, Result), outcome
        return outcome

    return run_one


@pytest.fixture(scope="session")
def recorded() -> dict[str, Result]:
    return results.read_all(ROOT / results.FOLDER)


@pytest.fixture(scope="session")
def issue_versions() -> dict[str, str]:
    """The versions of the tools in the issue."""
    return {name: tool.default_versions[0] for name, tool in TOOLS.items()}


def _start(*arguments: str, cwd: Path = ROOT, **kwargs: object) -> subprocess.Popen[str]:
    environ = {**os.environ, "PYTHONPATH": str(ROOT / "repro"), "NO_COLOR": "1"}
    return subprocess.Popen(
        [sys.executable, "-m", "native_skew", *arguments],
        cwd=cwd,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **kwargs,  # type: ignore[call-overload]
    )


@pytest.fixture
def start() -> Callable[..., subprocess.Popen[str]]:
    """Starts the command."""
    return _start


@pytest.fixture
def call() -> Callable[..., tuple[int, str, str]]:
    """Runs the command to its end: exit code, output, messages. Never a traceback."""

    def run_to_the_end(*arguments: str, cwd: Path = ROOT) -> tuple[int, str, str]:
        process = _start(*arguments, cwd=cwd)
        out, err = process.communicate(timeout=HANG)
        assert "Traceback" not in err, err
        return process.returncode, out, err

    return run_to_the_end


@pytest.fixture
def spy() -> Iterator[Spy]:
    with Spy() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()
