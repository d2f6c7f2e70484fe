"""The application, with a consumer that skews: published for another platform, stamped when built."""

from __future__ import annotations

import io
import shutil
import tarfile
import zipfile
from pathlib import Path

import pytest
from filelock import FileLock

from support.bakery import HIGHEST, LOWEST, OTHER_ABI, Bakery, edit
from support.file_index import addresses, publish

pytestmark = pytest.mark.network

# Each remedy, and the version of the provider that it ends with.
REMEDIES = {
    "match-runtime": HIGHEST,
    "build-constraint": HIGHEST,
    "override": OTHER_ABI,
    "dependency-metadata": OTHER_ABI,
    "no-build-isolation": HIGHEST,
}


@pytest.fixture(scope="session")
def stamped(shared: Path, sites: dict[str, Path]) -> list[Path]:
    """The sdist, and a wheel that does not fit this machine, both built with the older ABI."""
    bakery = Bakery(shared / "stamped")
    with FileLock(shared / "stamped.lock"):
        if not (bakery.root / "dist").exists():
            project = bakery.root / "project"
            shutil.copytree(Path(__file__).with_name("stamped"), project)
            *_, wheel = sorted(
                bakery.build(project, sites[LOWEST]), key=lambda path: path.suffix == ".whl"
            )
            wheel.rename(wheel.with_name("fake_softioc-4.6.1-cp310-cp310-macosx_10_9_x86_64.whl"))
    return sorted((bakery.root / "dist").iterdir())


@pytest.fixture
def env(bakery: Bakery, index: str, stamped: list[Path]) -> dict[str, str]:
    """Variables that point uv to an index with everything on it."""
    publish(bakery.root / "index", stamped)
    return addresses(bakery.home, index)


def sync(
    bakery: Bakery, project: Path, env: dict[str, str], *options: str, fails: bool = False
) -> str:
    return bakery.run("uv", "run", "tools/sync.py", *options, cwd=project, env=env, fails=fails)


def loaded(bakery: Bakery, project: Path, env: dict[str, str]) -> str:
    code = "import fake_softioc; print(fake_softioc.core_version())"
    command = ["uv", "run", "--quiet", "--no-sync", "python", "-c", code]
    return bakery.run(*command, cwd=project, env=env).strip()


def without_remedy(project: Path) -> str:
    """Take the settings out, and return the text that had them."""
    text = (project / "pyproject.toml").read_text()
    (project / "pyproject.toml").write_text(
        text.partition("[tool.uv]")[0] + "[tool.uv]\npackage = false\n"
    )
    return text


@pytest.mark.parametrize("remedy", REMEDIES)
def test_remedy_works(bakery: Bakery, env: dict[str, str], remedy: str) -> None:
    project = bakery.bake("uv-application", remedy=remedy)
    output = sync(bakery, project, env)
    assert "in a new build tree" not in output
    assert loaded(bakery, project, env) == REMEDIES[remedy]
    sync(bakery, project, env, "--locked")
    assert "2 passed" in bakery.run("uv", "run", "--no-sync", "pytest", cwd=project, env=env)


def test_without_a_remedy_the_check_fails(bakery: Bakery, env: dict[str, str]) -> None:
    project = bakery.bake("uv-application")
    without_remedy(project)
    output = sync(bakery, project, env, fails=True)
    assert "libfakecore.so.7.0.10.99.0: cannot open shared object file" in output
    assert "fake-softioc was built with another fake-corelibs than is installed" in output
    # What the check is for: uv itself has nothing to say about this environment.
    bakery.run("uv", "sync", "--check", cwd=project, env=env)


def test_remedy_that_comes_late_meets_a_stale_build_tree(
    bakery: Bakery, env: dict[str, str]
) -> None:
    project = bakery.bake("uv-application")
    remedy = without_remedy(project)
    bakery.run("uv", "sync", cwd=project, env=env)
    (project / "pyproject.toml").write_text(remedy)
    output = sync(bakery, project, env)
    assert "Building fake-softioc again, in a new build tree." in output
    assert loaded(bakery, project, env) == HIGHEST


