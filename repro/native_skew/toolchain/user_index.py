"""The user's own package indexes, as configured for pip and uv."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from packaging.utils import canonicalize_name

from native_skew.installers import table, tables, toml_settings

_NAMED = re.compile(r"[\w.-]+=(?=https?:)", re.ASCII)


class UserIndexes(msgspec.Struct, frozen=True, kw_only=True):
    """The indexes that distributions are looked up on."""

    default: str  # asked last
    # Asked before it, in order: uv takes a project from the first index that has it.
    # https://docs.astral.sh/uv/concepts/indexes/#searching-across-multiple-indexes
    before: tuple[str, ...] = ()
    # By project: the only index that it may come from (``tool.uv.sources``).
    pinned: Mapping[str, str] = {}


@cache
def index_url() -> str:
    """The default index of the user's pip or uv, or the public one."""
    for name in ("PIP_INDEX_URL", "UV_DEFAULT_INDEX", "UV_INDEX_URL"):
        if url := os.environ.get(name):
            return _NAMED.sub("", url, count=1)
    return pip_setting("index-url") or _public()


def user_indexes(folder: Path) -> UserIndexes:
    """All indexes that pip and uv use for a project in ``folder``: uv's first, then pip's.

    Folders on disk are left out.
    """
    default, before = index_url(), []
    pinned: dict[str, str] = {}
    for name in ("UV_INDEX", "UV_EXTRA_INDEX_URL"):
        before += os.environ.get(name, "").split()
    for settings in _uv_settings(folder):
        named = {}
        for each in tables(settings.get("index")):
            url, name = str(each.get("url", "")), str(each.get("name", ""))
            named[name] = url
            if each.get("default"):
                default = default if default != _public() else url
            elif not each.get("explicit"):
                before.append(url)
        extra = settings.get("extra-index-url")
        before += [str(each) for each in extra] if isinstance(extra, list) else []
        sources = settings.get("sources", {})
        for project, source in sources.items() if isinstance(sources, dict) else ():
            for each in tables(source if isinstance(source, list) else [source]):
                if each.get("index") in named:
                    pinned.setdefault(canonicalize_name(project), named[each["index"]])
    before += (pip_setting("extra-index-url") or "").split()
    plain = (_NAMED.sub("", each, count=1) for each in before)
    return UserIndexes(
        default=default,
        before=tuple(
            dict.fromkeys(e for e in plain if e.startswith(("http:", "https:")) and e != default)
        ),
        pinned={name: url for name, url in pinned.items() if url.startswith(("http:", "https:"))},
    )


def _public() -> str:
    # Imported late: it takes half a second, and the other commands do not need it.
    from pypi_simple import PYPI_SIMPLE_ENDPOINT  # noqa: PLC0415

    return PYPI_SIMPLE_ENDPOINT


def pip_setting(name: str) -> str | None:
    """The user's setting of one of pip's general options, as ``cert`` or ``proxy``.

    From a variable or from the configuration files, which pip reads:
    https://pip.pypa.io/en/stable/topics/configuration/
    """
    variable = f"PIP_{name.upper().replace('-', '_')}"
    return os.environ.get(variable) or _configured(name)


@cache
def _configured(name: str) -> str | None:
    # `pip config list` does not say which of two files takes precedence.
    asked = [sys.executable, "-m", "pip", "config", "get", f"global.{name}"]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    return done.stdout.strip() or None


def _uv_settings(folder: Path) -> Iterator[dict[str, Any]]:
    """The project's settings (uv.toml, or [tool.uv] in pyproject.toml), then the user's."""
    for each in (folder.resolve(), *folder.resolve().parents):
        settings = _toml(each / "uv.toml") or table(_toml(each / "pyproject.toml"), "tool", "uv")
        if settings:
            yield settings
            break
    if not os.environ.get("UV_NO_CONFIG"):
        home = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
        yield _toml(home / "uv" / "uv.toml")


def _toml(path: Path) -> dict[str, Any]:
    try:
        return toml_settings(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):  # missing, or invalid, which uv itself reports
        return {}
