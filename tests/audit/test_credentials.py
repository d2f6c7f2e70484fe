"""What an index's address may hold is sent to that index, and is nowhere else."""

from __future__ import annotations

import base64
import logging
import socket
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from werkzeug.wrappers import Response

from native_skew.audit import transport
from native_skew.audit.command import audit as command
from native_skew.distributions.archives import wheel_file
from native_skew.distributions.metadata import core_metadata
from native_skew.errors import SkewError
from support.server import SMALL, Server

pytestmark = pytest.mark.slow

# Who is in the address, whom the server sees, and what must be nowhere.
WHO = {
    "password": ("bob:hunter2pw@", ("bob", "hunter2pw"), ("hunter2pw",)),
    "token": ("pypi-AgEIcHlwaS5v@", ("pypi-AgEIcHlwaS5v", ""), ("AgEIcHlwaS5v",)),
    "token as password": ("__token__:glpat-x7Kq@", ("__token__", "glpat-x7Kq"), ("x7Kq",)),
    "percent-encoded": ("b%40b:p%2Fq7%3A%C3%BC9@", ("b@b", "p/q7:ü9"), ("%2Fq7", "p/q7", "ü9")),
}
FORMS = ([], ["--json"], ["--sarif"], ["--github"])


@pytest.fixture(autouse=True)
def _once(monkeypatch: pytest.MonkeyPatch) -> None:
    """There are no retries for an answer that will be the same."""
    monkeypatch.setattr(transport, "Limits", lambda: SMALL)


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.close()


def everything(url: str, cache: Path, caplog: pytest.LogCaptureFixture, *more: str) -> str:
    """All that a run in each form prints, logs, raises and stores, as one text."""
    told = []
    # The server's own log is not what a user sees.
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with caplog.at_level(logging.DEBUG):
        for form in FORMS:
            arguments = ["victim", "--index-url", url, "--cache", str(cache), *form, *more]
            done = CliRunner().invoke(command, arguments)
            assert done.exit_code in (0, 1, 2) or isinstance(done.exception, SkewError)
            told += [done.stdout, done.stderr]
            if done.exception:
                told += traceback.format_exception(done.exception)
    told += [caplog.text]
    for path in cache.rglob("*"):
        told += [str(path), path.read_text("utf-8", "replace") if path.is_file() else ""]
    return "\n".join(told)


