"""Imports modules one after the other, and says of each what came of it: run by ``--confirm``.

Run as a script by the environment's own interpreter, without anything of the kit. It takes the
path of a file to report to, and the names. A line before each import and one after it, as JSON:
whoever reads them sees at which one the process ended.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from collections.abc import Sequence

_LONGEST = 2000  # characters of an error


def _say(report: str, **what: str) -> None:
    # Opened each time: a module may close all files of its process, as a daemon does.
    file = os.open(report, os.O_WRONLY | os.O_APPEND)
    os.write(file, (json.dumps(what) + "\n").encode())
    os.close(file)


def main(report: str, names: Sequence[str]) -> None:
    """Imports ``names`` in turn."""
    for name in names:
        _say(report, starts=name)
        try:
            importlib.import_module(name)
        except BaseException as error:  # noqa: BLE001  (a module may raise SystemExit)
            _say(report, ends=name, error=f"{type(error).__name__}: {error}"[:_LONGEST])
        else:
            _say(report, ends=name, error="")


if __name__ == "__main__":
    # The folder of this file, in which others could be taken for modules of the environment.
    # https://docs.python.org/3/library/sys.html#sys.path
    sys.path[:] = [each for each in sys.path if not __file__.startswith(f"{each}/import_child")]
    main(sys.argv[1], sys.argv[2:])
    os._exit(0)  # what a package does at exit is not what is asked
