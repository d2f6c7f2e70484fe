"""Real distributions: a failure of this machine's own is not a tool's answer."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from native_skew.distributions.archives import DistributionFile
from native_skew.publish.publication import Publication
from native_skew.results.record import NotRun, Result
from native_skew.run import live_builds
from native_skew.run.runner import Runner, Watcher
from native_skew.run.selection import Task
from native_skew.run.session import Session
from native_skew.scenarios.model import Live
from native_skew.toolchain import user_index
from native_skew.toolchain.interpreter import Interpreter
from support.command import ISSUE
from support.compiler import headers


def uncompilable(file: DistributionFile) -> DistributionFile:
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
    session: Session,
    task: Callable[..., Task],
    python: Interpreter,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Callable[..., Task]]:
    """Makes a task of the issue's scenario as if its pair were real, on a local index."""
    headers(python)
    prefixes = []

    def make(remedy: str, *, compiles: bool) -> Task:
        made = task(ISSUE, "uv-pip-install", remedy)
        names = {"consumer": "fake-softioc", "provider": "fake-corelibs", "module": "fake_softioc"}
        files = [
            uncompilable(each) if each.filename.endswith(".tar.gz") and not compiles else each
            for each in session.publication(made.scenario, made.cell.variant, python).all_files()
        ]
        prefixes.append(f"real-{remedy}-{compiles}")
        url = session.index.publish(prefixes[-1], Publication(files))
        monkeypatch.setattr(user_index, "index_url", lambda: url)
        return replace(made, scenario=replace(made.scenario, live=Live(**names)))

    yield make
    for prefix in prefixes:
        session.index.withdraw(prefix)


def test_a_refusal_counts_where_the_consumer_builds(
    real: Callable[..., Task], session: Session, watcher: Watcher
) -> None:
    (outcome,) = Runner(session, jobs=1).run([real("constrain-newer", compiles=True)], watcher)
    assert isinstance(outcome, Result)
    assert outcome.verdict == "refused"


def test_what_does_not_build_here_could_not_be_run(
    real: Callable[..., Task], session: Session, watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    built: list[object] = []
    build = live_builds.Builds._build

    def counted(self: live_builds.Builds, *arguments: object) -> object:
        built.append(arguments)
        return build(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(live_builds.Builds, "_build", counted)
    tasks = [real(remedy, compiles=False) for remedy in ("constrain-newer", "nothing")]
    outcomes = Runner(session, jobs=2).run(tasks, watcher)
    reasons = {each.reason for each in outcomes if isinstance(each, NotRun)}
    assert [type(each) for each in outcomes] == [NotRun, NotRun]
    assert len(built) == 1  # once for all cells
    (reason,) = reasons  # and one line
    assert reason.startswith("fake-softioc==4.6.1: its sdist does not build by itself here")
    assert "these sources are of another time" in reason
    assert not list(Path(session.folder).glob("build-*"))
