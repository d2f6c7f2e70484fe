"""Projects of various shapes: what is found, what is proposed, and what is left alone.

Each folder in ``projects`` has its findings and its diff in ``expected``; what is in
``refused`` must not be touched.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from native_skew.errors import SkewError
from support.project import HERE, WHEELS, apply, built, change, files, in_folder, run

PROJECTS = sorted(path.name for path in (HERE / "projects").iterdir())
REFUSED = sorted(path.name for path in (HERE / "refused").iterdir())
SILENT = {"pure", "sound"}


@pytest.mark.parametrize("name", PROJECTS)
def test_finds_and_proposes_what_is_expected(name: str, tmp_path: Path) -> None:
    wheel = ["--wheel", built(name, tmp_path)] if name in WHEELS else []
    result = run(HERE / "projects" / name, *wheel)
    expected = HERE / "expected" / f"{name}.diff"
    assert result.stdout == (expected.read_text() if expected.exists() else "")
    assert result.stderr == (HERE / "expected" / f"{name}.txt").read_text()
    assert result.exit_code == (0 if name in SILENT else 1)


@pytest.mark.parametrize("name", PROJECTS)
def test_without_a_wheel_nothing_is_proposed(name: str, tmp_path: Path) -> None:
    """No word in a build file proves a link; a suspicion is reported."""
    project = Path(shutil.copytree(HERE / "projects" / name, tmp_path / "project"))
    before = files(project)
    result = run(project, "--write")
    assert result.stdout == ""
    assert files(project) == before
    assert "    change" not in result.stderr
    assert result.exit_code == (0 if name == "pure" else 1)
    assert ("nothing is proposed yet" in result.stderr) == (name != "pure")


@pytest.mark.parametrize("project", in_folder(*PROJECTS), indirect=True)
def test_diff_is_what_write_writes_and_the_second_time_nothing_is_left(project: Path) -> None:
    patched = Path(shutil.copytree(project, project.with_name("patched")))
    first = run(project, "--write")
    diff = run(patched).stdout
    if diff:
        apply(diff, patched)
    assert files(project) == files(patched)
    second = run(project)
    assert second.stdout == ""
    # Only what has to be done by hand is reported again.
    by_hand = [line for line in first.stderr.splitlines() if line.startswith("    by hand")]
    assert second.stderr.count("    by hand") == len(by_hand)
    assert "    change" not in second.stderr
    assert second.exit_code == bool(by_hand)


@pytest.mark.parametrize("project", [f"refused/{name}" for name in REFUSED], indirect=True)
def test_leaves_alone_what_it_does_not_understand(project: Path) -> None:
    before = files(project)
    result = run(project, "--write")
    assert isinstance(result.exception, SkewError)
    assert "not understood, so nothing is changed" in str(result.exception)
    assert result.stdout == ""
    assert files(project) == before


REASONS = {
    "bad-requirement": "project.dependencies",
    "both-places": "install_requires is in setup.py and in setup.cfg",
    "broken-config": "no section headers",
    "computed": "does not say from which distribution",
    "conditional": "is not a list that is written down once",
    "from-a-file": "read from another file",
    "hook": "dynamic, computed by hatchling",
    "loop": "is not a list that is written down once",
    "poetry": "in a table of the backend's own",
    "sip": "in a table of the backend's own",
    "shared-list": "used for something else too",
    "syntax": "setup.py:3: not understood, so nothing is changed: not valid Python",
    "twice": "listed 2 times",
    "two-setups": "2 calls of setup()",
    "unpacked": "setup(**...) may or may not have install_requires",
}


@pytest.mark.parametrize("name", REFUSED)
def test_says_what_it_does_not_understand(name: str, tmp_path: Path) -> None:
    wheel = ["--wheel", built(name, tmp_path)] if name in WHEELS else []
    told = str(run(HERE / "refused" / name, *wheel).exception)
    assert REASONS[name] in " ".join(told.split())


def test_broken_toml_is_refused(tmp_path: Path) -> None:
    """Written here, because a linter stops at such a file."""
    (tmp_path / "pyproject.toml").write_text('[project\nname = "x"\n')
    assert "pyproject.toml: not understood, so nothing is changed: not valid TOML" in str(
        run(tmp_path).exception
    )


def test_never_runs_the_project(tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    (tmp_path / "setup.py").write_text(
        f"open({str(mark)!r}, 'w').close()\nfrom setuptools import setup\nsetup(name='x')\n"
    )
    run(tmp_path, "--write")
    assert not mark.exists()
    # The control: this file does leave its mark when it is run.
    subprocess.run(
        [sys.executable, tmp_path / "setup.py", "--name"], check=False, capture_output=True
    )
    assert mark.exists()


@pytest.mark.parametrize("project", in_folder("dso-and-config", "torch-like"), indirect=True)
def test_line_ends_stay(project: Path) -> None:
    plain = run(project).stdout
    for path in project.rglob("*"):
        if path.is_file() and path.suffix != ".whl":
            path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert run(project, "--write").exit_code == 1
    for name, content in files(project).items():
        if name.endswith(".whl"):
            continue
        assert content.count(b"\n") == content.count(b"\r\n")
    assert plain


@pytest.mark.parametrize("project", in_folder("torch-like"), indirect=True)
def test_line_ends_of_both_kinds_are_refused(project: Path) -> None:
    change(project, "setup.py", "import torch\n", "import torch\r\n")
    before = files(project)
    result = run(project, "--write")
    assert "line ends of both kinds" in str(result.exception)
    assert files(project) == before


@pytest.mark.parametrize("project", in_folder("plain-extension"), indirect=True)
def test_file_without_a_last_line_feed(project: Path) -> None:
    for path in filter(Path.is_file, project.iterdir()):
        path.write_text(path.read_text().rstrip("\n"))
    patched = Path(shutil.copytree(project, project.with_name("patched")))
    diff = run(patched).stdout
    assert "\\ No newline at end of file" in diff
    apply(diff, patched)
    run(project, "--write")
    assert files(project) == files(patched)
    assert not (project / "setup.py").read_text().endswith("\n")


@pytest.mark.parametrize("project", in_folder("torch-like"), indirect=True)
def test_nothing_is_written_outside_of_the_project(project: Path) -> None:
    outside = project.with_name("setup.py")
    (project / "setup.py").rename(outside)
    (project / "setup.py").symlink_to(outside)
    before = outside.read_bytes(), (project / "pyproject.toml").read_bytes()
    result = run(project, "--write")
    assert "leads out of the project" in str(result.exception)
    assert before == (outside.read_bytes(), (project / "pyproject.toml").read_bytes())


def test_folder_without_a_project_is_said(tmp_path: Path) -> None:
    assert "has no build file" in str(run(tmp_path).exception)


@pytest.mark.parametrize("content", [b"\xff\xfe", b"x" * (1024 * 1024 + 1)], ids=["utf-16", "long"])
def test_unreadable_file_is_said(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "pyproject.toml").write_bytes(content)
    assert "make it a readable UTF-8 file" in str(run(tmp_path).exception)


@pytest.mark.parametrize("project", in_folder("dso-and-config"), indirect=True)
def test_all_files_are_written_or_none(project: Path) -> None:
    """The second of three files cannot be replaced: a folder has its name."""
    before = files(project)
    (project / ".setup.py.adopt").mkdir()
    result = run(project, "--write")
    assert "cannot be written" in str(result.exception)
    assert files(project) == before
