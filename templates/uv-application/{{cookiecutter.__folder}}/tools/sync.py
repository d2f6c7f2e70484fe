# /// script
# requires-python = ">=3.11"
# dependencies = []
# ///
"""Brings the environment up to date, and fails when it is skewed.

`uv sync` ends with 0 in an environment whose module does not load, and so does
`uv sync --check`. Options are handed to uv: uv run tools/sync.py --locked
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DEPENDENCY = "{{ cookiecutter.dependency }}"
MODULES = {
{%- for each in cookiecutter.imports.split() | unique %}
    "{{ each }}",
{%- endfor %}
}
PROVIDER = "{{ cookiecutter.provider }}"
# The environment is the project's, whichever is active; `uv run` has one for this script.
ENVIRON = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}


def uv(*arguments: str) -> int:
    """Run uv in the project's folder; its exit code."""
    return subprocess.run(["uv", *arguments], cwd=ROOT, env=ENVIRON, check=False).returncode


def in_environment(*command: str) -> subprocess.CompletedProcess[str]:
    """Run a command in the project's environment, and keep its output."""
    words = ["uv", "run", "--no-sync", *command]
    return subprocess.run(words, cwd=ROOT, env=ENVIRON, capture_output=True, text=True, check=False)


def imported() -> set[str]:
    """The modules of the dependency that this project imports."""
    tops = "|".join({each.partition(".")[0] for each in MODULES})
    statement = re.compile(rf"^\s*(?:import|from)\s+((?:{tops})(?:\.\w+)*)(?!\w)", re.MULTILINE)
    environments = {each.parent for each in ROOT.rglob("pyvenv.cfg")}
    files = (each for each in ROOT.rglob("*.py") if not environments & {*each.parents})
    texts = (each.read_text(encoding="utf-8", errors="replace") for each in files)
    return MODULES.union(*map(statement.findall, texts))


def complaints() -> list[str]:
    """What is wrong: with the requirements as installed, and with the modules themselves.

    Each may be right when another is not. A module from a stale build tree has the metadata
    of one version and the links of another. Without --no-config uv would believe the
    project's own dependency-metadata.
    """
    checks = {"requirements": ["uv", "pip", "check", "--no-config"]}
    checks |= {f"import {each}": ["python", "-c", f"import {each}"] for each in sorted(imported())}
    done = {name: in_environment(*command) for name, command in checks.items()}
    return [f"{name}: {each.stderr.strip()}" for name, each in done.items() if each.returncode]


def repair(options: list[str]) -> int:
    """Build the dependency once more, in a new build tree.

    uv builds again in the same source tree, where setuptools finds its old module: only a
    cleaned cache is another one (https://github.com/astral-sh/uv/issues/16850). Whoever else
    requires the provider may have to move with it.
    """
    print(f"Building {DEPENDENCY} again, in a new build tree.", file=sys.stderr)
    shown = in_environment("uv", "pip", "show", PROVIDER).stdout
    others = re.findall(r"[\w.-]+", shown.partition("Required-by:")[2].partition("\n")[0])
    fixed = {"--locked", "--frozen"} & {*options}
    upgrades = [word for each in others if not fixed for word in ("--upgrade-package", each)]
    again = ["sync", "--reinstall-package", DEPENDENCY, *upgrades, *options]
    # Without --force it would wait for the `uv run` that runs this, which holds the cache
    # (https://github.com/astral-sh/uv/issues/16112).
    return uv("cache", "clean", "--force", DEPENDENCY) or uv(*again)


def main() -> int:
    """Sync, check, and build once more where a stale build tree may be the cause."""
    if shutil.which("uv") is None:
        print("uv is not installed: https://docs.astral.sh/uv/", file=sys.stderr)
        return 2
    for bring in (lambda options: uv("sync", *options), repair):
        if code := bring(sys.argv[1:]):
            return code
        if not (found := complaints()):
            return 0
        print(*found, sep="\n", file=sys.stderr)
    print(
        f"{DEPENDENCY} was built with another {PROVIDER} than is installed, or something that "
        "it needs is not there. See [tool.uv] in pyproject.toml.",
        file=sys.stderr,
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
