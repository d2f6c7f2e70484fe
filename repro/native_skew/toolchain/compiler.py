"""The C compiler that builds the fake pair, here and inside the tools' builds."""

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
    title: str  # which compiler that is, and why
    variables: tuple[tuple[str, str], ...] = ()  # what it wants in its environment, as pairs

    @property
    def environ(self) -> dict[str, str]:
        """Variables by which setuptools, too, uses this compiler.

        The machine's own ``cc`` is found without help; saying so would only keep setuptools
        from the flags that the interpreter was built with.
        """
        if len(self.command) == 1:
            return {}
        words = shlex.join(self.command)
        return {"CC": words, "LDSHARED": f"{words} -shared", **dict(self.variables)}

    def shared_object(self, root: Path, source: str, output: str, *arguments: str) -> bytes:
        """Compiles ``source`` in ``root`` and returns the shared object's bytes.

        Paths are relative, and neither a build id nor symbols for a debugger are written: the
        bytes do not tell where or when. Where it fails, a ``SkewError`` has the compiler's words.
        """
        command = [*self.command, "-shared", "-fPIC", "-O1", "-s", "-Wl,--build-id=none"]
        command += ["-o", output, source, *arguments]
        done = subprocess.run(
            command,
            cwd=root,
            # PATH and no more: CPATH or LD_RUN_PATH would be in the bytes.
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
    """The compiler on the PATH that works, or None: then the kit fetches ziglang."""
    found = machine.c_compiler()
    return Compiler(command=(found[0],), title=found[1]) if found else None
