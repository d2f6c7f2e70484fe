"""packse, the nearest peer, made ready in an environment of its own."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from native_skew.bench.making import made_once, output_of
from native_skew.bench.record import PeerError
from native_skew.installers import NEWEST
from native_skew.toolchain import Toolbox

VERSION = "0.3.59"
_PYTHON = ">=3.12"


class Peer(msgspec.Struct, frozen=True, kw_only=True):
    """packse, ready; ``folder`` holds its commands, and ``python`` is the version it runs on."""

    folder: Path
    python: str

    @property
    def command(self) -> str:
        """The path of ``packse``."""
        return str(self.folder / "packse")


def ready(tools: Path) -> Peer:
    """Packse in the tools' folder, fetched where it is not there yet.

    Raises:
        PeerError: it cannot be fetched, or there is no Python that it runs on.
        ToolUnavailableError: there is no uv to look for that Python.

    """
    home = tools / f"packse-{VERSION}"
    made_once(home, lambda: _fetch(home, _python(Toolbox(tools))))
    version = _run([str(home / "bin" / "python"), "--version"]).split()[-1]
    return Peer(folder=home / "bin", python=version)


def _python(toolbox: Toolbox) -> str:
    """An interpreter that packse runs on; uv knows where the machine's are."""
    uv = Path(toolbox.tool("uv", NEWEST).path) / "uv"
    finding = [str(uv), "python", "find", "--no-project", "--no-python-downloads", _PYTHON]
    try:
        return _run(finding).strip()
    except PeerError as error:
        reason = f"it needs Python {_PYTHON}, and uv finds none; put one on the PATH"
        raise PeerError("packse", reason) from error


def _fetch(home: Path, python: str) -> None:
    _run([python, "-m", "venv", "--without-pip", str(home)])
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", str(home)]
    _run([*pip, "install", f"packse[serve]=={VERSION}"])
    # Its server copies build requirements from a checkout; an installed packse has none.
    next(home.glob("lib/python*")).joinpath("vendor").mkdir()


def _run(command: Sequence[str]) -> str:
    return output_of(
        command, lambda last: PeerError("packse", f"it could not be made ready: {last}")
    )
