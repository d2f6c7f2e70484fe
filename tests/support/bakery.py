"""Bakes, builds and runs generated projects, away from the user's own settings."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

TEMPLATES: Final = Path(__file__).resolve().parents[2] / "templates"

# The provider's releases that the tests publish: both ends of the range that the
# consumer's defaults declare, and the next ABI.
LOWEST: Final = "7.0.7.99.1.2"
HIGHEST: Final = "7.0.7.99.1.3"
OTHER_ABI: Final = "7.0.10.99.0.2"

# A pair that is not published: the answers with which the templates make what the scenarios of
# the kit publish, and the application that has to build it.
PAIR: Final = {
    "native-consumer": {
        "distribution": "fake-softioc",
        "version": "4.6.1",
        "provider_distribution": "fake-corelibs",
        "provider_library": "libfakecore.so",
        "provider_header": "fakecore.h",
        "provider_version_macro": "FAKECORE_VERSION",
        "provider_version_function": "fakecore_version",
        "provider_oldest": LOWEST,
    },
    "native-provider": {
        "distribution": "fake-corelibs",
        "version": LOWEST,
        "library": "libfakecore.so",
    },
    "uv-application": {
        "project": "softioc-application",
        "dependency": "fake-softioc",
        "dependency_version": "4.6.1",
        "provider": "fake-corelibs",
    },
}

# Variables that would let a test see this machine instead of what it set up. Compilers
# read theirs too, and a flag there would be in what is built; hooks of git's have GIT_DIR.
FOREIGN: Final = (
    "PIP_", "UV_", "PYTHON", "VIRTUAL_ENV", "NOX", "COV_", "SKBUILD", "CMAKE",
    "CC", "CFLAGS", "CPPFLAGS", "LDFLAGS", "LD_", "DIST_EXTRA_CONFIG", "COOKIECUTTER",
    "GIT_", "PRE_COMMIT", "SKIP", "MYPY", "RUFF", "ZIZMOR", "GH_", "GITHUB_TOKEN",
)  # fmt: skip


def environment(home: Path, site: Path | None = None) -> dict[str, str]:
    """The environment of a command, with the packages in `site` importable."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(FOREIGN)}
    own = {
        "HOME": str(home),
        "XDG_CACHE_HOME": str(home / "cache"),
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_DATA_HOME": str(home / "data"),
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        # Not UV_NO_CONFIG, which would switch match-runtime off in the project as well.
        "XDG_CONFIG_DIRS": str(home / "config"),
        "UV_PYTHON_DOWNLOADS": "never",
        # Plain text, whatever terminal the tests run in.
        "NO_COLOR": "1",
        "TERM": "dumb",
    }
    return kept | own | ({"PYTHONPATH": str(site)} if site else {})


@dataclass(frozen=True)
class Bakery:
    """A folder to work in, with a home of its own."""

    root: Path

    @property
    def home(self) -> Path:
        path = self.root / "home"
        path.mkdir(parents=True, exist_ok=True)
        return path

    def settings(self) -> Path:
        """Cookiecutter's configuration, which keeps clones and answers in this folder."""
        path = self.home / "cookiecutter.yaml"
        path.write_text(
            f"cookiecutters_dir: {self.home / 'cookiecutters'}\nreplay_dir: {self.home / 'replay'}\n"
        )
        return path

    def bake(
        self, template: str, folder: str = "baked", *, pair: bool = True, **answers: str
    ) -> Path:
        """Generate a project, by default of the pair; returns its folder."""
        # Here, so that a run without the packages of these tests can still load conftest.py.
        from cookiecutter.main import cookiecutter

        output = self.root / folder
        output.mkdir(parents=True, exist_ok=True)
        project = Path(
            cookiecutter(
                str(TEMPLATES / template),
                no_input=True,
                extra_context=(PAIR[template] if pair else {}) | answers,
                output_dir=str(output),
                config_file=str(self.settings()),
            )
        )
        # It depends on the state of this checkout; test_cruft.py has repositories of its own.
        (project / ".cruft.json").unlink(missing_ok=True)
        return project

    def run(
        self,
        *command: str | Path,
        cwd: Path | None = None,
        site: Path | None = None,
        env: Mapping[str, str] | None = None,
        stdin: str = "",
        fails: bool = False,
    ) -> str:
        """Run a command that must succeed, or must fail, and return all it printed."""
        done = subprocess.run(
            list(map(str, command)),
            cwd=cwd or self.root,
            env=environment(self.home, site) | dict(env or {}),
            input=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert (done.returncode != 0) is fails, f"{command}: exit {done.returncode}\n{done.stdout}"
        return done.stdout

    def python(
        self,
        *arguments: str | Path,
        site: Path | None = None,
        cwd: Path | None = None,
        fails: bool = False,
    ) -> str:
        """Run this interpreter."""
        return self.run(sys.executable, *arguments, site=site, cwd=cwd, fails=fails)

    def own_tests(self, project: Path, site: Path) -> str:
        """Run a project's tests with what is in `site`."""
        command = ("-m", "pytest", "-q", "-p", "no:cacheprovider")
        return self.python(*command, cwd=project, site=site)

    def build(
        self, project: Path, site: Path | None = None, *options: str, folder: str = "dist"
    ) -> list[Path]:
        """Build an sdist, and a wheel from it, with the packages in `site`."""
        output = self.root / folder
        self.python(
            "-m", "build", "--no-isolation", *options, "--outdir", output, project, site=site
        )
        return sorted(output.iterdir())

    def commit(self, project: Path) -> None:
        """Make a git repository of a project: meson-python makes sdists of nothing else."""
        who = ["-c", "user.name=tests", "-c", "user.email=tests@localhost"]
        self.run("git", "init", "--quiet", cwd=project)
        self.run("git", "add", "--all", cwd=project)
        self.run("git", *who, "commit", "--quiet", "--message", "baked", cwd=project)

    def installed(self, name: str, *wheels: Path) -> Path:
        """Unpack wheels beside each other, as in a site-packages folder."""
        site = self.root / name
        for wheel in wheels:
            with zipfile.ZipFile(wheel) as archive:
                archive.extractall(site)
        return site


def edit(path: Path, old: str, new: str) -> None:
    """Replace what is in a file."""
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
