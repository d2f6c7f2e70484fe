"""Every pair of choices: baked, built, checked, and run at both ends of the range.

The provider is made by hand for each, since its names, folders and SONAME are answers too.
"""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import pytest
import tomllib

from support import native_wheels
from support.bakery import HIGHEST, LOWEST, OTHER_ABI, TEMPLATES, Bakery
from support.file_index import publish, served
from support.native_wheels import consistency, library
from .conftest import BACKENDS
from .test_sessions import nox

LICENCES = ("BSD-3-Clause", "MIT", "Apache-2.0")
CI = ("github", "none")
# How many parts of the version the SONAME carries, and the releases at both ends of the range.
LANGUAGES = ("c", "c++", "pybind11", "cython", "nanobind")
GRANULARITIES = {
    "patch": (5, (LOWEST, HIGHEST)),
    "soname": (5, (LOWEST, HIGHEST)),
    "stable": (1, (LOWEST, OTHER_ABI)),
    "minor": (4, (LOWEST, "7.0.7.99.3.0")),
    "exact": (6, (LOWEST,)),
}
PLAIN = {
    "distribution": "fake-softioc",
    "provider_distribution": "fake-corelibs",
    "provider_library": "libfakecore.so",
    "provider_library_folder": "lib",
    "provider_header": "fakecore.h",
    "provider_version_macro": "FAKECORE_VERSION",
}
# Longer, shorter and dotted names, a package inside another, folders inside folders, and a header without a version.
ODD = {
    "distribution": "Some.Rather-Long_Distribution-Name",
    "repository_url": "https://example.org/some/repository",
    "provider_distribution": "x",
    "provider_import_name": "x.inside",
    "provider_library": "libx++-2.so",
    "provider_library_folder": "native/lib64",
    "provider_header": "x/version.h",
    "provider_version_macro": "",
}
NAMES = (PLAIN, ODD)

Combination = tuple[str, str, str, str, int, str]
SAMPLE = 5  # built each time, with each choice in one of them; -m full builds the rest


def pairs() -> list[Combination]:
    """Few combinations in which every pair of choices occurs."""
    everything = [
        each
        for each in itertools.product(
            BACKENDS, GRANULARITIES, LICENCES, CI, range(len(NAMES)), LANGUAGES
        )
        if each[-1] != "nanobind" or each[0] == "scikit-build-core"
    ]
    missing = {pair for combination in everything for pair in pairs_in(combination)}
    chosen = []
    while missing:
        best = max(everything, key=lambda combination: len(missing & pairs_in(combination)))
        missing -= pairs_in(best)
        chosen.append(best)
    return chosen


def pairs_in(combination: tuple[object, ...]) -> set[tuple[tuple[int, object], ...]]:
    return set(itertools.combinations(enumerate(combination), 2))


def answers_of(combination: Combination) -> dict[str, str]:
    backend, granularity, licence, ci, names, language = combination
    choices = {
        "build_backend": backend,
        "abi_granularity": granularity,
        "license": licence,
        "ci": ci,
        "language": language,
    }
    return choices | NAMES[names]


def provider_wheel(bakery: Bakery, answers: dict[str, str], version: str) -> Path:
    """A release of the provider that the answers describe."""
    name, macro = answers["provider_distribution"], answers["provider_version_macro"]
    package = answers.get("provider_import_name", name.replace("-", "_")).replace(".", "/")
    parts = GRANULARITIES[answers["abi_granularity"]][0]
    soname = ".".join([answers["provider_library"], *version.split(".")[:parts]])
    header = f"#define {macro} \"{version}\"\n" if macro else ""
    declared = "const char *fakecore_version(void);"
    header += f'#ifdef __cplusplus\nextern "C"\n#endif\n{declared}\n'
    source = f'const char *fakecore_version(void) {{ return "{version}"; }}\n'
    files = {
        f"{package}/__init__.py": b"",
        f"{package}/{answers['provider_library_folder']}/{soname}": library(bakery, soname, source),
        f"{package}/include/{answers['provider_header']}": header.encode(),
    }
    return native_wheels.wheel(bakery, name, version, files)


def test_sample_has_each_choice() -> None:
    for all_of_one_kind, sampled in zip(zip(*pairs()), zip(*pairs()[:SAMPLE])):
        assert set(sampled) == set(all_of_one_kind)


@pytest.fixture(
    params=[
        pytest.param(each, marks=() if number < SAMPLE else pytest.mark.full)
        for number, each in enumerate(pairs())
    ],
    ids=lambda combination: "-".join(map(str, combination)),
)
def answers(request: pytest.FixtureRequest) -> dict[str, str]:
    return answers_of(request.param)


