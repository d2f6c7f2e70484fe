"""Generated projects carry .cruft.json, whichever tool made them, and can be brought up to date."""

from __future__ import annotations

import itertools
import json
import re
import shutil
from pathlib import Path

import pytest

from native_skew.toolchain import user_index as live

from support.bakery import TEMPLATES, Bakery

NAMES = ("native-consumer", "native-provider", "uv-application")


# What the README says, by tool: a change there is a change here.
README = (TEMPLATES.parent / "README.md").read_text()
COMMANDS = re.findall(r"^\$ ((?:cookiecutter|cruft create|uvx cookiecutter) .*)$", README, re.MULTILINE)


def test_readme_has_each_template_by_each_tool() -> None:
    said = {(command.split()[0], command.rpartition("/")[2]) for command in COMMANDS}
    assert said == set(itertools.product(("cookiecutter", "cruft", "uvx"), NAMES))


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(command, marks=pytest.mark.network if command.startswith("uvx") else ())
        for command in COMMANDS
    ],
)
def test_command_of_the_readme(bakery: Bakery, origin: Path, command: str) -> None:
    words = [str(origin) if word == "REPOSITORY" else word for word in command.split()]
    output = bakery.root / "made"
    index = {"UV_DEFAULT_INDEX": live.index_url()}
    bakery.run(*words, "--no-input", "--output-dir", output, env=index)
    (project,) = output.iterdir()
    assert (project / "pyproject.toml").exists()
    assert state(project)["directory"] == command.rpartition(" ")[2]


@pytest.fixture
def origin(bakery: Bakery) -> Path:
    """A repository with the templates in it."""
    folder = bakery.root / "origin"
    shutil.copytree(TEMPLATES, folder / "templates")
    shutil.copy(TEMPLATES.parent / "cookiecutter.json", folder)
    bakery.commit(folder)
    return folder


def make(bakery: Bakery, tool: str, origin: Path | str, template: str, *more: str) -> Path:
    """Generate a project with the tool's own command."""
    command = {"cookiecutter": ["cookiecutter"], "cruft": ["cruft", "create"]}[tool]
    options = ["--directory", f"templates/{template}", "--no-input", *more]
    output = bakery.root / f"made by {tool}"
    bakery.run(*command, origin, *options, "--output-dir", output)
    (project,) = output.iterdir()
    return project


def state(project: Path) -> dict[str, object]:
    return json.loads((project / ".cruft.json").read_text())


def change_template(bakery: Bakery, origin: Path, template: str) -> None:
    ignored = origin / "templates" / template / "{{cookiecutter.__folder}}" / ".gitignore"
    ignored.write_text(ignored.read_text() + "/new/\n")
    bakery.commit(origin)


# Both tools write the same file, see below: one template by both is enough.
@pytest.mark.parametrize(
    ("template", "tool"),
    [("native-consumer", "cookiecutter"), *((template, "cruft") for template in NAMES)],
)
def test_update_brings_later_changes(
    bakery: Bakery, origin: Path, template: str, tool: str
) -> None:
    project = make(bakery, tool, origin, template)
    bakery.commit(project)
    bakery.run("cruft", "check", cwd=project)
    bakery.run("cruft", "diff", "--exit-code", cwd=project)
    change_template(bakery, origin, template)
    bakery.run("cruft", "check", cwd=project, fails=True)
    bakery.run("cruft", "update", "--skip-apply-ask", cwd=project)
    assert (project / ".gitignore").read_text().endswith("/new/\n")
    bakery.run("cruft", "check", cwd=project)


@pytest.mark.parametrize("template", NAMES)
def test_cookiecutter_records_what_cruft_records(
    bakery: Bakery, origin: Path, template: str
) -> None:
    by_cookiecutter = state(make(bakery, "cookiecutter", origin, template))
    assert by_cookiecutter == state(make(bakery, "cruft", origin, template))
    assert by_cookiecutter["directory"] == f"templates/{template}"


