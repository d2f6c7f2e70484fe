"""`nox -s lint` in generated projects: pre-commit with the programs of all its hooks.

Those come from the package index, hence the mark; the repositories of hooks are stand-ins.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from filelock import FileLock

from support import hook_repository as hooks
from support.bakery import TEMPLATES, Bakery

pytestmark = pytest.mark.network

Lint = Callable[..., str]

DEFAULTS = ("native-consumer", "native-provider", "uv-application")
OTHERS = [
    ("native-consumer", {"build_backend": "meson-python", "license": "MIT"}),
    ("native-consumer", {"build_backend": "scikit-build-core", "license": "Apache-2.0"}),
    ("native-consumer", {"abi_granularity": "minor", "provider_version_macro": ""}),
    ("native-consumer", {"abi_granularity": "exact", "repository_url": "https://example.org/a/b"}),
    ("native-provider", {"abi_granularity": "minor", "license": "MIT"}),
    ("native-provider", {"abi_granularity": "exact", "license": "Apache-2.0"}),
    ("uv-application", {"remedy": "build-constraint", "build_tool": "setuptools<81"}),
    ("uv-application", {"remedy": "override"}),
    ("uv-application", {"remedy": "dependency-metadata"}),
    ("uv-application", {"remedy": "no-build-isolation"}),
    *((template, {"ci": "none"}) for template in DEFAULTS),
]

# Faults, each with the file that gets it and the one hook that reports it.
FAULTS = {
    "native-consumer": [
        ("noxfile.py", '\nPORT: int = "http"\n', "mypy"),
        ("docs/index.md", "\n* starred\n", "mdformat"),
    ],
    "native-provider": [
        ("tools/abi.py", "\nPORT  =  80\n", "ruff-format"),
        (
            ".github/workflows/ci.yml",
            "      - run: echo ${{ github.event.pull_request.title }}\n",
            "zizmor",
        ),
    ],
    "uv-application": [("README.md", "\nThis is teh end.\n", "codespell")],  # codespell:ignore teh
}


@pytest.fixture
def lint(bakery: Bakery, shared: Path) -> Lint:
    """Commits a project and runs its session, with hooks that all tests install once.

    pre-commit itself has a lock on what it installs.
    """
    common = Bakery(shared / "hooks")

    def run(project: Path, *, fails: bool = False) -> str:
        bakery.commit(project)
        with FileLock(shared / "hooks.lock"):
            hooks.provide(common, project)
        command = ("nox", "--default-venv-backend", "uv", "-s", "lint")
        return bakery.run(*command, cwd=project, env=hooks.variables(common), fails=fails)

    return run


def configured(project: Path) -> set[str]:
    return {hook["id"] for repository in hooks.configured(project) for hook in repository["hooks"]}


def reported(output: str, outcome: str) -> set[str]:
    """The hooks of one outcome; the name of a stand-in's hook is its id."""
    return set(re.findall(rf"^([\w-]+)\.+{outcome}$", output, re.MULTILINE))


@pytest.mark.parametrize("template", DEFAULTS)
def test_every_hook_passes(bakery: Bakery, lint: Lint, template: str) -> None:
    project = bakery.bake(template)
    assert "zizmor" in configured(project)
    assert reported(lint(project), "Passed") == configured(project)


@pytest.mark.full
@pytest.mark.parametrize(("template", "answers"), OTHERS)
def test_every_hook_passes_with_other_answers(
    bakery: Bakery, lint: Lint, template: str, answers: dict[str, str]
) -> None:
    project = bakery.bake(template, **answers)
    assert reported(lint(project), "Passed") == configured(project)


@pytest.mark.parametrize("template", FAULTS)
def test_fault_is_reported_by_its_hook(bakery: Bakery, lint: Lint, template: str) -> None:
    project = bakery.bake(template)
    for file, fault, _ in FAULTS[template]:
        with (project / file).open("a") as changed:
            changed.write(fault)
    output = lint(project, fails=True)
    hooks_of_faults = {hook for *_, hook in FAULTS[template]}
    assert reported(output, "Failed") == hooks_of_faults
    assert reported(output, "Passed") == configured(project) - hooks_of_faults


def test_revision_that_was_never_released_is_noticed(bakery: Bakery, lint: Lint) -> None:
    """The control of the stand-ins: a tag leads to the program's version on the index."""
    project = bakery.bake("uv-application")
    configuration = project / ".pre-commit-config.yaml"
    text, count = re.subn(r"(codespell\n +rev: v).*", r"\g<1>0.0.1", configuration.read_text())
    assert count == 1
    configuration.write_text(text)
    assert "No matching distribution found for codespell==0.0.1" in lint(project, fails=True)


@pytest.mark.full
def test_hooks_of_this_repository_pass(bakery: Bakery, shared: Path) -> None:
    """As they are in git's index, in a copy, since some hooks correct what they find."""
    project = bakery.root / "copy"
    bakery.run("git", "checkout-index", "--all", f"--prefix={project}/", cwd=TEMPLATES.parent)
    without_hooks_for_rst(project)
    bakery.commit(project)
    common = Bakery(shared / "hooks")
    with FileLock(shared / "hooks.lock"):
        hooks.provide(common, project)
    output = bakery.run(
        "pre-commit", "run", "--all-files", cwd=project, env=hooks.variables(common)
    )
    assert reported(output, "Passed") == configured(project)


def without_hooks_for_rst(project: Path) -> None:
    """Remove the hook without a stand-in: it reads reStructuredText, and there is none."""
    assert not list(project.rglob("*.rst"))
    path = project / ".pre-commit-config.yaml"
    configuration = yaml.safe_load(path.read_text())
    configuration["repos"] = [
        used for used in configuration["repos"] if not used["repo"].endswith("/pygrep-hooks")
    ]
    path.write_text(yaml.safe_dump(configuration))
