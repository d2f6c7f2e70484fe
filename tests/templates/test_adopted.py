"""`native-skew adopt`, judged by what it is for: the adopted project no longer skews."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from native_skew.publish import fakes
from native_skew.adopt.command import adopt
from native_skew.distributions import sdists
from native_skew.toolchain.interpreter import find
from native_skew.scenarios.model import ProviderRelease
from native_skew.run.session import Session

from support.bakery import HIGHEST, LOWEST, Bakery
from support.substitute import ISSUE, ROOT, verdicts

HERE = Path(__file__).parent
RANGE = f"fake-corelibs>={LOWEST},<7.0.7.99.2"


def adopted(project: Path, *options: str) -> int:
    return CliRunner().invoke(adopt, [str(project), *options]).exit_code


@pytest.mark.parametrize("backend", ["setuptools", "meson-python", "scikit-build-core"])
def test_generated_consumer_needs_no_change(bakery: Bakery, backend: str) -> None:
    project = bakery.bake("native-consumer", build_backend=backend)
    assert adopted(project, "--range", RANGE) == 0
    before = {path: path.read_bytes() for path in project.rglob("*") if path.is_file()}
    # Without a wheel it is not known what is linked: that is reported, and nothing is changed.
    assert adopted(project, "--no-index", "--write") == 1
    assert before == {path: path.read_bytes() for path in before}


@pytest.fixture
def stamped(bakery: Bakery) -> Path:
    """The consumer of the issue, to be adopted."""
    return Path(shutil.copytree(HERE / "adoptable", bakery.root / "project"))


@pytest.fixture
def kit_sites(bakery: Bakery) -> dict[str, Path]:
    """The kit's own fake provider, installed in two versions of one ABI."""
    with Session(ROOT / ".native-skew") as session:
        made = {
            version: fakes.provider_file(
                ProviderRelease(version=version), find(), session.compiler
            )
            for version in (LOWEST, HIGHEST)
        }
    sites = {}
    for version, file in made.items():
        (bakery.root / file.filename).write_bytes(file.content)
        sites[version] = bakery.installed(f"site-{version}", bakery.root / file.filename)
    return sites


def test_what_is_built_says_the_same_whatever_it_is_built_with(
    bakery: Bakery, stamped: Path, kit_sites: dict[str, Path]
) -> None:
    """The stamp would have made two different files of these."""
    assert adopted(stamped, "--range", RANGE, "--write") == 1
    said = set()
    for version in (LOWEST, HIGHEST):
        files = bakery.build(stamped, kit_sites[version], folder=f"dist-{version}")
        said |= {requirements(file) for file in files}
    assert said == {(f"Requires-Dist: fake-corelibs<7.0.7.99.2,>={LOWEST}",)}


def requirements(file: Path) -> tuple[str, ...]:
    """What PKG-INFO of an sdist or METADATA of a wheel says of what is required."""
    if file.suffix == ".whl":
        with zipfile.ZipFile(file) as wheel:
            (name,) = (name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
            text = wheel.read(name).decode()
    else:
        with file.open("rb") as stream:
            text = sdists.read(file.name, stream).pkg_info.decode()
    return tuple(line for line in text.splitlines() if line.startswith(("Requires-D", "Dynamic")))


@pytest.mark.network
def test_adopted_project_works_where_it_was_broken(
    bakery: Bakery, stamped: Path, kit_sites: dict[str, Path]
) -> None:
    installers = ("pip", "uv-pip-install")
    (before,) = bakery.build(stamped, kit_sites[LOWEST], "--sdist", folder="before")
    cells = verdicts(before, ISSUE, installers)
    assert cells == {f"{ISSUE[0]}/pip": "works", f"{ISSUE[0]}/uv-pip-install": "broken, detected"}
    adopted(stamped, "--range", RANGE, "--write")
    (after,) = bakery.build(stamped, kit_sites[LOWEST], "--sdist", folder="after")
    assert set(verdicts(after, ISSUE, installers).values()) == {"works"}
