"""The nox sessions of generated projects, with isolated builds from an index on loopback.

The build backends and what the sessions install are fetched once, hence the mark.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import pytest

from support.bakery import HIGHEST, LOWEST, OTHER_ABI, Bakery, edit
from support.file_index import addresses, publish
from .test_provider import needs_abidiff

pytestmark = pytest.mark.network


def nox(
    bakery: Bakery, project: Path, index: str, *arguments: str | Path, fails: bool = False
) -> str:
    command = ["nox", "--default-venv-backend", "uv", *arguments]
    return bakery.run(*command, cwd=project, env=addresses(bakery.home, index), fails=fails)


# One backend runs all there is; the others, what may differ with them.
ONE_END = ["tests", "consistency", "install(end='lowest', installer='uv')"]
ALL = ["tests", "consistency", "install", "docs"]


@pytest.mark.parametrize(
    ("backend", "sessions"),
    [
        ("setuptools", ALL),
        ("meson-python", ONE_END),
        ("scikit-build-core", ONE_END),
        pytest.param("meson-python", ALL, marks=pytest.mark.full),
        pytest.param("scikit-build-core", ALL, marks=pytest.mark.full),
    ],
)
def test_consumer_sessions_pass(
    bakery: Bakery, index: str, backend: str, sessions: list[str]
) -> None:
    project = bakery.bake("native-consumer", build_backend=backend)
    bakery.commit(project)
    output = nox(bakery, project, index, "-s", *sessions)
    assert "2 files: 0 problems" in output
    # The lowest provider runs a module that was built with the highest.
    seen = re.findall(r"built_against: (\S+)\nloaded: (\S+)\ninstalled: (\S+)", output)
    lowest, highest = (HIGHEST, LOWEST, LOWEST), (HIGHEST, HIGHEST, HIGHEST)
    assert sorted(seen) == ([lowest] if sessions is ONE_END else [lowest, lowest, highest, highest])


@needs_abidiff
def test_provider_sessions_pass(bakery: Bakery, index: str) -> None:
    project = bakery.bake("native-provider")
    output = nox(bakery, project, index, "-s", "tests", "abi", "docs")
    assert "no symbol that was recorded" in output


def test_consumer_that_takes_any_provider_is_caught(bakery: Bakery, index: str) -> None:
    """The range of the issue: the build takes the newest provider, running gets another."""
    project = bakery.bake("native-consumer")
    edit(project / "pyproject.toml", "<7.0.7.99.2", "<8")
    output = nox(bakery, project, index, "-s", "consistency", fails=True)
    assert "holds more than one ABI" in output
    assert re.search(
        r"needs libfakecore\.so\.7\.0\.10\.99\.0, which fake-corelibs in lowest does not", output
    )
    output = nox(bakery, project, index, "-s", "install", fails=True)
    assert f"was not built for fake-corelibs {LOWEST}, which is installed" in output


def test_published_wheel_is_compared(bakery: Bakery, index: str, wheel: Path) -> None:
    project = bakery.bake("native-consumer")
    nox(bakery, project, index, "-s", "consistency", "--", wheel)
    edit(project / "pyproject.toml", f">={LOWEST}", f">={HIGHEST}")
    output = nox(bakery, project, index, "-s", "consistency", "--", wheel, fails=True)
    assert f"{wheel.name}: Requires-Dist fake-corelibs" in output


def test_next_abi_is_one_edit_and_one_command(bakery: Bakery, index: str) -> None:
    project = bakery.bake("native-consumer")
    pyproject = project / "pyproject.toml"
    text = pyproject.read_text()
    start = text.index("\ndependencies = [")
    moved = text[start:].replace(LOWEST, OTHER_ABI, 1).replace("<7.0.7.99.2", "<7.0.10.99.1", 1)
    pyproject.write_text(text[:start] + moved)
    assert "copies the second to the first" in nox(
        bakery, project, index, "-s", "consistency", fails=True
    )
    nox(bakery, project, index, "-s", "range")
    output = nox(bakery, project, index, "-s", "tests", "consistency", "docs")
    assert "2 files: 0 problems" in output
    left = [p for p in project.rglob("*.*") if p.suffix in {".md", ".py", ".toml"} and ".nox" not in p.parts]
    assert not [path for path in left if LOWEST in path.read_text()]


@pytest.mark.parametrize("backend", ["setuptools", "meson-python", "scikit-build-core"])
def test_maintainer_starts_with_one_command(bakery: Bakery, index: str, backend: str) -> None:
    """`uv sync && uv run pytest`, and again after a change."""
    project = bakery.bake("native-consumer", build_backend=backend)
    env = addresses(bakery.home, index)
    bakery.run("uv", "sync", cwd=project, env=env)
    for _ in range(2):
        assert "passed" in bakery.run("uv", "run", "pytest", "-q", cwd=project, env=env)
        source = project / "src/fake_softioc/_extension.c"
        source.write_text(source.read_text() + "\n")


def test_provider_works_in_an_editable_installation(bakery: Bakery, index: str) -> None:
    project = bakery.bake("native-provider")
    env = addresses(bakery.home, index)
    bakery.run("uv", "sync", cwd=project, env=env)
    assert "passed" in bakery.run("uv", "run", "pytest", "-q", cwd=project, env=env)


@pytest.fixture
def environment(bakery: Bakery, index: str) -> dict[str, str]:
    """Variables of an active environment."""
    target = bakery.root / "venv"
    bakery.python("-m", "venv", target)
    path = f"{target}/bin:{Path(sys.executable).parent}:{os.environ['PATH']}"
    return {"VIRTUAL_ENV": str(target), "PATH": path, **addresses(bakery.home, index)}


def mending(message: str, installer: str) -> str:
    """The command that a message of the import guard gives."""
    start = {"pip": " -m pip install", "uv": "uv pip install"}[installer]
    (command,) = (line.strip() for line in message.splitlines() if start in line)
    return command


@pytest.mark.parametrize("installer", ["pip", "uv"])
def test_command_in_the_message_mends(
    bakery: Bakery,
    environment: dict[str, str],
    sdist: Path,
    wheel: Path,
    installer: str,
) -> None:
    """First the wrong provider, then the right one under a module built for the wrong one."""
    install = {"pip": ["python", "-m", "pip", "install"], "uv": ["uv", "pip", "install"]}[installer]
    bakery.run(*install, wheel, env=environment)
    bakery.run(*install, f"fake-corelibs=={OTHER_ABI}", env=environment)
    use = ["python", "-c", "import fake_softioc"]
    message = bakery.run(*use, env=environment, fails=True)
    bakery.run("sh", "-c", mending(message, installer), env=environment)
    bakery.run(*use, env=environment)
    publish(bakery.root / "index", [sdist])
    (module,) = (bakery.root / "venv").glob("lib/python3*/site-packages/fake_softioc/*.so")
    bakery.run(
        "patchelf", "--replace-needed", "libfakecore.so.7.0.7.99.1", "libfakecore.so.0", module
    )
    stamp = f"fake-corelibs {LOWEST}".encode()
    assert stamp in module.read_bytes()
    module.write_bytes(module.read_bytes().replace(stamp, b"fake-corelibs 7.0.6.99.1.2"))
    message = bakery.run(*use, env=environment, fails=True)
    bakery.run("sh", "-c", mending(message, installer), env=environment)
    bakery.run(*use, env=environment)
