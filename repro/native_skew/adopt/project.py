"""A project as its build files describe it, and the working copies that are changed."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, cast

import configupdater
import msgspec
import tomlkit
import tomlkit.items
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name, is_normalized_name
from tomlkit.exceptions import TOMLKitError

from native_skew.adopt.errors import NotUnderstoodError, ProjectFileError
from native_skew.adopt.python_source import Edit, Source
from native_skew.adopt.setup_script import SetupScript, argument

PYPROJECT, SCRIPT, CONFIG = "pyproject.toml", "setup.py", "setup.cfg"


# The shapes of the settings that are read here: a build backend refuses others too.
# https://packaging.python.org/en/latest/specifications/pyproject-toml/


class _BuildSystem(msgspec.Struct, rename="kebab"):
    requires: list[str] = []
    build_backend: str = ""


class _Project(msgspec.Struct):
    dependencies: list[str] = []
    dynamic: list[str] = []


class _Linux(msgspec.Struct, rename="kebab"):
    repair_wheel_command: str | list[str] = ""


class _Cibuildwheel(msgspec.Struct, rename="kebab"):
    repair_wheel_command: str | list[str] = ""
    build_frontend: str | dict[str, Any] = ""
    linux: _Linux | None = None


class _Setuptools(msgspec.Struct, rename="kebab"):
    dynamic: dict[str, Any] = {}
    package_data: dict[str, list[str]] = {}


class _Tool(msgspec.Struct):
    cibuildwheel: _Cibuildwheel | None = None
    poetry: dict[str, Any] = {}
    setuptools: _Setuptools | None = None


class _Pyproject(msgspec.Struct, rename="kebab"):
    build_system: _BuildSystem | None = None
    project: _Project | None = None
    tool: _Tool | None = None


class Project:
    """The build files ``before``, parsed; ``local`` are the project's own modules.

    Attributes:
        pyproject: ``pyproject.toml``, to be changed in place; empty if there is none.
        script: ``setup.py``, with ``edits`` to be made to it.
        config: ``setup.cfg``, to be changed in place.
        texts: every other file, to be replaced.

    """

    def __init__(self, before: Mapping[str, str], local: frozenset[str] = frozenset()) -> None:
        self.before = before
        # The copies have line feeds alone; `after` restores the file's own line endings.
        texts = {name: text.replace("\r\n", "\n") for name, text in before.items()}
        self.pyproject = _toml(texts.pop(PYPROJECT, ""))
        script, config = texts.pop(SCRIPT, None), texts.pop(CONFIG, None)
        if script is not None and not self._runs_setup_script():
            texts[SCRIPT], script = script, None
        self.script = None if script is None else SetupScript(SCRIPT, script, local)
        self.config = None if config is None else _config(config)
        self.edits: list[Edit] = []
        self.texts = texts
        self._read = {PYPROJECT: tomlkit.dumps(self.pyproject), CONFIG: str(self.config)}

    def table(self, *keys: str) -> dict[str, Any]:
        """A table of pyproject.toml, only for reading; empty if there is none."""
        found: Any = self.pyproject
        for key in keys:
            found = found.get(key, {}) if isinstance(found, dict) else {}
        return found if isinstance(found, dict) else {}

    @property
    def backend(self) -> str:
        """The top-level package of the build backend; setuptools if none is named."""
        named = self.table("build-system").get("build-backend", "setuptools")
        return str(named).partition(":")[0].partition(".")[0]

    def _runs_setup_script(self) -> bool:
        """Whether a build may run setup.py: other backends than setuptools may call setuptools."""
        table = self.table("build-system")
        named = re.findall(r"\bsetuptools\b", " ".join(map(str, table.get("requires", []))))
        return bool(self.backend == "setuptools" or "backend-path" in table or named)

    @property
    def build_requires(self) -> tuple[Requirement, ...]:
        """``build-system.requires``."""
        where = f"{PYPROJECT}: build-system.requires"
        return requirements(where, self.table("build-system").get("requires", []))

    def require_for_build(self, number: int | None, requirement: str) -> None:
        """Puts ``requirement`` into ``build-system.requires``, in the place of entry ``number``."""
        listed = cast("dict[str, Any]", self.pyproject)["build-system"]["requires"]
        if number is None:
            listed.append(requirement)
        else:
            listed[number] = quoted_like(listed[number], requirement)

    def after(self) -> dict[str, str]:
        """The texts with all changes made.

        Raises:
            NotUnderstoodError: they would change in more than that, or no longer be Python.

        """
        made = dict(self.texts)
        if PYPROJECT in self.before:
            made[PYPROJECT] = tomlkit.dumps(self.pyproject)
        if self.script is not None:
            made[SCRIPT] = self.script.with_edits(self.edits)
            Source(SCRIPT, made[SCRIPT])  # still Python, or nothing is proposed
        if self.config is not None:
            made[CONFIG] = str(self.config)
        for name, read in self._read.items():
            if name not in made:
                continue
            text = self.before[name].replace("\r\n", "\n")
            # If only the parser would write the text differently, it stays, byte for byte.
            if made[name] == read:
                made[name] = text
            elif read != text:
                raise NotUnderstoodError(
                    name,
                    "its parts stand in an order that would be changed besides",
                    "put the tables of one name together, or change it by hand",
                )
        return {name: _with_line_ends(name, text, made[name]) for name, text in self.before.items()}

    @property
    def name(self) -> str | None:
        """The project's name, if it is spelled out."""
        named = self.table("project").get("name")
        if named is None and self.config and self.config.has_option("metadata", "name"):
            named = self.config["metadata"]["name"].value
        if named is None and self.script and (found := argument(self.script.call, "name")):
            value = self.script.value(found.value)
            named = value.value if isinstance(value, ast.Constant) else None
        is_name = isinstance(named, str) and is_normalized_name(canonicalize_name(named))
        return named if is_name else None


def quoted_like(old: tomlkit.items.String, text: str) -> tomlkit.items.String:
    """``text`` in single quotes if ``old`` has them and ``text`` contains none."""
    return tomlkit.string(text, literal=old.as_string().startswith("'") and "'" not in text)


def requirements(where: str, listed: Iterable[str]) -> tuple[Requirement, ...]:
    """A list of requirements (PEP 508), parsed."""
    try:
        return tuple(Requirement(each) for each in listed)
    except InvalidRequirement as error:
        reason = " ".join(str(error).split())
        raise NotUnderstoodError(where, reason, "write each as PEP 508 has it") from error


def _toml(text: str) -> tomlkit.TOMLDocument:
    try:
        document = tomlkit.parse(text)
    except TOMLKitError as error:
        raise NotUnderstoodError(PYPROJECT, f"not valid TOML ({error})", "correct it") from error
    try:
        msgspec.convert(document.unwrap(), _Pyproject)
    except msgspec.ValidationError as error:
        raise NotUnderstoodError(PYPROJECT, str(error), "correct it") from error
    return document


def _config(text: str) -> configupdater.ConfigUpdater:
    updater = configupdater.ConfigUpdater()
    try:
        updater.read_string(text)
    except (configupdater.ParsingError, configupdater.DuplicateSectionError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise NotUnderstoodError(CONFIG, f"not valid ({reason})", "correct it") from error
    return updater


def _with_line_ends(name: str, before: str, after: str) -> str:
    if before.replace("\r\n", "\n") == after:
        return before
    carriage = before.count("\r\n")
    if not carriage:
        return after
    if carriage != before.count("\n"):
        raise ProjectFileError(Path(name), "has line ends of both kinds")
    return after.replace("\n", "\r\n")
