"""Brings the environment up to date, and fails when it is skewed.

`uv sync` ends with 0 in an environment whose module does not load, and so does
`uv sync --check`. Options are handed to uv: python tools/sync.py --locked
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DEPENDENCY = "{{ cookiecutter.dependency }}"
MODULES = {
{%- for each in cookiecutter.imports.split() | unique %}
    "{{ each }}",
{%- endfor %}
}
PROVIDER = "{{ cookiecutter.provider }}"
NOT_OURS = {".venv", ".nox", "tools"}

# Run by the environment's Python: who requires a distribution, and what one requires.
REQUIRED_BY = """
import re, sys
from importlib import metadata
wanted = re.sub("[-_.]+", "-", sys.argv[1]).lower()
for each in metadata.distributions():
    for requirement in each.requires or []:
        name = re.match("[A-Za-z0-9._-]+", requirement)[0]
        if re.sub("[-_.]+", "-", name).lower() == wanted:
            print(each.name)
"""
REQUIRES = """
import sys
from importlib import metadata
print(*(each for each in metadata.requires(sys.argv[1]) or [] if "extra ==" not in each), sep="\\n")
"""


def uv(*arguments: str) -> int:
    """Run uv in the project's folder; its exit code."""
    return subprocess.run(["uv", *arguments], cwd=ROOT, check=False).returncode


def asked(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run uv in the project's folder, and keep what it prints."""
    return subprocess.run(["uv", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)


def in_environment(code: str, argument: str) -> list[str]:
    """The lines that some code prints in the environment."""
    return asked("run", "--no-sync", "python", "-c", code, argument).stdout.splitlines()


def imported() -> set[str]:
    """The modules of the dependency that this project's own files import."""
    tops = {each.partition(".")[0] for each in MODULES}
    found = set(MODULES)
    for path in ROOT.rglob("*.py"):
        if NOT_OURS & set(path.relative_to(ROOT).parts):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {each.name for each in node.names if each.name.split(".")[0] in tops}
            elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
                found |= {node.module} if node.module.split(".")[0] in tops else set()
    return found


def unstated() -> Iterator[str]:
    """Requirements of the built package that dependency-metadata does not state."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["uv"]
    for entry in settings.get("dependency-metadata", []):
        if entry["name"] == DEPENDENCY:
            stated = {_name(each) for each in entry.get("requires-dist", [])}
            lacking = (e for e in in_environment(REQUIRES, DEPENDENCY) if _name(e) not in stated)
            yield from (f"requires-dist: add {each!r}" for each in lacking)


def _name(requirement: str) -> str:
    match = re.match(r"[A-Za-z0-9._-]+", requirement)
    return re.sub(r"[-_.]+", "-", match[0]).lower() if match else ""


def complaints() -> list[str]:
    """What is wrong: with the requirements as installed, and with the modules themselves.

    Each may be right when another is not. A module from a stale build tree has the metadata
    of one version and the links of another. Without --no-config uv would believe the
    project's own dependency-metadata.
    """
    found = list(unstated())
    checks = {"requirements": ["pip", "check", "--no-config"]}
    for module in sorted(imported()):
        command = ["run", "--no-sync", "python", "-c", f"import {module}"]
        checks[f"import {module}"] = command
    for name, command in checks.items():
        done = asked(*command)
        if done.returncode:
            found.append(f"{name}: {done.stderr.strip()}")
    return found


def repair(options: list[str]) -> int:
    """Build the dependency once more, in a new build tree.

    uv builds again in the same source tree, where setuptools finds its old module: only a
    cleaned cache is another one (https://github.com/astral-sh/uv/issues/16850). Whoever else
    requires the provider may have to move with it.
    """
    print(f"Building {DEPENDENCY} again, in a new build tree.", file=sys.stderr)
    fixed = {"--locked", "--frozen"} & set(options)
    others = [] if fixed else in_environment(REQUIRED_BY, PROVIDER)
    upgrades = [word for name in sorted({*others}) for word in ("--upgrade-package", name)]
    return uv("cache", "clean", DEPENDENCY) or uv(
        "sync", "--reinstall-package", DEPENDENCY, *upgrades, *options
    )


def main() -> int:
    """Sync, check, and build once more where a stale build tree may be the cause."""
    options = sys.argv[1:]
    try:
        if code := uv("sync", *options):
            return code
        found = complaints()
        if found:
            print(*found, sep="\n", file=sys.stderr)
            if code := repair(options):
                return code
            found = complaints()
    except FileNotFoundError:
        print("uv is not installed: https://docs.astral.sh/uv/", file=sys.stderr)
        return 2
    if found:
        print(*found, sep="\n", file=sys.stderr)
        print(
            f"{DEPENDENCY} was built with another {PROVIDER} than is installed, or something that "
            "it needs is not there. See [tool.uv] in pyproject.toml.",
            file=sys.stderr,
        )
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
