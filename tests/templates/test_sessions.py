"""The nox sessions of generated projects, with isolated builds from an index on loopback.

The build backends and what the sessions install are fetched once, hence the mark.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import pytest

from support.bakery import HIGHEST, LOWEST, OTHER_ABI, Bakery
from support.file_index import addresses, publish

pytestmark = pytest.mark.network


def nox(
    bakery: Bakery, project: Path, index: str, *arguments: str | Path, fails: bool = False
) -> str:
    command = ["nox", "--default-venv-backend", "uv", *arguments]
    return bakery.run(*command, cwd=project, env=addresses(bakery.home, index), fails=fails)


@pytest.mark.parametrize("backend", ["setuptools", "meson-python", "scikit-build-core"])
def test_consumer_sessions_pass(bakery: Bakery, index: str, backend: str) -> None:
    project = bakery.bake("native-consumer", build_backend=backend)
    bakery.commit(project)
    output = nox(bakery, project, index, "-s", "tests", "consistency", "install", "docs")
    assert "2 files: 0 problems" in output
    # The lowest provider runs a module that was built with the highest.
    seen = re.findall(r"built_against: (\S+)\nloaded: (\S+)\ninstalled: (\S+)", output)
    assert sorted(seen) == [(HIGHEST, LOWEST, LOWEST)] * 2 + [(HIGHEST, HIGHEST, HIGHEST)] * 2


def test_provider_sessions_pass(bakery: Bakery, index: str) -> None:
    project = bakery.bake("native-provider")
    assert "2 functions, 1 types: 0 breaks" in nox(
        bakery, project, index, "-s", "tests", "abi", "docs"
    )


def test_consumer_that_takes_any_provider_is_caught(bakery: Bakery, index: str) -> None:
    """The range of the issue: the build takes the newest provider, running gets another."""
    project = bakery.bake("native-consumer")
    pyproject = project / "pyproject.toml"
    pyproject.write_text(pyproject.read_text().replace("<7.0.7.99.2", "<8"))
    output = nox(bakery, project, index, "-s", "consistency", fails=True)
    assert "holds more than one ABI" in output
    assert re.search(
        r"needs libfakecore\.so\.7\.0\.10\.99\.0, which fake-corelibs in lowest does not", output
    )
    output = nox(bakery, project, index, "-s", "install", fails=True)
    assert f"fake-softioc 4.6.1 was not built for fake-corelibs {LOWEST}" in output


def test_published_wheel_is_compared(bakery: Bakery, index: str, wheel: Path) -> None:
    project = bakery.bake("native-consumer")
    pyproject = project / "pyproject.toml"
    nox(bakery, project, index, "-s", "consistency", "--", wheel)
    pyproject.write_text(pyproject.read_text().replace(f">={LOWEST}", f">={HIGHEST}"))
    output = nox(bakery, project, index, "-s", "consistency", "--", wheel, fails=True)
    assert f"{wheel.name}: Requires-Dist fake-corelibs" in output


@pytest.mark.parametrize("installer", ["pip", "uv"])
def test_issue_does_not_happen(
    bakery: Bakery, index: str, sdist: Path, wheel: Path, installer: str
) -> None:
    """What breaks the stamped consumer in test_application.py: a foreign wheel, a newer provider."""
    foreign = bakery.root / "fake_softioc-4.6.1-cp310-cp310-macosx_10_9_x86_64.whl"
    foreign.hardlink_to(wheel)
    publish(bakery.root / "index", [sdist, foreign])
    env = addresses(bakery.home, index)
    bakery.run("uv", "venv", "target", env=env)
    target = bakery.root / "target/bin/python"
    command = {
        "pip": ["python", "-m", "pip", "--python", target, "install"],
        "uv": ["uv", "pip", "install", "--python", target],
    }[installer]
    bakery.run(*command, "fake-softioc", env=env)
    output = bakery.run(target, "-c", "import fake_softioc; fake_softioc.main()", env=env)
    assert output.split()[1::2] == [HIGHEST] * 3


@pytest.fixture
def environment(bakery: Bakery, index: str, wheel: Path) -> dict[str, str]:
    """Variables of an active environment that has the consumer, and a provider of another ABI."""
    target = bakery.root / "venv"
    bakery.python("-m", "venv", target)
    path = f"{target}/bin:{Path(sys.executable).parent}:{os.environ['PATH']}"
    env = {"VIRTUAL_ENV": str(target), "PATH": path, **addresses(bakery.home, index)}
    bakery.run("uv", "pip", "install", wheel, env=env)
    bakery.run("uv", "pip", "install", f"fake-corelibs=={OTHER_ABI}", env=env)
    return env


def mending(message: str, installer: str) -> str:
    """The command that a message of the import guard gives."""
    start = {"pip": "python -m pip install", "uv": "uv pip install"}[installer]
    (command,) = (line.strip() for line in message.splitlines() if line.strip().startswith(start))
    return command


@pytest.mark.parametrize("installer", ["pip", "uv"])
def test_command_in_the_message_mends(
    bakery: Bakery, environment: dict[str, str], sdist: Path, installer: str
) -> None:
    """First the wrong provider, then the right one under a module built for the wrong one."""
    use = ["python", "-c", "import fake_softioc"]
    message = bakery.run(*use, env=environment, fails=True)
    bakery.run("sh", "-c", mending(message, installer), env=environment)
    bakery.run(*use, env=environment)
    publish(bakery.root / "index", [sdist])
    (module,) = (bakery.root / "venv").glob("lib/python3*/site-packages/fake_softioc/*.so")
    bakery.run(
        "patchelf", "--replace-needed", "libfakecore.so.7.0.7.99.1", "libfakecore.so.0", module
    )
    message = bakery.run(*use, env=environment, fails=True)
    bakery.run("sh", "-c", mending(message, installer), env=environment)
    bakery.run(*use, env=environment)