@pytest.mark.parametrize(
    ("command", "address"),
    [
        # What cookiecutter clones is in a folder of its own, which is no address for others.
        ("cookiecutter git+file://{} --directory templates/native-consumer", "file://{}"),
        ("cookiecutter {}", "{}"),
        ("cd {} && cookiecutter templates/native-consumer", "{}"),
    ],
    ids=["cloned", "the list of templates", "relative"],
)
def test_address_is_one_for_others(bakery: Bakery, origin: Path, command: str, address: str) -> None:
    output = bakery.root / "made"
    options = f"--no-input --config-file {bakery.settings()} --output-dir {output}"
    bakery.run("sh", "-c", f"{command.format(origin)} {options}")
    (project,) = output.iterdir()
    assert state(project)["template"] == address.format(origin)
    assert state(project)["directory"] == "templates/native-consumer"
    bakery.run("cruft", "check", cwd=project)


@pytest.mark.parametrize(
    ("prepare", "reason"),
    [
        ("rm -rf .git", "is in no commit of a git repository"),
        # A copy that is installed in somebody's project, whose repository ignores it.
        (
            "rm -rf .git && echo /templates >.gitignore && git init --quiet && git add --all &&"
            " git -c user.name=tests -c user.email=tests@localhost commit --quiet --message theirs",
            "is in no commit of a git repository",
        ),
        ("echo >> templates/native-consumer/cookiecutter.json", "changes that are in no commit"),
    ],
)
def test_nothing_is_recorded_that_is_not_so(
    bakery: Bakery, origin: Path, prepare: str, reason: str
) -> None:
    bakery.run("sh", "-c", prepare, cwd=origin)
    output = bakery.root / "made"
    alone = {"GIT_CEILING_DIRECTORIES": str(bakery.root)}
    said = bakery.run(
        "cookiecutter", origin / "templates/native-consumer", "--no-input", "-o", output, env=alone
    )
    assert f"No .cruft.json was written: the template {'is' if 'git' in reason else 'has'}" in said
    assert reason in said
    (project,) = output.iterdir()
    assert not (project / ".cruft.json").exists()


def steps(project: Path) -> str:
    return (project / ".github/workflows/wheels.yml").read_text()


@pytest.mark.parametrize("template", ["native-consumer", "native-provider"])
@pytest.mark.parametrize(
    "command",
    [
        "cookiecutter {} --directory templates/{}",
        "cruft create {} --directory templates/{}",
        "git clone {} clone && cookiecutter clone/templates/{}",
    ],
)
def test_release_is_audited_by_what_the_template_came_with(
    bakery: Bakery, origin: Path, template: str, command: str
) -> None:
    """No index has the kit before its release, and its name may be somebody else's there."""
    address = "https://example.org/kit.git"
    asked = address.replace("//", "//somebody:secret@") if "clone" in command else address
    (bakery.home / ".gitconfig").write_text(f'[url "{origin}"]\ninsteadOf = {asked}\n')
    options = f"--no-input --output-dir {bakery.root / 'made'}"
    bakery.run("sh", "-c", f"{command.format(asked, template)} {options}")
    (project,) = (bakery.root / "made").iterdir()
    spec = f"'native-skew[audit] @ git+{address}'"
    assert f"pipx run --spec {spec} native-skew audit dist/\n" in steps(project)
    assert "secret" not in (project / ".cruft.json").read_text()
    bakery.run("zizmor", "--offline", "--quiet", ".", cwd=project)


@pytest.mark.parametrize("template", ["native-consumer", "native-provider"])
def test_audit_that_ci_cannot_install_is_left_out(
    bakery: Bakery, origin: Path, template: str
) -> None:
    text = steps(make(bakery, "cruft", origin, template))
    assert "audit" not in text
    assert "will get a module" not in text


def test_link_joins_a_project_without_it(bakery: Bakery, origin: Path) -> None:
    """What the README says for a template that was no clone."""
    project = bakery.bake("uv-application")
    bakery.commit(project)
    link = ["cruft", "link", origin, "--directory", "templates/uv-application", "--no-input"]
    bakery.run(*link, cwd=project)
    bakery.run("cruft", "check", cwd=project)
