"""The command: its output, its exit codes, and what it leaves behind when it is stopped."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from native_skew import __version__, results
from native_skew.errors import ExitCode
from native_skew.installers.registry import INSTALLERS
from native_skew.installers.remedies import REMEDIES
from native_skew.results.record import Result
from support.command import HANG, ISSUE, QUICK, Call

ROOT = Path(__file__).parent.parent
WORK = ROOT / ".native-skew"


def test_version_and_help(call: Call) -> None:
    assert call("--version")[1].strip().endswith(__version__)
    code, out, _ = call("--help")
    assert code == 0
    for command in ("list", "show", "run", "serve", "report", "schema"):
        assert command in out


def test_list_names_everything_that_filters_take(call: Call) -> None:
    code, out, _ = call("list")
    assert code == 0
    words = out.split()
    assert all(name in words for name in (*INSTALLERS, *REMEDIES, "stale-build-tree"))


def test_show_tells_what_is_published_and_asked(call: Call) -> None:
    code, out, _ = call("show", "stale-wheel-cache")
    assert code == 0
    for words in (
        "published",
        "step 2: fake-corelibs 7.0.10.99.0.2",
        "step 1: ",
        "expected",
        "sources",
    ):
        assert words in out


def test_schema_is_the_published_one(call: Call) -> None:
    out = call("schema")[1]
    assert out == (ROOT / results.FOLDER / "schema.json").read_text(encoding="utf-8")


def test_report_shows_what_is_recorded_without_running(
    call: Call, recorded: dict[str, Result]
) -> None:
    code, out, _ = call("report", "--scenario", ISSUE, "--installer", "pip", "--json")
    shown = {r["cell"]["installer"] for r in json.loads(out)}
    assert (code, shown) == (0, {"pip"})
    assert "| verdict |" in call("report", "--markdown")[1]
    lines = list(csv.DictReader(call("report", "--csv", "--installer", "pip")[1].splitlines()))
    assert {(r["installer"], r["remedy"], r["version"], r["verdict"]) for r in lines} == {
        (r.cell.installer, r.cell.remedy, r.cell.version, r.verdict)
        for r in recorded.values()
        if r.cell.installer == "pip"
    }
    assert "uv pip install, uv 0.9.21" in call("report", "--scenario", ISSUE)[1]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("run", "--scenario", "nothing-here"), "unknown scenario 'nothing-here'"),
        (("run", "--scenario", "stale-build-tree/x"), "unknown variant of stale-build-tree 'x'"),
        (("run", "--installer", "uvv"), "did you mean 'uv'"),
        (("run", "--installer", "uv=/no/such/file"), "unknown installer binary"),
        (("run", "--remedy", "prayer"), "unknown remedy 'prayer'"),
        (("run", "--python", "9.9", "--remedy", "nothing"), "--python 9.9: no such interpreter"),
        (("run", "--python", "/bin/true", "--remedy", "nothing"), "it does not run as Python 3"),
        (
            ("run", "--scenario", "unstamped-pin", "--remedy", "override"),
            "the filters leave no cell",
        ),
        (("show", "nothing-here"), "unknown scenario"),
        (("serve", "nothing-here"), "unknown scenario"),
        (("serve", "stale-build-tree", "--variant", "x"), "known are"),
        (("serve", "softioc-live"), "no index of its own"),
        (("report", "--scenario", "x"), "unknown scenario"),
        (("run", "--jobs", "0"), "--jobs"),
        (("no-such-command",), "No such command"),
    ],
)
def test_wrong_words_end_in_one_clear_message(
    call: Call, arguments: tuple[str, ...], words: str
) -> None:
    code, out, err = call(*arguments)
    assert code == 2
    assert words in err
    assert not out


@pytest.mark.slow
def test_an_unknown_version_costs_its_own_cells_only(call: Call, tmp_path: Path) -> None:
    code, out, err = call(
        *("run", "--json", "--results", str(tmp_path)),
        *(*QUICK, "--installer", "uv-pip-install==0.0.0.1"),
    )
    answer = json.loads(out)
    assert code == 2, err
    assert [r["verdict"] for r in answer["results"]] == ["refused"]
    (missing,) = answer["not_run"]
    assert missing["cell"]["version"] == "0.0.0.1"
    assert "could not be made ready" in missing["reason"]
    assert re.search(r"\(newest: [0-9.]+\)", missing["reason"])  # one of hundreds is named


@pytest.mark.slow
def test_a_cell_named_twice_runs_once(call: Call, tmp_path: Path) -> None:
    twice = ("--remedy", "constrain-newer", "--scenario", "stamped-wheel-elsewhere")
    code, out, _ = call("run", "--json", *QUICK, *twice, "--results", str(tmp_path))
    ids = [tuple(r["cell"].values()) for r in json.loads(out)["results"]]
    assert code == 0
    assert len(ids) == len(set(ids)) == 2  # both variants, the one of QUICK once


@pytest.mark.slow
def test_what_is_new_and_what_is_not_recorded_is_said(call: Call, tmp_path: Path) -> None:
    code, _, err = call("run", *QUICK, "--results", str(tmp_path))
    assert code == 0
    assert "uv 0.9.21: nothing is recorded to compare with, in 1 cell" in err


def test_an_own_binary_is_never_recorded_as_a_release(call: Call, tmp_path: Path) -> None:
    code, _, err = call(
        "run", "--installer", f"uv={sys.executable}", "--record", "--results", str(tmp_path)
    )
    assert code == 2
    assert "not recorded as those of a release" in err
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_exit_codes_and_recording(call: Call, tmp_path: Path) -> None:
    folder = ("--results", str(tmp_path / "results"))
    code, out, _ = call("run", *QUICK, *folder, "--record")
    assert code == 0
    assert "refused" in out
    (result,) = results.read_each(tmp_path / "results")
    assert result.verdict == "refused"
    assert call("run", *QUICK, *folder)[0] == 0

    (path,) = (tmp_path / "results").glob("*/*.csv")
    text = path.read_text(encoding="utf-8").replace(",refused,", ",works,")
    path.write_text(text, encoding="utf-8")
    assert results.read_verdicts(tmp_path / "results")[0].verdict == "works"
    code, out, _ = call("run", *QUICK, *folder)
    assert code == 0, "what the scenario expects is no news"
    assert "changed" not in out

    path.write_text(text[:90], encoding="utf-8")
    code, _, err = call("run", *QUICK, *folder)
    assert code == 2
    assert str(path) in err


def test_a_python_that_is_not_recorded_is_no_news(call: Call, tmp_path: Path) -> None:
    """Its cell is compared with that of the nearest Python, by `run` and by `diff` alike."""
    run = ("run", *QUICK, "--json")
    (here,) = json.loads(call(*run, "--results", str(tmp_path / "none"))[1])["results"]
    elsewhere = here | {"cell": here["cell"] | {"python": "cp310"}}
    (tmp_path / "run.json").write_text(json.dumps([elsewhere]), encoding="utf-8")
    code, out, _ = call("diff", str(ROOT / results.FOLDER), str(tmp_path / "run.json"))
    assert code == 0
    assert "1 cells compared, no verdict changed" in out
    assert "cp310: compared with what cp311 gave, in 1 cell" in out


@pytest.mark.slow
def test_a_contradiction_of_the_scenario_is_never_recorded(tmp_path: Path) -> None:
    """A copy of the kit whose scenario expects the wrong thing, and runs for real."""
    copy = tmp_path / "kit"
    shutil.copytree(ROOT / "repro", copy / "repro", ignore=shutil.ignore_patterns("__pycache__"))
    path = copy / "repro" / "native_skew" / "scenarios" / "stamped-wheel-elsewhere.toml"
    wrong = '\n[[expect]]\nremedies = ["constrain-newer"]\nverdict = "works"\nbecause = "a bug in the kit says so"\n'
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("\n[[expect]]", f"{wrong}\n[[expect]]", 1), encoding="utf-8")
    process = subprocess.run(
        [sys.executable, "-m", "native_skew", "run", *QUICK, "--work", str(WORK), "--record"],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": str(copy / "repro")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 1, process.stderr
    assert "contradicts its scenario" in process.stdout
    assert "recorded 0 results" in process.stderr
    assert not list(copy.glob("docs/results/*/*"))


@pytest.mark.slow
def test_keep_leaves_the_environment_and_says_where(call: Call, tmp_path: Path) -> None:
    code, _, err = call(
        *("run", "--scenario", ISSUE, "--installer", "uv-pip-install==0.9.21"),
        *("--remedy", "nothing", "--keep", "--results", str(tmp_path)),
    )
    assert code == 0
    (line,) = [line for line in err.splitlines() if ": cd " in line]
    project = Path(line.partition(": cd ")[2])
    broken = subprocess.run(
        [project / ".venv/bin/python", "-c", "import fake_softioc"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "libfakecore.so.7.0.10.99.0" in broken.stderr
    shutil.rmtree(project.parent.parent)


@pytest.mark.slow
def test_an_own_binary_is_run(call: Call, tmp_path: Path) -> None:
    from native_skew.toolchain.tools import Toolbox

    real = Path(Toolbox(WORK / "tools").tool("uv", "0.9.21").path) / "uv"
    own = tmp_path / "my-uv"
    own.write_text(f'#!/bin/sh\ntouch "{tmp_path}/called"\nexec "{real}" "$@"\n', encoding="utf-8")
    own.chmod(0o755)
    code, out, err = call(
        *("run", "--json", "--scenario", ISSUE, "--installer", f"uv-pip-install={own}"),
        *("--remedy", "nothing", "--results", str(tmp_path / "results")),
    )
    assert code == 0, err
    (result,) = json.loads(out)["results"]
    assert (result["verdict"], result["cell"]["version"]) == ("broken, detected", "0.9.21")
    assert (tmp_path / "called").exists()


@pytest.mark.slow
def test_serve_answers_and_prints_commands_that_reproduce(
    start: Callable[..., subprocess.Popen[str]], tmp_path: Path
) -> None:
    process = start("serve", "stamped-wheel-elsewhere", "--variant", "no-binary")
    assert process.stdout is not None
    lines = []
    while not lines or "Ctrl-C" not in lines[-1]:
        lines.append(process.stdout.readline())
        assert lines[-1], "it ended before it served"
    text = "".join(lines)
    url = next(word for word in text.split() if word.startswith("http://127.0.0.1"))
    with urllib.request.urlopen(f"{url}fake-softioc/") as page:
        assert b"fake_softioc-4.6.1.tar.gz" in page.read()
    assert "uv pip install --no-config --no-cache" in text
    assert "--no-binary fake-softioc fake-softioc==4.6.1" in text
    process.send_signal(signal.SIGTERM)  # SIGINT is ignored by what a shell runs in the background
    _, err = process.communicate(timeout=HANG)
    assert process.returncode == 130
    assert "interrupted" in err
    assert "Traceback" not in err


def test_a_port_in_use_is_one_line(call: Call) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, _, err = call("serve", "unstamped-pin", "--port", str(port))
    assert code == 2
    assert f"port {port} on 127.0.0.1 is not free" in err


def test_a_work_folder_that_cannot_be_made_is_one_line(call: Call, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    code, _, err = call("run", *QUICK, "--work", str(tmp_path / "file" / "work"))
    assert code == 2
    assert "file/work: cannot be written" in " ".join(err.split())
    assert "--work" in err


@pytest.mark.slow
@pytest.mark.parametrize(
    ("raised", "code"),
    [
        ("ZeroDivisionError('\\x1b[2Jforged')", ExitCode.COULD_NOT_RUN),  # a bug: never «changed»
        ("SkewError('\\x1b[2Jforged')", ExitCode.COULD_NOT_RUN),
        ("OSError(28, 'No space left on device')", ExitCode.COULD_NOT_RUN),
        ("KeyboardInterrupt", ExitCode.INTERRUPTED),
        ("SystemExit(1)", ExitCode.CHANGED),
    ],
)
def test_each_end_has_its_code(raised: str, code: ExitCode) -> None:
    program = (
        "import sys\nfrom native_skew import cli\nfrom native_skew.errors import SkewError\n"
        f"def fail(*_): raise {raised}\n"
        "from native_skew import scenarios\nscenarios.load_all = fail\nsys.argv = ['native-skew', 'list']\ncli.main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == code, done.stderr
    assert "\x1b[2J" not in done.stderr
    assert ("this is a bug" in done.stderr) is ("ZeroDivision" in raised)