@pytest.fixture
def released(bakery: Bakery, answers: dict[str, str]) -> dict[str, Path]:
    """The provider's wheels, by version, the lowest first."""
    versions = GRANULARITIES[answers["abi_granularity"]][1]
    return {version: provider_wheel(bakery, answers, version) for version in versions}


def test_every_pair_is_built_and_runs(
    bakery: Bakery, answers: dict[str, str], released: dict[str, Path]
) -> None:
    project = bakery.bake("native-consumer", **answers)
    assert_declared(project, answers)
    sites = {v: bakery.installed(f"site-{v}", wheel) for v, wheel in released.items()}
    bakery.commit(project)
    sdist, wheel = sorted(
        bakery.build(project, sites[LOWEST]), key=lambda path: path.suffix == ".whl"
    )
    bakery.python("-m", "twine", "check", "--strict", sdist, wheel)
    bakery.python("-m", "check_wheel_contents", wheel)
    repaired = bakery.root / "repaired"
    pyproject = tomllib.loads((project / "pyproject.toml").read_text())
    repair = pyproject["tool"]["cibuildwheel"]["linux"]["repair-wheel-command"]
    bakery.run("sh", "-c", repair.format(dest_dir=repaired, wheel=wheel))
    files = [sdist, wheel, *repaired.iterdir()]
    assert "3 files: 0 problems" in consistency(bakery, project, sites.values(), *files)
    package = answers["distribution"].lower().replace("-", "_").replace(".", "_")
    for version, provider in released.items():
        site = bakery.installed(f"run-{version}", wheel, provider)
        said = bakery.python("-c", f"import {package} as m; m.main()", site=site)
        assert said.split()[1::2] == [LOWEST, version, version]
    bakery.own_tests(project, site)
    bakery.run("ruff", "check", "--no-cache", project)


def assert_declared(project: Path, answers: dict[str, str]) -> None:
    """What was chosen is there, and nothing else, and no traces of the template."""
    pyproject = tomllib.loads((project / "pyproject.toml").read_text())
    assert pyproject["project"]["license"] == answers["license"]
    (requirement,) = pyproject["project"]["dependencies"]
    assert pyproject["build-system"]["requires"][-1] == requirement
    assert (project / ".github").exists() is (answers["ci"] == "github")
    left_over = [
        path
        for path in project.rglob("*")
        if path.is_file() and "cookiecutter" in path.read_text() + str(path.relative_to(project))
    ]
    assert not left_over


def with_and_without_ci() -> list[tuple[str, dict[str, str]]]:
    """Every other choice of the two templates that are not built in pairs above."""
    offered = {
        template: json.loads((TEMPLATES / template / "cookiecutter.json").read_text())
        for template in ("native-provider", "uv-application")
    }
    of_provider = itertools.product(offered["native-provider"]["abi_granularity"], LICENCES)
    return [
        *(("native-provider", {"abi_granularity": g, "license": l}) for g, l in of_provider),
        *(("uv-application", {"remedy": r}) for r in offered["uv-application"]["remedy"]),
    ]


@pytest.mark.parametrize(("template", "answers"), with_and_without_ci())
def test_ci_is_all_that_its_choice_changes(
    bakery: Bakery, template: str, answers: dict[str, str]
) -> None:
    """So what is tested of a choice with CI is true without it, and all pairs are covered."""
    found = {}
    for ci in CI:
        project = bakery.bake(template, folder=ci, ci=ci, **answers)
        found[ci] = {
            str(path.relative_to(project)): path.read_text()
            for path in project.rglob("*")
            if path.is_file()
        }
    # The last hook reads workflows, and what is last to read is how they release.
    for more in (".pre-commit-config.yaml", "README.md"):
        assert found["github"].pop(more).startswith(found["none"].pop(more).rstrip())
    own = {name for name in found["github"] if name.startswith(".github/")}
    assert own
    assert found["none"] == {k: v for k, v in found["github"].items() if k not in own}


@pytest.mark.full
@pytest.mark.network
def test_sessions_of_every_pair_pass(
    bakery: Bakery, answers: dict[str, str], released: dict[str, Path], wheelhouse: list[Path]
) -> None:
    project = bakery.bake("native-consumer", **answers)
    bakery.commit(project)
    publish(bakery.root / "index", [*wheelhouse, *released.values()])
    with served(bakery.root / "index") as index:
        output = nox(
            bakery, project, index, "-s", "tests", "consistency", "install", "docs"
        )
    assert "2 files: 0 problems" in output
