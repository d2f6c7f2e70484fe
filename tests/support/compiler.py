"""What tests need of the machine: it is fetched if possible, or else the test is skipped."""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import cache, partial
from pathlib import Path

import pytest

from native_skew.errors import SkewError
from native_skew.run.session import DEFAULT_WORK
from native_skew.toolchain.compiler import Compiler
from native_skew.toolchain.interpreter import Interpreter
from native_skew.toolchain.tools import Toolbox

TOOLS = Path(__file__).parents[2] / DEFAULT_WORK / "tools"


@cache
def _compiler() -> Compiler | SkewError:
    try:
        return Toolbox(TOOLS).compiler()
    except SkewError as error:  # asked once: offline, a second request would only take time
        return error


def compiler() -> Compiler:
    """The machine's C compiler, or else the one that the kit fetches."""
    found = _compiler()
    if isinstance(found, SkewError):
        pytest.skip(f"no C compiler is on the PATH, and none can be fetched: {found}")
    return found


def cc(*arguments: str | Path, cwd: Path | None = None, source: str | None = None) -> None:
    """Compiles; ``source`` is what standard input has."""
    found = compiler()
    run = partial(
        subprocess.run,
        cwd=cwd,
        env={**os.environ, **dict(found.variables)},
        input=source,
        text=True,
    )
    command = [*found.command, *arguments]
    # zig 0.17.1 cannot start its linker with some numbers of arguments («OutOfMemory», whatever the
    # memory): another number may do.
    if "ziglang" in command and run(command, check=False).returncode == 0:
        return
    run([*command, *["-s"] * ("ziglang" in command)], check=True)


def program(name: str) -> str:
    """The path of a program that nothing here can fetch."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not on the PATH")
    return found


def headers(python: Interpreter) -> None:
    """Makes sure that extension modules can be built for ``python``."""
    try:
        python.require_headers()
    except SkewError as error:
        pytest.skip(str(error))
