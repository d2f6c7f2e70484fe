"""A cell sees nothing of the user's and writes nowhere else, whatever the user has set."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from support.command import WORK, native_skew, verdicts
from support.spy_index import Spy

CELL = "stamped-wheel-elsewhere/no-wheel-fits"
EXPECTED = {
    ("pip", "nothing"): "works",
    ("uv-pip-install", "nothing"): "broken, detected",
    ("uv-pip-install", "match-runtime"): "works",
    ("uv-sync", "nothing"): "broken, detected",
    ("uv-sync", "match-runtime"): "works",
}


ALL = (
    *("--scenario", CELL, "--remedy", "nothing", "--remedy", "match-runtime"),
    *("--installer", "pip==25.3", "--installer", "uv-pip-install==0.9.21"),
    *("--installer", "uv-sync==0.9.21"),
)


@pytest.fixture
def hostile(tmp_path: Path, spy: Spy) -> dict[str, str]:
    """A user whose every file and variable points elsewhere, and whose HOME is read-only."""
    home = tmp_path / "home"
    evil = tmp_path / "evil"
    evil.mkdir()
    pip_conf = f"[global]\nindex-url = {spy.url}\nextra-index-url = {spy.url}\nno-index = true\n"
    uv_toml = f'no-index = true\nno-build = true\nfind-links = ["{evil}"]\n'
    for name, text in {
        ".config/pip/pip.conf": pip_conf,
        ".pip/pip.conf": pip_conf,
        ".config/uv/uv.toml": uv_toml,
        ".netrc": "machine 127.0.0.1 login a password b\n",
        ".pydistutils.cfg": "[build_ext]\ninclude-dirs = /nowhere\nlibraries = nothing\n",
    }.items():
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (tmp_path / "uv.toml").write_text(uv_toml, encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text("[tool.uv]\nno-build = true\n", encoding="utf-8")
    (tmp_path / "constraints.txt").write_text("fake-corelibs==1\nsetuptools==1\n", encoding="utf-8")
    for path in sorted(home.rglob("*"), reverse=True):
        path.chmod(0o500 if path.is_dir() else 0o400)
    home.chmod(0o500)
    return {
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "PIP_INDEX_URL": spy.url,
        "PIP_EXTRA_INDEX_URL": spy.url,
        "PIP_FIND_LINKS": str(evil),
        "PIP_NO_BINARY": ":all:",
        "PIP_ONLY_BINARY": ":all:",
        "PIP_CONSTRAINT": str(tmp_path / "constraints.txt"),
        "PIP_BUILD_CONSTRAINT": str(tmp_path / "constraints.txt"),
        "PIP_NO_INDEX": "1",
        "PIP_TARGET": str(evil),
        "PIP_USER": "1",
        "PIP_REQUIRE_VIRTUALENV": "1",
        "UV_INDEX": spy.url,
        "UV_DEFAULT_INDEX": spy.url,
        "UV_EXTRA_INDEX_URL": spy.url,
        "UV_FIND_LINKS": str(evil),
        "UV_NO_BUILD": "1",
        "UV_NO_CONFIG": "1",
        "UV_OFFLINE": "1",
        "UV_CONSTRAINT": str(tmp_path / "constraints.txt"),
        "UV_OVERRIDE": str(tmp_path / "constraints.txt"),
        "UV_PRERELEASE": "allow",
        "UV_RESOLUTION": "lowest",
        "UV_PROJECT_ENVIRONMENT": str(evil / "venv"),
        "UV_CACHE_DIR": str(evil / "cache"),
        "VIRTUAL_ENV": str(evil),
        "PYTHONHASHSEED": "1",
        "CC": "/bin/false",
        "CFLAGS": "-DNONSENSE -include nothing.h",
        "LDFLAGS": "-Lnowhere",
        "LD_LIBRARY_PATH": str(evil),
        "HTTP_PROXY": "http://127.0.0.1:1",
        "http_proxy": "http://127.0.0.1:1",
        "ALL_PROXY": "http://127.0.0.1:1",
    }


def test_a_hostile_user_changes_no_verdict_and_no_other_index_is_asked(
    hostile: dict[str, str], tmp_path: Path, spy: Spy, issue_tools: None
) -> None:
    cwd = tmp_path / "cwd"
    cwd.mkdir()
    before = snapshot(tmp_path)
    done = native_skew(*ALL, cwd=cwd, **hostile)
    assert verdicts(done) == EXPECTED
    assert spy.asked == []
    assert snapshot(tmp_path) == before, "something was written outside the work folder"


def test_neither_what_lies_above_the_work_folder_nor_a_poisoned_cache_is_read(
    tmp_path: Path, spy: Spy, issue_tools: None
) -> None:
    """As when the kit is used inside a checkout that has its own uv.toml or workspace.

    And the user's own caches hold other answers under every name that the tools use.
    """
    (tmp_path / "uv.toml").write_text(
        f'no-build = true\nindex-url = "{spy.url}"\n', encoding="utf-8"
    )
    project = (
        '[project]\nname = "user"\nversion = "0"\n[tool.uv.workspace]\nmembers = ["**/project-1"]\n'
    )
    (tmp_path / "pyproject.toml").write_text(project, encoding="utf-8")
    caches = tmp_path / "home" / ".cache"
    for tool in ("uv", "pip"):
        (caches / tool).mkdir(parents=True)
        (caches / tool / "CACHEDIR.TAG").write_text("not a cache", encoding="utf-8")
        for name in ("simple-v16", "wheels", "http-v2"):
            (caches / tool / name).write_text("poison", encoding="utf-8")
    work = tmp_path / "sub" / "work"
    work.mkdir(parents=True)
    (work / "tools").symlink_to(WORK / "tools")  # nothing is fetched again
    before = snapshot(caches), {path.name for path in tmp_path.iterdir()}
    done = native_skew(
        *("--scenario", CELL, "--remedy", "nothing", "--start", "fresh"),
        *("--installer", "pip==25.3", "--installer", "uv-pip-install==0.9.21"),
        *("--installer", "uv-sync==0.9.21", "--installer", "uv-run==0.9.21"),
        cwd=tmp_path,
        work=work,
        HOME=str(caches.parent),
        XDG_CACHE_HOME=str(caches),
    )
    plain = {key: verdict for key, verdict in EXPECTED.items() if key[1] == "nothing"}
    assert verdicts(done) == plain | {("uv-run", "nothing"): "broken, detected"}
    assert spy.asked == []
    assert (snapshot(caches), {path.name for path in tmp_path.iterdir()}) == before


def test_the_spy_would_have_been_asked(spy: Spy, tmp_path: Path, issue_tools: None) -> None:
    """The negative control: the same variables do reach a pip that is not isolated."""
    environ = {**os.environ, "PIP_CONFIG_FILE": os.devnull, "PIP_INDEX_URL": spy.url}
    for name in ("PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL", "HTTP_PROXY", "http_proxy"):
        environ.pop(name, None)
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "fake-softioc"]
    done = subprocess.run(command, env=environ, cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode != 0
    assert spy.asked == ["/simple/fake-softioc/"]


def snapshot(folder: Path) -> dict[str, tuple[int, int]]:
    return {
        str(path.relative_to(folder)): (path.lstat().st_size, path.lstat().st_mtime_ns)
        for path in folder.rglob("*")
        if not path.is_dir()
    }


def test_two_runs_at_once_and_offline_do_not_disturb_each_other(
    tmp_path: Path, issue_tools: None
) -> None:
    """Every way out is closed: there is no index, and no proxy either."""
    nowhere = "http://127.0.0.1:1/"
    closed = dict.fromkeys(
        ("PIP_INDEX_URL", "UV_DEFAULT_INDEX", "HTTP_PROXY", "HTTPS_PROXY", "https_proxy"), nowhere
    )
    answers: dict[int, subprocess.CompletedProcess[str]] = {}

    def start(number: int) -> None:
        cwd = tmp_path / str(number)
        cwd.mkdir()
        answers[number] = native_skew(
            *("--scenario", CELL, "--remedy", "nothing", "--start", "fresh"),
            *("--installer", "pip==25.3", "--installer", "uv-sync==0.9.21"),
            cwd=cwd,
            PIP_CONFIG_FILE=os.devnull,
            PIP_FIND_LINKS="",
            **closed,
        )

    threads = [threading.Thread(target=start, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    of_these = {key: EXPECTED[key] for key in (("pip", "nothing"), ("uv-sync", "nothing"))}
    assert [verdicts(answers[number]) for number in range(2)] == [of_these, of_these]
