#!/usr/bin/env -S uv run --script
# /// script
# dependencies = ["nox>=2025.10.14"]
# ///
"""Sessions that a developer and CI run alike."""

from __future__ import annotations

import nox

nox.needs_version = ">=2025.10.14"
nox.options.default_venv_backend = "uv|virtualenv"


@nox.session(venv_backend="none")
def environment(session: nox.Session) -> None:
    """Sync the environment, and fail when it is skewed; options are uv's, such as --locked."""
    session.run("uv", "run", "tools/sync.py", *session.posargs)


@nox.session(venv_backend="none", requires=["environment"])
def tests(session: nox.Session) -> None:
    """Run the tests in that environment."""
    session.run("uv", "run", "--no-sync", "pytest")


@nox.session
def lint(session: nox.Session) -> None:
    """Run all hooks of pre-commit."""
    session.install("pre-commit")
    session.run("pre-commit", "run", "--all-files", "--show-diff-on-failure")


if __name__ == "__main__":
    nox.main()
