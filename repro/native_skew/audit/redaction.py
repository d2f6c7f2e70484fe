"""Addresses as they may be shown: without possible secrets."""

from __future__ import annotations

import re

# The second is for a password with a slash that is not encoded, but not for a port.
_USER_PART = re.compile(r"(?<=://)(?:[^/\s]*@|[^/\s@:]*:(?!\d+/)[^\s@]*@)")
_QUERY = re.compile(r"(?<=://)([^\s?#]*)[?#]\S*")


def without_credentials(text: str) -> str:
    """``text`` without possible secrets in the addresses in it.

    The user's part and the query are removed: signed links have their token in the query.
    """
    return _QUERY.sub(r"\1", _USER_PART.sub("", text))
