#!/usr/bin/env -S uv run --script
# /// script
# dependencies = ["nox>=2025.10.14", "packaging>=24.2"]
# ///
"""Sessions that a developer and CI run alike."""

from __future__ import annotations

import runpy
{%- if cookiecutter.__torch %}
import shutil
{%- endif %}
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
{%- if cookiecutter.__torch == "stable" %}
    # Nothing of torch but its stable ABI, which symbols of two releases alone do not prove.
    modules = Path(session.create_tmp()) / "modules"
    for wheel in (each for each in files if each.endswith(".whl")):
        shutil.rmtree(modules, ignore_errors=True)
        shutil.unpack_archive(wheel, modules, "zip")
        session.run("torch-abi-audit", "--check", "torch", "--verbose", str(modules / PACKAGE))
{%- elif cookiecutter.__torch == "exact" %}


@nox.session
def variant(session: nox.Session) -> None:
    """Build the wheel for another torch, under a version that names it, such as 0.1.0+pt212cpu.

    nox -s variant -- 2.12.1+cpu. The index must have that very build of torch: uv takes it
    from PyTorch's own with UV_TORCH_BACKEND=cpu. Nothing in this folder is changed.
    """
    (torch,) = session.posargs
    release, _, platform = torch.partition("+")
    major, minor = release.split(".")[:2]
    session.install(*group("consistency"))
    copy = Path(session.create_tmp()).resolve() / "copy"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(".", copy, ignore=shutil.ignore_patterns(".*", "build", "dist"))
    pyproject, version = copy / "pyproject.toml", PYPROJECT["project"]["version"]
    text = pyproject.read_text(encoding="utf-8")
    text = text.replace(f'"{version}"', f'"{version}+pt{major}{minor}{platform}"', 1)
    # The build is of this torch alone; what runs it may be another build of the release.
    declared = next(each for each in PYPROJECT["project"]["dependencies"] if each[:5] == "torch")
    text = text.replace(f'"{declared}"', f'"torch=={torch}"', 1)
    {%- if cookiecutter.abi_granularity == "exact" %}
    text = text.replace(f'"{declared}"', f'"torch=={release}"', 1)
    {%- else %}
    range_of_abi = f"torch>={release},<{major}.{int(minor) + 1}"
    text = text.replace(f'"{declared}"', f'"{range_of_abi}"', 1)
    {%- endif %}
    pyproject.write_text(text, encoding="utf-8")
    build_command = ["python", "-m", "build", "--installer", "uv", "--wheel"]
    session.run(*build_command, "--outdir", "dist", str(copy))
{%- endif %}


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
