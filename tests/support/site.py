"""Building the site of a checkout, in a process of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
_QUIET = {"NO_MKDOCS_2_WARNING": "1", "DISABLE_MKDOCS_2_WARNING": "true"}


def build(folder: Path, into: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """Builds what ``folder`` holds, strictly, with the kit of this checkout.

    Not quietly: what MkDocs does not say it does not count either.
    """
    return subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(into)],
        cwd=folder,
        env=os.environ | _QUIET | {"PYTHONPATH": str(ROOT / "repro")} | environ,
        capture_output=True,
        text=True,
        check=False,
    )


def plain(folder: Path, into: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """Writes what ``folder`` holds as sources for a generator that runs no hooks."""
    return subprocess.run(
        [sys.executable, "-m", "native_skew.site", str(into)],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT / "repro")} | environ,
        capture_output=True,
        text=True,
        check=False,
    )


def checkout(into: Path) -> Path:
    """A copy of the pages, to be spoilt; the results and the kit are those of this checkout."""
    shutil.copy(ROOT / "mkdocs.yml", into)
    shutil.copytree(ROOT / "docs", into / "docs", ignore=shutil.ignore_patterns("results"))
    (into / "docs/results").symlink_to(ROOT / "docs/results")
    (into / "repro").symlink_to(ROOT / "repro")
    return into
