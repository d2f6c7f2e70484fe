"""Several indexes, one time limit for all of them, and other files in a folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from native_skew.audit.command import audit as command
from native_skew.distributions.archives import wheel_file
from native_skew.distributions.metadata import core_metadata
from native_skew.publish.index import Index
from native_skew.publish.publication import Publication
from native_skew.toolchain import user_index
from native_skew.toolchain.compiler import Compiler
from support.recorded_release import linked

pytestmark = pytest.mark.slow

TAG = "cp312-cp312-manylinux_2_17_x86_64"


@pytest.fixture
def two(index: Index, cc: Compiler, request: pytest.FixtureRequest) -> tuple[str, str]:
    """A user's release on one index, and its provider, with another library, on a second."""
    user = wheel_file(
        "user",
        "1.0",
        TAG,
        core_metadata("user", "1.0", ("fakelib>=1",)),
        {"user/m.so": linked(("libfake.so.1",), (), cc)},
        1,
    )
    lib = wheel_file(
        "fakelib",
        "2.0",
        TAG,
        core_metadata("fakelib", "2.0", ()),
        {"fakelib/libfake.so.2": linked((), (), cc)},
        1,
    )
    key = str(abs(hash(request.node.nodeid)))
    return (
        index.publish(f"{key}-first", Publication((user,))),
        index.publish(f"{key}-second", Publication((lib,))),
    )


@pytest.fixture(autouse=True)
def _nobody_s(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    for name in ("PIP_EXTRA_INDEX_URL", "UV_INDEX", "UV_EXTRA_INDEX_URL", "UV_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "nothing"))
    monkeypatch.chdir(tmp_path)
    user_index.index_url.cache_clear()
    user_index._configured.cache_clear()
    yield
    user_index.index_url.cache_clear()
    user_index._configured.cache_clear()


@pytest.mark.parametrize(
    "how", ["none", "PIP_EXTRA_INDEX_URL", "UV_INDEX", "named", "pyproject", "uv.toml", "explicit"]
)
def test_a_provider_is_asked_for_on_every_index(
    two: tuple[str, str], how: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    first, second = two
    monkeypatch.setenv("PIP_INDEX_URL", first)
    if how in ("PIP_EXTRA_INDEX_URL", "UV_INDEX"):
        monkeypatch.setenv(how, f"{first} {second}")
    elif how == "named":
        monkeypatch.setenv("UV_INDEX", f"private={second}")
    elif how == "pyproject":
        text = f'[[tool.uv.index]]\nname = "private"\nurl = "{second}"\n'
        (tmp_path / "pyproject.toml").write_text(text)
    elif how == "uv.toml":
        (tmp_path / "uv.toml").write_text(f'[[index]]\nurl = "{second}"\n')
    elif how == "explicit":
        text = f'[[tool.uv.index]]\nname = "private"\nurl = "{second}"\nexplicit = true\n'
        text += '[tool.uv.sources]\nfakelib = { index = "private" }\n'
        (tmp_path / "pyproject.toml").write_text(text)
    done = CliRunner().invoke(command, ["user==1.0", "--no-cache"])
    assert ("range-too-wide" in done.stdout) == (how != "none")
    assert done.exit_code == (how != "none")


def test_an_explicit_index_is_asked_for_nothing_else(
    two: tuple[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    first, second = two
    monkeypatch.setenv("PIP_INDEX_URL", first)
    text = f'[[tool.uv.index]]\nname = "private"\nurl = "{second}"\nexplicit = true\n'
    (tmp_path / "pyproject.toml").write_text(text)
    assert user_index.user_indexes(tmp_path).before == ()
    assert CliRunner().invoke(command, ["user==1.0", "--no-cache"]).exit_code == 0


@pytest.mark.parametrize("text", ["[tool.uv]\nindex = 3\n", "tool = 3", "[", "[[tool.uv.index]]\n"])
def test_settings_that_make_no_sense_are_no_indexes(
    text: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "https://index.example/simple/")
    (tmp_path / "pyproject.toml").write_text(text)
    found = user_index.user_indexes(tmp_path)
    assert (found.default, found.before) == ("https://index.example/simple/", ())


def test_what_is_no_distribution_is_passed_over_with_a_word(tmp_path: Path) -> None:
    dist = tmp_path / "dist"
    dist.mkdir()
    (dist / "docs.zip").write_bytes(b"PK")
    (dist / "report.tar.gz").write_bytes(b"")
    (dist / "1.0.whl").mkdir()
    assert "holds neither a wheel nor an sdist" in str(
        CliRunner().invoke(command, ["dist/", "--no-index"]).exception
    )
    file = wheel_file("user", "1.0", "py3-none-any", core_metadata("user", "1.0", ()), {}, 1)
    (dist / file.filename).write_bytes(file.content)
    done = CliRunner().invoke(command, ["dist/", "--no-index", "--no-cache"])
    assert done.exit_code == 0
    assert "docs.zip: passed over" in done.stderr
    assert "report.tar.gz: passed over" in done.stderr


def test_a_folder_named_like_a_release(two: tuple[str, str], tmp_path: Path) -> None:
    (tmp_path / "user").mkdir()
    arguments = ["user", "--no-cache", "--index-url", two[0]]
    done = CliRunner().invoke(command, arguments)
    assert done.exit_code == 0
    assert "the folder user holds no release: the index is asked for user" in done.stderr
    file = wheel_file("other", "1.0", "py3-none-any", core_metadata("other", "1.0", ()), {}, 1)
    (tmp_path / "user" / file.filename).write_bytes(file.content)
    done = CliRunner().invoke(command, arguments)
    assert "the folder user is taken; user==VERSION means the release" in done.stderr
