"""The C compiler for the fake pair, used here and in the tools' builds."""

from __future__ import annotations

import os
import shlex
import subprocess
from functools import lru_cache
from pathlib import Path

import msgspec

from native_skew.errors import GET_COMPILER, SkewError
from native_skew.toolchain import machine


class Compiler(msgspec.Struct, frozen=True, kw_only=True):
    """How to compile."""

    command: tuple[str, ...]  # what ``CC`` would hold, split into words
    title: str  # which compiler it is, and why
    variables: tuple[tuple[str, str], ...] = ()  # the environment variables that it needs

    @property
    def environ(self) -> dict[str, str]:
        """Variables that make setuptools use this compiler too.

        Empty for the machine's own compiler, which setuptools finds itself: naming it would drop
        the flags that the interpreter was built with.
        """
        if len(self.command) == 1:
            return {}
        words = shlex.join(self.command)
        return {"CC": words, "LDSHARED": f"{words} -shared", **dict(self.variables)}

    def shared_object(self, root: Path, source: str, output: str, *arguments: str) -> bytes:
        """Compiles ``source`` in ``root`` and returns the shared object's bytes.

        Paths are relative, and no build id or debug symbols are written, so that the bytes do not
        depend on place or time. Raises ``SkewError`` with the compiler's output if it fails.
        """
        command = [*self.command, "-shared", "-fPIC", "-O1", "-s", "-Wl,--build-id=none"]
        command += ["-o", output, source, *arguments]
        done = subprocess.run(
            command,
            cwd=root,
            # Nothing but PATH: CPATH or LD_RUN_PATH would change the bytes.
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", **dict(self.variables)},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise SkewError(
                f"compiling the fake pair failed: {' '.join(command)}\n{done.stderr.strip()}\n"
                f"install a working C compiler ({GET_COMPILER}), or have none on the PATH and let "
                "the kit fetch ziglang"
            )
        return (root / output).read_bytes()


@lru_cache
def system_compiler() -> Compiler | None:
    """A working compiler on the PATH; None if there is none, and the kit fetches ziglang."""
    found = machine.c_compiler()
    return Compiler(command=(found[0],), title=found[1]) if found else None
