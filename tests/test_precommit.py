"""The configurations of pre-commit name what pyproject.toml does, and one revision of each hook."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import yaml
from packaging.requirements import Requirement

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[1]
CONFIGURATIONS = sorted(
    (ROOT / ".pre-commit-config.yaml", *ROOT.glob("templates/*/*/.pre-commit-config.yaml"))
)
# Typed by stubs of their own, run and not imported, or without types (see [[tool.mypy.overrides]]).
STUBS = {"jsonschema": "types-jsonschema", "requests": "types-requests"}
NOT_TYPED = {"pip", "tomli", "wheel"}


def repositories(path: Path) -> list[dict[str, Any]]:
    lines = path.read_text(encoding="utf-8").splitlines()
    # What cookiecutter decides is on lines of its own.
    plain = "\n".join(line for line in lines if not line.startswith("{%"))
    return list(yaml.safe_load(plain)["repos"])


def test_one_revision_of_each_hook() -> None:
    assert len(CONFIGURATIONS) == 4
    revisions: dict[str, set[str]] = {}
    for path in CONFIGURATIONS:
        for each in repositories(path):
            revisions.setdefault(each["repo"], set()).add(each["rev"])
    assert {repo: found for repo, found in revisions.items() if len(found) > 1} == {}


def test_mypy_s_hook_sees_every_dependency() -> None:
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    project = pyproject["project"]
    extras = project["optional-dependencies"].values()
    lists = (project["dependencies"], *extras)
    needed = {Requirement(each).name for some in lists for each in some} - {project["name"]}
    (hook,) = (
        hook
        for each in repositories(ROOT / ".pre-commit-config.yaml")
        for hook in each["hooks"]
        if hook["id"] == "mypy"
    )
    wanted = {STUBS.get(name, name) for name in needed - NOT_TYPED}
    assert wanted - set(hook["additional_dependencies"]) == set()
