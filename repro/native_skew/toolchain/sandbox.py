"""A cell's own folder and environment: it sees nothing of the user's, and writes nowhere else.

The environment is made from nothing, not stripped: a variable that nobody thought of
cannot get through. What remains of the caller's is PATH (compilers) behind the tool's own.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import msgspec

_FOLDERS = {
    "HOME": "home",
    "TMPDIR": "tmp",
    "XDG_CONFIG_HOME": "home/.config",
    "XDG_CACHE_HOME": "home/.cache",
    "XDG_DATA_HOME": "home/.local/share",
    "XDG_STATE_HOME": "home/.local/state",
    "XDG_CONFIG_DIRS": "etc",
    "XDG_DATA_DIRS": "usr-share",
}
# Only with --live, where the real index may be behind these.
_LIVE = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR", "PIP_CERT")


_NO_PROJECT = """\
[project]
name = "cell"
version = "0"
"""
# Where a tool asks for what is not on loopback after all, nobody answers.
_CLOSED = "http://127.0.0.1:9"
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")


class Sandbox(msgspec.Struct, frozen=True, kw_only=True):
    """One cell's folder.

    ``environment`` and ``cache`` count up when a step wants a new one: the old stays as
    it was.
    """

    root: Path
    index_url: str
    environment: int = 1
    cache: int = 1

    @property
    def project(self) -> Path:
        """Where commands run; ``.venv`` is made in it."""
        return self.root / f"project-{self.environment}"

    @property
    def user_configuration(self) -> Path:
        """XDG_CONFIG_HOME."""
        return self.root / _FOLDERS["XDG_CONFIG_HOME"]

    def prepare(self) -> None:
        """Makes the folders, and the files that end uv's search for configuration."""
        for name in _FOLDERS.values():
            (self.root / name).mkdir(parents=True, exist_ok=True)
        self.project.mkdir(exist_ok=True)
        # uv looks for a project, and for configuration, in every parent folder, then for the
        # system's configuration; a file that says nothing ends each search.
        # https://docs.astral.sh/uv/concepts/configuration-files/
        (self.root / "uv.toml").touch()
        (self.root / "pyproject.toml").write_text(_NO_PROJECT, encoding="utf-8")
        system = self.root / _FOLDERS["XDG_CONFIG_DIRS"] / "uv"
        system.mkdir(exist_ok=True)
        (system / "uv.toml").touch()
        (self.user_configuration / "hatch.toml").touch()  # Hatch wants the one it is told of

    def remove(self) -> None:
        """Deletes the folder; what a read-only build tree keeps is left to the next run."""
        shutil.rmtree(self.root, ignore_errors=True)


def environment(
    sandbox: Sandbox, tool_paths: tuple[str, ...], live: bool = False
) -> dict[str, str]:
    """The variables of every process in a cell.

    Args:
        sandbox: the cell's folder and index.
        tool_paths: folders that stand first on PATH.
        live: let the caller's proxy and certificate settings through.

    """
    cache = sandbox.root / f"cache-{sandbox.cache}"
    variables = {name: str(sandbox.root / folder) for name, folder in _FOLDERS.items()}
    variables |= {
        "PATH": os.pathsep.join((*tool_paths, os.environ.get("PATH", os.defpath))),
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "NO_COLOR": "1",
        "COLUMNS": "120",
        "PYTHONNOUSERSITE": "1",
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_INPUT": "1",
        "PIP_PROGRESS_BAR": "off",
        "PIP_INDEX_URL": sandbox.index_url,
        "PIP_CACHE_DIR": str(cache / "pip"),
        "UV_DEFAULT_INDEX": sandbox.index_url,
        "UV_CACHE_DIR": str(cache / "uv"),
        "UV_PYTHON_DOWNLOADS": "never",
        "UV_NO_PROGRESS": "1",
        "POETRY_CACHE_DIR": str(cache / "poetry"),
        "POETRY_CONFIG_DIR": str(sandbox.user_configuration / "pypoetry"),
        "POETRY_DATA_DIR": str(sandbox.root / _FOLDERS["XDG_DATA_HOME"] / "pypoetry"),
        "POETRY_VIRTUALENVS_IN_PROJECT": "true",
        "POETRY_VIRTUALENVS_OPTIONS_NO_PIP": "true",
        "POETRY_KEYRING_ENABLED": "false",
        "POETRY_NO_INTERACTION": "1",
        "PDM_CACHE_DIR": str(cache / "pdm"),
        "PDM_LOG_DIR": str(cache / "pdm-log"),
        "PDM_CHECK_UPDATE": "0",
        "PDM_NON_INTERACTIVE": "1",
        "PIPENV_CACHE_DIR": str(cache / "pipenv"),
        "PIPENV_VENV_IN_PROJECT": "1",
        "PIPENV_IGNORE_VIRTUALENVS": "1",
        "PIPENV_DONT_LOAD_ENV": "1",
        "PIPENV_NOSPIN": "1",
        "PIPENV_YES": "1",
        "PIP_TOOLS_CACHE_DIR": str(cache / "pip-tools"),
        "HATCH_CACHE_DIR": str(cache / "hatch"),
        "HATCH_DATA_DIR": str(sandbox.root / _FOLDERS["XDG_DATA_HOME"] / "hatch"),
        "HATCH_CONFIG": str(sandbox.user_configuration / "hatch.toml"),
        # virtualenv looks for newer seed packages in the background, on the public index.
        # https://virtualenv.pypa.io/en/latest/user_guide.html#embed-wheels-for-distributions
        "VIRTUALENV_NO_PERIODIC_UPDATE": "1",
        "VIRTUALENV_NO_DOWNLOAD": "1",
        "VIRTUALENV_OVERRIDE_APP_DATA": str(cache / "virtualenv"),
    }
    if not live:
        variables |= dict.fromkeys(_PROXIES, _CLOSED)
        variables |= {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}
    else:
        variables |= {name: os.environ[name] for name in _LIVE if name in os.environ}
        variables |= {n.lower(): os.environ[n.lower()] for n in _LIVE if n.lower() in os.environ}
    return variables
