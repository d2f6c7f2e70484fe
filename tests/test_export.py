"""Exported folders: run without the kit they show the recorded verdict, and no other."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from msgspec.structs import replace
from werkzeug.test import Client

from repro import elf, results, scenarios
from repro.cell import Task
from repro.export import choose, static
from repro.export.errors import (
    AmbiguousNameError,
    ExportFolderError,
    NotExportableError,
    StaleRecordError,
    UnknownCellError,
)
from repro.export.folder import export
from repro.export.payload import look
from repro.export.stages import course_of
from repro.index import CACHE_CONTROL, Index
from repro.interpreter import Interpreter
from repro.observe import Check, Observation
from repro.results import Result
from repro.runner import Runner, Watcher
from repro.shelf import Shelf
from repro.verdict import judge
from repro.workshop import Workshop

ISSUE = "stamped-wheel-elsewhere/no-wheel-fits"
# What the README asks for, and no more.
PROGRAMS = (
    "sh",
    "env",
    "mkdir",
    "mktemp",
    "mkfifo",
    "cat",
    "cp",
    "ls",
    "dirname",
    "rm",
    "as",
    "ld",
)
SHELLCHECK = shutil.which("shellcheck") or str(Path(sys.executable).with_name("shellcheck"))
Run = Callable[..., Result]
Replay = Callable[..., tuple[int, str]]


@pytest.fixture
def programs(tmp_path: Path, python: Interpreter) -> Path:
    """A folder for PATH: a shell, a compiler, this Python, and the usual small programs."""
    folder = tmp_path / "programs"
    folder.mkdir()
    compiler = (sysconfig.get_config_var("CC") or "cc").split()[0]
    for name in {*PROGRAMS, "cc", "gcc", compiler}:
        if path := shutil.which(name):
            (folder / Path(name).name).symlink_to(path)
    (folder / "python3").symlink_to(python.path)
    return folder


@pytest.fixture
def replay(programs: Path, tmp_path: Path) -> Replay:
    """Runs an exported folder in an empty directory with only ``tools`` on the PATH besides."""

    def run_it(folder: Path, *tools: Path, **variables: str) -> tuple[int, str]:
        empty = tmp_path / "empty"
        shutil.rmtree(empty, ignore_errors=True)
        empty.mkdir()
        done = subprocess.run(
            ["sh", folder / "run.sh"],
            cwd=empty,
            env={"PATH": os.pathsep.join(map(str, (*tools, programs))), **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert not list(empty.iterdir())
        return done.returncode, done.stdout

    return run_it


@pytest.fixture
def tool(task: Callable[..., Task]) -> Callable[[Result], Path]:
    """The folder for PATH that holds a result's tool alone."""
    return lambda result: Path(
        task(
            result.cell.scenario,
            result.cell.installer,
            result.cell.remedy,
            version=result.cell.version,
        ).tool.path
    )


@pytest.mark.parametrize(
    ("scenario", "installer", "remedy", "verdict"),
    [
        (ISSUE, "uv-pip-install", "match-runtime", "works"),
        (ISSUE, "uv-pip-install", "nothing", "broken, detected"),
        ("stale-build-tree/new-environment", "uv-sync", "match-runtime", "broken, undetected"),
        (ISSUE, "uv-pip-install", "library-path", "wrong result"),
        (ISSUE, "uv-pip-install", "constrain-newer", "refused"),
        (ISSUE, "poetry-lock-sync", "nothing", "broken, detected"),
        ("lock-elsewhere/wheel-there", "uv-lock-sync", "nothing", "broken, detected"),
        ("lock-elsewhere/released-since", "uv-lock-sync", "override", "refused"),
    ],
)
def test_a_folder_shows_the_recorded_verdict(
    scenario: str,
    installer: str,
    remedy: str,
    verdict: str,
    run: Run,
    replay: Replay,
    tool: Callable[[Result], Path],
    workshop: Workshop,
    tmp_path: Path,
) -> None:
    result = run(scenario, installer, remedy)
    assert result.verdict == verdict
    done = export(result, tmp_path / "cell", workshop)
    assert not done.differences
    code, output = replay(done.folder, tool(result))
    assert code == 0, output
    assert f"the recorded verdict: {verdict}" in output
    lines = output.splitlines()
    facts = [
        (line.partition(", recorded: ")[2], after.partition("seen: ")[2])
        for line, after in itertools.pairwise(lines)
        if "seen: " in after
    ]
    assert len(facts) == 4
    assert facts[0] == (verdict, verdict)
    assert all(recorded == seen for recorded, seen in facts), output


