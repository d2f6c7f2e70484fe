"""Where a project declares its run-time requirements, and how they are changed.

Each place is read into entries, and takes the same entries back with some replaced. What
``setup.py`` computes is moved to a static place: setuptools marks whatever comes from
``setup.py`` as Dynamic in the metadata, but not what comes from the two other files
(https://setuptools.pypa.io/en/latest/userguide/pyproject_config.html#dynamic-metadata).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import tomlkit

from native_skew.adopt.errors import NotUnderstoodError
from native_skew.adopt.project import CONFIG, PYPROJECT, SCRIPT, Project, quoted_like, requirements
from native_skew.adopt.setup_script import RequirementEntry, SetupScript

_KEY = "install_requires"
_STATIC = "list them in project.dependencies of pyproject.toml first"


class RequirementSource:
    """Where run-time requirements are declared; this base class is for a project without any."""

    title = PYPROJECT
    entries: tuple[RequirementEntry, ...] = ()

    def replace(self, changed: Mapping[int, str]) -> None:
        """Replaces the entries with these numbers."""


class InPyproject(RequirementSource):
    """``project.dependencies``."""

    title = f"{PYPROJECT}: project.dependencies"

    def __init__(self, project: Project) -> None:
        self._project = project
        listed = project.table("project")["dependencies"]
        requirements(self.title, listed)
        self.entries = tuple(RequirementEntry(where=PYPROJECT, text=str(each)) for each in listed)

    def replace(self, changed: Mapping[int, str]) -> None:
        """Replaces strings; the comments beside them stay."""
        listed = self._project.table("project")["dependencies"]
        for number, text in changed.items():
            listed[number] = quoted_like(listed[number], text)


class InConfig(RequirementSource):
    """``install_requires`` in ``setup.cfg``."""

    title = f"{CONFIG}: install_requires"

    def __init__(self, project: Project) -> None:
        assert project.config is not None
        self._option = project.config["options"]["install_requires"]
        self._lines = self._option.as_list()
        if any(line.startswith(("file:", "attr:")) for line in self._lines):
            raise NotUnderstoodError(CONFIG, f"install_requires is {self._option.value}", _STATIC)
        # In this format, a comment is a line of its own.
        self._numbers = [n for n, line in enumerate(self._lines) if not line.startswith(("#", ";"))]
        texts = [self._lines[number] for number in self._numbers]
        requirements(self.title, texts)
        self.entries = tuple(RequirementEntry(where=CONFIG, text=text) for text in texts)

    def replace(self, changed: Mapping[int, str]) -> None:
        """Writes the lines again, comments included."""
        for number, text in changed.items():
            self._lines[self._numbers[number]] = text
        self._option.set_values(self._lines)


class InScript(RequirementSource):
    """``install_requires`` in ``setup.py``."""

    title = f"{SCRIPT}: install_requires"

    def __init__(self, project: Project, script: SetupScript) -> None:
        self._project, self._script = project, script
        names = tuple(each.name for each in project.build_requires)
        self.entries = script.requirements(names)
        literal = [each.text for each in self.entries if each.stamp is None]
        requirements(self.title, literal)

    def replace(self, changed: Mapping[int, str]) -> None:
        """Moves all entries to a static place, or replaces them here if there is none."""
        moved = [
            (changed.get(number, each.text), each.comments)
            for number, each in enumerate(self.entries)
        ]
        if not self._is_moved:
            self._project.edits += self._script.with_requirements(changed)
            return
        self._project.edits += self._script.without_requirements()
        if self._project.table("project"):
            _move_to_pyproject(self._project, moved)
        else:
            _move_to_config(self._project, moved)

    @property
    def _is_moved(self) -> bool:
        config = self._project.config
        return bool(self._project.table("project") or (config and config.has_section("options")))

    @property
    def target(self) -> str:
        """Where the entries are moved to, in words."""
        if not self._is_moved:
            return "install_requires as plain strings"
        if self._project.table("project"):
            return "project.dependencies of pyproject.toml"
        return "[options] of setup.cfg"


_Moved = Sequence[tuple[str, tuple[str, ...]]]


def _move_to_pyproject(project: Project, moved: _Moved) -> None:
    table = cast("Any", project.pyproject)["project"]
    table["dynamic"].remove("dependencies")
    if not table["dynamic"]:
        table.remove("dynamic")
    listed = tomlkit.array()
    for text, comments in moved:
        for comment in comments:
            listed.add_line(indent="  ", comment=comment)
        listed.add_line(text, indent="  ")
    listed.add_line(indent="")
    table["dependencies"] = listed


def _move_to_config(project: Project, moved: _Moved) -> None:
    assert project.config is not None
    section = project.config["options"]
    lines = [line for text, comments in moved for line in (*(f"# {c}" for c in comments), text)]
    options = section.options()
    if options:
        section[options[-1]].add_after.option("install_requires")
    else:
        section.set("install_requires")
    section["install_requires"].set_values(lines)


def find(project: Project) -> RequirementSource:
    """Where ``project`` declares its run-time requirements."""
    table = project.table("project")
    if "dependencies" in table:
        return InPyproject(project)
    if table and "dependencies" not in table.get("dynamic", []):
        return RequirementSource()
    is_own = project.backend != "setuptools" and project.script is None
    if not table and (is_own or project.table("tool", "poetry")):
        reason = "there is no [project]: the requirements are in a table of the backend's own"
        raise NotUnderstoodError(PYPROJECT, reason, "move them to [project] first")
    if table and project.backend != "setuptools":
        raise NotUnderstoodError(
            PYPROJECT, f"dependencies are dynamic, computed by {project.backend}", _STATIC
        )
    if "dependencies" in project.table("tool", "setuptools", "dynamic"):
        raise NotUnderstoodError(
            PYPROJECT, "dependencies are read from another file (tool.setuptools.dynamic)", _STATIC
        )
    script = project.script if project.script and project.script.keyword(_KEY) else None
    in_config = project.config is not None and project.config.has_option("options", _KEY)
    if script and in_config:
        raise NotUnderstoodError(
            SCRIPT, f"{_KEY} is in {SCRIPT} and in {CONFIG}", "keep one of the two"
        )
    if script:
        return InScript(project, script)
    return InConfig(project) if in_config else RequirementSource()
