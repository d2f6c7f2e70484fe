"""The generated projects as a reviewer's tools see them."""

from __future__ import annotations

import itertools
import json
import re
from pathlib import Path

import pytest
import tomllib

from .bakery import HIGHEST, TEMPLATES, Bakery

BACKENDS = ("setuptools", "meson-python", "scikit-build-core")
GRANULARITIES = ("patch", "minor", "exact")
LICENCES = ("BSD-3-Clause", "MIT", "Apache-2.0")
CI = ("github", "none")
# Longer, shorter and dotted names, and folders inside folders.
NAMES = (
    {},
    {
        "distribution": "Some.Rather-Long_Distribution-Name",
        "repository_url": "https://example.org/some/repository",
        "provider_distribution": "x",
        "provider_library": "libx++-2.so",
        "provider_library_folder": "native/lib64",
        "provider_header": "x/version.h",
    },
)


def pairs() -> list[tuple[str, str, str, str, dict[str, str]]]:
    """Few combinations in which every pair of choices occurs."""
    everything = list(itertools.product(BACKENDS, GRANULARITIES, LICENCES, CI, range(len(NAMES))))
    missing = {pair for combination in everything for pair in pairs_in(combination)}
    chosen = []
    while missing:
        best = max(everything, key=lambda combination: len(missing & pairs_in(combination)))
        missing -= pairs_in(best)
        chosen.append((*best[:4], NAMES[best[4]]))
    return chosen


def pairs_in(combination: tuple[object, ...]) -> set[tuple[tuple[int, object], ...]]:
    return set(itertools.combinations(enumerate(combination), 2))


@pytest.mark.parametrize(("backend", "granularity", "licence", "ci", "names"), pairs())
def test_every_pair_of_choices(
    bakery: Bakery, backend: str, granularity: str, licence: str, ci: str, names: dict[str, str]
) -> None:
    choices = {
        "build_backend": backend,
        "abi_granularity": granularity,
        "license": licence,
        "ci": ci,
    }
    project = bakery.bake("native-consumer", **choices, **names)
    pyproject = tomllib.loads((project / "pyproject.toml").read_text())
    assert pyproject["project"]["license"] == licence
    (requirement,) = pyproject["project"]["dependencies"]
    assert pyproject["build-system"]["requires"][1] == requirement
    assert (project / ".github").exists() is (ci == "github")
    assert not left_over(project)
    bakery.python(project / "tools/consistency.py")
    bakery.run("ruff", "check", "--no-cache", project)


def left_over(project: Path) -> list[str]:
    """Files in which something of the template still shows."""
    files = [path for path in project.rglob("*") if path.is_file()]
    return [
        str(path)
        for path in files
        if "cookiecutter" in path.read_text() + str(path.relative_to(project))
    ]


@pytest.mark.parametrize("template", ["native-consumer", "native-provider"])
def test_repository_review_passes(bakery: Bakery, template: str) -> None:
    project = bakery.bake(template)
    bakery.commit(project)
    report = json.loads(bakery.run("repo-review", "--format", "json", "--show", "all", project))
    failed = [name for name, check in report["checks"].items() if check["result"] is False]
    assert not failed
    passed = [name for name, check in report["checks"].items() if check["result"] is True]
    assert len(passed) > 40


@pytest.mark.parametrize("template", ["native-consumer", "native-provider", "uv-application"])
def test_generated_code_is_clean(bakery: Bakery, template: str, providers: dict[str, Path]) -> None:
    project = bakery.bake(template)
    site = bakery.installed("site", providers[HIGHEST])
    bakery.run("ruff", "check", "--no-cache", project)
    bakery.run("ruff", "format", "--no-cache", "--check", project)
    # What a project says about mypy itself is in its pyproject.toml; the application has one file.
    strict = ["--strict", "tools/sync.py"] if template == "uv-application" else []
    bakery.run("mypy", "--cache-dir", bakery.root / "mypy", *strict, cwd=project, site=site)


# Where a generated project points to: documentation, and the tools that it uses.
HOSTS = {
    "docs.astral.sh",
    "docs.zizmor.sh",
    "dwarfstd.org",
    "github.com",
    "packaging.python.org",
    "pip.pypa.io",
    "www.apache.org",
}


@pytest.mark.parametrize("template", ["native-consumer", "native-provider", "uv-application"])
@pytest.mark.parametrize("licence", LICENCES)
def test_no_machine_or_registry_is_named(bakery: Bakery, template: str, licence: str) -> None:
    text = "\n".join(read(bakery.bake(template, license=licence)).values())
    assert set(re.findall(r"https?://([^\s/\"'<>)]+)", text)) <= HOSTS
    for word in ("/tmp/", "/root/", "/home/", "TODO", "FIXME"):
        assert word not in text


@pytest.mark.parametrize("template", ["native-consumer", "native-provider", "uv-application"])
def test_each_template_is_offered(bakery: Bakery, template: str) -> None:
    """The template of templates asks in words, and leads to each of them."""
    listed = json.loads((TEMPLATES / "cookiecutter.json").read_text())["templates"]
    number = list(listed).index(template) + 1
    defaults = json.loads((TEMPLATES / template / "cookiecutter.json").read_text())
    asked = [name for name in defaults if not name.startswith("_")]
    assert defaults["__prompts__"].keys() == set(asked)
    answers = f"{number}\n" + "\n" * len(asked)
    output = bakery.run(
        "cookiecutter", TEMPLATES, "--output-dir", bakery.root / "made", stdin=answers
    )
    assert listed[template]["description"].split()[-1] in output
    (project,) = (bakery.root / "made").iterdir()
    assert read(project) == read(bakery.bake(template))


def read(project: Path) -> dict[str, str]:
    return {
        str(path.relative_to(project)): path.read_text()
        for path in project.rglob("*")
        if path.is_file()
    }