def test_what_is_unsupported_is_refused_with_its_reason(
    run: Run, workshop: Workshop, tmp_path: Path
) -> None:
    result = run(ISSUE, "pip", "match-runtime")
    with pytest.raises(NotExportableError, match="pip has no way of build requirements matched"):
        export(result, tmp_path / "cell", workshop)
    assert not (tmp_path / "cell").exists()


def test_real_distributions_are_not_given_away(recorded: dict[str, Result]) -> None:
    live = next(r for r in recorded.values() if r.cell.scenario == "softioc-live" and r.steps)
    with pytest.raises(NotExportableError, match="--live"):
        course_of(live, scenarios.find("softioc-live"))


@pytest.fixture(scope="module")
def right(workshop: Workshop, task: Callable[..., Task], watcher: Watcher) -> Result:
    """A cell that works."""
    (outcome,) = Runner(workshop, jobs=1).run(
        [task(ISSUE, "uv-pip-install", "match-runtime")], watcher
    )
    assert isinstance(outcome, Result), outcome
    return outcome


class TestAltered:
    """Negative controls: a folder that is not the recorded one ends otherwise."""

    @pytest.fixture
    def works(self, right: Result, workshop: Workshop, tmp_path: Path) -> tuple[Result, Path]:
        return right, export(right, tmp_path / "cell", workshop).folder

    def test_another_configuration_is_another_verdict(
        self, works: tuple[Result, Path], replay: Replay, tool: Callable[[Result], Path]
    ) -> None:
        result, folder = works
        script = folder / "run.sh"
        text = script.read_text(encoding="utf-8")
        script.write_text(text.replace("match-runtime = true", "match-runtime = false"))
        code, output = replay(folder, tool(result))
        assert code == 1
        assert "seen: broken, detected" in output
        assert "not the recorded verdict, which is: works" in output

    def test_without_the_tool_nothing_is_said(
        self, works: tuple[Result, Path], replay: Replay
    ) -> None:
        code, output = replay(works[1])
        assert code == 2
        assert "uv is not on the PATH" in output

    def test_a_python_of_another_version_is_not_used(
        self, works: tuple[Result, Path], replay: Replay, tool: Callable[[Result], Path]
    ) -> None:
        script = works[1] / "run.sh"
        text = script.read_text(encoding="utf-8")
        script.write_text(
            text.replace("sys.version_info[:2] != (3,", "sys.version_info[:2] != (2,")
        )
        code, output = replay(works[1], tool(works[0]))
        assert code == 2
        assert "set PYTHON to its path" in output

    def test_a_lost_index_is_no_refusal(
        self,
        run: Run,
        replay: Replay,
        tool: Callable[[Result], Path],
        workshop: Workshop,
        tmp_path: Path,
    ) -> None:
        result = run(ISSUE, "uv-pip-install", "constrain-newer")
        folder = export(result, tmp_path / "lost", workshop).folder
        assert replay(folder, tool(result))[0] == 0
        shutil.rmtree(folder / "index" / "step-1")
        code, output = replay(folder, tool(result))
        assert code == 2
        assert "never reached the index" in output

    def test_the_users_own_settings_do_not_reach_it(
        self, works: tuple[Result, Path], replay: Replay, tool: Callable[[Result], Path]
    ) -> None:
        hostile = {
            "UV_INDEX_URL": "http://127.0.0.1:9/",
            "UV_NO_CONFIG": "1",
            "PIP_INDEX_URL": "http://127.0.0.1:9/",
            "PYTHONPATH": "/nowhere",
            "LD_LIBRARY_PATH": "/nowhere",
        }
        code, output = replay(works[1], tool(works[0]), **hostile)
        assert code == 0, output

    def test_other_bytes_are_named(
        self, right: Result, workshop: Workshop, python: Interpreter
    ) -> None:
        result = right
        scenario = scenarios.find(result.cell.scenario)
        files = workshop.shelf(scenario, result.cell.variant, python).all_files()
        compiler = static.compiled_by(workshop.compiler)
        assert not static.differences(result, files, compiler)
        altered = [
            replace(each, content=each.content + b"\0")
            if each.filename.startswith("fake_corelibs-7.0.7")
            else each
            for each in files
        ]
        (found,) = static.differences(result, altered, compiler)
        assert found.filename.startswith("fake_corelibs-7.0.7")
        assert "sources of the fake pair" in found.why
        (elsewhere,) = static.differences(result, altered, "tcc on Hurd")
        assert "here of tcc on Hurd" in elsewhere.why
        (gone,) = static.differences(result, [f for f in files if "win_amd" not in f.filename], "")
        assert "does not publish it any more" in gone.why

    def test_a_record_of_other_commands_is_stale(self, right: Result) -> None:
        result = right
        scenario = scenarios.find(result.cell.scenario)
        (step,) = result.steps
        *before, last = step.commands
        other = replace(step, commands=(*before, replace(last, argv=(*last.argv, "--pre"))))
        with pytest.raises(StaleRecordError, match="a command in «install» differs"):
            course_of(replace(result, steps=(other,)), scenario)
        other = replace(step, files={})
        with pytest.raises(StaleRecordError, match=r"the file pyproject\.toml"):
            course_of(replace(result, steps=(other,)), scenario)


