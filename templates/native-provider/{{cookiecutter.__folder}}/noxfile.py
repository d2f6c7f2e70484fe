#!/usr/bin/env -S uv run --script
# /// script
# dependencies = ["nox>=2025.10.14"]
# ///
"""Sessions that a developer and CI run alike."""

from __future__ import annotations

import nox

nox.needs_version = ">=2025.10.14"
nox.options.default_venv_backend = "uv|virtualenv"

PYPROJECT = nox.project.load_toml("pyproject.toml")
PACKAGE = "{{ cookiecutter.import_name }}"
PATHS = (
    f"from {PACKAGE} import path as p, version as v; "
    "print(p.library, p.include_path, v.abi_version, sep='\\n')"
)


def group(name: str) -> list[str]:
    """A dependency group of pyproject.toml."""
    return list(nox.project.dependency_groups(PYPROJECT, name))


@nox.session
def tests(session: nox.Session) -> None:
    """Run the tests against the package as installed."""
    session.install(".", *group("test"))
    session.run("pytest", *session.posargs)


@nox.session
def abi(session: nox.Session) -> None:
    """Compare symbols and types with what was recorded for this ABI, by abidiff.

    A new ABI is recorded with: nox -s abi -- --record
    """
    session.install(".", "--config-settings", "cmake.build-type=Debug", "--no-deps")
    said = str(session.run("python", "-c", PATHS, silent=True)).splitlines()
    library, include, version = said[-3:]
    session.run("python", "tools/abi.py", *session.posargs, library, include, f"abi/{version}.abi")


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation."""
    session.install(*group("docs"))
    session.run("mkdocs", "build", "--strict")


@nox.session
def lint(session: nox.Session) -> None:
    """Run all hooks of pre-commit."""
    session.install("pre-commit")
    session.run("pre-commit", "run", "--all-files", "--show-diff-on-failure")


if __name__ == "__main__":
    nox.main()
