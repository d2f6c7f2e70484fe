"""The generated projects as a reviewer's tools see them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from support.bakery import HIGHEST, TEMPLATES, Bakery

LICENCES = ("BSD-3-Clause", "MIT", "Apache-2.0")
TEMPLATE_NAMES = ("native-consumer", "native-provider", "uv-application")


@pytest.mark.parametrize("template", TEMPLATE_NAMES)
def test_repository_review_passes(bakery: Bakery, template: str) -> None:
    project = bakery.bake(template)
    bakery.commit(project)
    report = json.loads(bakery.run("repo-review", "--format", "json", "--show", "all", project))
    failed = [name for name, check in report["checks"].items() if check["result"] is False]
    assert not failed
    passed = [name for name, check in report["checks"].items() if check["result"] is True]
    assert len(passed) > 40


@pytest.mark.parametrize("template", TEMPLATE_NAMES)
def test_generated_code_is_clean(bakery: Bakery, template: str, providers: dict[str, Path]) -> None:
    project = bakery.bake(template)
    site = bakery.installed("site", providers[HIGHEST])
    bakery.run("ruff", "check", "--no-cache", project)
    bakery.run("ruff", "format", "--no-cache", "--check", project)
    bakery.run("mypy", "--cache-dir", bakery.root / "mypy", cwd=project, site=site)


@pytest.mark.parametrize(
    "length", [1, pytest.param(25, marks=pytest.mark.full), pytest.param(37, marks=pytest.mark.full), 60]
)
@pytest.mark.parametrize(
    ("template", "names"),
    [
        ("native-consumer", ("distribution", "provider_distribution", "provider_library")),
        ("native-provider", ("distribution", "library")),
        ("uv-application", ("project", "dependency", "provider")),
    ],
)
def test_code_is_formatted_whatever_the_names(
    bakery: Bakery, template: str, names: tuple[str, ...], length: int
) -> None:
    """A line with a name in it is within the limit, or is one that no formatter breaks."""
    answers = {name: letter * length for name, letter in zip(names, "abc", strict=False)}
    for name in answers.keys() & {"library", "provider_library"}:
        answers[name] = f"lib{answers[name]}.so"
    project = bakery.bake(template, **answers)
    bakery.run("ruff", "check", "--no-cache", project)
    bakery.run("ruff", "format", "--no-cache", "--check", project)


@pytest.mark.parametrize("template", TEMPLATE_NAMES)
def test_code_is_formatted_for_a_newer_python(bakery: Bakery, template: str) -> None:
    """The formatter writes as the oldest Python allows: from 3.14 on, `except` without brackets."""
    project = bakery.bake(template, oldest_python="3.14")
    bakery.run("ruff", "check", "--no-cache", project)
    bakery.run("ruff", "format", "--no-cache", "--check", project)


# The checks of each kind of file; the schemas are in the tool, so nothing is fetched.
SCHEMAS = {
    ".github/workflows/*.yml": "vendor.github-workflows",
    ".github/dependabot.yml": "vendor.dependabot",
    ".readthedocs.yaml": "vendor.readthedocs",
}


@pytest.mark.parametrize("template", TEMPLATE_NAMES)
def test_configuration_is_valid(bakery: Bakery, template: str) -> None:
    project = bakery.bake(template)
    bakery.run("pre-commit", "validate-config", project / ".pre-commit-config.yaml")
    for pattern, schema in SCHEMAS.items():
        if files := sorted(project.glob(pattern)):
            bakery.run("check-jsonschema", "--builtin-schema", schema, *files)
    bakery.run("zizmor", "--offline", "--quiet", ".", cwd=project)


@pytest.mark.parametrize("template", TEMPLATE_NAMES)
def test_wrong_configuration_is_noticed(bakery: Bakery, template: str) -> None:
    """The control: a step that both runs and uses something, and a template in a shell line."""
    project = bakery.bake(template)
    workflow = project / ".github/workflows/ci.yml"
    sound = workflow.read_text()
    workflow.write_text(sound.replace("    steps:\n", "    steps:\n      - run: x\n        uses: y\n"))
    bakery.run(
        "check-jsonschema", "--builtin-schema", "vendor.github-workflows", workflow, fails=True
    )
    workflow.write_text(sound + "      - run: echo ${{ github.event.pull_request.title }}\n")
    output = bakery.run("zizmor", "--offline", "--quiet", ".", cwd=project, fails=True)
    assert "template-injection" in output


# The links of a generated project: documentation, and the tools that it uses.
HOSTS = {
    "docs.astral.sh",
    "docs.zizmor.sh",
    "github.com",
    "itanium-cxx-abi.github.io",
    "mesonbuild.com",
    "packaging.python.org",
    "peps.python.org",
    "pip.pypa.io",
    "scikit-build-core.readthedocs.io",
    "sourceware.org",
    "www.apache.org",
}


@pytest.mark.parametrize("template", TEMPLATE_NAMES)
@pytest.mark.parametrize("licence", LICENCES)
def test_no_machine_or_registry_is_named(bakery: Bakery, template: str, licence: str) -> None:
    text = "\n".join(read(bakery.bake(template, license=licence)).values())
    assert set(re.findall(r"https?://([^\s/\"'<>)]+)", text)) <= HOSTS
    for word in ("/tmp/", "/root/", "/home/", "TODO", "FIXME"):
        assert word not in text


@pytest.mark.parametrize("template", TEMPLATE_NAMES)
def test_each_template_is_offered(bakery: Bakery, template: str) -> None:
    """The template of templates asks in words, and leads to each of them."""
    listed = json.loads((TEMPLATES.parent / "cookiecutter.json").read_text())["templates"]
    number = list(listed).index(template) + 1
    defaults = json.loads((TEMPLATES / template / "cookiecutter.json").read_text())
    asked = [name for name in defaults if not name.startswith("_")]
    assert defaults["__prompts__"].keys() == set(asked)
    answers = f"{number}\n" + "\n" * len(asked)
    output = bakery.run(
        "cookiecutter", TEMPLATES.parent, "--output-dir", bakery.root / "made", stdin=answers
    )
    assert listed[template]["description"].split()[-1] in output
    (project,) = (bakery.root / "made").iterdir()
    assert read(project) == read(bakery.bake(template, pair=False))


def read(project: Path) -> dict[str, str]:
    """All files but the one that says which commit they come from."""
    return {
        str(path.relative_to(project)): path.read_text()
        for path in project.rglob("*")
        if path.is_file() and path.name != ".cruft.json"
    }
