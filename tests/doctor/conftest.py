"""Environments for doctor: the fake pair, really compiled, and really installed by uv."""

from __future__ import annotations

import subprocess
import venv
from collections.abc import Callable
from pathlib import Path

import pytest

from native_skew.distributions.archives import DistributionFile
from native_skew.publish import fakes
from native_skew.run.session import Session
from native_skew.scenarios.model import ConsumerRelease, ProviderRelease, Wheel
from native_skew.toolchain.compiler import Compiler
from native_skew.toolchain.interpreter import Interpreter
from native_skew.toolchain.sandbox import Sandbox, environment

OLDER, NEWER = "7.0.7.99.1.2", "7.0.10.99.0.2"
STAMP = f"fake-corelibs>={NEWER},<7.0.10.99.1"


class Pair:
    """Makes the pair's wheels and installs them."""

    def __init__(self, python: Interpreter, compiler: Compiler, uv: Path, folder: Path) -> None:
        self._python, self._compiler, self._uv, self.folder = python, compiler, uv, folder

    def provider(self, version: str = OLDER, **more: str) -> DistributionFile:
        release = ProviderRelease(version=version, **more)  # type: ignore[arg-type]
        return fakes.provider_file(release, self._python, self._compiler)

    def consumer(self, built_against: str = NEWER, *requires: str) -> DistributionFile:
        wheel = Wheel(tag="here", built_against=built_against, requires_dist=requires)
        release = ConsumerRelease(version="4.6.1", wheels=(wheel,))
        return fakes.consumer_files(release, self._python, self._compiler)[0]

    def save(self, *files: DistributionFile, name: str = "wheels") -> Path:
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        for file in files:
            (folder / file.filename).write_bytes(file.content)
        return folder

    def install(self, *files: DistributionFile, target: Path | None = None) -> Path:
        """The environment, or the --target folder, with ``files`` in it."""
        wheels = [str(self.save(file) / file.filename) for file in files]
        home = self.folder / "env"
        if not home.exists():
            venv.create(home, symlinks=True)
        place = Sandbox(root=self.folder / "uv", index_url="http://127.0.0.1:9/simple")
        place.prepare()
        options = ["--target", str(target)] if target else []
        subprocess.run(
            [
                self._uv,
                "pip",
                "install",
                "--python",
                home,
                "--no-deps",
                "--offline",
                *options,
                *wheels,
            ],
            check=True,
            cwd=place.project,
            env=environment(place, (), live=False),
            capture_output=True,
        )
        return target or home


@pytest.fixture
def pair(python: Interpreter, session: Session, tmp_path: Path) -> Pair:
    tool = session.toolbox.tool("uv", "newest")
    return Pair(python, session.compiler, Path(tool.path) / tool.name, tmp_path)


@pytest.fixture
def skewed(pair: Pair) -> Callable[[], Path]:
    """An environment as the issue leaves it."""
    return lambda: pair.install(pair.provider(), pair.consumer(NEWER, STAMP))
