"""Environments for doctor: the fake pair, really compiled, and laid out as installers do."""

from __future__ import annotations

import io
import sysconfig
import venv
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from native_skew.distributions.archives import DistributionFile
from native_skew.publish import fakes
from native_skew.scenarios.model import ConsumerRelease, ProviderRelease, Wheel
from native_skew.toolchain.compiler import Compiler
from native_skew.toolchain.interpreter import Interpreter
from support.compiler import compiler as the_machine_s

OLDER, NEWER = "7.0.7.99.1.2", "7.0.10.99.0.2"
STAMP = f"fake-corelibs>={NEWER},<7.0.10.99.1"


class Pair:
    """Makes the pair's wheels and installs them."""

    def __init__(self, python: Interpreter, compiler: Compiler, folder: Path) -> None:
        self._python, self._compiler, self.folder = python, compiler, folder

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
        """Makes the environment, or the --target folder, with ``files`` in it.

        By hand, which is fast; ``test_an_environment_that_uv_made`` compares it with a real one.
        """
        home = self.folder / "env"
        if not home.exists():
            venv.create(home, symlinks=True)
        base = {"base": str(home), "platbase": str(home)}
        site = target or Path(sysconfig.get_path("platlib", "posix_prefix", base))
        for file in files:
            with zipfile.ZipFile(io.BytesIO(file.content)) as archive:
                archive.extractall(site)
                (record,) = (each for each in archive.namelist() if each.endswith("/RECORD"))
            installer = record.replace("RECORD", "INSTALLER")
            (site / installer).write_text("uv", encoding="ascii")
            with (site / record).open("a", encoding="utf-8") as rows:
                rows.write(f"{installer},,\n")
        return target or home


@pytest.fixture(scope="session")
def compiler() -> Compiler:
    return the_machine_s()


@pytest.fixture
def pair(python: Interpreter, compiler: Compiler, tmp_path: Path) -> Pair:
    return Pair(python, compiler, tmp_path)


@pytest.fixture
def skewed(pair: Pair) -> Callable[[], Path]:
    """An environment as the issue leaves it."""
    return lambda: pair.install(pair.provider(), pair.consumer(NEWER, STAMP))
