"""Poetry, PDM, Pipenv, pip-tools, pip lock and Hatch: real cells, and nobody else is asked."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path

import pytest

from native_skew.installers import NEWEST
from native_skew.installers.registry import INSTALLERS
from native_skew.results.record import Result
from native_skew.run.session import Session
from native_skew.toolchain.tools import commands_of
from support.command import native_skew, verdicts
from support.spy_index import Spy

ISSUE = "stamped-wheel-elsewhere/no-wheel-fits"
A_WHEEL_FITS = "stamped-wheel-elsewhere/no-binary"
OLDER_PYTHON = "older-python-supported/older-python"
THIS_PYTHON = "older-python-supported/this-python"
Run = Callable[..., Result]

WORKS, DETECTED, UNDETECTED = "works", "broken, detected", "broken, undetected"
CELLS = [
    ("poetry-lock-sync", ISSUE, "nothing", DETECTED),
    ("poetry-install", ISSUE, "build-constraint", WORKS),
    ("pdm-lock-sync", THIS_PYTHON, "nothing", WORKS),
    ("pdm-install", OLDER_PYTHON, "nothing", DETECTED),
    ("pdm-install", OLDER_PYTHON, "override", WORKS),
    ("pipenv", A_WHEEL_FITS, "nothing", DETECTED),
    ("pip-tools", "unstamped-pin", "nothing", UNDETECTED),
    ("pip-lock", ISSUE, "nothing", WORKS),
    ("pip-lock", "unstamped-pin", "nothing", UNDETECTED),
    ("hatch-pip", ISSUE, "nothing", WORKS),
    ("hatch-uv", ISSUE, "nothing", DETECTED),
    ("hatch-uv", ISSUE, "override", WORKS),
]


@pytest.mark.parametrize(("installer", "scenario", "remedy", "verdict"), CELLS)
def test_a_cell_of_each_tool(
    run: Run, installer: str, scenario: str, remedy: str, verdict: str
) -> None:
    before = base_packages()
    result = run(scenario, installer, remedy)
    assert result.verdict == verdict == result.expected
    assert result.origin == "built"
    assert base_packages() == before, "the base interpreter was written to"
    written = "".join(text for step in result.steps for text in step.files.values())
    assert "127.0.0.1" not in written.replace("http://127.0.0.1:8000/simple/", "")


def base_packages() -> set[str]:
    """What is installed in the interpreter from which the tests' environment was made."""
    script = "import sysconfig; print(sysconfig.get_path('purelib'))"
    base = getattr(sys, "_base_executable", sys.executable)
    done = subprocess.run([base, "-c", script], capture_output=True, text=True, check=True)
    folder = Path(done.stdout.strip())
    assert folder != Path(sysconfig.get_path("purelib")) or sys.prefix == sys.base_prefix
    return {each.name for each in folder.glob("*-info")}


def test_the_older_python_alone_flips_what_pdm_reads(run: Run) -> None:
    wheel = "/files/fake_softioc-4.6.1-cp39-cp39-manylinux_2_17_x86_64.whl.metadata"
    read = {
        scenario: wheel in {entry.path for entry in run(scenario, "pdm-lock-sync").journal}
        for scenario in (THIS_PYTHON, OLDER_PYTHON)
    }
    assert read == {THIS_PYTHON: False, OLDER_PYTHON: True}


def test_every_tool_has_the_commands_that_it_is_driven_by() -> None:
    assert commands_of("pip-tools") == ("pip-compile", "pip-sync")
    assert commands_of("hatch") == ("hatch", "uv")
    assert {commands_of(i.tool)[0] for i in INSTALLERS.values() if i.tool != "pip-tools"} == {
        i.tool for i in INSTALLERS.values() if i.tool != "pip-tools"
    }


@pytest.fixture
def hostile(tmp_path: Path, spy: Spy) -> dict[str, str]:
    """A user whose tools are all told, by file and by variable, to ask the spy."""
    home, evil = tmp_path / "home", tmp_path / "evil"
    evil.mkdir()
    for name, text in {
        ".config/pypoetry/config.toml": f'[repositories.spy]\nurl = "{spy.url}"\n',
        ".config/pdm/config.toml": f'[pypi]\nurl = "{spy.url}"\n[pypi.extra]\nurl = "{spy.url}"\n',
        ".config/pip/pip.conf": f"[global]\nindex-url = {spy.url}\n",
        ".config/uv/uv.toml": "no-index = true\n",
        ".config/hatch/config.toml": 'mode = "project"\nproject = "nowhere"\n',
        ".config/pip-tools/config.toml": f'[tool.pip-tools]\nindex-url = "{spy.url}"\n',
    }.items():
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (tmp_path / "Pipfile").write_text(f'[[source]]\nname = "spy"\nurl = "{spy.url}"\n')
    return {
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "PIP_INDEX_URL": spy.url,
        "PIP_EXTRA_INDEX_URL": spy.url,
        "UV_DEFAULT_INDEX": spy.url,
        "POETRY_CACHE_DIR": str(evil / "poetry"),
        "POETRY_CONFIG_DIR": str(home / ".config/pypoetry"),
        "POETRY_VIRTUALENVS_PATH": str(evil / "venvs"),
        "POETRY_VIRTUALENVS_IN_PROJECT": "false",
        "POETRY_INSTALLER_ONLY_BINARY": ":all:",
        "PDM_PYPI_URL": spy.url,
        "PDM_CONFIG_FILE": str(home / ".config/pdm/config.toml"),
        "PDM_CACHE_DIR": str(evil / "pdm"),
        "PDM_ONLY_BINARY": ":all:",
        "PDM_PYTHON": "/bin/false",
        "PIPENV_PYPI_MIRROR": spy.url,
        "PIPENV_TEST_INDEX": spy.url,
        "PIPENV_PIPFILE": str(tmp_path / "Pipfile"),
        "PIPENV_CACHE_DIR": str(evil / "pipenv"),
        "PIP_TOOLS_CACHE_DIR": str(evil / "pip-tools"),
        "HATCH_CONFIG": str(home / ".config/hatch/config.toml"),
        "HATCH_DATA_DIR": str(evil / "hatch"),
        "HATCH_ENV": "nowhere",
        "VIRTUAL_ENV": str(evil),
        "VIRTUALENV_OVERRIDE_APP_DATA": str(evil / "virtualenv"),
    }


def test_no_tool_sees_what_the_user_has_set(
    hostile: dict[str, str], tmp_path: Path, spy: Spy, session: Session
) -> None:
    cwd = tmp_path / "cwd"
    cwd.mkdir()
    installers = {installer: verdict for installer, at, _, verdict in CELLS[:1]}
    installers |= {"pdm-install": WORKS, "pipenv": WORKS, "pip-tools": WORKS, "hatch-uv": DETECTED}
    for name in installers:  # this user could not fetch it
        session.toolbox.tool(INSTALLERS[name].tool, NEWEST)
    chosen = [word for name in installers for word in ("--installer", name)]
    done = native_skew("--scenario", ISSUE, "--remedy", "nothing", *chosen, cwd=cwd, **hostile)
    assert verdicts(done) == {(name, "nothing"): verdict for name, verdict in installers.items()}
    assert spy.asked == []
    assert not list((tmp_path / "evil").iterdir())
