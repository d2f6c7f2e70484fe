"""Certificates and proxies, as pip and uv take them: a server with an authority of its own."""

from __future__ import annotations

import http.server
import os
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from native_skew.audit.certificates import trust
from native_skew.audit.errors import CertificatesError, IndexRefusedError
from native_skew.audit.transport import Limits, Transport
from native_skew.toolchain import user_index

SETTINGS = ("PIP_CERT", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
QUICKLY = Limits(retries=0)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def bundle(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("certificates") / "authority.pem"
    authority.cert_pem.write_to_path(str(path))
    return path


@pytest.fixture(scope="module")
def folder(bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of certificates in OpenSSL's form: named by the hash of the subject."""
    path = tmp_path_factory.mktemp("authorities")
    asked = ["openssl", "x509", "-hash", "-noout", "-in", bundle]
    try:
        name = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
    except FileNotFoundError:
        pytest.skip("openssl is not on the PATH: nothing else names a folder's certificates")
    (path / f"{name}.0").write_bytes(bundle.read_bytes())
    return path


class _Answers(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"here")

    def log_message(self, *_: object) -> None: ...


@pytest.fixture(scope="module")
def url(authority: trustme.CA) -> Iterator[str]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Answers) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield f"https://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def _nobodys_settings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in (*SETTINGS, "PIP_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)  # pip reads no other then
    user_index._configured.cache_clear()
    yield
    user_index._configured.cache_clear()


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Pip's configuration file."""
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "pip.conf"))
    return tmp_path / "pip.conf"


def _answer(url: str) -> bytes:
    with Transport(limits=QUICKLY) as transport:
        return transport.get(url).body


def test_an_authority_of_nobody_s_is_refused_and_the_message_says_what_to_set(url: str) -> None:
    with pytest.raises(IndexRefusedError) as caught:
        _answer(url)
    assert "held against what this system trusts" in str(caught.value)
    assert "SSL_CERT_FILE" in str(caught.value)
    assert "certificate is not accepted (" in str(caught.value)
    assert "HTTPSConnectionPool" not in str(caught.value)


@pytest.mark.parametrize("name", [name for name in SETTINGS if name != "SSL_CERT_DIR"])
def test_a_variable_names_the_authority(
    url: str, bundle: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, str(bundle))
    assert _answer(url) == b"here"


@pytest.mark.parametrize("name", ["SSL_CERT_DIR", "PIP_CERT", "REQUESTS_CA_BUNDLE"])
def test_a_variable_names_a_folder(
    url: str, folder: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, str(folder))
    assert _answer(url) == b"here"


def test_pip_s_configuration_names_it(url: str, bundle: Path, settings: Path) -> None:
    settings.write_text(f"[global]\ncert = {bundle}\n", encoding="utf-8")
    assert _answer(url) == b"here"


def test_a_variable_comes_before_pip_s_configuration(
    url: str, bundle: Path, settings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.write_text("[global]\ncert = /no/such/file\n", encoding="utf-8")
    with pytest.raises(CertificatesError, match="pip's cert names /no/such/file"):
        trust()
    monkeypatch.setenv("SSL_CERT_FILE", str(bundle))
    assert _answer(url) == b"here"


@pytest.mark.slow
def test_pip_itself_takes_the_same(url: str, bundle: Path) -> None:
    """Otherwise this test would not ask for what pip does."""
    asked = [sys.executable, "-m", "pip", "download", "--no-deps", "--retries", "0", "-i", url, "x"]
    without = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert "certificate" in (without.stderr + without.stdout).lower()
    named = [*asked, "--cert", str(bundle)]
    done = subprocess.run(named, capture_output=True, text=True, check=False)
    assert "certificate" not in (done.stderr + done.stdout).lower()


def test_another_authority_named_is_no_help(
    url: str, bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(str(other))
    monkeypatch.setenv("PIP_CERT", str(other))
    monkeypatch.setenv("SSL_CERT_FILE", str(bundle))  # pip's own variable comes first
    with pytest.raises(IndexRefusedError, match="held against PIP_CERT="):
        _answer(url)


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_what_is_named_and_is_not_there_is_said(
    content: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "authority.pem"
    if content:
        path.write_text(content, encoding="utf-8")
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    with pytest.raises(CertificatesError, match=f"SSL_CERT_FILE names {path}"):
        trust()


def test_pip_s_proxy_is_asked(url: str, settings: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    asked: list[str] = []

    class Proxy(_Answers):
        def do_GET(self) -> None:
            asked.append(self.path)
            super().do_GET()

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Proxy) as proxy:
        thread = threading.Thread(target=proxy.serve_forever, args=(0.02,))
        thread.start()
        settings.write_text(
            f"[global]\nproxy = http://127.0.0.1:{proxy.server_port}\n", encoding="utf-8"
        )
        assert _answer("http://index.invalid/simple/") == b"here"
        proxy.shutdown()
        thread.join()
    assert asked == ["http://index.invalid/simple/"]
