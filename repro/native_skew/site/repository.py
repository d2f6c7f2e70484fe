"""Where the repository is: whoever publishes it sets ``REPO_URL``.

Uses only the standard library: the build of the wheel needs it, when nothing is installed yet.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

_ADDRESS = re.compile(r"https?://[\w.:-]+(/[\w.~-]+)+/?")
# A Markdown image or link whose target is in this repository; a link's text may be a badge.
_RELATIVE = re.compile(
    r"(?P<image>!?)\[(?P<text>(?:!\[[^\]]*\]\([^)]*\)|[^\[\]])*)\]\((?!\w+:|#)(?P<target>[^)]+)\)"
)


def repo_url(environ: Mapping[str, str] = os.environ) -> str | None:
    """The repository's URL, without a slash at its end; None if it is not known.

    ``REPO_URL`` or, in a workflow, what GitHub says:
    https://docs.github.com/en/actions/reference/workflows-and-actions/variables

    Raises:
        ValueError: ``REPO_URL`` is no address.

    """
    if url := environ.get("REPO_URL"):
        if not _ADDRESS.fullmatch(url):
            raise ValueError(f"REPO_URL={url!r} is no address such as https://HOST/OWNER/NAME")
        return url.rstrip("/")
    if repository := environ.get("GITHUB_REPOSITORY"):
        return f"{environ.get('GITHUB_SERVER_URL', 'https://github.com')}/{repository}"
    return None


def absolute(markdown: str, repository: str | None) -> str:
    """``markdown`` for use outside of the repository, as on a package index.

    Links into the repository become absolute with ``repository``; if that is None, only their text
    is kept, and images are left out.
    """

    def replaced(found: re.Match[str]) -> str:
        text, target = absolute(found["text"], repository), found["target"]
        if repository is None:
            return "" if found["image"] else text
        if target.startswith("../../"):  # pages of the repository, as GitHub resolves them
            return f"{found['image']}[{text}]({repository}/{target.removeprefix('../../')})"
        kind = "raw" if found["image"] else "blob"
        return f"{found['image']}[{text}]({repository}/{kind}/main/{target})"

    return _RELATIVE.sub(replaced, markdown)


def urls(repository: str) -> dict[str, str]:
    """The URLs that a package index shows beside the package.

    https://packaging.python.org/en/latest/specifications/well-known-project-urls/
    """
    return {
        "Source": repository,
        "Documentation": f"{repository}/tree/main/docs",
        "Changelog": f"{repository}/blob/main/CHANGELOG.md",
        "Issues": f"{repository}/issues",
    }
