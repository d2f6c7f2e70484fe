"""Real distributions: what fails by itself on this machine is no tool's answer."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from commands import ISSUE
from compiling import headers
from msgspec.structs import replace

from repro import live
from repro.archives import PublishedFile
from repro.cell import Task
from repro.interpreter import Interpreter
from repro.results import NotRun, Result
from repro.runner import Runner, Watcher
from repro.scenario import Live
from repro.shelf import Shelf
from repro.workshop import Workshop


def uncompilable(file: PublishedFile) -> PublishedFile:
    """The same sdist, with sources that no compiler takes."""
    written = io.BytesIO()
    with (
        tarfile.open(fileobj=io.BytesIO(file.content)) as old,
        tarfile.open(fileobj=written, mode="w:gz") as new,
    ):
        for member in old:
            stream = old.extractfile(member)
            data = stream.read() if stream else b""
            if member.name.endswith(".c"):
                data = b"#error these sources are of another time\n" + data
                member.size = len(data)
            new.addfile(member, io.BytesIO(data))
    return replace(file, content=written.getvalue())


@pytest.fixture
def real(
    workshop: Workshop,
    task: Callable[..., Task],
    python: Interpreter,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Callable[..., Task]]:
    """Makes a task of the issue's scenario as if its pair were real, on an index of ours."""
    headers(python)
    prefixes = []

    def make(remedy: str, *, compiles: bool) -> Task:
        made = task(ISSUE, "uv-pip-install", remedy)
        names = {"consumer": "fake-softioc", "provider": "fake-corelibs", "module": "fake_softioc"}
        files = [
            uncompilable(each) if each.filename.endswith(".tar.gz") and not compiles else each
            for each in workshop.shelf(made.scenario, made.cell.variant, python).all_files()
        ]
        prefixes.append(f"real-{remedy}-{compiles}")
        url = workshop.index.publish(prefixes[-1], Shelf(files))
        monkeypatch.setattr(live, "index_url", lambda: url)
        return replace(made, scenario=replace(made.scenario, live=Live(**names)))

    yield make
    for prefix in prefixes:
        workshop.index.withdraw(prefix)


def test_a_refusal_counts_where_the_consumer_builds(
    real: Callable[..., Task], workshop: Workshop, watcher: Watcher
) -> None:
    (outcome,) = Runner(workshop, jobs=1).run([real("constrain-newer", compiles=True)], watcher)
    assert isinstance(outcome, Result)
    assert outcome.verdict == "refused"


def test_what_does_not_build_here_could_not_be_run(
    real: Callable[..., Task], workshop: Workshop, watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    built: list[object] = []
    build = live.Builds._build

    def counted(self: live.Builds, *arguments: object) -> object:
        built.append(arguments)
        return build(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(live.Builds, "_build", counted)
    tasks = [real(remedy, compiles=False) for remedy in ("constrain-newer", "nothing")]
    outcomes = Runner(workshop, jobs=2).run(tasks, watcher)
    reasons = {each.reason for each in outcomes if isinstance(each, NotRun)}
    assert [type(each) for each in outcomes] == [NotRun, NotRun]
    assert len(built) == 1  # once for all cells
    (reason,) = reasons  # and one line
    assert reason.startswith("fake-softioc==4.6.1: its sdist does not build by itself here")
    assert "these sources are of another time" in reason
    assert not list(Path(workshop.folder).glob("build-*"))
