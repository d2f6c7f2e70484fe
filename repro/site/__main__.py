"""Writes the generated pages below a folder, for a site generator that runs no hooks.

``python -m repro.site docs`` makes a checkout that Zensical can build; the pages written
are not to be committed.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from repro.errors import SkewError
from repro.site import pages


def main(arguments: Sequence[str]) -> int:
    """Writes the pages; returns the exit code."""
    if len(arguments) != 1:
        print("usage: python -m repro.site FOLDER", file=sys.stderr)
        return 2
    try:
        generated = pages.generate()
    except SkewError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    for path, text in generated.items():
        target = Path(arguments[0]) / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
