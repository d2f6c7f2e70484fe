"""Where this program came from: a project that it makes installs it from there in its own CI."""

from __future__ import annotations

import json
import re
from importlib import metadata

NAME = "native-skew"


def source(extra: str) -> str:
    """The requirement with ``extra`` that brings this program to another machine.

    Returns:
        Its name, where an index has brought it here; else with its repository. Empty where
        neither is known: then nobody is sent to an index, where the name may be somebody else's.

    """
    mine = metadata.distribution(NAME)
    # https://packaging.python.org/en/latest/specifications/direct-url/
    direct = json.loads(mine.read_text("direct_url.json") or "{}")
    if not direct:
        return f"{NAME}[{extra}]"
    if "vcs_info" in direct:
        address = f"{direct['vcs_info']['vcs']}+{direct['url']}"
    else:
        urls = dict(each.split(", ", 1) for each in mine.metadata.get_all("Project-URL") or ())
        address = f"git+{urls['Source']}" if "Source" in urls else ""
    reachable = re.fullmatch(r"\w+\+https://[^\s'\\@]+", address)
    return f"{NAME}[{extra}] @ {address}" if reachable else ""
