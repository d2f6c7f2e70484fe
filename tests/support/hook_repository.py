"""Stand-ins for the repositories that pre-commit clones its hooks from.

A real one says in .pre-commit-hooks.yaml how each hook is started, and installs one program, in
the version that its tag names. So does its stand-in, which takes the program from the package
index too; git finds it on this machine where a project's configuration names GitHub.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import yaml

from support.bakery import Bakery

REPOSITORIES: Final[dict[str, Any]] = yaml.safe_load(
    Path(__file__).with_suffix(".yaml").read_text()
)
GITHUB: Final = "https://github.com/"

PYPROJECT: Final = """\
[build-system]
requires = ["flit_core>=3.11"]
build-backend = "flit_core.buildapi"

[project]
name = "stand_in"
version = "0"
description = "Installs a program"
dependencies = ["{program}=={version}"]
"""


def configured(project: Path) -> list[dict[str, Any]]:
    """The repositories, each with a revision and hooks, that a project's configuration names."""
    return yaml.safe_load((project / ".pre-commit-config.yaml").read_text())["repos"]


def provide(bakery: Bakery, project: Path) -> None:
    """Make the repositories that a project's configuration names, with a tag for its revision."""
    for used in configured(project):
        name, rev = used["repo"].removeprefix(GITHUB), used["rev"]
        repository = bakery.root / name
        if not (repository / ".git/refs/tags" / rev).exists():
            assert name in REPOSITORIES, f"{name}: describe its hooks in tests/templates/hooks.yaml"
            write(repository, REPOSITORIES[name], rev.removeprefix("v"))
            bakery.commit(repository)
            bakery.run("git", "tag", rev, cwd=repository)


def write(repository: Path, facts: dict[str, Any], version: str) -> None:
    """Write what pre-commit reads and installs."""
    repository.mkdir(parents=True, exist_ok=True)
    hooks = [{"name": hook["id"], "language": "python", **hook} for hook in facts["hooks"]]
    (repository / ".pre-commit-hooks.yaml").write_text(yaml.safe_dump(hooks))
    (repository / "stand_in.py").touch()
    (repository / "pyproject.toml").write_text(
        PYPROJECT.format(program=facts["program"], version=version)
    )


def variables(bakery: Bakery) -> dict[str, str]:
    """Variables that lead git to the stand-ins, and keep what is fetched and installed for all.

    pre-commit drops most variables of git's; these it keeps:
    https://github.com/pre-commit/pre-commit/blob/v4.7.0/pre_commit/git.py
    """
    return {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{bakery.root.as_uri()}/.insteadOf",
        "GIT_CONFIG_VALUE_0": GITHUB,
        "XDG_CACHE_HOME": str(bakery.home / "cache"),
        "ZIZMOR_OFFLINE": "true",
    }
