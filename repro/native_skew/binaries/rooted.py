"""Resolves paths below another root, as ``chroot`` would: links in it lead to places in it.

For example, an image's ``/etc/alternatives/libblas.so.3`` leads to a file of the image.
"""

from __future__ import annotations

import os

_LINKS = 40  # Linux's limit: https://man7.org/linux/man-pages/man7/path_resolution.7.html


def real(root: str, path: str) -> str:
    """The real path of ``path``, which is absolute and starts with ``root``.

    ``root`` is the folder that is ``/``; empty for this process's own.
    """
    if not root:
        return os.path.realpath(path)
    # The remaining parts, the next one last.
    left = path.removeprefix(root).split("/")[::-1]
    found: list[str] = []
    links = 0
    while left:
        part = left.pop()
        if part in ("", "."):
            continue
        if part == "..":
            del found[-1:]
            continue
        here = "/".join((root, *found, part))
        try:
            target = os.readlink(here)  # noqa: PTH115
        except (OSError, ValueError):
            found.append(part)
            continue
        links += 1
        if links > _LINKS:
            return path
        if target.startswith("/"):
            found.clear()
        left += target.split("/")[::-1]
    return "/".join((root, *found))
