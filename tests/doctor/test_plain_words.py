"""Text of untrusted files: it stays one line, and never is a command, a crash or a wait."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from native_skew.doctor import environment
from native_skew.doctor.diagnosis import diagnose
from native_skew.doctor.errors import NotAnEnvironmentError
from native_skew.findings import plain

ROOT = Path(__file__).parents[2]
FORGED = "libx.so.1\nerror forged-finding  evil 1\n\u2028::error::forged\r\x1b[2J"


def site_with(tmp_path: Path, metadata: str, record: str = "") -> Path:
    info = tmp_path / "site-packages" / "evil-1.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(metadata, encoding="utf-8")
    (info / "RECORD").write_text(record, encoding="utf-8")
    return info.parent


def test_a_configuration_that_would_wait_is_refused(tmp_path: Path) -> None:
    (tmp_path / "lib/python3.11/site-packages").mkdir(parents=True)
    os.mkfifo(tmp_path / "pyvenv.cfg")
    with pytest.raises(NotAnEnvironmentError, match=r"pyvenv\.cfg: not a regular file"):
        diagnose(tmp_path)
    (tmp_path / "pyvenv.cfg").unlink()
    assert diagnose(tmp_path).findings == ()


@pytest.mark.parametrize("form", [(), ("--json",), ("--sarif",), ("--github",)])
def test_no_name_ends_a_line(pair, call, form: tuple[str, ...]) -> None:  # type: ignore[no-untyped-def]
    home = pair.install(pair.provider(), pair.consumer("7.0.7.99.1.2", "fake-corelibs"))
    (module,) = home.rglob("_extension*.so")
    (library,) = home.rglob("libfakecore.so.*")
    name = b"libfakecore.so.7.0.7.99.1"
    forged = b"libx\nerror forged: \x1b[2J"
    data = module.read_bytes()
    module.unlink()
    assert data.count(name + b"\0") == 1
    module.write_bytes(data.replace(name, forged.ljust(len(name), b"!")))
    code, text, errors = call("doctor", str(home), *form)
    assert (code, errors, library.exists()) == (1, "", True)
    assert "\x1b" not in text
    assert not any(
        line.startswith(("error forged", "::error::forged")) for line in text.splitlines()
    )
    assert "forged" in text


def test_errors_are_one_line_too(tmp_path: Path, call) -> None:  # type: ignore[no-untyped-def]
    code, _, errors = call("doctor", str(tmp_path / "a\nerror: forged\x1b[2J"))
    assert code == 2
    assert len(errors.strip().splitlines()) == 1
    assert "\x1b" not in errors


def test_plain_is_one_line() -> None:
    assert len(plain(FORGED).splitlines()) == 1
    assert plain("sound-1.0 ü 日本") == "sound-1.0 ü 日本"


@pytest.mark.parametrize(
    ("metadata", "word"),
    [
        ("Name: -rhttps://example.org/x\nVersion: 1\n", "its Name is none"),
        ("Name: a b; rm\nVersion: 1\n", "its Name is none"),
        ("Version: 1\n", "no name or no version"),
    ],
)
def test_a_name_that_is_none_is_not_repeated(
    tmp_path: Path, metadata: str, word: str, call
) -> None:  # type: ignore[no-untyped-def]
    site = site_with(tmp_path, metadata)
    report = diagnose(site)
    assert any(word in each for each in report.not_examined)
    code, text, _ = call("doctor", str(site))
    assert code == 0
    assert "not examined: the metadata of evil" in text
    assert "https://example.org" not in text
    assert "not examined" in call("doctor", str(site), "--github")[1].lower()
    (run,) = json.loads(call("doctor", str(site), "--sarif")[1])["runs"]
    assert run["invocations"][0]["toolExecutionNotifications"]


@pytest.mark.parametrize(
    "metadata",
    [
        f"Name: evil\nVersion: {'1' * 5000}\nRequires-Dist: evil>=1\n",
        f"Name: evil\nVersion: 1\nRequires-Dist: evil>={'1' * 4000}\n",
        f"Name: evil\nVersion: 1\nRequires-Dist: x; python_full_version < '{'1' * 4000}'\n",
        f"Name: evil\nVersion: 1\nRequires-Dist: x; {'(' * 3000}\n",
        f"Name: evil\nVersion: 1\nRequires-Dist: x{';' * 200_000}\n",
        f"Name: {'e' * 5000}\nVersion: 1\n",
    ],
)
def test_no_metadata_crashes(tmp_path: Path, metadata: str) -> None:
    report = diagnose(site_with(tmp_path, metadata, f'"{"a" * 200_000}.so",,\nb.so,,\n'))
    assert {each.rule for each in report.findings} <= {"missing-file", "violated-requirement"}


def test_names_that_are_not_valid_are_in_no_command(pair) -> None:  # type: ignore[no-untyped-def]
    home = pair.install(pair.provider(), pair.consumer("7.0.10.99.0.2", "fake-corelibs"))
    assert all(each.advice for each in diagnose(home).findings)
    metadata = next(home.rglob("fake_softioc*/METADATA"))
    text = metadata.read_text()
    metadata.unlink()
    metadata.write_text(text.replace("version: 4.6.1", "version: 1 --index-url=https://evil"))
    (finding,) = diagnose(home).findings
    assert (finding.rule, finding.advice) == ("skewed-library", ())


def test_a_crash_is_one_line_and_2(tmp_path: Path) -> None:
    program = (
        "import sys\nfrom native_skew import cli\nfrom native_skew.doctor import command\n"
        "def fail(*_, **__): raise ZeroDivisionError('a\\nforged\\x1b[2J' + 'x' * 9000)\n"
        f"command.examine = fail\nsys.argv = ['native-skew', 'doctor', {str(tmp_path)!r}]\ncli.main()\n"
    )
    site_with(tmp_path, "Name: sound\nVersion: 1\n")
    tmp_path.joinpath("x-1.dist-info").mkdir()
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    assert "this is a bug" in done.stderr
    assert len(done.stderr) < 1000


def test_nothing_active(tmp_path: Path) -> None:
    """uv's own order: what is active, then ``.venv`` here or above; conda's base comes last."""
    below = tmp_path / "project" / "src"
    below.mkdir(parents=True)
    with pytest.raises(Exception, match=r"no \.venv"):
        environment.active({}, below)
    (tmp_path / "project/.venv").mkdir()
    with pytest.raises(Exception, match=r"no \.venv"):
        environment.active({}, below)
    (tmp_path / "project/.venv/pyvenv.cfg").touch()
    assert environment.active({}, below) == tmp_path / "project/.venv"
    assert environment.active({"VIRTUAL_ENV": "/v"}, below) == Path("/v")
    assert environment.active({"CONDA_PREFIX": "/c"}, below) == Path("/c")
    base = {"CONDA_PREFIX": "/c", "CONDA_DEFAULT_ENV": "base"}
    assert environment.active(base, below) == tmp_path / "project/.venv"
    assert environment.active(base, tmp_path) == Path("/c")
