#!/usr/bin/env -S uv run --script
# /// script
# dependencies = ["nox>=2025.10.14", "packaging>=24.2"]
# ///
"""Sessions that a developer and CI run alike."""

from __future__ import annotations

from pathlib import Path

import nox
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

nox.needs_version = ">=2025.10.14"
nox.options.default_venv_backend = "uv|virtualenv"

PYPROJECT = nox.project.load_toml("pyproject.toml")
DISTRIBUTION = PYPROJECT["project"]["name"]
PACKAGE = "{{ cookiecutter.import_name }}"
PROVIDER_NAME = "{{ cookiecutter.provider_distribution }}"
PROVIDER = next(
    requirement
    for requirement in map(Requirement, PYPROJECT["project"]["dependencies"])
    if canonicalize_name(requirement.name) == canonicalize_name(PROVIDER_NAME)
)
OLDEST = next(bound.version for bound in PROVIDER.specifier if bound.operator in {">=", "=="})
ENDS = {"lowest": f"{PROVIDER.name}=={OLDEST}", "highest": str(PROVIDER)}


def group(name: str) -> list[str]:
    """A dependency group of pyproject.toml."""
    return list(nox.project.dependency_groups(PYPROJECT, name))


def build(session: nox.Session, *arguments: str) -> list[Path]:
    """Build into an empty folder, and return what was built."""
    folder = Path(session.create_tmp()) / "dist"
    for old in folder.glob("*"):
        old.unlink()
    session.run("python", "-m", "build", "--installer", "uv", "--outdir", str(folder), *arguments)
    return sorted(folder.iterdir())


@nox.session
def tests(session: nox.Session) -> None:
    """Run the tests against the package as installed."""
    session.install(".", *group("test"))
    session.run("pytest", *session.posargs)


@nox.session
def consistency(session: nox.Session) -> None:
    """Compare the metadata of all distributions, and their modules with the provider.

    Published files of the same release can be given: nox -s consistency -- *.whl
    """
    session.install(*group("consistency"))
    built = build(session)
    providers = []
    for end, requirement in ENDS.items():
        folder = Path(session.create_tmp()) / end
        session.install("--upgrade", "--no-deps", "--target", str(folder), requirement)
        providers += ["--provider", str(folder)]
    session.run("python", "tools/consistency.py", *providers, *map(str, built), *session.posargs)


@nox.session
@nox.parametrize("installer", ["pip", "uv"])
@nox.parametrize("end", list(ENDS))
def install(session: nox.Session, end: str, installer: str) -> None:
    """Install from the sdist with each installer at each end of the range, and import.

    The constraint decides what is installed, and no constraint reaches the isolated
    build: the lowest provider runs a module that was built with the highest.
    """
    session.install("build[uv]", "pip", "uv")
    (sdist,) = build(session, "--sdist")
    target = Path(session.create_tmp()) / "target"
    session.run("uv", "venv", "--clear", "--python", str(Path(session.bin, "python")), str(target))
    python = str(target / "bin" / "python")
    constraint = Path(session.create_tmp()) / "constraint.txt"
    constraint.write_text(f"{ENDS[end]}\n")
    command = {
        "pip": ["python", "-m", "pip", "--python", python, "install"],
        "uv": ["uv", "pip", "install", "--python", python],
    }[installer]
    session.run(*command, "--no-cache-dir", "--constraint", str(constraint), str(sdist))
    session.run(python, "-c", f"import {PACKAGE} as m; m.main()", external=True)


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
