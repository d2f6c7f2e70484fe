"""Hand-made wheels of providers, and a consumer's own check of a release."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from native_skew.distributions.archives import wheel_file
from native_skew.distributions.metadata import core_metadata
from support.bakery import Bakery


def library(bakery: Bakery, soname: str, source: str = "", language: str = "c") -> bytes:
    """A shared library."""
    made = bakery.root / soname
    command = ["c++", "-shared", "-fPIC", f"-Wl,-soname,{soname}", "-x", language, "-", "-o", made]
    bakery.run(*command, stdin=source)
    return made.read_bytes()


def wheel(
    bakery: Bakery,
    name: str,
    version: str,
    files: Mapping[str, bytes],
    requires: Sequence[str] = (),
) -> Path:
    """A wheel for this machine, in the test's folder."""
    tag, metadata = f"py3-none-linux_{platform.machine()}", core_metadata(name, version, requires)
    made = wheel_file(name, version, tag, metadata, dict(files), step=1)
    (bakery.root / made.filename).write_bytes(made.content)
    return bakery.root / made.filename


def consistency(
    bakery: Bakery, project: Path, sites: Iterable[Path], *files: Path, fails: bool = False
) -> str:
    """What a generated consumer says of a release, with a provider at each end of its range."""
    ends = [word for site in sites for word in ("--provider", site)]
    return bakery.python(project / "tools/consistency.py", *ends, *files, fails=fails)
