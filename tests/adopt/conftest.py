"""Copies of the projects that are adopted."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from support.project import HERE, WHEELS, made


@pytest.fixture
def project(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A copy of a project with its wheel in ``dist``, and no git repository above it."""
    copy = Path(shutil.copytree(HERE / request.param, tmp_path / "project"))
    if copy_of := WHEELS.get(request.param.rpartition("/")[2]):
        made(copy / "dist", *copy_of)
    return copy
