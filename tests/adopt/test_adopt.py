"""Projects of others' shapes: what is found, what is proposed, and what is left alone.

Each folder in ``projects`` has its findings and its diff in ``expected``; what is in
``refused`` must not be touched.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from repro.adopt.command import adopt
from repro.errors import SkewError

HERE = Path(__file__).parent
PROJECTS = sorted(path.name for path in (HERE / "projects").iterdir())
REFUSED = sorted(path.name for path in (HERE / "refused").iterdir())
SILENT = {"pure", "sound"}


def run(*arguments: object) -> Result:
    return CliRunner().invoke(adopt, [str(each) for each in arguments])


@pytest.fixture
def project(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A copy of a project, and no git repository above it."""
    return Path(shutil.copytree(HERE / request.param, tmp_path / "project"))


def files(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file()
    }


def in_folder(*names: str) -> list[str]:
    return [f"projects/{name}" for name in names]


def apply(diff: str, root: Path) -> None:
    """Apply a diff, whatever git repository the folder may be in."""
    alone = {
        **os.environ,
        "GIT_CEILING_DIRECTORIES": str(root.parent),
        "GIT_CONFIG_GLOBAL": os.devnull,
    }
    subprocess.run(["git", "apply", "-"], input=diff.encode(), cwd=root, env=alone, check=True)


def kinds(result: Result) -> list[str]:
    return re.findall(r"^\S.*?: ([a-z-]+): ", result.stderr, re.MULTILINE)


@pytest.mark.parametrize("name", PROJECTS)
def test_finds_and_proposes_what_is_expected(name: str) -> None:
    result = run(HERE / "projects" / name)
    expected = HERE / "expected" / f"{name}.diff"
    assert result.stdout == (expected.read_text() if expected.exists() else "")
    assert result.stderr == (HERE / "expected" / f"{name}.txt").read_text()
    assert result.exit_code == (0 if name in SILENT else 1)


@pytest.mark.parametrize("project", in_folder(*PROJECTS), indirect=True)
def test_writes_nothing_unless_asked_to(project: Path) -> None:
    before = files(project)
    run(project)
    assert files(project) == before


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
    # What has to be done by hand is said again, and nothing else.
    by_hand = [line for line in first.stderr.splitlines() if line.startswith("    by hand")]
    assert second.stderr.count("    by hand") == len(by_hand)
    assert "    change" not in second.stderr
    assert second.exit_code == bool(by_hand)


@pytest.mark.parametrize("project", [f"refused/{name}" for name in REFUSED], indirect=True)
def test_leaves_alone_what_it_does_not_understand(project: Path) -> None:
    before = files(project)
    result = run(project, "--write")
    assert isinstance(result.exception, SkewError)
    assert result.exception.exit_code == 2
    assert "not understood, so nothing is changed" in str(result.exception)
    assert result.stdout == ""
    assert files(project) == before


REASONS = {
    "bad-requirement": "project.dependencies",
    "both-places": "install_requires is in setup.py and in setup.cfg",
    "broken-config": "no section headers",
    "computed": "does not say from which distribution",
    "conditional": "is no list that is written down once",
    "from-a-file": "read from another file",
    "hook": "dynamic, computed by hatchling",
    "loop": "is no list that is written down once",
    "poetry": "Poetry's own table",
    "shared-list": "used for something else too",
    "syntax": "setup.py:3: not understood, so nothing is changed: not valid Python",
    "twice": "listed 2 times",
    "two-setups": "2 calls of setup()",
    "unpacked": "setup(**...) may or may not have install_requires",
}


@pytest.mark.parametrize("name", REFUSED)
def test_says_what_it_does_not_understand(name: str) -> None:
    assert REASONS[name] in " ".join(str(run(HERE / "refused" / name).exception).split())


def test_broken_toml_is_refused(tmp_path: Path) -> None:
    """Made here: a linter that comes upon such a file stops."""
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


def change(root: Path, name: str, old: str, new: str) -> None:
    text = (root / name).read_bytes().decode()
    assert old in text
    (root / name).write_bytes(text.replace(old, new).encode())