def test_other_environment_that_is_active_is_not_asked(
    bakery: Bakery, env: dict[str, str]
) -> None:
    project = bakery.bake("uv-application")
    sync(bakery, project, env)
    bakery.run("uv", "venv", "other", env=env)
    (metadata,) = project.glob(".venv/lib/*/site-packages/fake_softioc-*/METADATA")
    edit(metadata, "\nRequires-Dist: fake-", "\nRequires-Dist: nobodys\nRequires-Dist: fake-")
    output = sync(bakery, project, env | {"VIRTUAL_ENV": str(bakery.root / "other")})
    assert "requires `nobodys`" in output
    assert "in a new build tree" in output


def test_later_release_of_the_provider_changes_nothing(
    bakery: Bakery, env: dict[str, str], shared: Path
) -> None:
    """An override without its build constraint would now build with the newest."""
    project = bakery.bake("uv-application", remedy="override", provider_specifier=f"=={HIGHEST}")
    sync(bakery, project, env)
    assert loaded(bakery, project, env) == HIGHEST
    edit(project / "pyproject.toml", "build-constraint-dependencies", "constraint-dependencies")
    again = sync(bakery, project, env, "--no-cache", "--reinstall", fails=True)
    assert "another fake-corelibs" in again


def test_without_isolation_the_group_is_needed(bakery: Bakery, env: dict[str, str]) -> None:
    """Without it a new environment has nothing to build with."""
    project = bakery.bake("uv-application", remedy="no-build-isolation")
    output = bakery.run("uv", "sync", "--no-default-groups", cwd=project, env=env, fails=True)
    assert "No module named 'setuptools'" in output


def test_dynamic_metadata_has_to_be_stated(
    bakery: Bakery, env: dict[str, str], stamped: list[Path]
) -> None:
    """With only an sdist, whose Requires-Dist is Dynamic, match-runtime is refused."""
    only_dynamic(bakery.root / "index" / "fake-softioc", stamped)
    refused = bakery.bake("uv-application", folder="refused")
    output = bakery.run("uv", "sync", cwd=refused, env=env, fails=True)
    # uv wraps its lines.
    assert "does not declare static metadata" in " ".join(output.split())
    project = bakery.bake("uv-application", remedy="dependency-metadata")
    sync(bakery, project, env)
    assert loaded(bakery, project, env) == OTHER_ABI


def only_dynamic(page: Path, files: list[Path]) -> None:
    """Publish the sdist alone, with Dynamic in the spelling that uv knows."""
    shutil.rmtree(page)
    (sdist,) = (path for path in files if path.name.endswith(".tar.gz"))
    changed = page.parent / sdist.name
    with tarfile.open(sdist) as source, tarfile.open(changed, "w:gz") as target:
        for member in source:
            content = (source.extractfile(member) or io.BytesIO()).read()
            content = content.replace(b"\nDynamic: requires-dist", b"\nDynamic: Requires-Dist")
            member.size = len(content)
            target.addfile(member, io.BytesIO(content))
    publish(page.parent, [changed])


def test_rotten_build_requirement_is_held_back(
    bakery: Bakery, env: dict[str, str], older_setuptools: Path, providers: dict[str, Path]
) -> None:
    """The older provider imports pkg_resources, which setuptools no longer has."""
    publish(bakery.root / "index", [older_setuptools])
    rot(bakery.root / "index" / "fake-corelibs", providers[HIGHEST])
    rotten = bakery.bake("uv-application", folder="rotten")
    assert "No module named 'pkg_resources'" in bakery.run(
        "uv", "sync", cwd=rotten, env=env, fails=True
    )
    project = bakery.bake("uv-application", build_tool="setuptools<81")
    sync(bakery, project, env)
    assert loaded(bakery, project, env) == HIGHEST


def rot(page: Path, wheel: Path) -> None:
    """Publish the wheel with another import in it."""
    (page / wheel.name).unlink()
    with zipfile.ZipFile(wheel) as source, zipfile.ZipFile(page / wheel.name, "w") as target:
        for name in source.namelist():
            first = b"import pkg_resources\n" if name == "fake_corelibs/path.py" else b""
            target.writestr(
                name,
                source.read(name).replace(b"import annotations\n", b"import annotations\n" + first),
            )
