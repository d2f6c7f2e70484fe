"""A stage's interface is its ``__init__.py``: other stages use nothing else of it."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import native_skew

ROOT = Path(native_skew.__file__).parent
STAGES = sorted(path.parent.name for path in ROOT.glob("*/__init__.py"))
# Read by pyelftools, whose import would cost every start of the command.
APART = {"native_skew.binaries.reference"}


def _imports(source: str) -> Iterator[tuple[str, str]]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from ((node.module, name.name) for name in node.names)
        elif isinstance(node, ast.Import):
            yield from ((name.name, "") for name in node.names)


@cache
def _face(stage: str) -> frozenset[str]:
    """What others may use of ``stage``: what its ``__init__.py`` imports, at once or on demand."""
    face = importlib.import_module(f"native_skew.{stage}")
    source = Path(str(face.__file__)).read_text(encoding="utf-8")
    own = f"native_skew.{stage}"
    imported = {name for module, name in _imports(source) if module.startswith(own)}
    return frozenset({*imported, *getattr(face, "__all__", ())})


def _past_the_face(stage: str, source: str) -> list[str]:
    """What ``source``, a module of ``stage``, imports from inside of other stages."""
    found = []
    for module, name in _imports(source):
        root, *parts = module.split(".")
        if root != "native_skew" or not parts or parts[0] == stage or parts[0] not in STAGES:
            continue
        if module in APART or f"{module}.{name}" in APART:
            continue
        if len(parts) > 1 or name not in _face(parts[0]):
            found.append(f"{module}: {name}")
    return found


@pytest.mark.parametrize("stage", STAGES)
def test_other_stages_are_entered_by_their_face(stage: str) -> None:
    found = {
        path.name: wrong
        for path in (ROOT / stage).rglob("*.py")
        if not {"native", "payload"} & {*path.parts}  # sources of other programs
        and (wrong := _past_the_face(stage, path.read_text(encoding="utf-8")))
    }
    assert not found


def test_a_way_past_a_face_is_seen() -> None:
    assert _past_the_face("run", "from native_skew.results.record import Result")
    assert _past_the_face("run", "from native_skew.results import _hidden")
    assert not _past_the_face("run", "from native_skew.results import Result")
    assert not _past_the_face("results", "from native_skew.results.record import Result")


def test_every_folder_of_code_has_a_face() -> None:
    for stage in STAGES:
        face = importlib.import_module(f"native_skew.{stage}")
        assert face.__doc__
        assert all(hasattr(face, name) for name in _face(stage))