def test_the_script_is_clean(run: Run, workshop: Workshop, tmp_path: Path) -> None:
    for number, cell in enumerate(
        [
            ("stale-build-tree/new-environment", "uv-tool", "match-runtime"),
            (ISSUE, "poetry-lock-sync", "build-constraint"),
        ]
    ):
        folder = export(run(*cell), tmp_path / str(number), workshop).folder
        subprocess.run([SHELLCHECK, folder / "run.sh"], check=True)
        subprocess.run(["sh", "-n", folder / "run.sh"], check=True)


def test_the_readme_tells_what_when_and_with_what(
    right: Result, workshop: Workshop, tmp_path: Path
) -> None:
    result = right
    done = export(result, tmp_path / "cell", workshop, with_issue=True)
    readme = (done.folder / "README.md").read_text(encoding="utf-8")
    told = [result.circumstances.date, result.circumstances.python, result.cell.version]
    told += [each.sha256 for each in result.published]
    told += ["libfakecore.so.7.0.7.99.1", "byte for byte", "macosx_10_9_x86_64.whl.metadata"]
    assert [each for each in told if each not in readme] == []
    issue = (done.folder / "ISSUE.md").read_text(encoding="utf-8")
    assert issue == done.issue
    for heading in ("What was done", "What happened", "What was expected", "How to reproduce"):
        assert f"## {heading}" in issue
    assert "uv pip install fake-softioc==4.6.1" in issue
    assert str(workshop.work) not in readme + issue


def test_a_folder_in_use_is_left_alone(right: Result, workshop: Workshop, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("x")
    with pytest.raises(ExportFolderError, match="is not an empty folder"):
        export(right, tmp_path, workshop)
    assert [each.name for each in tmp_path.iterdir()] == ["mine"]


@pytest.mark.parametrize("policy", CACHE_CONTROL)
def test_the_server_sends_what_the_kits_index_sends(
    policy: str, workshop: Workshop, python: Interpreter, tmp_path: Path
) -> None:
    found = scenarios.find("stale-wheel-cache")
    shelf = workshop.shelf(found, found.variant_names()[0], python)
    shelf = Shelf(shelf.all_files(), policy)  # type: ignore[arg-type]
    static.write(shelf, 2, tmp_path / "index")
    payload = Path(look.__file__).with_name("server.py")
    shutil.copy(payload, tmp_path)
    (tmp_path / "state").mkdir()
    server = subprocess.Popen(
        [python.path, tmp_path / "server.py", tmp_path / "state"], stdout=subprocess.PIPE, text=True
    )
    assert server.stdout is not None
    try:
        address = f"http://127.0.0.1:{int(server.stdout.readline())}"
        with Index() as index:
            index.publish("cell", shelf)
            kit = Client(index.application)
            for step, path in [(n, p) for n in (1, 2) for p in _paths(shelf, n)]:
                shelf.step = step
                (tmp_path / "state" / "step").write_text(f"{step}\n")
                theirs = kit.get(f"/cell{path}", headers={"Accept": "text/html"})
                _compare(theirs, address + path)
    finally:
        server.terminate()
        server.wait()
        server.stdout.close()


def _paths(shelf: Shelf, step: int) -> Iterator[str]:
    yield from ("/simple/", "/simple/fake-softioc/", "/simple/fake-corelibs/", "/simple/nothing/")
    for file in shelf.all_files():
        if file.project == "fake-corelibs" and file.step <= step:
            yield from (f"/files/{file.filename}", f"/files/{file.filename}.metadata")


def _compare(theirs: object, url: str) -> None:
    """The same status, body and headers that caching goes by; and the same «not modified»."""
    import urllib.error
    import urllib.request

    def fetch(**headers: str) -> tuple[int, bytes, dict[str, str]]:
        request = urllib.request.Request(url, headers=headers)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request) as answer:
                return answer.status, answer.read(), dict(answer.headers)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read(), dict(error.headers)

    status, body, headers = fetch()
    assert status == theirs.status_code  # type: ignore[attr-defined]
    if status != 200:
        return
    assert body == theirs.data  # type: ignore[attr-defined]
    for name in ("Cache-Control", "Age", "Last-Modified", "Vary"):
        assert headers.get(name) == theirs.headers.get(name), name  # type: ignore[attr-defined]
    for name in ("ETag", "Date"):
        assert (name in headers) == (name in theirs.headers), name  # type: ignore[attr-defined]
    if "ETag" in headers:
        assert fetch(**{"If-None-Match": headers["ETag"]})[0] == 304
        assert fetch(**{"If-None-Match": '"another"'})[0] == 200
        assert fetch(**{"If-Modified-Since": headers["Last-Modified"]})[0] == 304


