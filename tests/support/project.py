"""The command, run on a project, and what it said and changed."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

from click.testing import CliRunner, Result
from native_skew.adopt.command import adopt

from support.compiler import program

HERE = Path(__file__).parents[1] / "adopt"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(adopt, [str(each) for each in arguments])


def files(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file()
    }


def in_folder(*names: str) -> list[str]:
    return [f"projects/{name}" for name in names]


def apply(diff: str, root: Path) -> None:
    """Apply a diff, whatever git repository the folder may be in."""
    alone = {
        **os.environ,
        "GIT_CEILING_DIRECTORIES": str(root.parent),
        "GIT_CONFIG_GLOBAL": os.devnull,
    }
    subprocess.run(
        [program("git"), "apply", "-"], input=diff.encode(), cwd=root, env=alone, check=True
    )


def kinds(result: Result) -> list[str]:
    return re.findall(r"^\S.*?: ([a-z-]+): ", result.stderr, re.MULTILINE)


def change(root: Path, name: str, old: str, new: str) -> None:
    text = (root / name).read_bytes().decode()
    assert old in text
    (root / name).write_bytes(text.replace(old, new).encode())