def test_a_query_stays_behind_the_path_and_is_never_shown(
    server: Server, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """As uv leaves it: another page would be asked, and its 404 taken for the answer."""
    server.answers["/simple/victim/"] = lambda _: Response(status=403)
    told = everything(f"{server.url}simple?token=s3cr3tquery", tmp_path, caplog)
    assert {each.full_path for each in server.seen} == {"/simple/victim/?token=s3cr3tquery"}
    assert "/simple/victim/ answers 403" in told
    assert "s3cr3tquery" not in told.replace(caplog.text, "")


@pytest.mark.parametrize(
    ("who", "trouble"),
    [
        *((who, "none") for who in WHO),
        *(
            ("percent-encoded", trouble)
            for trouble in ("file-500", "page-500", "page-401", "down", "redirect")
        ),
    ],
)
def test_they_are_used_and_never_shown(
    server: Server, tmp_path: Path, caplog: pytest.LogCaptureFixture, who: str, trouble: str
) -> None:
    user, seen, secrets = WHO[who]
    file = wheel_file("victim", "1.0", "py3-none-any", core_metadata("victim", "1.0", ()), {}, 1)
    server.page(file)
    other = Server()
    failing = {"file-500": (f"/{file.filename}", 500), "page-500": ("/victim/", 500)}
    failing["page-401"] = ("/victim/", 401)
    if trouble in failing:
        path, status = failing[trouble]
        server.answers[path] = lambda _: Response(status=status, headers={"Retry-After": "0"})
    if trouble == "redirect":
        secret = other.url.replace("http://", f"http://{user}") + "victim/?token=s3cr3tquery"
        server.answers["/victim/"] = lambda _: Response(status=302, headers={"Location": secret})
    url = server.url.replace("http://", f"http://{user}")
    if trouble == "down":
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            url = f"http://{user}127.0.0.1:{free.getsockname()[1]}/"
    try:
        told = everything(url, tmp_path, caplog)
    finally:
        other.close()
    for secret in (*secrets, base64.b64encode(":".join(seen).encode()).decode()):
        assert secret not in told
    # Nor is what else a redirect's address holds, but in urllib3's own debugging.
    assert "s3cr3tquery" not in told.replace(caplog.text, "")
    assert "victim" in told
    if trouble != "down":
        sent = server.seen[0].headers["Authorization"].removeprefix("Basic ")
        assert base64.b64decode(sent).decode() == ":".join(seen)


@pytest.mark.parametrize("place", ["page", "file"])
def test_another_host_does_not_get_them(server: Server, tmp_path: Path, place: str) -> None:
    """Led there by a redirect, or by a link of the page."""
    other = Server()
    file = wheel_file("victim", "1.0", "py3-none-any", core_metadata("victim", "1.0", ()), {}, 1)
    other.page(file)
    server.page(file, url=f"{other.url}{file.filename}")
    if place == "page":
        server.answers["/victim/"] = lambda _: Response(
            status=302, headers={"Location": f"{other.url}victim/"}
        )
    try:
        url = server.url.replace("http://", "http://bob:hunter2pw@")
        CliRunner().invoke(command, ["victim", "--index-url", url, "--no-cache"])
        assert server.seen
        assert all(each.authorization is not None for each in server.seen)
        assert other.seen
        assert all(each.authorization is None for each in other.seen)
    finally:
        other.close()


def test_netrc_is_asked_for_its_host(
    server: Server,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login bob password hunter2pw\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    server.answers["/victim/"] = lambda _: Response(status=500, headers={"Retry-After": "0"})
    assert "hunter2pw" not in everything(server.url, tmp_path / "cache", caplog)
    authorization = server.seen[0].authorization
    assert authorization is not None
    assert (authorization.username, authorization.password) == ("bob", "hunter2pw")


@pytest.mark.parametrize(
    "url",
    [
        "https://bob:hunt/er2pw@127.0.0.1/simple/",  # what should have been encoded
        "https://bob:hunt#er2pw@127.0.0.1/simple/",
        "https://bob:hunt?er2pw@127.0.0.1/simple/",
        "https://bob:hunt[er2pw@127.0.0.1/simple/",
        "bob:hunter2pw@127.0.0.1/simple/",
        "ftp://bob:hunter2pw@127.0.0.1/simple/",
        "https://bob:hunter2pw@/simple/",
    ],
)
def test_an_address_that_is_none_is_not_shown(
    url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    told = everything(url, tmp_path, caplog)
    assert "percent-encode what is special in a password" in told
    assert "hunt" not in told
    assert "er2pw" not in told


@pytest.mark.parametrize(
    "release",
    ["https://bob:hunter2pw@host/victim-1.0.tar.gz", "victim @ https://bob:hunter2pw@host/v.whl"],
)
def test_an_address_as_the_release_is_not_shown(server: Server, release: str) -> None:
    done = CliRunner().invoke(command, [release, "--index-url", server.url, "--no-cache"])
    assert "an address is not taken" in str(done.exception)
    assert "hunter2pw" not in "".join(traceback.format_exception(done.exception))


def test_what_a_file_requires_by_an_address(
    server: Server, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    requires = ("lib @ git+https://bob:hunter2pw@host/lib.git?token=s3cr3t",)
    metadata = (
        core_metadata("victim", "1.0", requires) + b"Requires-Dist: x ( https://u:hunter2pw@h\n"
    )
    server.page(wheel_file("victim", "1.0", "py3-none-any", metadata, {}, 1))
    told = everything(server.url, tmp_path, caplog)
    assert "hunter2pw" not in told
    assert "s3cr3t" not in told


@pytest.mark.parametrize("form", FORMS)
def test_what_a_lock_says_by_an_address(server: Server, tmp_path: Path, form: list[str]) -> None:
    server.page(wheel_file("lib", "1.0", "py3-none-any", core_metadata("lib", "1.0", ()), {}, 1))
    lock = tmp_path / "requirements.txt"
    address = "https://bob:hunter2pw@host/x"
    lines = (f"x @ {address}.whl?token=s3cr3t", f"-e git+{address}.git", f"{address}.tar.gz")
    lines += (f"lib=={address}", "git+https://bob:hunt/er2pw@host/x.git@v1", "lib==1.0")
    lock.write_text("\n".join(lines) + "\n")
    arguments = [str(lock), "--index-url", server.url, "--no-cache", *form]
    done = CliRunner().invoke(command, arguments)
    assert done.exit_code == 0
    told = done.stdout + done.stderr
    assert "git+https://host/x.git" in told
    assert not any(each in told for each in ("hunter2pw", "s3cr3t", "er2pw"))