def test_two_readers_come_to_one_verdict() -> None:
    """look.py has no code of the kit's: over all that matters it must agree with it."""
    for there, error, mismatch, complaint, code in itertools.product((True, False), repeat=5):
        seen = Observation(
            consumer_installed=there,
            import_error="ImportError" if error else None,
            abi_mismatch="other" if mismatch else None,
            violations=("violated",) if complaint else (),
            checks=(Check(tool="uv", exit_code=int(complaint), output=""),),
        )
        theirs = look.judge(there, "ImportError" if error else None, mismatch, complaint, int(code))
        assert theirs == judge(seen, int(code)).verdict


def test_the_small_elf_reader_reads_what_the_kits_does() -> None:
    # This environment's own folder stands still; the work folder beside it does not: other
    # tests' cells come and go there.
    own = Path(sysconfig.get_path("platlib"))
    files = [path for path in own.rglob("*.so*") if path.is_file()][:200]
    files += [p for p in Path("/usr/lib").rglob("*.so.*") if p.is_file() and not p.is_symlink()][
        :200
    ]
    compared = 0
    for path in files:
        if (found := elf.read(path)) is not None:
            assert look.needed_names(path.read_bytes()) == list(found.needed), path
            compared += 1
    assert compared > 20


class TestNames:
    @pytest.mark.parametrize(
        "name",
        [
            f"{ISSUE}/uv-pip-install@0.9.21/nothing.cp311",
            f"{ISSUE}/uv-pip-install@0.9.21/nothing.cp311.json",
            f"{ISSUE}/uv-pip-install@0.9.21/nothing",
            "no-wheel-fits/uv-pip-install@0.9.21/nothing",
        ],
    )
    def test_whole_and_shortened(self, name: str, recorded: dict[str, Result]) -> None:
        found = choose.find(name, recorded)
        assert found.cell.id == f"{ISSUE}/uv-pip-install@0.9.21/nothing.cp311"

    def test_a_part_alone_where_it_is_enough(self, recorded: dict[str, Result]) -> None:
        one = next(iter(recorded.values()))
        assert (
            choose.find(
                "nothing" if one.cell.remedy == "nothing" else one.cell.remedy, {one.cell.id: one}
            )
            is one
        )

    def test_several_are_listed(self, recorded: dict[str, Result]) -> None:
        with pytest.raises(AmbiguousNameError) as caught:
            choose.find(f"{ISSUE}/uv-pip-install/nothing", recorded)
        assert len(caught.value.candidates) > 1
        assert all(each in str(caught.value) for each in caught.value.candidates)

    def test_parts_out_of_order_are_no_name(self, recorded: dict[str, Result]) -> None:
        with pytest.raises(UnknownCellError):
            choose.find("nothing/uv-pip-install@0.9.21/no-wheel-fits", recorded)

    def test_a_slip_is_answered_with_what_is_near(self, recorded: dict[str, Result]) -> None:
        with pytest.raises(UnknownCellError, match=r"uv-pip-install@0\.9\.21/nothing"):
            choose.find(f"{ISSUE}/uv-pip-instal@0.9.21/nothing.cp311", recorded)


def test_what_is_exported_of_the_record_is_what_ran(recorded: dict[str, Result]) -> None:
    exported = 0
    for result in recorded.values():
        with suppress(NotExportableError, StaleRecordError):
            course = course_of(result, scenarios.find(result.cell.scenario))
            for stage, step in zip(course.stages, result.steps, strict=False):
                ran = tuple(command.argv for command in step.commands)
                assert stage.commands[: len(ran)] == ran
                assert stage.files == step.files
            exported += 1
    assert exported > len(recorded) / 2


def test_the_command(call: Callable[..., tuple[int, str, str]], tmp_path: Path) -> None:
    code, _, errors = call("export", "nothing/of/the/kind", str(tmp_path / "x"))
    assert code == 2
    assert "no recorded cell is called so" in errors
    live = "softioc-live/only/pip@26.3/nothing"
    code, _, errors = call("export", live, str(tmp_path / "x"), "--results", str(results.FOLDER))
    assert code == 2
    assert "--live" in errors
