"""Copies of the projects that are adopted."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from support.project import HERE


@pytest.fixture
def project(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A copy of a project, and no git repository above it."""
    return Path(shutil.copytree(HERE / request.param, tmp_path / "project"))
