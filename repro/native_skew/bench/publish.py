"""Fakes and index against packse: the same pure-Python scenarios, built and served by both."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from native_skew import __version__, scenarios
from native_skew.bench import packing, peer, workload
from native_skew.bench.record import Bar, Measurement, PeerError, Row, Setting
from native_skew.scenarios import CONSUMER
from native_skew.toolchain import interpreter

_LIMIT = 120.0  # seconds that either side has for its first answer
_PAUSE = 0.002  # seconds between two questions whether the server is up
_SIDES = ("packse", "native-skew")
_AT_LEAST = 5.0  # times faster

HOW = (
    "Every scenario of the kit is written down as a pure-Python one in packse's format, and both "
    "sides read those files: first all of them together, then each in a process of its own. "
    "Building is a process from its start to its end, serving one from its start to the first "
    "answer with a project's whole page; starting Python is part of both. packse lets a build "
    "backend make each release, and serves from a folder; the kit packs the files itself, and "
    "serves from memory. Of the rounds, taken in turn, each side's fastest counts."
)


def measure(setting: Setting) -> Measurement:
    """Times both sides, in turn, on every scenario that is not live.

    Raises:
        PeerError: packse cannot be had, or does not answer.

    """
    packse = peer.ready(setting.work / "tools")
    with tempfile.TemporaryDirectory(dir=setting.work) as folder:
        files = _scenario_files(Path(folder))
        together = _row(f"all {len(files)} together", files, packse, setting.rounds)
        alone = [_row(f"{file.stem} alone", [file], packse, setting.rounds) for file in files]
    return Measurement(
        id="publish",
        title="Building and serving scenarios, against packse",
        how=HOW,
        columns=(
            "packse builds, s",
            "native-skew builds, s",
            "times faster",
            "packse serves, s",
            "native-skew serves, s",
            "times faster",
        ),
        rows=(together, *alone),
        bars=(
            Bar(name="times faster at building", value=together.values[2], at_least=_AT_LEAST),
            Bar(name="times faster at serving", value=together.values[5], at_least=_AT_LEAST),
        ),
        versions={
            "packse": f"{peer.VERSION} on Python {packse.python}",
            "native-skew": __version__,
        },
    )


def _scenario_files(folder: Path) -> list[Path]:
    """Every scenario that is not live, its first variant, in packse's format."""
    files = []
    for scenario in scenarios.load_all().values():
        if not scenario.live:
            variant = scenario.variant_names()[0]
            file = folder / f"{scenario.id}.toml"
            text = workload.scenario_file(scenario, variant, interpreter.find())
            file.write_text(text, encoding="utf-8")
            files.append(file)
    return files


def _row(name: str, files: Sequence[Path], packse: peer.Peer, rounds: int) -> Row:
    turns = [
        {side: (_building(side, files, packse), _serving(side, files, packse)) for side in _SIDES}
        for _ in range(rounds)
    ]
    builds, serves = (
        [min(turn[side][number] for turn in turns) for side in _SIDES] for number in (0, 1)
    )
    values = (*builds, builds[0] / builds[1], *serves, serves[0] / serves[1])
    return Row(name=name, values=tuple(round(each, 3) for each in values))


def _building(side: str, files: Sequence[Path], packse: peer.Peer) -> float:
    """Seconds of a process that builds the distributions of ``files``, new each time."""
    with tempfile.TemporaryDirectory(dir=files[0].parent) as folder:
        command = (
            [packse.command, "build", "--no-hash"]
            if side == "packse"
            else [sys.executable, "-m", "native_skew.bench.publisher", "build", folder]
        )
        started = time.monotonic()
        with _start([*command, *map(str, files)], folder, packse) as process:
            process.wait()
        seconds = time.monotonic() - started
        made = {p.name for pattern in ("*.whl", "*.tar.gz") for p in Path(folder).rglob(pattern)}
        wanted = {each.filename for file in files for each in packing.published(file)}
        if process.returncode or made != wanted:
            other = ", ".join(sorted(made ^ wanted)[:3])
            raise PeerError(side, f"did not build what it should ({other}): {_said(folder)}")
    return seconds


def _serving(side: str, files: Sequence[Path], packse: peer.Peer) -> float:
    """Seconds from a process's start to its index's first answer; every page is whole then."""
    port = _free_port()
    with tempfile.TemporaryDirectory(dir=files[0].parent) as folder:
        command = (
            [packse.command, "serve", "--no-hash", "--host", "127.0.0.1", "--port", str(port)]
            if side == "packse"
            else [sys.executable, "-m", "native_skew.bench.publisher", "serve", str(port)]
        )
        started = time.monotonic()
        with _start([*command, *map(str, files)], folder, packse) as process:
            try:
                while process.poll() is None and time.monotonic() - started < _LIMIT:
                    if _answers(side, port, files[0]):
                        seconds = time.monotonic() - started
                        if not all(_answers(side, port, file) for file in files):
                            raise PeerError(side, "does not serve every file of every scenario")
                        return seconds
                    time.sleep(_PAUSE)
                raise PeerError(side, f"did not serve: {_said(folder)}")
            finally:
                process.kill()


def _start(command: Sequence[str], folder: str, packse: peer.Peer) -> subprocess.Popen[bytes]:
    environ = {**os.environ, "PATH": f"{packse.folder}{os.pathsep}{os.environ['PATH']}"}
    with (Path(folder) / "said").open("wb") as said:
        return subprocess.Popen(
            command, cwd=folder, env=environ, stdout=said, stderr=subprocess.STDOUT
        )


def _said(folder: str) -> str:
    lines = (Path(folder) / "said").read_text(encoding="utf-8", errors="replace").splitlines()
    return lines[-1] if lines else "it said nothing"


def _answers(side: str, port: int, file: Path) -> bool:
    """Whether the page of the scenario's consumer is there, with all files on it."""
    name = f"{file.stem}-{CONSUMER}"
    path = f"/simple-html/{name}/" if side == "packse" else f"/{file.stem}/simple/{name}/"
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        page = answer.read().decode()
    except OSError:
        return False
    finally:
        connection.close()
    wanted = (f.filename for f in packing.published(file) if f.project == name)
    return answer.status == http.HTTPStatus.OK and all(each in page for each in wanted)


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])
