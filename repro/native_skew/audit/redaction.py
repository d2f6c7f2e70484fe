"""Addresses as they may be shown: without what could be a secret."""

from __future__ import annotations

import re

# The second for a password with a slash that should have been encoded; a port is none.
_USER_PART = re.compile(r"(?<=://)(?:[^/\s]*@|[^/\s@:]*:(?!\d+/)[^\s@]*@)")
_QUERY = re.compile(r"(?<=://)([^\s?#]*)[?#]\S*")


def without_credentials(text: str) -> str:
    """``text`` with what could be a secret taken out of the addresses in it.

    The user's part and the query go: the latter is where signed links have their token.
    """
    return _QUERY.sub(r"\1", _USER_PART.sub("", text))
