"""Brings the environment up to date, and fails when it is skewed.

`uv sync` ends with 0 in an environment whose module does not load, and so does
`uv sync --check`. Options are handed to uv: python tools/sync.py --locked
"""

from __future__ import annotations

import subprocess
import sys

DEPENDENCY = "{{ cookiecutter.dependency }}"
MODULE = "{{ cookiecutter.dependency_import_name }}"
PROVIDER = "{{ cookiecutter.provider }}"


def sync(*options: str) -> None:
    """Run uv sync."""
    subprocess.run(["uv", "sync", *options], check=True)


def complaints() -> list[str]:
    """What is wrong: with the requirements as installed, and with the module itself.

    Either may be right when the other is not. A module from a stale build tree has the
    metadata of one version and the links of another.
    """
    commands = {
        "requirements": ["uv", "pip", "check"],
        "import": ["uv", "run", "--no-sync", "python", "-c", f"import {MODULE}"],
    }
    results = {
        name: subprocess.run(command, capture_output=True, text=True, check=False)
        for name, command in commands.items()
    }
    failed = {name: done.stderr for name, done in results.items() if done.returncode}
    return [f"{name}: {text.strip()}" for name, text in failed.items()]


def main() -> int:
    """Sync, check, and build once more where a stale build tree may be the cause."""
    options = sys.argv[1:]
    sync(*options)
    found = complaints()
    if found:
        print(*found, sep="\n", file=sys.stderr)
        print(f"Building {DEPENDENCY} again, in a new build tree.", file=sys.stderr)
        # uv builds again in the same source tree, where setuptools finds its old module;
        # this option clears it (https://github.com/astral-sh/uv/issues/16850).
        sync("--reinstall-package", DEPENDENCY, *options)
        found = complaints()
    if found:
        print(*found, sep="\n", file=sys.stderr)
        print(
            f"{DEPENDENCY} was built with another {PROVIDER} than is installed. "
            "See [tool.uv] in pyproject.toml.",
            file=sys.stderr,
        )
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
