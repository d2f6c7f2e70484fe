"""A cell's folder and environment variables: it sees nothing of the user's and writes nowhere else.

The variables are built up from nothing, so that none slips through that nobody thought of. Of the
caller's, only PATH remains (for compilers), behind the tool's own.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import msgspec

from native_skew.installers import TOOLS

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
# Passed on only with --live, where the real index may be behind these.
_LIVE = (
    *("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "PIP_CERT"),
)

# A closed port as proxy: whatever a tool requests outside of loopback fails.
_CLOSED = "http://127.0.0.1:9"
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")


class Sandbox(msgspec.Struct, frozen=True, kw_only=True):
    """One cell's folder.

    ``environment`` and ``cache`` are incremented when a step wants a new one; the old one stays.
    ``authority`` is the PEM certificate of the authority that signed the index's, over TLS.
    """

    root: Path
    index_url: str
    authority: bytes = b""
    environment: int = 1
    cache: int = 1

    @property
    def project(self) -> Path:
        """Where commands run; holds ``.venv``."""
        return self.root / f"project-{self.environment}"

    @property
    def user_configuration(self) -> Path:
        """XDG_CONFIG_HOME."""
        return self.root / _FOLDERS["XDG_CONFIG_HOME"]

    @property
    def places(self) -> dict[str, str]:
        """The values for the names in braces in the tools' variables and files."""
        return {
            "root": str(self.root),
            "cache": f"{self.root}/cache-{self.cache}",
            "user_configuration": str(self.user_configuration),
            "system_configuration": f"{self.root}/{_FOLDERS['XDG_CONFIG_DIRS']}",
            "data": f"{self.root}/{_FOLDERS['XDG_DATA_HOME']}",
            "index_url": self.index_url,
            "authority": f"{self.root}/authority.pem" if self.authority else "",
        }

    def prepare(self) -> None:
        """Creates the folders, and the files that end each tool's search for configuration."""
        for name in _FOLDERS.values():
            (self.root / name).mkdir(parents=True, exist_ok=True)
        self.project.mkdir(exist_ok=True)
        places = self.places
        if self.authority:
            Path(places["authority"]).write_bytes(self.authority)
        for tool in TOOLS.values():
            files = {path.format_map(places): text for path, text in tool.files.items()}
            write_below(self.root, files)

    def remove(self) -> None:
        """Deletes the folder; the next run deletes what a read-only build tree keeps."""
        shutil.rmtree(self.root, ignore_errors=True)


def write_below(folder: Path, files: Mapping[str, str] | Mapping[str, bytes]) -> None:
    """Writes ``files``, content by name, below ``folder``, creating folders as needed."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)


def environment(
    sandbox: Sandbox, tool_paths: tuple[str, ...], live: bool = False
) -> dict[str, str]:
    """The variables of every process in a cell; ``tool_paths`` come first on PATH.

    ``live`` passes on the caller's proxy and certificate settings.
    """
    variables = {name: str(sandbox.root / folder) for name, folder in _FOLDERS.items()}
    variables |= {
        "PATH": os.pathsep.join((*tool_paths, os.environ.get("PATH", os.defpath))),
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "NO_COLOR": "1",
        "COLUMNS": "120",
        "PYTHONNOUSERSITE": "1",
    }
    places = sandbox.places
    if sandbox.authority:  # for OpenSSL and for requests
        variables |= dict.fromkeys(("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"), places["authority"])
    for tool in TOOLS.values():
        own = {name: text.format_map(places) for name, text in tool.variables.items()}
        variables |= {name: value for name, value in own.items() if value}
    if not live:
        variables |= dict.fromkeys(_PROXIES, _CLOSED)
        variables |= {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}
    else:
        variables |= {name: os.environ[name] for name in _LIVE if name in os.environ}
        variables |= {n.lower(): os.environ[n.lower()] for n in _LIVE if n.lower() in os.environ}
    return variables
