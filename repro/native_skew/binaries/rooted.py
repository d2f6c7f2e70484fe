"""Paths below a root that is not this process's own: links in it lead to places in it.

What ``chroot`` would do, without it: an image's ``/etc/alternatives/libblas.so.3`` is the image's.
"""

from __future__ import annotations

import os

_LINKS = (
    40  # as many as Linux follows, https://man7.org/linux/man-pages/man7/path_resolution.7.html
)


def real(root: str, path: str) -> str:
    """The real file of ``path``, an absolute one of this process's that starts with ``root``.

    ``root`` is the folder that is ``/``; empty for this process's own.
    """
    if not root:
        return os.path.realpath(path)
    # Parts that are still to be walked, the next one last.
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
