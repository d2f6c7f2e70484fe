"""Each cause of skew, and what the user may decide of its remedy."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from native_skew.adopt.causes import Wishes
from native_skew.adopt.plan import propose
from native_skew.adopt.proof import WheelProof
from native_skew.audit.facts import Contents, SharedObject
from native_skew.audit.resolver_metadata import parse
from native_skew.distributions.metadata import core_metadata
from native_skew.errors import SkewError
from support.project import HERE, built, change, in_folder, kinds, run


@pytest.mark.parametrize(
    ("name", "old", "new", "kind"),
    [
        ("pyproject.toml", '7.0.7.99.2"]\nbuild', '7.0.7.99.3"]\nbuild', "unequal-ranges"),
        ("pyproject.toml", '"fake-corelibs>=7.0.7.99.1.2,<7.0.7.99.2"]', '"fake-corelibs"]', "unequal-ranges"),
        ("pyproject.toml", "<7.0.7.99.2", "!=7.0.7.99.1.3", "open-range"),
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
    """A list with an entry that is still computed is not moved, nor pinned in part."""
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
def test_two_providers_of_one_module(more: str, added: list[str]) -> None:
    pins = ["epicscorelibs==7.0.7.99.1.2", "pvxslibs==1.3.2"]
    pyproject = f"[build-system]\nrequires = {pins}\n[project]\nname = 'x'\ndependencies = {pins}\n"
    files = {"pyproject.toml": pyproject, "setup.py": TWO.replace("{more}", more)}
    needed = ("libCom.so.7.0.7.99.1", "libpvxs.so.1.3")
    module = SharedObject(path="x/y.abi3.so", needed=needed)
    wheel = Contents(
        metadata=parse(core_metadata("x", "1", pins)),
        libraries=(module.path,),
        modules=(module,),
    )
    # Both names stand beside both folders: only the index tells which one ships it.
    proof = WheelProof(
        wheels={"x-1-cp310-abi3-linux_x86_64.whl": wheel},
        ships={"epicscorelibs": frozenset(needed[:1]), "pvxslibs": frozenset(needed[1:])},
    )
    proposal = propose(files, Wishes(), proof)
    assert [each.kind for each in proposal.findings] == ["missing-runpath"] * len(added)
    if not added:
        return  # as far as is known, it leads to all of them
    text = proposal.after["setup.py"]
    assert text.count("extra_link_args=") == 1
    assert all(f"-rpath,$ORIGIN/../{each}/lib" in text for each in ("epicscorelibs", "pvxslibs"))
    assert not propose(proposal.after, Wishes(), proof).findings
    assert propose(files, Wishes()).after == files  # without the wheel


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
def test_granularity_of_the_users_decides(granularity: str, bound: str, tmp_path: Path) -> None:
    wheel = built("dso-and-config", tmp_path)
    result = run(HERE / "projects" / "dso-and-config", "--abi", granularity, "--wheel", wheel)
    assert f"+    epicscorelibs>=7.0.7.99.1.1a3{bound}\n" in result.stdout


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("meson", "+  install_rpath: '$ORIGIN/../../fake_corelibs/lib',"),
        ("cmake", '+set_target_properties(_writer PROPERTIES INSTALL_RPATH "$ORIGIN/../fake_corelibs/lib")'),
    ],
)  # fmt: skip
def test_runpath_is_proposed_where_the_folder_is_known(
    name: str, line: str, tmp_path: Path
) -> None:
    wheel = built(name, tmp_path)
    result = run(HERE / "projects" / name, "--library-folder", "lib", "--wheel", wheel)
    assert line in result.stdout.splitlines()
    assert "by hand" not in result.stderr
