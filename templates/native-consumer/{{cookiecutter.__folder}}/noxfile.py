#!/usr/bin/env -S uv run --script
# /// script
# dependencies = ["nox>=2025.10.14", "packaging>=24.2"]
# ///
"""Sessions that a developer and CI run alike."""

from __future__ import annotations

import runpy
import tempfile
from pathlib import Path

import nox
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

nox.needs_version = ">=2025.10.14"
nox.options.default_venv_backend = "uv|virtualenv"

PYPROJECT = nox.project.load_toml("pyproject.toml")
DISTRIBUTION = PYPROJECT["project"]["name"]
PACKAGE = "{{ cookiecutter.import_name }}"
GUARD = runpy.run_path(f"src/{PACKAGE}/_provider.py")
PROVIDERS = {canonicalize_name(each.distribution) for each in GUARD["PROVIDERS"]}
RANGES = [
    requirement
    for requirement in map(Requirement, PYPROJECT["project"]["dependencies"])
    if canonicalize_name(requirement.name) in PROVIDERS
]


def oldest(requirement: Requirement) -> str:
    """The oldest release in a range."""
    bounds = (each for each in requirement.specifier if each.operator in {">=", "=="})
    return f"{requirement.name}=={next(each.version for each in bounds)}"


ENDS = {"lowest": [oldest(each) for each in RANGES], "highest": [str(each) for each in RANGES]}


def group(name: str) -> list[str]:
    """A dependency group of pyproject.toml."""
    return list(nox.project.dependency_groups(PYPROJECT, name))


def build(session: nox.Session, *arguments: str) -> list[Path]:
    """Build into an empty folder, and return what was built."""
    folder = Path(session.create_tmp()).resolve() / "dist"
    for old in folder.glob("*"):
        old.unlink()
    session.run("python", "-m", "build", "--installer", "uv", "--outdir", str(folder), *arguments)
    return sorted(folder.iterdir())


@nox.session
def tests(session: nox.Session) -> None:
    """Run the tests against the package as installed."""
{%- if cookiecutter.build_backend == "meson-python" %}
    # uv builds this one without isolation, see [tool.uv].
    session.install(*group("build"), *ENDS["highest"])
{%- endif %}
    session.install(".", *group("test"))
    session.run("pytest", *session.posargs)


@nox.session(name="range")
def range_(session: nox.Session) -> None:
    """Copy the providers' ranges from project.dependencies to build-system.requires."""
    session.install("packaging>=24.2", "pyelftools>=0.31")
    session.run("python", "tools/consistency.py", "--write")


@nox.session
def consistency(session: nox.Session) -> None:
    """Compare the metadata of all distributions, and their modules with the providers.

    Of a release, exactly what is uploaded: nox -s consistency -- dist/*
    """
    session.install(*group("consistency"))
    # What is declared first: a build may fail of it. It counts below, with all else.
    session.run("python", "tools/consistency.py", success_codes=[0, 1])
    built = [] if session.posargs else build(session)
    providers = []
    for end, requirements in ENDS.items():
        folder = Path(session.create_tmp()) / end
        session.install("--upgrade", "--target", str(folder), *requirements)
        providers += ["--provider", str(folder)]
    files = session.posargs or list(map(str, built))
    session.run("python", "tools/consistency.py", *providers, *files)


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
    target = Path(session.create_tmp()).resolve() / "target"
    session.run("uv", "venv", "--clear", "--python", str(Path(session.bin, "python")), str(target))
    python = str(target / "bin" / "python")
    constraint = target.with_name("constraint.txt")
    constraint.write_text("\n".join(ENDS[end]))
    command = {
        "pip": ["python", "-m", "pip", "--python", python, "install"],
        "uv": ["uv", "pip", "install", "--python", python],
    }[installer]
    # Outside this folder: below it, uv would read the settings of pyproject.toml.
    tests, home = str(Path("tests").resolve()), Path.cwd()
    session.chdir(tempfile.gettempdir())
    session.run(*command, "--no-cache-dir", "--constraint", str(constraint), str(sdist))
    session.run("uv", "pip", "install", "--python", python, *group("test"))
    session.run(python, "-c", f"import {PACKAGE} as m; m.main()", external=True)
    # main() alone would pass for a module that answers wrongly.
    session.run(python, "-m", "pytest", "-c", str(home / "pyproject.toml"), tests, external=True)


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
