"""Writes the site's sources below a folder, for a site generator that runs no hooks.

``python -m native_skew.site build/plain``, then ``zensical build`` in that folder: see ``plain``.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from jinja2 import TemplateError

from native_skew.errors import ExitCode, SkewError
from native_skew.site import plain


def main(arguments: Sequence[str]) -> int:
    """Writes the pages; returns the exit code."""
    if len(arguments) != 1:
        print("usage: python -m native_skew.site FOLDER", file=sys.stderr)
        return ExitCode.COULD_NOT_RUN
    try:
        count = plain.write(Path(arguments[0]), os.environ)
    except SkewError as error:
        print(error, file=sys.stderr)
        return ExitCode.COULD_NOT_RUN
    except TemplateError as error:
        print(f"a page's macros cannot be read: {error}", file=sys.stderr)
        return ExitCode.COULD_NOT_RUN
    print(f"{count} pages in {arguments[0]}; build them with `zensical build` there")
    return ExitCode.SOUND


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