@pytest.mark.parametrize(
    ("name", "old", "new", "kind"),
    [
        ("pyproject.toml", '7.0.7.99.2"]\nbuild', '7.0.7.99.3"]\nbuild', "unequal-ranges"),
        ("pyproject.toml", '"fake-corelibs>=7.0.7.99.1.2,<7.0.7.99.2"]', '"fake-corelibs"]', "unequal-ranges"),
        ("pyproject.toml", "<7.0.7.99.2", "!=7.0.7.99.1.3", "open-range"),
        ("setup.py", "$ORIGIN/../fake_corelibs/lib", "/opt/lib", "missing-runpath"),
        ("pyproject.toml", "--exclude 'libfakecore.so*' ", "", "repair-without-exclude"),
        ("pyproject.toml", "[tool.cibuildwheel.linux]", '[tool.cibuildwheel]\nbuild-frontend = "build; args: --no-isolation"\n[tool.cibuildwheel.linux]', "build-without-isolation"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("project", in_folder("sound"), indirect=True)
def test_each_cause_alone_is_reported(
    project: Path, name: str, old: str, new: str, kind: str
) -> None:
    """The sound project is silent; broken in one place it has that one finding."""
    change(project, name, old, new)
    result = run(project)
    assert result.exit_code == 1
    assert kinds(result) == [kind]


@pytest.mark.parametrize("project", in_folder("dso-and-config", "torch-like"), indirect=True)
def test_line_ends_stay(project: Path) -> None:
    plain = run(project).stdout
    for path in project.rglob("*"):
        if path.is_file():
            path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert run(project, "--write").exit_code == 1
    for content in files(project).values():
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
    for path in project.iterdir():
        path.write_text(path.read_text().rstrip("\n"))
    patched = Path(shutil.copytree(project, project.with_name("patched")))
    diff = run(patched).stdout
    assert "\\ No newline at end of file" in diff
    apply(diff, patched)
    run(project, "--write")
    assert files(project) == files(patched)
    assert not (project / "setup.py").read_text().endswith("\n")


@pytest.mark.parametrize("project", in_folder("undeclared"), indirect=True)
def test_range_of_the_users_is_declared_in_both_places(project: Path) -> None:
    run(project, "--range", "torch>=2.8,<2.9", "--write")
    text = (project / "pyproject.toml").read_text()
    assert 'requires = ["setuptools>=77", "torch>=2.8,<2.9"]' in text
    assert '  "packaging",\n  "torch>=2.8,<2.9",\n]' in text
    assert run(project).exit_code == 0
    assert kinds(run(project, "--range", "torch>=2.9,<2.10")) == ["other-range"]


@pytest.mark.parametrize("project", in_folder("several-stamps"), indirect=True)
def test_one_unknown_range_holds_the_others_back(project: Path) -> None:
    """A list of which one entry is still computed is not moved, and not pinned by halves."""
    assert run(project).stdout == ""
    diff = run(project, "--range", "numpy>=2,<3").stdout
    for line in (
        '+        "epicscorelibs>=7.0.7.99.1.0,<7.0.7.99.2",',
        '+        "pvxslibs>=1.2.0,<1.3",',
        '+        "numpy>=2,<3",',
        "         # Built with a version, it runs with later ones.",
        "-import epicscorelibs.version",
    ):
        assert line in diff.splitlines()


@pytest.mark.parametrize("project", in_folder("sound"), indirect=True)
def test_builds_without_isolation_in_a_workflow(project: Path) -> None:
    workflow = project / ".github/workflows/wheels.yml"
    workflow.parent.mkdir(parents=True)
    workflow.write_text("env:\n  CIBW_BUILD_FRONTEND: 'build; args: --no-isolation'\n")
    assert kinds(run(project)) == ["build-without-isolation"]
    workflow.write_text("env:\n  CIBW_BUILD_FRONTEND: build\n")
    assert run(project).exit_code == 0


TWO = """import os

import epicscorelibs
import pvxslibs
from setuptools import Extension, setup

FOLDERS = [os.path.join(os.path.dirname(each), "lib") for each in (epicscorelibs.__file__, pvxslibs.__file__)]
setup(ext_modules=[Extension("x.y", ["y.c"], library_dirs=FOLDERS, libraries=["Com", "pvxs"]{more})])
"""


@pytest.mark.parametrize(
    ("more", "added"),
    [
        ("", ["epicscorelibs", "pvxslibs"]),
        (', extra_link_args=["-Wl,-rpath,$ORIGIN/../epicscorelibs/lib"]', ["pvxslibs"]),
        (', extra_link_args=["-Wl,-rpath,$ORIGIN/" + each for each in FOLDERS]', []),
    ],
)
def test_two_providers_of_one_module(tmp_path: Path, more: str, added: list[str]) -> None:
    pins = ["epicscorelibs==7.0.7.99.1.2", "pvxslibs==1.3.2"]
    (tmp_path / "pyproject.toml").write_text(
        f"[build-system]\nrequires = {pins}\n[project]\nname = 'x'\ndependencies = {pins}\n"
    )
    (tmp_path / "setup.py").write_text(TWO.replace("{more}", more))
    result = run(tmp_path, "--write")
    assert kinds(result) == ["missing-runpath"] * len(added)
    if not added:
        assert result.exit_code == 0  # as far as can be told, it leads to all of them
        return
    text = (tmp_path / "setup.py").read_text()
    assert text.count("extra_link_args=") == 1
    assert all(f"-rpath,$ORIGIN/../{each}/lib" in text for each in ("epicscorelibs", "pvxslibs"))
    assert run(tmp_path).exit_code == 0


@pytest.mark.parametrize("project", in_folder("torch-like"), indirect=True)
def test_nothing_is_written_outside_of_the_project(project: Path) -> None:
    outside = project.with_name("setup.py")
    (project / "setup.py").rename(outside)
    (project / "setup.py").symlink_to(outside)
    before = outside.read_bytes(), (project / "pyproject.toml").read_bytes()
    result = run(project, "--write")
    assert "leads out of the project" in str(result.exception)
    assert before == (outside.read_bytes(), (project / "pyproject.toml").read_bytes())


@pytest.mark.parametrize("project", in_folder("sound"), indirect=True)
def test_another_range_can_be_asked_for(project: Path) -> None:
    result = run(project, "--range", "fake-corelibs>=7.0.10.99.0.2,<7.0.10.99.1")
    assert len(re.findall(r"^\+[^+]", result.stdout, re.MULTILINE)) == 2
    assert result.stdout.count("fake-corelibs>=7.0.10.99.0.2,<7.0.10.99.1") == 1  # in the build
    assert result.stdout.count("Fake_Corelibs>=7.0.10.99.0.2,<7.0.10.99.1") == 1
    assert kinds(result) == ["other-range"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--range", "fake-corelibs>=7"], "it has no lower and upper bound"),
        (["--range", "fake corelibs"], "--range 'fake corelibs'"),
    ],
)
def test_range_that_cannot_be_declared_is_refused(arguments: list[str], message: str) -> None:
    result = run(HERE / "projects" / "sound", *arguments)
    assert isinstance(result.exception, SkewError)
    assert message in str(result.exception)


@pytest.mark.parametrize(
    ("granularity", "bound"), [("patch", ",<7.0.7.99.2"), ("minor", ",<7.0.7.100")]
)
def test_granularity_of_the_users_decides(granularity: str, bound: str) -> None:
    result = run(HERE / "projects" / "dso-and-config", "--abi", granularity)
    assert f"+    epicscorelibs>=7.0.7.99.1.1a3{bound}\n" in result.stdout


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("meson", "+  install_rpath: '$ORIGIN/../../fake_corelibs/lib',"),
        ("cmake", '+set_target_properties(_writer PROPERTIES INSTALL_RPATH "$ORIGIN/../fake_corelibs/lib")'),
    ],
)  # fmt: skip
def test_runpath_is_proposed_where_the_folder_is_known(name: str, line: str) -> None:
    result = run(HERE / "projects" / name, "--library-folder", "lib")
    assert line in result.stdout.splitlines()
    assert "by hand" not in result.stderr


def test_folder_without_a_project_is_said(tmp_path: Path) -> None:
    assert "has no build file" in str(run(tmp_path).exception)


@pytest.mark.parametrize("content", [b"\xff\xfe", b"x" * (1024 * 1024 + 1)], ids=["utf-16", "long"])
def test_unreadable_file_is_said(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "pyproject.toml").write_bytes(content)
    assert "make it a readable UTF-8 file" in str(run(tmp_path).exception)


@pytest.mark.parametrize("project", in_folder("dso-and-config"), indirect=True)
def test_all_files_are_written_or_none(project: Path) -> None:
    """The second of three cannot be replaced: a folder has its name."""
    before = files(project)
    (project / ".setup.py.adopt").mkdir()
    result = run(project, "--write")
    assert "cannot be written" in str(result.exception)
    assert files(project) == before
