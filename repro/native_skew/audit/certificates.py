"""Which certificates are accepted, and which proxy is used: the same as with pip and uv.

https://pip.pypa.io/en/stable/topics/https-certificates/
https://docs.astral.sh/uv/concepts/authentication/certificates/
"""

from __future__ import annotations

import os
import ssl
from pathlib import Path
from typing import Any

import requests
import truststore
from requests.adapters import HTTPAdapter

from native_skew.audit.errors import CertificatesError
from native_skew.toolchain import user_index

# Pip's own, then those of uv and of requests; all of them come before files, as pip has it.
_VARIABLES = ("PIP_CERT", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


def trust() -> tuple[ssl.SSLContext, str]:
    """The authorities that the user named, or else the system's; and the setting that says so.

    Raises:
        CertificatesError: what is named does not exist, or holds no certificates.

    """
    said_by = next((name for name in _VARIABLES if os.environ.get(name)), "pip's cert")
    # Pip is asked last: a process of its own.
    path = os.environ.get(said_by) or user_index.pip_setting("cert")
    if not path:
        return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT), "what this system trusts"
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        if Path(path).is_dir():
            context.load_verify_locations(capath=path)
        else:
            context.load_verify_locations(cafile=path)
    except (OSError, ssl.SSLError, ValueError) as error:
        raise CertificatesError(said_by, path, str(error)) from error
    return context, f"{said_by}={path}"


def proxies() -> dict[str, str]:
    """The proxy of pip's own setting, by scheme; requests reads HTTPS_PROXY and the like itself."""
    proxy = user_index.pip_setting("proxy")
    return {"http": proxy, "https": proxy} if proxy else {}


class TrustingAdapter(HTTPAdapter):
    """Verifies certificates against ``context`` instead of the bundle that requests brings."""

    def __init__(self, context: ssl.SSLContext, **options: Any) -> None:
        self._context = context
        super().__init__(**options)

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        """Passes the context to direct connections."""
        super().init_poolmanager(*arguments, **options, ssl_context=self._context)

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        """Passes the context to connections through a proxy."""
        return super().proxy_manager_for(proxy, **options, ssl_context=self._context)

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:  # noqa: ARG002
        """Adds no authorities to the context's."""
        conn.cert_reqs = "CERT_REQUIRED"

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:  # type: ignore[override]
        """Verifies always: the environment variables were read before."""
        return super().send(request, **{**options, "verify": True})
