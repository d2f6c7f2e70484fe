"""User names, passwords and tokens of an index, which are taken out of its address at once.

The rest of the address may go anywhere; the credentials go to their own host only, in a header.
``~/.netrc`` is read too, as by pip and uv. A keyring is not.
"""

from __future__ import annotations

from os.path import commonpath
from urllib.parse import quote, unquote, urlsplit, urlunsplit

import requests
from requests.auth import AuthBase, HTTPBasicAuth

from native_skew.audit.errors import IndexAddressError
from native_skew.audit.redaction import without_credentials

_PORTS = {"http": 80, "https": 443}
_Place = tuple[str, str | None, int | None]


class Credentials(AuthBase):
    """User names and passwords by scheme, host and port; several for one host also by path."""

    def __init__(self) -> None:
        # Each link on a page may repeat them: the path of the first is kept.
        self._paths: dict[tuple[_Place, str, str], str] = {}

    def take(self, url: str) -> str:
        """The address ``url`` without its credentials, which are kept for its host alone.

        Raises:
            IndexAddressError: it cannot be understood; the error does not show it.

        """
        try:
            parts, place = urlsplit(url), _place(url)
        except ValueError:
            # Not «from» it: that error's own text has a part of the password in it.
            raise IndexAddressError from None
        user, found, host = parts.netloc.rpartition("@")
        if found:
            name, _, password = user.partition(":")
            self._paths.setdefault((place, unquote(name), unquote(password)), parts.path)
        return urlunsplit(parts._replace(netloc=host))

    def full(self, url: str) -> str:
        """The address with its credentials, for a program that gets it in its environment."""
        known = self._known(url)
        user = ":".join(quote(each, safe="") for each in known or () if each)
        return url.replace("://", f"://{user}@", 1) if known else url

    def hidden(self, text: str) -> str:
        """The output of a program that was given the credentials, without them."""
        for _, name, password in self._paths:
            secret = password or name
            for each in filter(None, (secret, quote(secret, safe=""))):
                text = text.replace(each, "****")
        return without_credentials(text)

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Adds the header for the request's host; see ``AuthBase``."""
        url = request.url or ""
        known = self._known(url) or requests.utils.get_netrc_auth(url)
        if not known:
            return request
        # As bytes: a text header would have to be Latin-1.
        name, password = (str(each).encode() for each in known)
        signed: requests.PreparedRequest = HTTPBasicAuth(name, password)(request)
        return signed

    def _known(self, url: str) -> tuple[str, str] | None:
        """The name and the password for ``url``."""
        place, path = _place(url), urlsplit(url).path or "/"
        places = {each for each, _, _ in self._paths}
        if place not in places and place[0] == "https" and place[2] == _PORTS["https"]:
            # The host itself led from plain HTTP to its encrypted side.
            place = ("http", place[1], _PORTS["http"])
        # The first ones of a host are the user's own: a page's links come later.
        found = [
            (len(commonpath([own or "/", path])), name, password)
            for (of, name, password), own in self._paths.items()
            if of == place
        ]
        return max(found, key=lambda each: each[0])[1:] if found else None


def _place(url: str) -> _Place:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or _PORTS.get(parts.scheme)
