"""User names, passwords and tokens of an index: taken out of its address at once.

What is left of the address goes everywhere; the credentials go to their own host, in a header.
Beside them, ``~/.netrc`` is asked, as pip and uv do. No keyring is.
"""

from __future__ import annotations

from os.path import commonpath
from urllib.parse import quote, unquote, urlsplit, urlunsplit

import msgspec
import requests
from requests.auth import AuthBase, HTTPBasicAuth

from native_skew.audit.errors import IndexAddressError
from native_skew.audit.redaction import without_credentials

_PORTS = {"http": 80, "https": 443}
_Place = tuple[str, str | None, int | None]


class _Pair(msgspec.Struct, frozen=True):
    place: _Place
    path: str
    name: str
    password: str

    def matches(self, other: _Pair) -> bool:
        """Whether they say the same at one host, as each link of a page may."""
        return (self.place, self.name, self.password) == (other.place, other.name, other.password)


class Credentials(AuthBase):
    """Who asks, by scheme, host and port; of several for one host, by the path."""

    def __init__(self) -> None:
        self._pairs: list[_Pair] = []

    def take(self, url: str) -> str:
        """The address ``url`` without its credentials, which are kept for its host alone.

        One that cannot be understood ends in an ``IndexAddressError``, which does not show it.
        """
        try:
            parts, place = urlsplit(url), _place(url)
        except ValueError:
            # Not «from» it: that error's own text has a part of the password in it.
            raise IndexAddressError from None
        user, found, host = parts.netloc.rpartition("@")
        if found:
            name, _, password = user.partition(":")
            pair = _Pair(place, parts.path, unquote(name), unquote(password))
            if not any(each.matches(pair) for each in self._pairs):
                self._pairs.append(pair)
        return urlunsplit(parts._replace(netloc=host))

    def full(self, url: str) -> str:
        """The address with its credentials, for a program that gets it by its environment."""
        pair = self._pair(url)
        if pair is None:
            return url
        user = ":".join(quote(each, safe="") for each in (pair.name, pair.password) if each)
        return url.replace("://", f"://{user}@", 1)

    def hidden(self, text: str) -> str:
        """The output of a program that was told them, without them."""
        for pair in self._pairs:
            secret = pair.password or pair.name
            for each in filter(None, (secret, quote(secret, safe=""))):
                text = text.replace(each, "****")
        return without_credentials(text)

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Adds the header that the request's host is to get; see ``AuthBase``."""
        url = request.url or ""
        pair = self._pair(url)
        known = (pair.name, pair.password) if pair else requests.utils.get_netrc_auth(url)
        if not known:
            return request
        # As bytes: a header of text would have to be Latin-1.
        name, password = (str(each).encode() for each in known)
        signed: requests.PreparedRequest = HTTPBasicAuth(name, password)(request)
        return signed

    def _pair(self, url: str) -> _Pair | None:
        place, path = _place(url), urlsplit(url).path or "/"
        # The first of a host to be named is the user's own: a page's links come later.
        found = [each for each in self._pairs if each.place == place]
        if not found and place[0] == "https" and place[2] == _PORTS["https"]:
            # The host itself led from plain HTTP to its encrypted side.
            http = ("http", place[1], _PORTS["http"])
            found = [each for each in self._pairs if each.place == http]
        return max(found, key=lambda each: len(commonpath([each.path or "/", path])), default=None)


def _place(url: str) -> _Place:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or _PORTS.get(parts.scheme)
