"""Secrets in an address: where they go, and where they do not."""

from __future__ import annotations

import base64
import io
from pathlib import Path

import pytest
import requests

from native_skew.audit.credentials import Credentials
from native_skew.audit.errors import FileRefusedError, IndexAddressError
from native_skew.audit.facts import Zip
from native_skew.audit.redaction import without_credentials
from support.server import METADATA, wheel


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://h/simple/", "https://h/simple/"),
        ("https://bob:pw@h/x", "https://h/x"),
        ("https://token@h/x", "https://h/x"),
        ("https://b%40b:p%2Fq@h/x", "https://h/x"),
        ("https://bob:p@w@h/x", "https://h/x"),
        ("https://h/x?signature=secret", "https://h/x"),
        ("https://h/x#sha256=1", "https://h/x"),
        ("https://h/x?a=1#b (told)", "https://h/x (told)"),
        ("two: http://a:b@h/x and ssh://c@i/y?z", "two: http://h/x and ssh://i/y"),
        ("mail to bob@h, why?", "mail to bob@h, why?"),
        ("https://h/a@b/c", "https://h/a@b/c"),
    ],
)
def test_what_is_shown_of_an_address(text: str, shown: str) -> None:
    assert without_credentials(text) == shown


def signed(credentials: Credentials, url: str) -> str | None:
    """The user in the header that is sent to ``url``."""
    request = requests.Request("GET", url, auth=credentials).prepare()
    header = request.headers.get("Authorization")
    return base64.b64decode(header.removeprefix("Basic ")).decode() if header else None


@pytest.fixture(autouse=True)
def _no_netrc(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))


@pytest.mark.parametrize(
    ("url", "who"),
    [
        ("https://h/simple/x", "bob:p/w"),
        ("https://h:443/x", "bob:p/w"),
        ("https://h/", "bob:p/w"),
        ("https://h:444/x", None),
        ("http://h/x", None),  # not in the clear
        ("https://other/x", None),
        ("https://h.other/x", None),
    ],
)
def test_a_password_is_for_its_own_place(url: str, who: str | None) -> None:
    credentials = Credentials()
    assert credentials.take("https://bob:p%2Fw@h/simple/") == "https://h/simple/"
    assert signed(credentials, url) == who


def test_what_was_for_plain_http_goes_to_the_encrypted_side_too() -> None:
    credentials = Credentials()
    credentials.take("http://bob:pw@h/")
    assert signed(credentials, "https://h/x") == signed(credentials, "http://h/x") == "bob:pw"
    assert signed(credentials, "https://h:8443/x") is None
    credentials.take("https://eve:own@h/")
    assert signed(credentials, "https://h/x") == "eve:own"
    only_elsewhere = Credentials()
    only_elsewhere.take("http://bob:pw@h:8080/")
    assert signed(only_elsewhere, "https://h/x") is None


def test_of_several_at_one_host_the_nearest_path_counts_then_the_first() -> None:
    credentials = Credentials()
    for url in ("https://a:1@h/one/", "https://b:2@h/two/", "https://c:3@h/two/deep/"):
        credentials.take(url)
    for path, who in (("one/x", "a:1"), ("two/x", "b:2"), ("two/deep/x", "c:3"), ("x", "a:1")):
        assert signed(credentials, f"https://h/{path}") == who
    credentials.take("https://b:2@h/one/x")  # as each link of a page may say it again
    assert signed(credentials, "https://h/one/x") == "a:1"
    credentials.take("https://b:other@h/one/x")
    assert signed(credentials, "https://h/one/x") == "b:other"


def test_netrc_is_asked_where_no_address_says_it(tmp_path: Path) -> None:
    (tmp_path / "netrc").write_text("machine h login ann password ö\n", encoding="utf-8")
    credentials = Credentials()
    assert signed(credentials, "https://h/x") == "ann:ö"
    assert signed(credentials, "https://other/x") is None
    credentials.take("https://bob:pw@h/")
    assert signed(credentials, "https://h/x") == "bob:pw"


@pytest.mark.parametrize("url", ["https://bob:hunter2@h:port/x", "https://[bob:hunter2@h/x"])
def test_an_address_that_is_none_is_in_no_message(url: str) -> None:
    with pytest.raises(IndexAddressError) as told:
        Credentials().take(url)
    assert "hunter2" not in str(told.value)
    assert told.value.__cause__ is None
    assert told.value.__suppress_context__


def test_a_program_that_is_told_them_tells_them_to_nobody() -> None:
    credentials = Credentials()
    for url in ("https://bob:p%2Fw@h/", "https://token-1@i/"):
        credentials.take(url)
    assert credentials.full("https://h/x") == "https://bob:p%2Fw@h/x"
    assert credentials.full("https://i/x") == "https://token-1@i/x"
    assert credentials.full("https://j/x") == "https://j/x"
    said = "p/w p%2Fw token-1 bob https://eve:z@k/x?y"
    assert credentials.hidden(said) == "**** **** **** bob https://k/x"


@pytest.mark.parametrize(
    ("folders", "found"),
    [
        (("victim-1.0.dist-info",), "victim-1.0.dist-info"),
        (("VicTim-1.0.dist-info", "other"), "VicTim-1.0.dist-info"),
        (("victim-1.0.dist-info", "other-2.dist-info"), "victim-1.0.dist-info"),
        ((), None),
        (("other-1.dist-info",), None),
        (("victim-1.0.dist-info", "Victim-2.dist-info"), None),
    ],
)
def test_a_wheel_s_metadata_is_its_own(folders: tuple[str, ...], found: str | None) -> None:
    import zipfile

    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for each in ("plain", *(f"{folder}/METADATA" for folder in folders)):
            archive.writestr(each, METADATA)
    with Zip("victim-1.0-py3-none-any.whl", stream) as opened:
        if found:
            assert opened.dist_info("victim") == found
            assert opened.read(f"{found}/METADATA", len(METADATA)) == METADATA
            return
        names = ", ".join(sorted(folders)) or "none"
        with pytest.raises(
            FileRefusedError, match=f"one .dist-info of victim expected, has {names}"
        ):
            opened.dist_info("victim")


def test_a_member_that_is_not_there_or_too_large(tmp_path: Path) -> None:
    name = "victim-1.0.dist-info/METADATA"
    with Zip("victim.whl", io.BytesIO(wheel().content)) as archive:
        with pytest.raises(FileRefusedError, match=r"victim\.whl: .*has no absent"):
            archive.read("absent")
        with pytest.raises(FileRefusedError, match="more than the"):
            archive.read(name, len(METADATA) - 1)
        # Under a name of our own.
        path = archive.unpack(name, tmp_path, len(METADATA))
        assert (path.parent, path.suffix, path.read_bytes()) == (tmp_path, ".so", METADATA)
        with pytest.raises(FileRefusedError, match="more than the"):
            archive.unpack(name, tmp_path, len(METADATA) - 1)
